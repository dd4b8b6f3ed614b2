"""The door of one things: find one, ask what applies, fill in once, submit; and the content behind it."""

from liangxi.systems.onething.face.applying import (
    add_material,
    ask_signature,
    draft,
    drafts,
    save,
    start,
    submit,
)
from liangxi.systems.onething.face.content import (
    check_profile,
    definition,
    guide,
    load_profile,
    packages,
    summaries,
    versions,
)
from liangxi.systems.onething.face.following import (
    answer_supplement,
    application,
    fill_gap,
    issue_result,
    revoke_result,
    tell_applicant,
)

__all__ = [
    "add_material",
    "answer_supplement",
    "application",
    "ask_signature",
    "check_profile",
    "definition",
    "draft",
    "drafts",
    "fill_gap",
    "guide",
    "issue_result",
    "load_profile",
    "packages",
    "revoke_result",
    "save",
    "start",
    "submit",
    "summaries",
    "tell_applicant",
    "versions",
]
