"""The signed document of a certificate: built once, read back everywhere else."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from liangxi.core.certificates.shapes import Certificate, Holder, Stated, Titles
from liangxi.kit import time

VERSION = 1
EMBEDDED = "certificate.json"  # the name of the envelope inside the PDF


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A stated value with its label in every language that is known."""

    key: str
    label: Titles
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an issuer says, before it has a number."""

    type: str
    title: Titles
    holder: Holder
    issuer_org: str
    issuer: Titles
    lines: tuple[Line, ...]
    source: str
    valid_from: date
    valid_to: date | None
    is_sample: bool


def document_of(draft: Draft, number: str, issued_at: datetime) -> dict[str, Any]:
    """The JSON that is signed: texts, null and true or false only, so that its canonical form has no surprises."""
    return {
        "version": VERSION,
        "number": number,
        "type": {"code": draft.type, **draft.title},
        "holder": {"name": draft.holder.name, "id": draft.holder.masked_id},
        "issuer": {"code": draft.issuer_org, **draft.issuer},
        "fields": [{"key": line.key, "label": dict(line.label), "value": line.value} for line in draft.lines],
        "source": draft.source,
        "issued_at": issued_at.astimezone(time.CITY).isoformat(timespec="seconds"),
        "valid_from": draft.valid_from.isoformat(),
        "valid_to": draft.valid_to.isoformat() if draft.valid_to else None,
        "sample": draft.is_sample,
    }


def says_the_same(draft: Draft, document: Mapping[str, Any]) -> bool:
    """True when `document` was made from an equal draft."""
    again = document_of(draft, str(document["number"]), datetime.fromisoformat(str(document["issued_at"])))
    return again == dict(document)


def lines_of(fields: Mapping[str, str], labels: Mapping[str, Titles], known: str) -> tuple[Line, ...]:
    """The lines of a certificate; labels from the caller, else from the type (`known`: `姓名=name;住址=address`).

    A value without either is labelled by its key: better an odd label than a lost value.
    """
    pairs = (pair.partition("=") for pair in known.split(";") if "=" in pair)
    of_type: dict[str, Titles] = {key.strip(): {"zh": label.strip()} for label, _, key in pairs}
    return tuple(
        Line(key=key, label=dict(labels.get(key) or of_type.get(key) or {"zh": key}), value=str(value))
        for key, value in fields.items()
        if str(value).strip()
    )


def say(titles: Titles, lang: str) -> str:
    """The title in a language, Chinese where it has none."""
    return titles.get("en" if lang.startswith("en") else "zh") or titles.get("zh", "")


def certificate_of(document: Mapping[str, Any], lang: str, **kept: Any) -> Certificate:
    """The value of a signed document and of what is kept beside it (`kept`: holder ids, check, revocation)."""
    valid_to = document["valid_to"]
    holder = document["holder"]
    return Certificate(
        number=document["number"],
        type=document["type"]["code"],
        title=say(document["type"], lang),
        holder=Holder(name=holder["name"], masked_id=holder["id"], person=kept.pop("person"), firm=kept.pop("firm")),
        issuer=say(document["issuer"], lang),
        issuer_org=document["issuer"]["code"],
        fields=tuple(Stated(one["key"], say(one["label"], lang), one["value"]) for one in document["fields"]),
        source=document["source"],
        issued_at=datetime.fromisoformat(document["issued_at"]),
        valid_from=date.fromisoformat(document["valid_from"]),
        valid_to=date.fromisoformat(valid_to) if valid_to else None,
        is_sample=document["sample"],
        **kept,
    )
