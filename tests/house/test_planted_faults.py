"""A law that catches nothing is no law: each fault is planted in a copy of the source and must be found."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.lintkit import budgets, catalogue, events, names, pages
from tools.lintkit.faults import Excuse, Fault, judge
from tools.lintkit.source import ROOT

COPIED = ("src", "tools", "docs", "cities/wuxi/glossary.csv", ".importlinter", "README.md")


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One copy of what the laws read."""
    copy = tmp_path_factory.mktemp("house")
    for name in COPIED:
        there = copy / name
        there.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, there, ignore=shutil.ignore_patterns("__pycache__", "dist", "static"))
        else:
            shutil.copy(ROOT / name, there)
    return copy


class House:
    """The copy, and what was planted in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.before: dict[Path, str | None] = {}

    def plant(self, path: str, text: str) -> None:
        """Add `text` at the end of the file `path` (made when absent)."""
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        self.before.setdefault(place, place.read_text() if place.exists() else None)
        place.write_text((self.before[place] or "") + text)

    def pull(self) -> None:
        """Take everything out again."""
        for place, text in self.before.items():
            if text is None:
                place.unlink()
            else:
                place.write_text(text)

    def ask(self, *command: str) -> str:
        """Run a program on the copy; what it printed."""
        path = os.pathsep.join([str(self.root / "src"), str(self.root)])
        env = os.environ | {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
        env["DJANGO_SETTINGS_MODULE"] = "liangxi.site.settings"
        done = subprocess.run(command, cwd=self.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 1, done.stdout + done.stderr
        return " ".join((done.stdout + done.stderr).split())


@pytest.fixture
def house(untouched: Path) -> Iterator[House]:
    copy = House(untouched)
    yield copy
    copy.pull()


IMPORTS = {
    "a portal imports a model": (
        "src/liangxi/portals/citizen/planted.py",
        "from liangxi.core.people.models import Person\n",
        "liangxi.portals.citizen.planted -> liangxi.core.people.models",
    ),
    "kit imports Django": (
        "src/liangxi/kit/planted.py",
        "import django.db\n",
        "liangxi.kit.planted -> django",
    ),
    "core imports a system": (
        "src/liangxi/core/codes/planted.py",
        "from liangxi.systems.onething import shapes\n",
        "liangxi.core.codes.planted -> liangxi.systems.onething.shapes",
    ),
    "a lower room of core imports a higher one": (
        "src/liangxi/core/codes/planted.py",
        "from liangxi.core.people import face\n",
        "liangxi.core.codes.planted -> liangxi.core.people",
    ),
    "a room that no contract names": (
        "src/liangxi/core/planted.py",
        "",
        "liangxi.core.planted",
    ),
    "rules import models": (
        "src/liangxi/core/codes/rules.py",
        "from liangxi.core.codes import models\n",
        "liangxi.core.codes.rules -> liangxi.core.codes.models",
    ),
    "shapes know the face through another file": (
        "src/liangxi/core/codes/shapes.py",
        "from liangxi.core.codes import face\n",
        "shapes may not know face",
    ),
}


@pytest.mark.parametrize("fault", IMPORTS)
def test_the_contracts_catch(house: House, fault: str):
    path, text, named = IMPORTS[fault]
    house.plant(path, text)
    said = house.ask(str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    assert named in said


def test_a_key_between_two_systems_is_caught(house: House):
    house.plant(
        "src/liangxi/systems/twin/models.py",
        "\nfrom django.db import models as planted\n\n\n"
        "class Planted(planted.Model):\n"
        "    record = planted.ForeignKey('data.Licence', on_delete=planted.PROTECT)\n",
    )
    said = house.ask(sys.executable, "-m", "tools.lintkit.running")
    assert "Planted.record: a key to systems.data" in said


def test_a_route_without_a_permission_is_caught(house: House):
    house.plant(
        "src/liangxi/site/urls.py",
        "\nfrom django.urls import path as planted\n\n\nurlpatterns += [planted('planted/', lambda request: None)]\n",
    )
    assert "/planted/: say who may see it" in house.ask(sys.executable, "-m", "tools.lintkit.running")


def test_an_operation_of_the_api_without_access_is_caught(house: House):
    house.plant(
        "src/liangxi/gateways/rest/own.py",
        "\n\n@router.get('/planted', tags=['me'])\ndef planted(request: Caller) -> None:\n    pass\n",
    )
    said = house.ask(sys.executable, "-m", "tools.lintkit.running")
    assert "GET /api/v1/planted: say who may call it" in said


def _found(faults: object) -> str:
    return "\n".join(str(fault) for fault in faults)  # type: ignore[attr-defined]


EVENT = "\n\n@dataclass(frozen=True, slots=True)\nclass {name}:\n    planted: str\n"


def test_an_event_that_is_not_wired_is_caught(house: House):
    house.plant("src/liangxi/core/cases/events.py", EVENT.format(name="CasePlanted"))
    said = _found(events.faults(house.root))
    assert "cases.events.CasePlanted: wire it in site/wiring.py" in said
    assert "docs/events.md: is not what the source says" in said


def test_an_event_that_is_not_named_by_what_happened_is_caught(house: House):
    house.plant("src/liangxi/core/cases/events.py", EVENT.format(name="PlantCase"))
    assert "PlantCase: an event is named by what happened" in _found(events.faults(house.root))


def test_an_event_that_may_change_is_caught(house: House):
    house.plant("src/liangxi/core/cases/events.py", "\n\nclass CasePlanted:\n    planted: str\n")
    assert "CasePlanted: an event is a @dataclass(frozen=True)" in _found(events.faults(house.root))


def test_a_function_over_its_budget_is_caught(house: House):
    house.plant("src/liangxi/kit/planted.py", "def planted():\n" + "    x = 1\n" * budgets.FUNCTION_LINES)
    assert "kit/planted.py:planted: 41 lines" in _found(budgets.faults(house.root))


def test_too_many_arguments_are_caught(house: House):
    house.plant("src/liangxi/kit/planted.py", "def planted(a, b, c, d, e, f, g):\n    return a\n")
    assert "kit/planted.py:planted: 7 arguments" in _found(budgets.faults(house.root))


def test_a_file_over_its_budget_is_caught(house: House):
    house.plant("src/liangxi/kit/planted.py", "x = 1\n" * (budgets.FILE_LINES + 1))
    assert "kit/planted.py: 401 lines" in _found(budgets.faults(house.root))


def test_a_name_that_says_nothing_is_caught(house: House):
    house.plant("src/liangxi/core/codes/utils.py", "")
    assert "codes/utils.py: 'utils' says nothing" in _found(names.forbidden_names(house.root))


def test_a_signal_is_caught(house: House):
    house.plant("src/liangxi/core/codes/planted.py", "from django.db.models.signals import post_save\n")
    assert "codes/planted.py: signals are banned" in _found(names.signals(house.root))


def test_a_word_that_nobody_explained_is_caught(house: House):
    house.plant("src/liangxi/core/codes/shapes.py", "\n\nclass Wombat:\n    pass\n")
    assert "codes.shapes.Wombat: 'wombat' is not in" in _found(names.glossary_words(house.root))


def test_a_setting_without_documentation_is_caught(house: House):
    house.plant("src/liangxi/kit/planted.py", "NAME = 'LIANGXI_" + "PLANTED'\n")
    assert "PLANTED: is not documented" in _found(pages.settings(house.root))


def test_a_command_that_does_not_exist_is_caught(house: House):
    house.plant("README.md", "\n\n    Type `liangxi plant`.\n")
    assert "README.md:liangxi plant: there is no such command" in _found(pages.commands(house.root))


def test_a_registry_is_caught(house: House):
    house.plant("README.md", "\nhttps://registry." + "npmjs.org/x\n")
    assert "README.md: names 'registry." in _found(pages.places(house.root))


def test_a_text_without_translation_is_caught(house: House):
    house.plant("src/liangxi/portals/citizen/templates/planted.html", '{% translate "Planted here" %}')
    head, one = '{% blocktranslate count n=total context "tree" %}', "{{ n }} planted"
    page = f"{head}{one}{{% plural %}}{one}{{% endblocktranslate %}}"
    house.plant("src/liangxi/portals/citizen/templates/trees.html", page)
    house.plant("src/liangxi/kit/planted.py", "raise InvalidError('a.b', 'Planted %(there)s', {})\n")
    said = _found(catalogue.faults(house.root))
    assert "no Chinese translation of '%(n)s planted' (tree)" in said
    assert "no Chinese translation of 'Planted here'" in said
    assert "no Chinese translation of 'Planted %(there)s'" in said


def test_two_translations_of_one_text_are_caught(house: House):
    chinese = "locale/zh_Hans/LC_MESSAGES/django.po"
    for room, said in (("portals/citizen", "种下"), ("portals/office", "栽下")):
        house.plant(f"src/liangxi/{room}/{chinese}", f'\n\nmsgid "Planted twice"\nmsgstr "{said}"\n')
    assert f"src/liangxi/portals/office/{chinese}: 'Planted twice' is '种下' elsewhere" in _found(
        catalogue.faults(house.root)
    )


def test_an_exception_excuses_one_fault_and_must_be_needed():
    fault = Fault("budgets", "src/a.py", "too long")
    excuse = Excuse("budgets", "src/*.py", "a table of the law, which is one page")
    assert judge("budgets", [fault], [excuse]) == []
    assert "not needed any more" in str(judge("budgets", [], [excuse])[0])
