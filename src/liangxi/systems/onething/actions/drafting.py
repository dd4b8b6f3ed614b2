"""Starting, filling in and submitting an application."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant, CaseView, MaterialRef, Outcome
from liangxi.core.files import face as files
from liangxi.core.forms import face as forms
from liangxi.core.messages import face as messages
from liangxi.core.people import face as people
from liangxi.kit import actor, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError
from liangxi.systems.data import face as data
from liangxi.systems.onething import queries, shapes
from liangxi.systems.onething.actions.prefilling import prefill
from liangxi.systems.onething.models import Draft
from liangxi.systems.onething.rules import compiling, merging, situation

HOUSE = actor.system("onething")


def start(by: Actor, package_id: str, raw_answers: Mapping[str, Any], consent: bool) -> shapes.Draft:
    """Begin an application; every relevant question must be answered, a firm's package needs a firm."""
    by.require("case.start", matter=package_id)
    version = queries.current_version(package_id)
    package = queries.compiled(version.hash)
    answers = situation.read_answers(package, raw_answers)
    found = situation.guide(package, answers)
    unanswered = [q for q in found.questions if q.id not in answers]
    if unanswered:
        fields = {q.id: "Please answer this question." for q in unanswered}
        raise InvalidError("onething.unanswered", "Some questions are still open.", fields=fields)
    if package.audience == "firm" and by.firm is None:
        raise InvalidError("onething.firm", "Choose the firm that you act for.", fields={"firm": "Choose a firm."})
    if package.audience == "person" and by.firm is not None:
        raise InvalidError("onething.person", "This is for persons: act for yourself or a relative.",
                           fields={"for": "Choose for whom you apply."})  # fmt: skip
    now = time.now()
    with transaction.atomic():
        draft = Draft(
            package=version,
            person=by.person or "",
            firm=by.firm if package.audience == "firm" else None,
            answers=answers,
            consented_at=now if consent else None,
            updated_at=now,
        )
        if consent:
            data.consent(by=by, purpose=f"onething:{package.id}", ref=f"draft:{draft.pk}", person=draft.person)
        prefill(by, draft, found)
        draft.save(force_insert=True)
        audit.record(by=by, action="onething.draft.started", object=f"draft:{draft.pk}", detail={"package": package.id})
    return queries.draft_view(draft)


def save(by: Actor, draft_id: str, values: Mapping[str, Any], complete: bool, seen: int | None) -> shapes.Draft:
    """Keep the answers of the form; with `complete` every required field must be there.

    The draft comes back with `errors` by field. What is valid is kept either way, so nothing typed is lost.
    """
    with transaction.atomic():
        row = _open_draft(by, draft_id, "case.draft")
        form = queries.form_for(queries.compiled(row.package.hash), row.answers)
        checked = forms.validate(form, values, complete=complete)
        kept, overtaken = merging.merged(
            row.values, row.touched, checked.answers, row.version if seen is None else seen
        )
        changed = {field: value for field, value in kept.items() if value != row.values.get(field)}
        if changed:
            row.version += 1
            row.touched = {**row.touched, **{field: [row.version, row.values.get(field)] for field in changed}}
        row.prefilled = {  # a value that was typed over is no longer the register's
            field: origin for field, origin in row.prefilled.items() if field not in changed
        }
        row.values = {**row.values, **kept}
        row.updated_at = time.now()
        row.save()
        if changed:
            audit.record(
                by=by, action="onething.draft.saved", object=f"draft:{row.pk}", detail={"fields": sorted(changed)}
            )
    told = gettext("This was changed on another device meanwhile. Compare, then save what is right.")
    return queries.draft_view(row, {**checked.errors, **dict.fromkeys(overtaken, told)})


def ask_signature(by: Actor, draft_id: str) -> shapes.Draft:
    """Ask those who may submit for the firm to check the draft and to sign it."""
    with transaction.atomic():
        row = _open_draft(by, draft_id, "case.draft")
        package = queries.compiled(row.package.hash)
        signers = [
            person
            for person in people.hearers(
                by=HOUSE, person=row.person, firm=row.firm, permission="case.submit", matter=package.id
            )
            if person != (by.hand or by.person)
        ]
        if not signers:
            raise ConflictError("onething.signers", "Nobody else may submit this. Ask the legal representative.")
        row.sign_asked_at, row.sign_asked_by = time.now(), by.hand or by.person or ""
        row.save(update_fields=["sign_asked_at", "sign_asked_by"])
        for person in signers:
            messages.send(
                by=HOUSE,
                to_person=person,
                template="proxy.sign",
                params={"title": dict(package.title), "name": by.name, "who": by.through or by.name},
                key=f"sign:{row.pk}:{row.version}:{row.sign_asked_at:%Y%m%d}:{person}",
                link=f"/applications/{row.pk}/check/",
            )
        audit.record(
            by=by, action="onething.draft.sign_asked", object=f"draft:{row.pk}", detail={"asked": len(signers)}
        )
    return queries.draft_view(row)


def add_material(by: Actor, draft_id: str, material: str, way: str, upload: shapes.Upload | None) -> shapes.Draft:
    """Satisfy one material by a file, by signing its commitment, or by saying that it follows."""
    with transaction.atomic():
        row = _open_draft(by, draft_id, "case.commit" if way == "commitment" else "case.draft")
        found = _material(queries.draft_view(row), material)
        if upload is not None:
            kept = _store(by, found, upload, owner=f"draft:{row.pk}")
        elif way == "later" and found.material.can_follow:
            kept = {"how": "later", "ref": "", "name": ""}
        elif way == "commitment" and "commitment" in found.material.ways:
            kept = {"how": "commitment", "ref": time.now().isoformat(), "name": by.through or by.name}
        else:
            raise InvalidError(
                "onething.material.way",
                "This material cannot be given that way.",
                fields={material: "Upload a file."},
            )
        row.materials = {**row.materials, material: kept}
        row.updated_at = time.now()
        row.save()
        audit.record(by=by, action="onething.material.added", object=f"draft:{row.pk}", detail={"material": material})
    return queries.draft_view(row)


def submit(by: Actor, draft_id: str, key: str) -> shapes.Receipt:
    """Turn a complete draft into a case. The same draft submitted twice gives the same receipt."""
    with transaction.atomic():
        row = queries.own_draft(by, draft_id, lock=True)
        package = queries.compiled(row.package.hash)
        by.require("case.submit", matter=package.id)
        view = queries.draft_view(row)
        if row.case_no is None:
            _require_complete(view)
            opened = _open_case(by, row, view, key)
            row.case_no, row.updated_at = opened.no, time.now()
            row.save(update_fields=["case_no", "updated_at"])
        case = cases.case(by=by, no=row.case_no)
    return shapes.Receipt(case.no, case.check or "", package.title, case.opened_at, case.due)


def _open_case(by: Actor, row: Draft, view: shapes.Draft, key: str) -> CaseView:
    package, answers = view.guide.package, view.guide.answers
    plan = cases.register_plan(by=by, definition=compiling.plan_of(package, answers))
    materials = [MaterialRef(key=m.material.id, how=m.how, ref=m.ref) for m in view.materials]
    opened = cases.open_case(
        by=by,
        plan=plan,
        applicant=Applicant(person=by.person or "", firm=row.firm, name=by.name),
        subject=package.title["zh"],
        items=[i.matter.id for i in view.guide.items],
        form={**row.values, "answers": dict(answers)},
        materials=materials,
        key=key,
    )
    for one in view.materials:
        if one.how == "upload":
            files.attach(by=by, id=one.ref, owner=f"case:{opened.no}")
    return opened


def _require_complete(view: shapes.Draft) -> None:
    checked = forms.validate(view.form, view.values, complete=True)
    missing = {m.material.id: "Add this material." for m in view.missing}
    fields = {**checked.errors, **missing}
    if fields:
        raise InvalidError("onething.incomplete", "The application is not complete.", fields=fields)


def answer_supplement(
    by: Actor,
    case_no: str,
    values: Mapping[str, Any],
    uploads: Mapping[str, shapes.Upload],
    key: str,
    version: int | None,
) -> Outcome:
    """Give what was asked for once and completely; corrected answers are checked like the first ones."""
    with transaction.atomic():
        case = cases.case(by=by, no=case_no)
        row = queries.own_draft_of_case(by, case.parent_no or case.no)
        view = queries.draft_view(row)
        checked = forms.validate(view.form, {**row.values, **values}, complete=True)
        errors = {field: message for field, message in checked.errors.items() if field in values}
        if errors:
            raise InvalidError("onething.supplement", "Some answers need a correction.", fields=errors)
        changed = {field: checked.answers[field] for field in values if field in checked.answers}
        added = {}
        for material, upload in uploads.items():
            added[material] = _store(by, _material(view, material), upload, owner=f"case:{case_no}")
        row.values, row.materials = {**row.values, **changed}, {**row.materials, **added}
        row.updated_at = time.now()
        row.save()
        given = [{"key": m, "how": "upload", "ref": kept["ref"]} for m, kept in added.items()]
        return cases.command(
            by=by,
            case=case_no,
            action="answer_supplement",
            key=key,
            expected_version=version,
            body={"form": changed, "materials": given},
        )


def fill_gap(by: Actor, case_no: str, uploads: Mapping[str, shapes.Upload], key: str) -> Outcome:
    """Add the materials that were to follow."""
    with transaction.atomic():
        row = queries.own_draft_of_case(by, case_no)
        view, added = queries.draft_view(row), {}
        for material, upload in uploads.items():
            added[material] = _store(by, _material(view, material), upload, owner=f"case:{case_no}")
        row.materials, row.updated_at = {**row.materials, **added}, time.now()
        row.save()
        given = [{"key": m, "how": "upload", "ref": kept["ref"]} for m, kept in added.items()]
        return cases.command(by=by, case=case_no, action="fill_gap", key=key, body={"materials": given})


def _open_draft(by: Actor, draft_id: str, permission: str) -> Draft:
    row = queries.own_draft(by, draft_id, lock=True)
    by.require(permission, matter=row.package.package)
    if row.case_no is not None:
        raise ConflictError(
            "onething.submitted", "This application has been submitted as %(case)s.", {"case": row.case_no}
        )
    return row


def _material(view: shapes.Draft, material: str) -> shapes.DraftMaterial:
    for one in view.materials:
        if one.material.id == material:
            return one
    raise InvalidError("onething.material", "This application does not need the material %(material)s.",
                       {"material": material}, fields={material: "This material is not needed."})  # fmt: skip


def _store(by: Actor, given: shapes.DraftMaterial, upload: shapes.Upload, owner: str) -> dict[str, str]:
    """Keep a file for a material; the same content again is the file that is there, so that a repeated call is one."""
    name, content = upload
    if given.how == "upload" and given.ref:
        before = files.file(by=by, id=given.ref)
        if before.sha256 == hashlib.sha256(content).hexdigest():
            files.attach(by=by, id=before.id, owner=owner)
            return {"how": "upload", "ref": before.id, "name": before.name}
    stored = files.store(by=by, name=name, content=content, allow=given.material.accept)
    files.attach(by=by, id=stored.id, owner=owner)
    return {"how": "upload", "ref": stored.id, "name": stored.name}
