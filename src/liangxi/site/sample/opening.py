"""What the sample city opens to everybody, by the way that every department goes: delivered into the lake, asked for
by its steward, judged by the privacy gate, opened by a reviewer of the data bureau."""

import structlog

from liangxi.site.sample.filling import HOUSE
from liangxi.site.sample.identities import Identities
from liangxi.systems.data import face as data
from liangxi.systems.data.face import opening

LICENCE = "city-open"
COUNTS = {"open-handled-matters": ["handled"]}  # columns that count cases of persons: no small cell passes the gate
OPENED = {  # source of the sample's files -> resource
    "sample-towns": "open-towns",
    "sample-matter-limits": "open-matter-limits",
    "sample-handled": "open-handled-matters",
    "sample-firms": "open-firms-by-industry",
    "ecology-stations": "air-quality",
}
STEWARDS = {"civil": "civil", "market": "market", "ecology": "ecology", "gov-service": "centre"}  # login by org
_log = structlog.get_logger()


def make() -> int:
    """Ask for, deliver and open what is not open yet; how many data sets. Nothing without the sample's sources.

    It is asked for before the rows come, so that the gate judges them once.
    """
    known, there = Identities(), {one.definition.id for one in data.sources_of(by=HOUSE)}
    standing = {one.resource for one in opening.openings(by=HOUSE) if one.state == "open"}
    wanted = {source: id for source, id in OPENED.items() if source in there and id not in standing}
    for source, id in wanted.items():
        _ask(id, known)
        data.start_run(by=HOUSE, source=source)
    while wanted and data.work_runs(limit=len(wanted)):
        pass
    return sum(_open(id, known) for id in wanted.values())


def _ask(id: str, known: Identities) -> None:
    """Every field of a resource, as it is."""
    made = data.resource(by=HOUSE, id=id).definition
    terms = {"columns": [one.name for one in made.fields], "counts": COUNTS.get(id, [])}
    opening.ask_opening(by=known.staff(STEWARDS[made.org]), resource=id, terms=terms, licence=LICENCE)


def _open(id: str, known: Identities) -> bool:
    """The bureau decides; False when nothing was delivered."""
    if data.held(resource=id) is None:
        _log.warning("sample.opening.empty", resource=id)
        return False
    opening.decide_opening(by=known.staff("review"), resource=id, outcome="open")
    return True
