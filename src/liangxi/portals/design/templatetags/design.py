"""The tags of the design system: small marks and components that every portal writes the same way.

`{% load design %}`; the style page (`/style/`) shows each with its call. Tags that wrap other markup end with
`{% end<name> %}`. All text that a tag adds goes through gettext; all values are escaped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date as Day  # noqa: N812 the tag is called date
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.template import Context, Library
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext, pgettext

from liangxi.kit import time
from liangxi.portals.design import assets, rules

register = Library()

THEMES = ("light", "dark")
SIZES = ("normal", "large")


@register.simple_tag
def asset(name: str) -> str:
    """The address of a built file (`app.js`, `map.js`, `design.css`), or "" without the build."""
    return assets.asset_url(name)


@register.simple_tag(takes_context=True)
def html_attributes(context: Context, skin: str) -> SafeString:
    """Attributes of `<html>`: language, skin, and what the reader chose (theme and size, kept in cookies)."""
    request: HttpRequest | None = context.get("request")
    cookies = request.COOKIES if request else {}
    theme, size = cookies.get("theme", ""), cookies.get("size", "")
    language = "zh-Hans-CN" if (get_language() or "zh").startswith("zh") else "en"
    result = format_html('lang="{}" data-skin="{}"', language, skin)
    if theme in THEMES:
        result += format_html(' data-theme="{}"', theme)
    if size in SIZES and skin != "screen":
        result += format_html(' data-size="{}"', size)
    return result


@register.simple_tag(takes_context=True)
def unread_count(context: Context) -> int:
    """How many messages of the city the signed-in resident has not read; 0 for others."""
    actor = getattr(context.get("request"), "actor", None)
    if actor is None or actor.kind != "public" or actor.is_assisted:
        return 0
    from liangxi.core.messages import face as messages  # only where somebody is signed in

    return messages.unread_count(by=replace(actor, person=actor.hand or actor.person))


@register.simple_tag
def icon(name: str, size: str = "", label: str = "") -> SafeString:
    """An icon of the sprite; decoration unless it has a `label`. `size="large"` for the heads of cards."""
    address = f"{assets.asset_url('icons.svg')}#{name}"
    kind = "icon icon--large" if size == "large" else "icon"
    if label:
        return format_html('<svg class="{}" role="img" aria-label="{}"><use href="{}"/></svg>', kind, label, address)
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', kind, address)


_SHAPES = {
    "green": '<circle cx="6" cy="6" r="5.5"/>',
    "yellow": '<path d="M6 .5 11.8 11.300H.2z"/>',
    "red": '<path d="M.8.8h10.400v10.400H.8z"/>',
    "paused": '<path d="M2 1h3v10H2zM7 1h3v10H7z"/>',
}


@register.simple_tag
def light(value: str | None, note: str = "", due: datetime | None = None) -> SafeString:
    """A case's light: shape, word, colour. green, yellow, red, or paused (a stopped clock); else a dash.

    Yellow says "Promise missed" once `due`, the promised instant, has passed; red is kept for the limit of the law.
    """
    is_missed = due is not None and due < time.now()
    words = {
        "green": pgettext("light", "On time"),
        "yellow": pgettext("light", "Promise missed") if is_missed else pgettext("light", "Due soon"),
        "red": pgettext("light", "Overdue"),
        "paused": pgettext("light", "Clock stopped"),
    }
    if value not in words:
        return mark_safe('<span class="light">—</span>')
    shape = mark_safe(_SHAPES[value])  # noqa: S308 our own constant
    more = format_html(' <span class="light__note">{}</span>', note) if note else ""
    return format_html(
        '<span class="light light--{}"><svg class="light__shape" viewBox="0 0 12 12" aria-hidden="true">{}</svg>{}{}'
        "</span>",
        value,
        shape,
        words[value],
        more,
    )


@register.simple_tag(name="badge")
def badge_tag(text: str, tone: str = "", icon_name: str = "") -> SafeString:
    """A short state: tone lake, camphor, amber, azalea or none."""
    kind = f"badge badge--{tone}" if tone else "badge"
    return format_html('<span class="{}">{}{}</span>', kind, icon(icon_name) if icon_name else "", text)


@register.simple_tag
def date(value: Day | datetime | None, with_time: bool = False) -> SafeString | str:
    """11月23日（周一）/ Mon 23 Nov, in a `<time>`; a dash for nothing."""
    if value is None or value == "":
        return "—"
    text = rules.say_date(value, language=get_language() or "zh", today=time.today(), with_time=with_time)
    return format_html('<time datetime="{}" class="nowrap">{}</time>', value.isoformat(), text)


@register.simple_tag
def working_days(count: int) -> str:
    """5个工作日 / 5 working days."""
    return ngettext("%(count)d working day", "%(count)d working days", count) % {"count": count}


@register.simple_tag
def money(yuan: Decimal | float | str | None) -> str:
    """1,234.50元 / CNY 1,234.50; free of charge for zero, a dash for nothing."""
    if yuan is None or yuan == "":
        return "—"
    if Decimal(str(yuan)) == 0:
        return pgettext("fee", "Free")
    return gettext("CNY %(amount)s") % {"amount": rules.say_amount(yuan)}


@register.simple_tag
def sparkline(values: Sequence[float], label: str = "") -> SafeString:
    """A trend drawn by the server; `label` says it in words for those who do not see it."""
    points = rules.spark_points(values)
    if not points:
        return mark_safe("")
    line = " ".join(f"{x},{y}" for x, y in points)
    area = f"{points[0][0]},36 {line} {points[-1][0]},36"
    said = label or gettext("Trend: %(values)s") % {"values": ", ".join(f"{v:g}" for v in values)}
    return format_html(
        '<svg class="spark stat__spark" viewBox="0 0 120 36" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<polygon class="spark__area" points="{}"/><polyline class="spark__line" points="{}"/>'
        '<path class="spark__dot" d="M{} {}h0"/></svg>',
        said,
        area,
        line,
        *points[-1],
    )


@register.inclusion_tag("design/parts/timeline.html")
def timeline(entries: Sequence[Any]) -> dict[str, Any]:
    """A history: entries with `title`, `at`, and, where known, `by`, `text`, `state` (done, now, next, stop, late)."""
    return {"entries": entries}


@register.simple_tag
def steps(names: Sequence[str] | str, current: int) -> SafeString:
    """The steps of a task; `current` counts from 1, beyond the last all are done. A string is split at `|`."""
    listed = names.split("|") if isinstance(names, str) else names
    state = {True: ("done", ""), False: ("", "")}
    parts = []
    for number, name in enumerate(listed, 1):
        kind, now = ("now", mark_safe(' aria-current="step"')) if number == current else state[number < current]
        modifier = f" steps__step--{kind}" if kind else ""
        parts.append((modifier, now, name))
    items = format_html_join("", '<li class="steps__step{}"{}><span class="steps__name">{}</span></li>', parts)
    return format_html('<ol class="steps" aria-label="{}">{}</ol>', gettext("Steps"), items)


@register.inclusion_tag("design/parts/error_summary.html")
def error_summary(
    errors: Mapping[str, Any] | None, labels: Mapping[str, str] | None = None, focus: bool = True
) -> dict[str, Any]:
    """What to mend, each linked to its field (`id_<name>`). `errors`: field -> message or messages; `__all__` = the
    whole form. It takes the focus when the page opens."""
    rows = []
    for name, said in (errors or {}).items():
        for message in [said] if isinstance(said, str) or not isinstance(said, Sequence) else said:
            rows.append({"name": "" if name == "__all__" else name, "text": message, "label": (labels or {}).get(name)})
    return {"rows": rows, "focus": focus}


@register.inclusion_tag("design/parts/pagination.html", takes_context=True)
def pagination(
    context: Context, next: str | None = None, total: int | None = None, shown: int | None = None
) -> dict[str, Any]:
    """Keyset paging: `next` goes into `?after=`; the other parameters of the query stay."""
    return {"request": context.get("request"), "next": next, "total": total, "shown": shown}


@register.inclusion_tag("design/parts/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "", icon_name: str = "inbox") -> dict[str, str]:
    """Nothing here: why, and what one can do."""
    return {"title": title, "text": text, "url": url, "action": action, "icon_name": icon_name}


@register.inclusion_tag("design/parts/stat.html")
def stat(label: str, value: Any, unit: str = "", **more: Any) -> dict[str, Any]:
    """A number with its `definition`, `source`, `age`; also `url`, `change`, `tone` (green, yellow, red),
    `points` (sparkline) and `stale=True`."""
    return {"label": label, "value": value, "unit": unit, **more}


@register.inclusion_tag("design/parts/person.html")
def person(name: str, masked_id: str = "", reveal_url: str = "", is_firm: bool = False) -> dict[str, Any]:
    """A person or firm with a masked number; `reveal_url` leads to where a purpose is given first."""
    return {"name": name, "masked_id": masked_id, "reveal_url": reveal_url, "is_firm": is_firm}


@register.inclusion_tag("design/parts/certificate.html")
def certificate(certificate: Any, qr: SafeString | str = "", url: str = "", pdf_url: str = "") -> dict[str, Any]:
    """A certificate with its QR code (`qr`: SVG from the server), link to check and PDF."""
    return {"certificate": certificate, "qr": qr, "url": url, "pdf_url": pdf_url}


@register.inclusion_tag("design/parts/file_drop.html")
def file_drop(name: str, url: str = "", accept: str = ".pdf,.jpg,.jpeg,.png,.webp", **more: Any) -> dict[str, Any]:
    """A place to drop files. With `url` each is sent at once, with progress; without, it goes with the form.
    Also `hint`, `label`, `multiple=True`."""
    return {"name": name, "url": url, "accept": accept, **more}


@register.inclusion_tag("design/parts/summary_list.html")
def summary_list(rows: Sequence[Any], plain: bool = False) -> dict[str, Any]:
    """Facts by name: rows with `label`, `value`, and, where known, `url` (change) and `source`."""
    return {"rows": rows, "plain": plain}


@register.inclusion_tag("design/parts/breadcrumb.html")
def breadcrumb(*pairs: str) -> dict[str, Any]:
    """`{% breadcrumb "Home" "/" "Matters" "/matters" "This one" %}`: title, address, ..., last title alone."""
    return {"crumbs": [(pairs[i], pairs[i + 1] if i + 1 < len(pairs) else "") for i in range(0, len(pairs), 2)]}


@register.inclusion_tag("design/parts/saving.html")
def saving(**more: Any) -> dict[str, Any]:
    """The saving against doing each matter alone: pairs `days`/`days_was`, `trips`/`trips_was`,
    `materials`/`materials_was`, `forms`/`forms_was`; a pair left out is not shown."""
    return more


_BANNERS = {"info": "info", "done": "circle-check", "caution": "triangle-alert", "danger": "octagon-alert"}


@register.simple_block_tag
def banner(content: str, tone: str = "info", title: str = "", alert: bool = False) -> SafeString:
    """A message: tone info, done, caution, danger. `alert=True` is read out at once."""
    head = format_html('<p class="banner__title">{}</p>', title) if title else ""
    role = mark_safe(' role="alert"') if alert else ""
    return format_html(
        '<div class="banner banner--{}"{}>{}<div class="banner__body">{}{}</div></div>',
        tone,
        role,
        icon(_BANNERS[tone]),
        head,
        content,
    )


@register.simple_block_tag
def warning(content: str, level: str, title: str) -> SafeString:
    """A legal warning in one of the four colours (blue, yellow, orange, red; IV to I), the colour said in words."""
    words = {
        "blue": (gettext("Blue"), "Ⅳ"),
        "yellow": (gettext("Yellow"), "Ⅲ"),
        "orange": (gettext("Orange"), "Ⅱ"),
        "red": (gettext("Red"), "Ⅰ"),
    }
    return format_html(
        '<section class="banner banner--law banner--law-{}"><div class="banner__level">{}<br>{}</div>'
        '<div class="banner__body"><p class="banner__title">{}</p>{}</div></section>',
        level,
        *words[level],
        title,
        content,
    )


@register.simple_block_tag
def field(content: str, name: str, label: str, **more: Any) -> SafeString:
    """One question with its control: `hint`, `error`, `optional=True`, `source` (where a value came from)."""
    context = {"content": content, "name": name, "label": label, **more}
    return SafeString(render_to_string("design/parts/field.html", context))


@register.simple_block_tag
def dialog(content: str, id: str, title: str, kind: str = "dialog") -> SafeString:
    """A dialog or side sheet (`kind="sheet"`), opened by `<button data-opens="id">`; Escape closes it."""
    return SafeString(
        render_to_string("design/parts/dialog.html", {"content": content, "id": id, "title": title, "kind": kind})
    )


@register.simple_block_tag
def chart(content: str, title: str, unit: str = "", **more: Any) -> SafeString:
    """The frame of a chart: title, unit, `source`, `age`, `download` (address of the figures)."""
    return SafeString(
        render_to_string("design/parts/chart.html", {"content": content, "title": title, "unit": unit, **more})
    )


@register.simple_block_tag
def sample(content: str, title: str) -> SafeString:
    """Code or an API call, with a button that copies it."""
    return SafeString(render_to_string("design/parts/sample.html", {"content": content, "title": title}))
