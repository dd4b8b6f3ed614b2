"""Which handlers hear which events: filled by `site/wiring.py` when the process starts."""

from liangxi.core.events.shapes import Handler, Wire

_by_type: dict[type, list[Wire]] = {}
_by_name: dict[str, Wire] = {}


def wire(event_type: type, handler: Handler, name: str) -> None:
    """Add a wire; ValueError when `name` already stands for another one."""
    new = Wire(event_type, handler, name)
    if name in _by_name:
        if _by_name[name].event_type is not event_type:
            raise ValueError(f"the wire {name} is taken by {_by_name[name].event_type.__name__}")
        unwire(name)
    _by_name[name] = new
    _by_type.setdefault(event_type, []).append(new)


def unwire(name: str) -> None:
    """Remove a wire; deliveries already written stay due until it is wired again."""
    old = _by_name.pop(name)
    _by_type[old.event_type].remove(old)


def names_for(event_type: type) -> list[str]:
    """The handlers that get a delivery row of this event."""
    return [w.name for w in _by_type.get(event_type, ())]


def named(name: str) -> Wire | None:
    """The wire of that name, when this process knows it."""
    return _by_name.get(name)


def wires() -> tuple[Wire, ...]:
    """Every wire, by name."""
    return tuple(_by_name[name] for name in sorted(_by_name))
