"""Measurements: `liangxi bench NAME`. Each module here whose name has no underscore is one and has `run(*, quick)`.

A run gives `{"bench": name, "figures": [{"name", "value", "unit", "peer", "peer_value", "ratio"}]}`; a ratio above 1
means better than the peer. Peers run on the same machine in the same run; `quick` stays below 50 seconds.
"""

import importlib
import pkgutil
from typing import Any

from liangxi.kit.errors import InvalidError


def measure(name: str, *, quick: bool) -> dict[str, Any]:
    """The report of the bench `name`; InvalidError `bench.unknown` that names those there are."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))
    if name not in names:
        raise InvalidError(
            "bench.unknown",
            "There is no bench '%(name)s'. The benches are: %(known)s.",
            {"name": name, "known": ", ".join(names)},
        )
    report: dict[str, Any] = importlib.import_module(f"{__name__}.{name}").run(quick=quick)
    return report


def table(report: dict[str, Any]) -> str:
    """A report for people."""
    lines = [f"{report['bench']}"]
    for figure in report["figures"]:
        peer = f"  {figure['peer']}: {figure['peer_value']:,.4g}" if figure.get("peer") else ""
        ratio = f"  ratio {figure['ratio']:,.3g}" if figure.get("ratio") else ""
        lines.append(f"  {figure['name']:<44} {figure['value']:>12,.4g} {figure['unit']:<10}{peer}{ratio}")
    return "\n".join(lines)
