"""Laws that only a house that is set up can answer: keys between systems, and a permission on every route.

`python -m tools.lintkit.running` prints what it finds; it needs Django's settings and no database.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping

from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from tools.lintkit.faults import Fault, judge


def foreign_keys() -> Iterator[Fault]:
    """Relations that leave a system for another system, or the core for a system (imports do not see them)."""
    for model in apps.get_models():
        for field in model._meta.get_fields():
            other = field.related_model if field.concrete and field.is_relation else None
            if not isinstance(other, type):
                continue
            home, there = _room(model), _room(other)
            if there[0] == "systems" and home != there:
                where = f"{model.__module__}.{model.__name__}.{field.name}"
                yield Fault("keys", where, f"a key to {'.'.join(there)}: systems refer to each other by stable code")


def routes() -> Iterator[Fault]:
    """Addresses whose view does not say who may see it; an API says it for each method."""
    for address, view in _views(get_resolver().url_patterns):
        access = getattr(view, "access", None)
        if access is None:
            says = "say who may see it: @public, @resident or @staff of portals/access.py"
            yield Fault("routes", f"/{address}", says)
        for method, said in access.items() if isinstance(access, Mapping) else ():
            if said is None:
                yield Fault("routes", f"{method} /{address}", "say who may call it: auth=ApiKey(...) or Anybody()")


def _views(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[tuple[str, object]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns, address)
        else:
            yield address, pattern.callback


def _room(model: type) -> tuple[str, str]:
    parts = model.__module__.split(".")
    return (parts[1], parts[2]) if parts[0] == "liangxi" and len(parts) > 2 else ("", parts[0])


def main() -> int:
    """Print the faults of both laws; 1 when there are any."""
    import django

    django.setup()
    found = judge("keys", foreign_keys()) + judge("routes", routes())
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
