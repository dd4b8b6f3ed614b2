"""Point queries, many callers at once: one transaction opens, looks up, counts and writes down for all of them.

No answer exists before the commit. What one caller gets does not depend on who else is in the same round: keys, grants
and quotas are judged one by one, and when the database refuses a round, each goes again alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import DatabaseError, connection, transaction

from liangxi.core.audit import face as audit
from liangxi.core.people import face as people
from liangxi.kit import time
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.systems.data.actions import grants, keys
from liangxi.systems.data.errors import AwayError
from liangxi.systems.data.queries import delivery as queries
from liangxi.systems.data.queries.delivery import Opened
from liangxi.systems.data.rules import delivery as rules
from liangxi.systems.data.rules import policy
from liangxi.systems.data.shapes import Lookup, LookupAnswer

_remembered = queries.Remembered()
Answer = LookupAnswer | HouseError


@dataclass(slots=True)
class _Turn:
    """One caller's question on its way."""

    asked: Lookup
    opened: Opened
    by: tuple[str, ...]
    keys: tuple[tuple[policy.Value, ...], ...]
    rows: dict[tuple[policy.Value, ...], list[Mapping[str, Any]]] = field(default_factory=dict)
    subjects: dict[tuple[policy.Value, ...], list[str]] = field(default_factory=dict)
    state: tuple[int, int] = (0, 0)

    @property
    def pair(self) -> tuple[UUID, UUID]:
        assert self.opened.key is not None
        return self.opened.key, self.opened.grant

    def found(self) -> LookupAnswer:
        return LookupAnswer(self.asked.resource, *self.state, tuple(tuple(self.rows.get(key, ())) for key in self.keys))


def answer_lookups(asked: Sequence[Lookup]) -> list[Answer]:
    """The answers in the order of the questions; a refusal stands in the place of its answer."""
    answers: list[Answer | None] = [None] * len(asked)
    turns: dict[int, _Turn] = {}
    for place, one in enumerate(asked):
        try:
            turns[place] = _turn(one)
        except HouseError as refused:
            answers[place] = refused
    try:
        for place, answer in _round(turns).items():
            answers[place] = answer
    except DatabaseError:
        for place, turn in turns.items():
            _remembered.drop(turn.asked.secret, turn.asked.resource)
            answers[place] = answer_lookups([turn.asked])[0] if len(turns) > 1 else _away()
    return [answer if answer is not None else _away() for answer in answers]


def _away() -> AwayError:
    return AwayError("data.delivery.away", "The read store cannot answer now. Ask again.")


def _turn(asked: Lookup) -> _Turn:
    opened = _remembered.get(asked.secret, asked.resource) or _open(asked)
    by = rules.key_of(opened.schema, opened.lookups, asked.by)
    columns = [opened.types[name] for name in by]
    if not 1 <= len(asked.keys) <= rules.MOST_KEYS:
        raise _invalid("keys", "Ask for 1 to 1,000 keys at once.")
    read = []
    for place, key in enumerate(asked.keys):
        where = "key" if len(asked.keys) == 1 else f"keys.{place}"
        if len(key) != len(by):
            raise _invalid(where, "A key has one value for each of its columns.")
        read.append(tuple(rules.value_of(c, text, where) for c, text in zip(columns, key, strict=True)))
    return _Turn(asked, opened, by, tuple(read))


def _invalid(field: str, says: str) -> InvalidError:
    return InvalidError("data.delivery.key", says, fields={field: says})


def _open(asked: Lookup) -> Opened:
    key, row = keys.opened(asked.secret, asked.resource)
    return _remembered.put(asked.secret, asked.resource, queries.opened(row, key.pk))


def _round(turns: Mapping[int, _Turn]) -> dict[int, Answer]:
    """One transaction for all; what is refused in it was not read by anybody."""
    if not turns:
        return {}
    answers: dict[int, Answer] = {}
    today = time.today()
    with transaction.atomic():
        holding = queries.holding({turn.pair for turn in turns.values()}, today)
        going = {place: turn for place, turn in turns.items() if turn.pair in holding}
        alike: dict[Any, list[int]] = defaultdict(list)
        for place, turn in going.items():
            turn.state = holding[turn.pair]
            alike[turn.opened.grant, turn.by, turn.asked.columns].append(place)
        for places in alike.values():
            answers |= _read([(place, going[place]) for place in places])
        going = {place: turn for place, turn in going.items() if place not in answers}
        answers |= _count(going)
        going = {place: turn for place, turn in going.items() if place not in answers}
        _write_down(going.values())
    answers |= {place: turn.found() for place, turn in going.items()}
    return answers | {place: _why(turn) for place, turn in turns.items() if place not in answers}


def _why(turn: _Turn) -> Answer:
    """Why a grant that was remembered does not hold any more."""
    _remembered.drop(turn.asked.secret, turn.asked.resource)
    try:
        _open(turn.asked)
    except HouseError as refused:
        return refused
    return _away()  # it holds again: whoever asks once more is answered


def _read(turns: Sequence[tuple[int, _Turn]]) -> dict[int, Answer]:
    """Look up the keys of callers who ask alike under one grant; refusals of the policy by place."""
    first = turns[0][1]
    opened, by = first.opened, first.by
    wanted = list(dict.fromkeys(key for _, turn in turns for key in turn.keys))
    rows: dict[Any, list[Mapping[str, Any]]] = {}
    subjects: dict[Any, list[str]] = {}
    try:
        for start in range(0, len(wanted), policy.MOST_KEYS):
            chunk = tuple(wanted[start : start + policy.MOST_KEYS])
            request = policy.Point(purpose=opened.purpose, by=by, keys=chunk, columns=first.asked.columns, traced=True)
            _run(opened, request, rows, subjects)
    except HouseError as refused:
        return {place: refused for place, _ in turns}
    for _, turn in turns:
        turn.rows, turn.subjects = rows, subjects
    return {}


def _run(opened: Opened, request: policy.Point, rows: dict[Any, Any], subjects: dict[Any, Any]) -> None:
    made = policy.compile(opened.policy, opened.schema, request, dialect="postgres", reader=opened.reader)
    names, width = [column.name for column in made.columns], len(request.by)
    with connection.cursor() as cursor:
        cursor.execute(made.sql, made.parameters)
        for row in cursor.fetchall():
            key = row[len(names) : len(names) + width]
            rows.setdefault(key, []).append(dict(zip(names, row, strict=False)))
            if len(row) > len(names) + width and row[-1]:
                subjects.setdefault(key, []).append(row[-1])


def _count(turns: Mapping[int, _Turn]) -> dict[int, Answer]:
    """Count against the quotas, grant by grant in one order; QuotaError for those who come too late."""
    refused: dict[int, Answer] = {}
    opened = {turn.opened.grant: turn.opened for turn in turns.values()}
    placed: dict[UUID, list[int]] = defaultdict(list)
    for place, turn in turns.items():
        placed[turn.opened.grant].append(place)
    for grant in sorted(placed):
        quota, places = opened[grant].quota, placed[grant]
        if grants.count(grant, quota, *_sums(turns[place] for place in places)):
            continue
        for place in places:
            if not grants.count(grant, quota, *_sums([turns[place]])):
                grants.count_refused(grant)
                refused[place] = grants.quota_error(quota)
    return refused


def _sums(turns: Iterable[_Turn]) -> tuple[int, int]:
    """Reads (one a key) and rows of some turns."""
    reads = rows = 0
    for turn in turns:
        reads += len(turn.keys)
        rows += sum(len(turn.rows.get(key, ())) for key in turn.keys)
    return reads, rows


def _write_down(turns: Iterable[_Turn]) -> None:
    """One record for each key, and for each person whom its rows are about."""
    going = list(turns)
    named = {one for turn in going for one in _people(turn)}
    known = people.ids_of(citizen_ids=sorted(named)) if named else {}
    audit.record_many(records=[record for turn in going for record in _records(turn, known)])


def _people(turn: _Turn) -> Iterable[str]:
    for key in turn.keys:
        yield from turn.subjects.get(key, ())
        if turn.by == (turn.opened.policy.subject,):
            yield str(key[0])


def _records(turn: _Turn, known: Mapping[str, str]) -> Iterable[dict[str, str]]:
    opened = turn.opened
    base = opened.record(turn.asked.columns or tuple(one.name for one in opened.policy.columns))
    asks_person = turn.by == (opened.policy.subject,)
    for key in turn.keys:
        found = len(turn.rows.get(key, ()))
        named = [*turn.subjects.get(key, ()), *([str(key[0])] if asks_person else [])]
        ids = dict.fromkeys(known[one] for one in named if one in known)
        detail = base | {"found": found}
        told = {"key": ",".join(map(str, key))}
        objects = [f"person:{id}" for id in ids] or [f"grant:{opened.grant}"]
        personal = told if opened.is_personal and not ids else {}
        for object in objects:
            yield audit.written(
                by=opened.by,
                action="data.fetch",
                object=object,
                purpose=opened.purpose,
                detail=detail if opened.is_personal else detail | told,
                personal=personal,
            )
