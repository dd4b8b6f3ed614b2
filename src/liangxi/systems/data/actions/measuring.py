"""Measuring: each delivered version once, its rules, profile and drift by DuckDB; tickets opened and closed."""

from collections.abc import Mapping
from typing import Any

import duckdb
from django.db import transaction
from django.db.models import F

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.cases.shapes import Applicant
from liangxi.core.lake import face as lake
from liangxi.core.lake.face import Reader
from liangxi.core.people import face as people
from liangxi.kit import actor, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, InvalidError, NotFoundError
from liangxi.systems.data.actions import catalogue as deliveries
from liangxi.systems.data.actions import profiling
from liangxi.systems.data.models import Finding, Measurement, Resource, Run
from liangxi.systems.data.queries import catalogue, connectors, quality
from liangxi.systems.data.queries import sharing as sharing_queries
from liangxi.systems.data.rules import datasets, sharing
from liangxi.systems.data.rules import quality as rules
from liangxi.systems.data.shapes import ResourceDefinition
from liangxi.systems.data.shapes.quality import QualityRule, RuleResult

ZONE = actor.system("quality")
OUTCOMES = ("corrected", "upheld")
_LAST = 10  # deliveries that 可访问性 looks at

_COMPARED = """
SELECT count(*) FILTER (WHERE c.v <> o.v), count(*) FROM copies c JOIN origin o USING (k) WHERE c.v IS NOT NULL
"""


def measure_due(limit: int) -> int:
    """Measure what was delivered since it was measured last; how many resources."""
    due = Resource.objects.filter(state="published", delivered_version__regex=r"^\d+\.\d+$")
    done = due.filter(measurements__data_version=F("delivered_version"))
    waiting = due.exclude(pk__in=done).order_by("delivered_at").values_list("pk", flat=True)[:limit]
    return sum(measure(resource) for resource in waiting)


def measure(resource: str) -> int:
    """Measure the newest state of a resource; 0 when its table is not there."""
    row = Resource.objects.get(pk=resource)
    made = connectors.definition_in_force(resource)
    try:
        with lake.read(table=datasets.table_of(resource)) as reader:
            found = _measured(row, made, reader)
    except NotFoundError:
        return 0
    with transaction.atomic():
        Resource.objects.select_for_update().get(pk=resource)
        if Measurement.objects.filter(resource=row, data_version=found.data_version).exists():
            return 0
        found.save(force_insert=True)
        deliveries.record_quality(ZONE, resource, found.score, found.measured_at)
        Resource.objects.filter(pk=resource, delivered_version=found.data_version).update(delivered_rows=found.rows)
        _tend(row, found)
    return 1


def _measured(row: Resource, made: ResourceDefinition, reader: Reader) -> Measurement:
    own = quality.own_rules(made)
    sources = catalogue.sources_of({(f.subject, f.element) for f in made.fields if f.element})
    plain = rules.rules_of(made, own)
    rows, results = _judge(reader, plain)
    results += [one for rule in rules.copy_rules(made, sources) if (one := _compare(reader, made, rule))]
    results += _intake(row.pk)
    now, before = time.now(), quality.newest(row.pk)
    score, dimensions = rules.scores(results, rules.timely(row.cycle, row.delivered_at, now), _accessible(row.pk))
    profile, alarms = profiling.profile(reader, made, rows, before)
    cursor = reader.state.cursor
    return Measurement(
        resource=row,
        data_version=f"{cursor.version}.{cursor.batch}",
        rows=rows,
        score=score,
        dimensions=dimensions,
        results=[
            {"rule": r.rule, "dimension": r.dimension, "field": r.field, "title": dict(r.title), "broken": r.broken,
             "checked": r.checked, "allowed": r.allowed} for r in results
        ],
        profile=profile,
        alarms=alarms,
        measured_at=now,
    )  # fmt: skip


def _judge(reader: Reader, listed: tuple[QualityRule, ...]) -> tuple[int, list[RuleResult]]:
    """All rules of the rows in one reading."""
    counts = ", ".join(f"count(*) FILTER (WHERE {rule.bad})" for rule in listed)
    rows, *broken = reader.rows(f"SELECT count(*), {counts} FROM dataset")[0]
    return int(rows), [_result(rule, int(n), int(rows)) for rule, n in zip(listed, broken, strict=True)]


def _result(rule: QualityRule, broken: int, checked: int) -> RuleResult:
    return RuleResult(rule.id, rule.dimension, rule.field, rule.title, broken, checked, rule.allowed)


def _compare(reader: Reader, made: ResourceDefinition, rule: QualityRule) -> RuleResult | None:
    """Copies against their source, by the first key element that both have; None when the source has no rows here."""
    other, field = rule.source.split(".")
    there = connectors.definition_in_force(other)
    pairs = [(f.name, t.name) for t in there.fields if t.is_key for f in made.fields if f.element == t.element != ""]
    if not pairs:
        return None
    own_key, other_key = pairs[0]
    try:
        with lake.read(table=datasets.table_of(other)) as source, duckdb.connect(":memory:") as engine:
            engine.register(
                "copies", reader.arrow(f'SELECT "{own_key}" AS k, "{rule.field}"::VARCHAR AS v FROM dataset')
            )
            engine.register("origin", source.arrow(f'SELECT "{other_key}" AS k, "{field}"::VARCHAR AS v FROM dataset'))
            broken, checked = engine.execute(_COMPARED).fetchall()[0]
    except NotFoundError:
        return None
    return _result(rule, int(broken), int(checked)) if checked else None


def _intake(resource: str) -> list[RuleResult]:
    """Rows of the last delivery that could not be read as the catalogue says."""
    run = Run.objects.filter(source__resource=resource, state="done").order_by("-ended_at").first()
    if run is None:
        return []
    title = {"zh": "交付的行符合目录约定", "en": "Rows delivered as the catalogue says"}
    return [RuleResult("rows.readable", "normative", "", title, run.bad, run.good + run.bad, 0.0)]


def _accessible(resource: str) -> float | None:
    last = Run.objects.filter(source__resource=resource).exclude(state__in=(*connectors.OPEN, "cancelled"))
    states = list(last.order_by("-asked_at").values_list("state", flat=True)[:_LAST])
    return 100.0 * sum(state in connectors.DONE for state in states) / len(states) if states else None


def _tend(row: Resource, found: Measurement) -> None:
    """Open a ticket for each rule that fails and has none; close those whose rows were mended."""
    failing = {}
    for one in found.results:
        result = RuleResult(**one)
        if not result.passes:
            failing[result.rule] = result
    for ticket in Finding.objects.filter(resource=row, state="open"):
        if ticket.rule not in failing:
            _close(ticket, ZONE, "mended", "corrected", "后续版本已符合规则。")
    for rule, result in failing.items():
        known = Finding.objects.filter(resource=row, rule=rule).order_by("-opened_at").first()
        if known is None or known.state == "mended" or (known.state == "answered" and known.outcome == "corrected"):
            _open(row, result, found.data_version)
        elif known.state == "open":
            Finding.objects.filter(pk=known.pk).update(broken=result.broken, checked=result.checked)


def _open(row: Resource, result: RuleResult, data_version: str) -> None:
    ticket = Finding.objects.create(
        resource=row, rule=result.rule, rule_title=dict(result.title), field=result.field, broken=result.broken,
        checked=result.checked, data_version=data_version, opened_at=time.now(),
    )  # fmt: skip
    title = {lang: f"{row.title[lang]}: {result.title[lang]}" for lang in ("zh", "en")}
    plan = sharing.quality_plan(row.org, title, sharing_queries.rule("objection_days"))
    bureau = people.organisation(code=sharing_queries.bureau())
    case = cases.open_case(
        by=ZONE,
        plan=cases.register_plan(by=ZONE, definition=plan),
        applicant=Applicant(person="", org=bureau.code, name=bureau.name["zh"]),
        subject=title["zh"],
        items=["mend"],
        form={"finding": str(ticket.pk)},
        key=f"finding:{ticket.pk}",
    )
    cases.command(by=ZONE, case=case.no, action="accept", key=f"finding:accept:{ticket.pk}")
    Finding.objects.filter(pk=ticket.pk).update(case_no=case.no)


def answer(by: Actor, id: str, outcome: str, said: str) -> None:
    """The provider's word on a ticket: it corrects the rows, or they are right as they are."""
    if outcome not in OUTCOMES:
        raise InvalidError("data.finding", "Choose one of the list.", fields={"outcome": "Choose one of the list."})
    if not 1 <= len(said.strip()) <= 500:
        why = "Write an answer of up to 500 characters."
        raise InvalidError("data.finding", why, fields={"answer": why})
    with transaction.atomic():
        row = quality.finding_row(by, id)
        by.require("data.correct", row.resource.org_path)
        if row.state != "open":
            raise ConflictError("data.finding.answered", "This ticket has been answered already.")
        _close(row, by, "answered", outcome, said.strip())


def _close(row: Finding, by: Actor, state: str, outcome: str, said: str) -> None:
    item = cases.case(by=ZONE, no=row.case_no).items[0]
    body: Mapping[str, Any] = {
        "outcome": "approve" if outcome == "corrected" else "deny",
        "reason": said,
        "reason_code": "" if outcome == "corrected" else "data-correct",
    }
    cases.command(by=by, case=item.no, action="decide", key=f"finding:close:{row.pk}", body=dict(body))
    row.state, row.outcome, row.answer, row.answered_by, row.answered_at = state, outcome, said, by.account, time.now()
    row.save()
    audit.record(by=by, action=f"data.finding.{state}", object=f"finding:{row.pk}", detail={"outcome": outcome})
