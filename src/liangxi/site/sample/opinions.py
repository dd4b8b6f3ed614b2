"""What residents of the sample city think of the service: most are content, two are not, one of these is put right.

Every text says that it is a sample.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import cycle

from liangxi.core.cases import face as cases
from liangxi.kit import time
from liangxi.kit.actor import Actor
from liangxi.site.sample.identities import Identities
from liangxi.systems.reviews import face as reviews

Opinion = tuple[int, str, tuple[str, ...]]
ONLINE: tuple[Opinion | None, ...] = (  # of cases that have ended, in their order; None: not rated, nobody is forced
    (5, "线上填一次表就办好了，方便。（样例）", ("convenience",)),
    (2, "材料在网上传了，窗口又要一遍。（样例）", ("efficiency", "platform")),
    (4, "", ()),
    (5, "比承诺的时间快。（样例）", ("efficiency",)),
    None,
    (5, "", ()),
    (3, "指南里有几处看不懂。（样例）", ("guide",)),
    (5, "证照自动就带出来了。（样例）", ("convenience",)),
    (1, "等了三天没人联系。（样例）", ("efficiency",)),
)
WINDOW: tuple[Opinion, ...] = (
    (5, "", ("attitude",)),
    (5, "工作人员讲得清楚。（样例）", ("skill",)),
    (4, "", ()),
    (5, "", ("efficiency",)),
    (3, "排队时间有点长。（样例）", ("efficiency",)),
)
REPLY = "经核实，系统未把已上传材料推送到窗口，现已修复并向您致歉。（样例）"
Deliver = Callable[[], None]


def give(ended: Sequence[tuple[str, Actor]], known: Identities, deliver: Deliver) -> None:
    """Rate what has ended, online and by the slip of the visit, a day later; a second time changes nothing."""
    at_the_window = cycle(WINDOW)
    for (no, who), opinion in zip(ended, cycle(ONLINE), strict=False):
        closed = cases.case(by=who, no=no).closed_at
        later = closed + timedelta(hours=8) if closed else None
        if later is None or later >= time.now() or reviews.own_review(by=who, case=no):
            continue
        with time.frozen(later):
            if opinion:
                stars, text, tags = opinion
                review = reviews.rate_case(by=who, case=no, stars=stars, text=text, tags=tags)
                deliver()
                _put_right(review.id, stars, known, deliver)
            slip = reviews.open_visit(by=known.staff("clerk"), case=no, window="A03")
            if not slip.is_reviewed:
                stars, text, tags = next(at_the_window)
                reviews.review_visit(by=None, code=slip.code, stars=stars, text=text, tags=tags)
            deliver()


def _put_right(review: str, stars: int, known: Identities, deliver: Deliver) -> None:
    """The dissatisfied are called, answered and told what supervision found; the very dissatisfied still wait."""
    watch = known.staff("supervisor")
    current = reviews.review(by=watch, id=review).current
    if current is None or stars != 2:
        return
    org = cases.case(by=watch, no=current.case_no).items[0].org
    by = known.at.get(org, known.staff("leader"))
    reviews.call_back(by=by, case=current.case_no, is_reached=True, note="已致电说明并致歉。（样例）")
    reviews.answer(by=by, case=current.case_no, kind="rectified", reply=REPLY)
    deliver()
    reviews.verify(by=watch, case=current.case_no, is_accepted=True, finding="属实，已整改。（样例）",
                   public_text="材料在网上传了，窗口又要一遍。（样例）", public_reply=REPLY)  # fmt: skip
    deliver()
