"""The laws of the house hold in the source as it stands."""

from collections.abc import Callable, Iterable

import pytest
from tools.lintkit import budgets, catalogue, events, names, pages, running, source
from tools.lintkit.faults import Fault, excuses, judge

LAWS: dict[str, Callable[[], Iterable[Fault]]] = {
    "budgets": lambda: budgets.faults(source.ROOT),
    "names": lambda: names.forbidden_names(source.ROOT),
    "signals": lambda: names.signals(source.ROOT),
    "glossary": lambda: [*names.glossary_rows(source.ROOT), *names.glossary_words(source.ROOT)],
    "events": lambda: (fault for fault in events.faults(source.ROOT) if fault.law == "events"),
    "event-names": lambda: (fault for fault in events.faults(source.ROOT) if fault.law == "event-names"),
    "catalogue": lambda: catalogue.faults(source.ROOT),
    "settings": lambda: pages.settings(source.ROOT),
    "commands": lambda: pages.commands(source.ROOT),
    "places": lambda: pages.places(source.ROOT),
    "keys": running.foreign_keys,
    "routes": running.routes,
}
CONTRACTS = {"layers", "forbidden", "faces", "one-way", "pure-rules"}  # import-linter judges these


@pytest.mark.parametrize("law", LAWS)
def test_the_house_keeps_the_law(law):
    faults = judge(law, LAWS[law]())
    assert not faults, "\n" + "\n".join(str(fault) for fault in faults)


def test_every_exception_speaks_of_a_law_and_gives_its_reason():
    assert {excuse.law for excuse in excuses()} <= LAWS.keys() | CONTRACTS
