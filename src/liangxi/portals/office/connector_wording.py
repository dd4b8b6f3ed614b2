"""The words of the pages about sources and deliveries."""

from django.utils.translation import gettext, pgettext

from liangxi.systems.data.shapes.connectors import Run

Words = dict[str, str]
RUNNING = {"fetch": 10, "read": 30, "write": 60}  # percent at which a phase begins


def source_kinds() -> Words:
    """Kinds of sources."""
    return {
        "upload": pgettext("source", "Files handed in"),
        "folder": pgettext("source", "Folder of deliveries"),
        "sftp": pgettext("source", "SFTP folder"),
        "postgresql": pgettext("source", "PostgreSQL table"),
        "mysql": pgettext("source", "MySQL table"),
        "http": pgettext("source", "HTTP API"),
    }


def source_modes() -> Words:
    """What new rows do to those that are there."""
    return {
        "replace": pgettext("source", "Replace everything"),
        "append": pgettext("source", "Add new rows"),
        "upsert": pgettext("source", "Merge by key"),
    }


def run_states() -> dict[str, tuple[str, str]]:
    """The word and the tone of the state of a delivery."""
    return {
        "waiting": (pgettext("delivery", "Waiting"), "lake"),
        "running": (pgettext("delivery", "In work"), "lake"),
        "done": (pgettext("delivery", "Published"), "camphor"),
        "repeated": (pgettext("delivery", "Known already"), ""),
        "refused": (pgettext("delivery", "Refused"), "azalea"),
        "failed": (pgettext("delivery", "Failed"), "azalea"),
        "cancelled": (pgettext("delivery", "Cancelled"), ""),
    }


def phases() -> Words:
    """What is being done to a delivery."""
    return {
        "fetch": pgettext("delivery", "Fetching"),
        "read": pgettext("delivery", "Reading and checking"),
        "write": pgettext("delivery", "Writing"),
    }


def settings() -> dict[str, tuple[str, str]]:
    """Label and hint of each setting of a source."""
    return {
        "folder": (gettext("Folder"), gettext("Empty: named like the source")),
        "pattern": (gettext("Names of files"), gettext("Such as *.csv")),
        "host": (gettext("Host"), ""),
        "port": (gettext("Port"), ""),
        "user": (gettext("User"), ""),
        "host_key": (gettext("Key of the host"), gettext("One line such as ssh-ed25519 AAAA…, told by its operator")),
        "database": (gettext("Database"), ""),
        "table": (gettext("Table"), gettext("With its schema, such as public.persons")),
        "key": (gettext("Key columns"), gettext("Separated by commas; empty: those of the resource")),
        "cursor": (gettext("Cursor column"), gettext("A time or number that grows with each change; empty: read all")),
        "overlap": (gettext("Overlap"), gettext("Seconds or units before the cursor that are read again")),
        "tls": ("TLS", gettext("prefer, require or disable")),
        "url": (gettext("Address"), ""),
        "records": (gettext("Path of the records"), gettext("Such as data.items; empty: the answer is the list")),
        "paging": (gettext("Paging"), gettext("none, number, offset, cursor or link")),
        "parameter": (gettext("Parameter of the page"), ""),
        "size_parameter": (gettext("Parameter of the size"), ""),
        "size": (gettext("Records of a page"), ""),
        "first": (gettext("Number of the first page"), ""),
        "next": (gettext("Path of the next cursor"), ""),
        "header": (gettext("Header of the key"), ""),
        "prefix": (gettext("Before the key"), ""),
    }


def reason(text: str) -> str:
    """Why a row was put aside, in the reader's language."""
    return _reasons().get(text, text)


def _reasons() -> Words:
    return {
        "is missing": gettext("is missing"),
        "is no citizen id (date or check character)": gettext("is no citizen id (date or check character)"),
        "is no unified social credit code (form or check character)": gettext(
            "is no unified social credit code (form or check character)"
        ),
        "is no telephone number": gettext("is no telephone number"),
        "is none of the codes": gettext("is none of the codes"),
        "is not a whole number": gettext("is not a whole number"),
        "is not a decimal that fits": gettext("is not a decimal that fits"),
        "is not a number": gettext("is not a number"),
        "is not yes or no": gettext("is not yes or no"),
        "is not a date": gettext("is not a date"),
        "is not a time": gettext("is not a time"),
        "is no JSON object": gettext("is no JSON object"),
        "the key stands twice": gettext("the key stands twice"),
        "is there already": gettext("is there already"),
        "missing columns": gettext("has too few columns"),
        "too many columns": gettext("has too many columns"),
        "invalid encoding": gettext("is no text in UTF-8 or GB18030"),
        "unquoted value": gettext("has quotes that do not end"),
        "line size over maximum": gettext("is too long"),
    }


def progress(run: Run) -> int:
    """How far a delivery is, in percent."""
    if not run.is_open:
        return 100
    begin = RUNNING.get(run.phase, 2)
    ends = {"fetch": 30, "read": 60, "write": 98}.get(run.phase, begin)
    return begin + (ends - begin) * run.done // run.total if run.total else begin
