"""The options of a query (`$filter`, `$expand`, ...) as text and as what they mean."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import unquote_plus

from liangxi.gateways.sensorthings.filters import expression, refused
from liangxi.systems.sensing.shapes.observatory import PROPERTIES, RELATIONS, Asked, Call, Expression, Kind

TOP, MOST = 100, 10_000  # entities of a page: when nothing is said, and at most
_KNOWN = ("$filter", "$orderby", "$top", "$skip", "$count", "$select", "$expand", "$resultFormat")
DEEPEST = 8  # expansions within expansions


@dataclass(frozen=True, slots=True)
class Options:
    """What a query asks for; `expands` are the relations that are told with their entities, each with its options."""

    where: Expression | None = None
    order: tuple[tuple[Expression, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    is_counted: bool = False
    select: tuple[str, ...] = ()
    expands: "tuple[tuple[str, Options], ...]" = ()
    form: str = ""
    texts: tuple[tuple[str, str], ...] = field(default=(), compare=False)  # as they were written

    def asked(self, kind: Kind, within: Expression | None = None) -> Asked:
        """The entities of a kind that are asked for, among those for which `within` holds."""
        where = self.where
        if within is not None:
            where = within if where is None else Call("and", (within, where))
        top = TOP if self.top is None else min(self.top, MOST)
        return Asked(
            kind=kind, where=where, order=self.order, top=top, skip=self.skip, is_counted=self.is_counted
        )  # fmt: skip


def of_query(text: str, kind: Kind | None) -> Options:
    """The options of a query string about a kind; InvalidError `sta.option` naming the one that is wrong."""
    pairs = []
    for part in text.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((unquote_plus(name), unquote_plus(value)))
    return _options(pairs, kind, 0)


def _options(pairs: Sequence[tuple[str, str]], kind: Kind | None, depth: int) -> Options:
    held = dict(pairs)
    for name in held:
        if name not in _KNOWN:
            raise refused(name, "There is no such option.")
    if len(held) != len(pairs):
        raise refused(pairs[-1][0], "An option is given once.")
    known = kind or "Thing"
    return Options(
        where=expression(held["$filter"], "$filter") if held.get("$filter") else None,
        order=tuple(_order(held.get("$orderby", ""))),
        top=_number("$top", held["$top"]) if "$top" in held else None,
        skip=_number("$skip", held.get("$skip", "0")),
        is_counted=_truth("$count", held.get("$count", "false")),
        select=tuple(_select(held.get("$select", ""), known)),
        expands=tuple(_merged(_expands(held.get("$expand", ""), known, depth))),
        form=held.get("$resultFormat", ""),
        texts=tuple(pairs),
    )


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise refused(name, "This is a whole number from 0.")
    return int(text)


def _truth(name: str, text: str) -> bool:
    if text not in ("true", "false"):
        raise refused(name, "This is true or false.")
    return text == "true"


def _order(text: str) -> Iterator[tuple[Expression, bool]]:
    for part in split(text, ","):
        words = part.strip()
        head, _, last = words.rpartition(" ")
        is_worded = bool(head) and last.lower() in ("asc", "desc")
        yield expression(head if is_worded else words, "$orderby"), is_worded and last.lower() == "desc"


def _select(text: str, kind: Kind) -> Iterator[str]:
    for part in split(text, ","):
        name = part.strip()
        if name == "@iot.id":
            name = "id"
        if name not in ("id", "@iot.selfLink", "*") and name not in PROPERTIES[kind] and name not in RELATIONS[kind]:
            raise refused("$select", f"A {kind} has no {name}.")
        yield name


def _expands(text: str, kind: Kind, depth: int) -> Iterator[tuple[str, Options]]:
    if depth > DEEPEST:
        raise refused("$expand", "Relations are told to a depth of 8.")
    for part in split(text, ","):
        path, bracket, inner = part.strip().partition("(")
        if bracket and not inner.endswith(")"):
            raise refused("$expand", f"A bracket is open in {part.strip()[:60]}.")
        name, slash, rest = path.partition("/")
        relation = RELATIONS[kind].get(name)
        if relation is None:
            raise refused("$expand", f"A {kind} has no relation {name}.")
        if slash:
            deeper = f"{rest}{bracket}{inner}"
            yield name, Options(expands=tuple(_expands(deeper, relation.kind, depth + 1)))
            continue
        pairs = []
        for option in split(inner[:-1] if bracket else "", ";"):
            key, _, value = option.strip().partition("=")
            pairs.append((key, value))
        yield name, _options(pairs, relation.kind, depth + 1)


def _merged(expands: Iterator[tuple[str, Options]]) -> Iterator[tuple[str, Options]]:
    """`A/B,A/C` is one expansion of A with two within."""
    held: dict[str, Options] = {}
    for name, options in expands:
        before = held.get(name)
        if before is not None:
            both = tuple(_merged(iter((*before.expands, *options.expands))))
            held[name] = replace(before if before.texts else options, expands=both)
        else:
            held[name] = options
    yield from held.items()


def split(text: str, mark: str) -> Iterator[str]:
    """The parts of a text between marks that stand outside of brackets and quotes; empty ones left out."""
    depth, is_quoted, begin = 0, False, 0
    for at, sign in enumerate(text):
        if sign == "'":
            is_quoted = not is_quoted
        elif not is_quoted:
            depth += (sign == "(") - (sign == ")")
            if sign == mark and depth == 0:
                if text[begin:at].strip():
                    yield text[begin:at]
                begin = at + 1
    if text[begin:].strip():
        yield text[begin:]
