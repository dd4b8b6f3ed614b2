"""The commands that are one process of a house each; under `liangxi run` the supervisor calls them."""

import argparse
from collections.abc import Callable
from typing import Any

_DATABASE = "LIANGXI_DATABASE_URL=postgresql://liangxi@db/liangxi"
Add = Callable[[Any, str, Callable[[argparse.Namespace], int], str, str], argparse.ArgumentParser]


def serve(options: argparse.Namespace) -> int:
    """One web process."""
    from liangxi.site import serving

    return serving.serve(descriptor=options.descriptor)


def worker(options: argparse.Namespace) -> int:
    """One worker process."""
    from liangxi.site import worker as working

    return working.work(supervised=options.supervised, collecting=options.collecting)


def intake(options: argparse.Namespace) -> int:
    """The process that stores observations."""
    from liangxi.site import intaking

    return intaking.work(supervised=options.supervised)


def mqtt(options: argparse.Namespace) -> int:
    """The broker."""
    from liangxi.site import brokering

    return brokering.work(descriptor=options.descriptor)


def add_to(commands: Any, add: Add) -> None:
    """Add these commands by means of `add`."""
    told = "one web process, for a deployment with its own PostgreSQL and service manager"
    one = add(commands, "serve", serve, told, f"{_DATABASE} liangxi serve")
    one.add_argument("--descriptor", type=int, help=argparse.SUPPRESS)
    told = "one worker process: delivers events, seals the audit trail, watches the clocks"
    collecting = "liangxi worker --collecting         the one that takes in the deliveries of departments"
    one = add(commands, "worker", worker, told, f"{_DATABASE} liangxi worker\n{collecting}")
    one.add_argument("--collecting", action="store_true", help="take in deliveries of data, and nothing else")
    one.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    told = "the one process that stores what devices observe, beside `liangxi serve`"
    one = add(commands, "intake", intake, told, f"{_DATABASE} liangxi intake")
    one.add_argument("--supervised", action="store_true", help=argparse.SUPPRESS)
    told = "the process that devices reach by MQTT, beside `liangxi intake`"
    one = add(commands, "mqtt", mqtt, told, f"LIANGXI_MQTT_PORT=1883 {_DATABASE} liangxi mqtt")
    one.add_argument("--descriptor", type=int, help=argparse.SUPPRESS)
