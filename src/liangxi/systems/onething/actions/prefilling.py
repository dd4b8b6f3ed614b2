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
from liangxi.systems.onething.shapes import FormField, Guide
from liangxi.systems.twin import face as twin


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
    subjects = {"person": draft.person, **({"firm": draft.firm} if draft.firm else {})}
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
    facts = {"area": found.area_m2, "floor": found.floor}
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
