"""Matching runs when a register or a source has a newer version; stewards decide what the rules leave in doubt."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import duckdb
import structlog
from django.db import transaction

from liangxi.core.audit import face as audit
from liangxi.core.lake import face as lake
from liangxi.kit import actor, ids, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import ConflictError, HouseError
from liangxi.systems.data.actions.catalogue import invalid
from liangxi.systems.data.actions.integrating import alone
from liangxi.systems.data.models import MatchLink, MatchRun, MatchStep
from liangxi.systems.data.queries import connectors, integrating
from liangxi.systems.data.queries import matching as queries
from liangxi.systems.data.rules import datasets, matching
from liangxi.systems.data.rules.checking import column
from liangxi.systems.data.rules.matching import Decision, Matching, Scored

ZONE = actor.system("match")
CROWDED = 200  # entities that share a word: such a word tells nothing
_WORDS = {"linked": "linked", "review": "queued", "new": "new"}
_log = structlog.get_logger()
Record = Mapping[str, Any]


def run_due(limit: int) -> int:
    """Run the matchings of which register or source has a newer version; how many."""
    done = 0
    for made in queries.matchings():
        if done < limit and _versions(made) is not None:
            with alone(f"matching.{made.id}") as is_ours:
                done += bool(is_ours and _run(made))
    return done


def _versions(made: Matching) -> dict[str, str] | None:
    """The data versions to be matched; None when one is missing or they were matched already."""
    versions = integrating.versions_of([made.register, made.source])
    last = MatchRun.objects.filter(matching=made.id).order_by("-at").first()
    if set(versions) != {made.register, made.source} or (last is not None and last.inputs == versions):
        return None
    return versions


def _run(made: Matching) -> bool:
    versions = _versions(made)
    if versions is None:  # another was first
        return False
    said: dict[str, Any] = {"matching": made.id, "inputs": versions, "at": time.now()}
    try:
        changed = _match(made, said)
    except (HouseError, duckdb.Error) as error:
        _log.warning("data.matching.failed", matching=made.id, error=str(error))
        MatchRun.objects.create(**said, state="failed", error=str(error)[:500])
        return False
    _log.info("data.matching.done", matching=made.id, changed=changed)
    return True


def _match(made: Matching, said: Mapping[str, Any]) -> int:
    """Decide every record whose values or register changed; links, history and the run are one transaction."""
    keys = [one.name for one in connectors.definition_in_force(made.source).fields if one.is_key]
    names = sorted({*keys, made.identity, *(one.name for one in made.fields)} - {""})
    records = {queries.key_of(keys, row): row for row in _rows(made.source, names)}
    standing = {link.record: link for link in MatchLink.objects.filter(matching=made.id)}
    open_ = {key: row for key, row in records.items() if not _stands(made, standing.get(key), row)}
    decided = _decided(made, open_, standing)
    gone = [link for key, link in standing.items() if key not in records and link.state != "gone"]
    with transaction.atomic():
        changed = _keep(made, open_, decided, standing) + _leave(gone)
        MatchRun.objects.create(**said, state="done", changed=changed)
        audit.record(by=ZONE, action="data.matching.done", object=f"matching:{made.id}", detail={"changed": changed})
    return changed


def _stands(made: Matching, link: MatchLink | None, row: Record) -> bool:
    """What a steward decided over the same values stands; the rules decide all else anew, to the same end."""
    return bool(
        link and link.decided_by and link.state == "linked" and link.fingerprint == queries.fingerprint(made, row)
    )


def _rows(resource: str, names: Iterable[str]) -> Iterator[Record]:
    with lake.read(table=datasets.table_of(resource)) as reader:
        yield from reader.records(f"SELECT {', '.join(column(name) for name in names)} FROM dataset")


def _decided(made: Matching, records: Mapping[str, Record], standing: Mapping[str, MatchLink]) -> dict[str, Decision]:
    """By identity where that is valid, else among the entities that share a word with the record."""
    identities = {key: queries.identity_of(made, row) for key, row in records.items()}
    sure = {key for key, identity in identities.items() if identity and queries.is_valid(made.check, identity)}
    words = {
        key: matching.blocks(made.fields, row, of_register=False) for key, row in records.items() if key not in sure
    }
    wanted = frozenset().union(*words.values())
    entities, by_word, known = _entities(made, wanted, {identities[key] for key in sure})
    found = {}
    for key, row in records.items():
        refused = set(standing[key].refused) if key in standing else set()
        near = {one for word in words.get(key, ()) for one in by_word.get(word, ()) if one not in refused}
        scored: dict[str, Scored] = {one: matching.score(made.fields, row, entities[one]) for one in near}
        identity = "" if identities[key] in refused else identities[key]
        found[key] = matching.decide(made, identity, key in sure, scored, identity in known)
    return found


def _entities(
    made: Matching, wanted: frozenset[str], identities: set[str]
) -> tuple[dict[str, Record], dict[str, list[str]], set[str]]:
    """Entities that share a wanted word, those of each word that is not crowded, and which identities there are."""
    entities: dict[str, Record] = {}
    by_word: dict[str, list[str]] = {}
    known: set[str] = set()
    for row in _rows(made.register, sorted({made.key, *(one.of for one in made.fields)})):
        entity = str(row[made.key])
        if entity in identities:
            known.add(entity)
        shared = matching.blocks(made.fields, row, of_register=True) & wanted
        if shared:
            entities[entity] = row
        for word in shared:
            by_word.setdefault(word, []).append(entity)
    return entities, {word: listed for word, listed in by_word.items() if len(listed) <= CROWDED}, known


def _keep(
    made: Matching, records: Mapping[str, Record], decided: Mapping[str, Decision], standing: Mapping[str, MatchLink]
) -> int:
    """Write down what is not as it stood, each with its step; how many."""
    now, owner = time.now(), queries.owner_of(made)
    new: list[MatchLink] = []
    old: list[MatchLink] = []
    steps: list[MatchStep] = []
    for key, decision in decided.items():
        link, print_ = standing.get(key), queries.fingerprint(made, records[key])
        before = (link.state, link.entity, link.score, link.fingerprint) if link else None
        is_refused = link and link.decided_by and link.state == decision.state and link.fingerprint == print_
        if is_refused or before == (decision.state, decision.entity, decision.score, print_):
            continue
        (old if link else new).append(link := link or MatchLink(pk=ids.new_id(), matching=made.id, record=key))
        link.state, link.entity, link.score = decision.state, decision.entity, decision.score
        link.reasons, link.fingerprint, link.org_path = [list(one) for one in decision.reasons], print_, owner
        link.decided_by, link.at = "", now
        steps.append(_step(link, _WORDS[decision.state], ZONE))
    MatchLink.objects.bulk_create(new, batch_size=2000)
    MatchLink.objects.bulk_update(
        old, ["state", "entity", "score", "reasons", "fingerprint", "org_path", "decided_by", "at"], batch_size=500
    )
    MatchStep.objects.bulk_create(steps, batch_size=2000)
    return len(steps)


def _leave(gone: list[MatchLink]) -> int:
    """Records that their source holds no more."""
    for link in gone:
        link.state, link.entity, link.at = "gone", "", time.now()
        link.save(update_fields=["state", "entity", "at"])
        _step(link, "gone", ZONE).save()
    return len(gone)


def _step(link: MatchLink, what: str, by: Actor) -> MatchStep:
    return MatchStep(link=link, what=what, entity=link.entity, score=link.score, reasons=link.reasons, by=by.account,
                     by_name=by.name, at=time.now())  # fmt: skip


def look(by: Actor, id: str) -> Any:
    """A pair; its values with a purpose only, and that look is a record."""
    link = queries.row(by, id)
    made = queries.declared(link.matching)
    with transaction.atomic():
        if by.purpose:
            audit.record(by=by, action="data.match.view", object=f"match:{id}", purpose=by.purpose,
                         detail={"matching": made.id, "fields": [one.name for one in made.fields]},
                         personal={"entity": link.entity, "record": link.record})  # fmt: skip
        return queries.pair(made, link, with_values=bool(by.purpose))


def decide(by: Actor, id: str, outcome: str) -> None:
    """A steward's word: accept or reject what is in doubt, split what was linked; whatever the rules said before."""
    states = {"accept": "review", "reject": "review", "split": "linked"}
    if outcome not in states:
        raise invalid("outcome", "Accept the pair, reject it or split it.")
    with transaction.atomic():
        link = queries.row(by, id, lock=True)
        if link.state != states[outcome]:
            raise ConflictError("data.match.state", "Somebody decided this pair already.")
        step = _step(link, {"accept": "accepted", "reject": "rejected", "split": "split"}[outcome], by)
        link.decided_by, link.at = by.account, time.now()
        if outcome == "accept":
            link.state = "linked"
        else:
            link.refused, link.state, link.entity = [*link.refused, link.entity], "new", ""
        link.save()
        step.save()
        audit.record(by=by, action=f"data.match.{step.what}", object=f"match:{id}", detail={"matching": link.matching})
