"""What the worker does, and how often."""

from liangxi.core.audit import face as audit
from liangxi.core.cases import face as cases
from liangxi.core.events import face as events
from liangxi.core.files import face as files
from liangxi.core.lake import face as lake
from liangxi.core.webhooks import face as webhooks
from liangxi.kit.actor import system
from liangxi.site import marks, simulating
from liangxi.site.worker import Job
from liangxi.systems.data import face as data
from liangxi.systems.data.face import matching, opening
from liangxi.systems.federation import face as federation
from liangxi.systems.onething.face import studio

BEAT = 5.0  # seconds between the worker's signs of life


def deliver() -> int:
    """Hand due events to their handlers."""
    return events.deliver_due(limit=100)


def keep_time() -> int:
    """Do to cases what time does by itself."""
    return cases.keep_time(limit=200)


def review_grants() -> int:
    """Ask for the yearly review of the grants that would lapse."""
    return data.ask_reviews(limit=100)


def serve_data() -> int:
    """Bring the read store of granted resources to the newest state of the lake."""
    return data.keep_serving()


def check_openings() -> int:
    """Take new rows of open data sets to the privacy gate."""
    return opening.check_openings()


def sweep_files() -> int:
    """Remove files that nothing needs and what crashes left of them."""
    swept = files.sweep()
    return swept.files + swept.contents + swept.drafts


def compact_lake() -> int:
    """Merge the late corrections of the lake."""
    return lake.compact(by=system("worker"))


def sweep_lake() -> int:
    """Remove files of the lake that no version names."""
    return lake.sweep().files


def tell_outside() -> int:
    """Hand events to the programs that listen, and send what is due."""
    return webhooks.hand_out() + webhooks.send_due() + webhooks.unanswered()


def index_packages() -> int:
    """Let packages be found by the words of the versions that come into force today."""
    return studio.index_in_force()


def tend_sources() -> int:
    """Ask for the deliveries that schedules name."""
    return data.tend_sources()


def take_in() -> int:
    """Work on a delivery that is due, for as long as it takes."""
    return data.work_runs(limit=1)


def measure() -> int:
    """Measure the quality of what was delivered."""
    return data.measure_due(limit=1)


def integrate() -> int:
    """Run a transform whose inputs have newer versions."""
    return data.transform_due(limit=1)


def settle_exchanges() -> int:
    """Close the exchanges of processes that died, and forget old messages."""
    return federation.settle_exchanges(limit=200)


def harvest() -> int:
    """Read the other catalogues whose time has come."""
    return federation.tend_harvest() + federation.work_harvest()


def tend_nodes() -> int:
    """Tell neighbouring nodes what changed."""
    return federation.tend_nodes()


def match() -> int:
    """Match the records of a source with a register, when either has a newer version."""
    return matching.match_due(limit=1)


def sweep_deliveries() -> int:
    """Remove files of deliveries that ended long ago."""
    return data.sweep_runs()


def beat() -> int:
    """Leave a sign of life, which `/health` looks for."""
    marks.put("worker")
    return 0


JOBS = (
    Job("events", 1.0, deliver, follows=True),
    Job("audit", 1.0, audit.seal),
    Job("clock", 15.0, keep_time),
    Job("grants", 3600.0, review_grants),
    Job("serving", 1.0, serve_data),
    Job("openings", 10.0, check_openings),
    Job("nodes", 1.0, tend_nodes),
    Job("exchanges", 15.0, settle_exchanges),
    Job("webhooks", 1.0, tell_outside, follows=True),
    Job("files", 3600.0, sweep_files),
    Job("packages", 3600.0, index_packages),
    Job("lake", 60.0, compact_lake),
    Job("lake files", 3600.0, sweep_lake),
    Job("change feeds", 3600.0, data.forget_changes),
    Job("forgetting", 3600.0, webhooks.forget),
    Job("beat", BEAT, beat),
)

COLLECTING = (
    Job("sources", 2.0, tend_sources),
    Job("runs", 1.0, take_in),
    Job("transforms", 10.0, integrate),
    Job("matchings", 10.0, match),
    Job("quality", 2.0, measure),
    Job("harvest", 2.0, harvest),
    Job("simulation", 60.0, simulating.speak),
    Job("deliveries", 3600.0, sweep_deliveries),
)
"""What may take minutes, or die of what others send: a process of its own does it, `liangxi worker --collecting`."""
