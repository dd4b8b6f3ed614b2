"""What the processes write about their own work: one line per event (`room.noun.verb`), JSON unless a person watches.

A log is not the audit trail: it may be lost and must hold no personal data.
"""

import logging
import sys
from typing import Any

import structlog

_SHARED: tuple[Any, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)
_QUIET = {"django.request": logging.ERROR, "asyncio": logging.WARNING, "uvicorn.error": logging.WARNING}


def configure(process: str, *, level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers of this process to standard error in one form."""
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    last: list[Any] = [structlog.processors.format_exc_info, renderer]
    if sys.stderr.isatty():
        last = [structlog.dev.ConsoleRenderer()]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=list(_SHARED),
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quiet in _QUIET.items():
        logging.getLogger(name).setLevel(quiet)
    structlog.contextvars.bind_contextvars(process=process)
