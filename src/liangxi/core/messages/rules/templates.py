"""The words of every message, in both languages. `{title}` is what the message is about, `{note}` what was added.

Text messages carry no values of a form: whoever sees the telephone learns which matter moved, and no more.
"""

from collections.abc import Mapping
from typing import Any

from liangxi.kit.errors import InvalidError

Words = Mapping[str, tuple[str, str]]  # language -> title, text

TEMPLATES: Mapping[str, Words] = {
    "case.submitted": {
        "zh": ("申请已提交", "您的“{title}”已提交，办件编号 {case}。窗口将在 5 个工作日内受理或一次性告知补正。"),
        "en": ("Application received", "“{title}” was received under number {case}. Within 5 working days it is "
               "accepted or you are told everything that is missing."),
    },
    "case.accepted": {
        "zh": ("申请已受理", "您的“{title}”（{case}）已受理，各部门开始办理。"),
        "en": ("Application accepted", "“{title}” ({case}) was accepted; the departments have begun."),
    },
    "case.refused": {
        "zh": ("申请不予受理", "您的“{title}”（{case}）不予受理：{note}。如有异议，可依法申请行政复议或提起行政诉讼。"),
        "en": ("Application not accepted", "“{title}” ({case}) was not accepted: {note}. You may ask for "
               "administrative reconsideration or go to court."),
    },
    "case.supplement": {
        "zh": ("需要补正", "您的“{title}”（{case}）需要补正：{note}。补正期间不计入办理时限。"),
        "en": ("Correction needed", "“{title}” ({case}) needs a correction: {note}. The clock stands meanwhile."),
    },
    "case.decided": {
        "zh": ("已办结一项", "“{title}”（{case}）已准予。"),
        "en": ("One matter is decided", "“{title}” ({case}) was granted."),
    },
    "case.denied": {
        "zh": ("一项不予许可", "“{title}”（{case}）不予许可：{note}。如有异议，可依法申请行政复议或提起行政诉讼。"),
        "en": ("One matter was denied", "“{title}” ({case}) was denied: {note}. You may ask for administrative "
               "reconsideration or go to court."),
    },
    "case.ready": {
        "zh": ("结果可以领取", "您的“{title}”（{case}）各事项均已办结，电子证照已可查看，纸质结果可到窗口一次领取。"),
        "en": ("Results are ready", "Every matter of “{title}” ({case}) is decided. The certificates are in your "
               "account; paper results are handed out together at the window."),
    },
    "case.closed": {
        "zh": ("办件已办结", "您的“{title}”（{case}）已办结，欢迎为本次服务评价。"),
        "en": ("Case closed", "“{title}” ({case}) is closed. Please rate the service."),
    },
    "case.special": {
        "zh": ("进入特别程序", "“{title}”（{case}）依法进入特别程序（{note}），预计 {days} 个工作日，不计入办理时限。"),
        "en": ("A special procedure began", "“{title}” ({case}) entered a special procedure ({note}), about {days} "
               "working days, which the limit does not count."),
    },
    "case.resumed": {
        "zh": ("特别程序结束", "“{title}”（{case}）的特别程序已结束（{note}），继续办理，办理时限恢复计算。"),
        "en": ("The special procedure ended", "The special procedure of “{title}” ({case}) ended ({note}); the clock "
               "runs again."),
    },
    "case.extended": {
        "zh": ("办理期限延长", "“{title}”（{case}）经批准延长 {days} 个工作日，理由：{note}"),
        "en": ("The limit was extended", "The limit of “{title}” ({case}) was extended by {days} working days: {note}"),
    },
    "case.terminated": {
        "zh": ("办理终止", "“{title}”（{case}）已终止办理：{note}"),
        "en": ("Ended without a decision", "“{title}” ({case}) ended without a decision: {note}"),
    },
    "case.corrected": {
        "zh": ("申请内容已更正", "“{title}”（{case}）的申请内容已更正：{note}。如不属实请及时告知窗口。"),
        "en": ("Answers were corrected", "Answers of “{title}” ({case}) were corrected: {note}. Tell the window if "
               "this is wrong."),
    },
    "case.revoked": {
        "zh": ("许可已撤销", "“{title}”（{case}）的许可已撤销：{note}。如有异议，可依法申请行政复议或提起行政诉讼。"),
        "en": ("A grant was revoked", "The grant of “{title}” ({case}) was revoked: {note}. You may ask for "
               "administrative reconsideration or go to court."),
    },
    "case.reopened": {
        "zh": ("重新办理", "“{title}”（{case}）将重新办理：{note}"),
        "en": ("Looked at once more", "“{title}” ({case}) is looked at once more: {note}"),
    },
    "case.withdrawn": {
        "zh": ("申请已撤回", "您的“{title}”（{case}）已按您的要求撤回。如需办理，可重新申请。"),
        "en": ("Application withdrawn", "“{title}” ({case}) was withdrawn as you asked. You may apply again."),
    },
    "case.supplemented": {
        "zh": ("补正已收到", "您为“{title}”（{case}）提交的补正已收到，办理时限恢复计算。"),
        "en": ("Corrections received", "Your corrections of “{title}” ({case}) are there; the clock runs again."),
    },
    "case.gap_filled": {
        "zh": ("补交材料已收到", "您为“{title}”（{case}）补交的材料已收到。"),
        "en": ("Materials received", "The materials that were to follow for “{title}” ({case}) are there."),
    },
    "case.transferred": {
        "zh": ("已移送办理", "“{title}”（{case}）已移送有权机关办理：{note}"),
        "en": ("Passed to the competent office", "“{title}” ({case}) was passed to the competent office: {note}"),
    },
    "review.answered": {
        "zh": ("您的评价已答复", "对您就“{title}”所作评价，办理部门答复：{note}。请告诉我们是否已解决。"),
        "en": ("Your review was answered", "The department answers your review of “{title}”: {note}. Please say "
               "whether this settles it."),
    },
    "review.verified": {
        "zh": ("您的评价已核验", "对您就“{title}”所作评价的答复已核验：{note}。"),
        "en": ("The answer was verified", "Supervision has verified the answer to your review of “{title}”: {note}."),
    },
    "review.again": {
        "zh": ("您的评价退回重新整改", "对您就“{title}”所作评价的答复未通过核验，已要求重新整改：{note}。"),
        "en": ("The answer was sent back", "Supervision did not accept the answer to your review of “{title}”; the "
               "department answers anew: {note}."),
    },
    "proxy.sign": {
        "zh": ("请您签署", "{who}已为{name}填好“{title}”，请核对后提交。"),
        "en": ("Please sign", "{who} has filled in “{title}” for {name}. Please check and submit it."),
    },
    "proxy.asked": {
        "zh": ("请您代办", "{name}请您担任{role}，有效期至 {until}（不含当日）。请到“代办与授权”接受或谢绝。"),
        "en": ("Asked to act for somebody", "{name} asks you to act as {role} before {until}. Accept or decline it "
               "under “Acting for others”."),
    },
    "proxy.accepted": {
        "zh": ("授权已被接受", "{agent}已接受担任{role}（{name}），即日起生效。"),
        "en": ("The role was accepted", "{agent} now acts as {role} for {name}."),
    },
    "proxy.declined": {
        "zh": ("授权未被接受", "{agent}没有接受担任{role}（{name}）。"),
        "en": ("The role was declined", "{agent} did not accept to act as {role} for {name}."),
    },
    "proxy.revoked": {
        "zh": ("授权已撤销", "{name}已撤销您的{role}授权，您不能再代为办理。"),
        "en": ("The role was revoked", "{name} has revoked your role as {role}; you can no longer act."),
    },
    "proxy.returned": {
        "zh": ("授权已交回", "{agent}不再担任{role}（{name}）。"),
        "en": ("The role was given back", "{agent} no longer acts as {role} for {name}."),
    },
    "webhook_disabled": {
        "zh": ("事件推送已停用", "推送给“{name}”的事件一直送不到，已停用：{error}。修好接收地址后可以重新启用。"),
        "en": ("Webhook switched off", "Events for “{name}” could not be delivered and are not sent any more: {error}. "
               "Mend the receiver and switch it on again."),
    },
    "data.corrected": {
        "zh": ("数据已更正", "您对“{title}”的异议已核实并更正：{note}。"),
        "en": ("Data corrected", "Your objection to “{title}” was right and the value was corrected: {note}."),
    },
    "data.open_granted": {
        "zh": ("数据开放需求已采纳", "您提出的开放数据需求“{title}”已采纳：{note}。"),
        "en": ("Your request for open data was granted", "Your request for open data “{title}” was granted: {note}."),
    },
    "data.open_declined": {
        "zh": ("数据开放需求未采纳", "您提出的开放数据需求“{title}”未采纳：{note}。"),
        "en": ("Your request for open data was declined", "Your request for open data “{title}” was declined: {note}."),
    },
    "data.upheld": {
        "zh": ("数据经核实无误", "您对“{title}”的异议已核实，登记内容无误：{note}。"),
        "en": ("Data confirmed", "Your objection to “{title}” was checked; the register stands: {note}."),
    },
}  # fmt: skip

_UNSAID = {"zh": "详情请登录查看", "en": "sign in to read it"}
_STOPS = "。.；; \n"  # the template ends the sentence of a note


def short(template: str, params: Mapping[str, Any], lang: str) -> str:
    """The text for a telephone: as `words`, but what an official wrote is only pointed to."""
    return words(template, {**params, "note": _UNSAID}, lang)[1]


def words(template: str, params: Mapping[str, Any], lang: str) -> tuple[str, str]:
    """Title and text in a language (zh unless it begins with en); a value given as {"zh", "en"} is said in it.

    InvalidError `messages.template` for an unknown template or a value that it needs and does not get.
    """
    tongue = "en" if lang.startswith("en") else "zh"
    said = {name: value.get(tongue, "") if isinstance(value, Mapping) else str(value) for name, value in params.items()}
    said = {name: value.rstrip(_STOPS) if name == "note" else value for name, value in said.items()}
    try:
        title, text = TEMPLATES[template][tongue]
        return title, text.format_map(said)
    except KeyError as error:
        raise InvalidError(
            "messages.template", "The message %(template)s lacks %(name)s.", {"template": template, "name": str(error)}
        ) from error
