"""Filling the form and the materials from the registers, so that nobody types what the city knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from liangxi.core.people import face as people
from liangxi.kit.actor import Actor
from liangxi.systems.data import face as data
from liangxi.systems.data.shapes import Fact
from liangxi.systems.onething.models import Draft
from liangxi.systems.onething.rules import situation, sources
from liangxi.systems.onething.shapes import EARLIER_ANSWER, FormField, Guide
from liangxi.systems.twin import face as twin

EARLIER = 20  # applications of the same applicant that are looked at


@dataclass(frozen=True, slots=True)
class _Known:
    """What the registers said, by (subject, field)."""

    facts: Mapping[tuple[str, str], Fact]
    subjects: Mapping[str, str]
    licences: Mapping[str, str]
    sex: str

    def of(self, source: str) -> tuple[str, str, Fact] | None:
        """The subject, the field under which the subject's register knows it, and the fact."""
        found = sources.resolve(source, self.sex)
        fact = self.facts.get((found.subject, found.field))
        return None if fact is None else (self.subjects.get(found.subject, ""), found.field, fact)


def prefill(by: Actor, draft: Draft, guide: Guide) -> None:
    """Write into `draft` what is known already, each value with its source, and satisfy what that satisfies.

    The registers are asked only with the consent of the applicant, under the purpose `onething:<package>`, and every
    read is logged there with this draft as its reason. What the guide was answered is known without them.
    """
    known = _ask_registers(by, draft, guide) if draft.consented_at else _Known({}, {}, {}, "")
    _fill_fields(draft, guide, known)
    if draft.consented_at:
        _fill_again(draft, guide)
    draft.materials = {
        m.material.id: kept for m in guide.materials if (kept := _satisfied(m.material.ways, known, guide)) is not None
    }


def _shown(draft: Draft, guide: Guide) -> list[FormField]:
    ids = situation.visible_fields(guide.package, situation.chosen_items(guide.package, draft.answers), draft.answers)
    return [field for field in guide.package.fields if field.id in ids]


def _ask_registers(by: Actor, draft: Draft, guide: Guide) -> _Known:
    package = guide.package
    wanted = {f.source for f in _shown(draft, guide) if f.source}  # and nothing that this situation does not need
    wanted |= {way.removeprefix("data:") for m in guide.materials for way in m.material.ways if way.startswith("data:")}
    purpose, consent = f"onething:{package.id}", f"draft:{draft.pk}"
    person = people.person(by=by.with_purpose(purpose), id=draft.person)
    subjects = {"firm": draft.firm} if draft.firm else {"person": draft.person}
    if draft.firm and not by.on_behalf_of:  # a firm's form speaks of its legal representative, never of an agent
        subjects["person"] = draft.person
    resolved = {sources.resolve(source, person.sex) for source in wanted}
    facts: dict[tuple[str, str], Fact] = {}
    licences: dict[str, str] = {}
    for kind, subject in subjects.items():
        fields = sorted(found.field for found in resolved if found.subject == kind)
        answer = data.fetch(by=by, purpose=purpose, subject=subject, fields=fields, consent=consent) if fields else {}
        facts |= {(kind, field): fact for field, fact in answer.items()}
        licences |= {
            one.type: one.number for one in data.licences_of(by=by, purpose=purpose, subject=subject, consent=consent)
        }
    facts |= _premises(by, draft)
    return _Known(facts, subjects, licences, person.sex)


def _premises(by: Actor, draft: Draft) -> dict[tuple[str, str], Fact]:
    if not draft.firm:
        return {}
    found = twin.premises_at(by=by, address=people.firm(by=by, id=draft.firm).address_code)
    if found is None:
        return {}
    area = found.area_m2
    facts = {"area": int(area) if area == int(area) else float(area), "floor": found.floor}  # as a form keeps numbers
    return {
        ("premises", field): Fact(
            value=value, source_org=found.source_org, source_title=found.source_title, as_of=found.as_of
        )
        for field, value in facts.items()
        if value is not None
    }


def _fill_fields(draft: Draft, guide: Guide, known: _Known) -> None:
    values: dict[str, Any] = {}
    origins: dict[str, Any] = {}
    for field in _shown(draft, guide):
        if field.source.startswith("ask."):
            values[field.id] = draft.answers.get(field.source.removeprefix("ask."))
        elif field.source and (found := known.of(field.source)):
            subject, name, fact = found
            values[field.id] = fact.value
            origins[field.id] = {
                "source": name,
                "subject": subject,
                "org": fact.source_org,
                "org_title": dict(fact.source_title),
                "as_of": fact.as_of.isoformat()[:10] if fact.as_of else "",
            }
    draft.values = values
    draft.prefilled = origins


def _fill_again(draft: Draft, guide: Guide) -> None:
    """What no register knows, but the applicant has answered in another matter before, is not typed again.

    The same package is left out: who applies for the same thing once more applies for something new.
    """
    before = Draft.objects.filter(person=draft.person, firm=draft.firm, case_no__isnull=False)
    rows = before.exclude(package__package=guide.package.id).select_related("package").order_by("-updated_at")
    open_fields = {field.id: field for field in _shown(draft, guide) if field.id not in draft.values}
    for row in rows[:EARLIER]:
        asked = {one["id"]: one for one in row.package.definition["package"]["form"]}
        for id in open_fields.keys() & row.values.keys() & asked.keys():
            if not _same_question(open_fields[id].definition, asked[id]) or row.values[id] in ("", None, []):
                continue
            del open_fields[id]
            title = row.package.definition["package"]["title"]
            draft.values[id] = row.values[id]
            draft.prefilled[id] = {
                "source": EARLIER_ANSWER,
                "subject": "",
                "org": "",
                "org_title": {"zh": f"您在“{title['zh']}”中填写过", "en": f"your own answer in “{title['en']}”"},
                "as_of": row.updated_at.date().isoformat(),
            }


def _same_question(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """True when both fields take the same answers under the same Chinese label."""
    codes = [{option["code"] for option in field.get("options", ())} for field in (one, other)]
    return one["type"] == other["type"] and codes[0] == codes[1] and one["label"]["zh"] == other["label"]["zh"]


def _satisfied(ways: Iterable[str], known: _Known, guide: Guide) -> dict[str, str] | None:
    """How the first way that needs nothing from the applicant satisfies a material; None when none does."""
    results = {item.matter.result.type: item.matter.id for item in guide.items if item.matter.result}
    for way in ways:
        how, _, via = way.partition(":")
        if how == "elicence" and via in known.licences:
            return {"how": how, "ref": known.licences[via], "name": ""}
        if how == "data" and known.of(via):
            return {"how": how, "ref": via, "name": ""}
        if how == "result" and via in results:
            return {"how": how, "ref": results[via], "name": ""}
    return None
