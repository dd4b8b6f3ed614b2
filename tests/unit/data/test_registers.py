"""One field, one source: which register answers for what."""

import pytest

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.queries.registers import READERS
from liangxi.systems.data.rules import registers

FIELDS = [f"registry.{register}.{name}" for register, one in registers.REGISTERS.items() for name in one.fields]


def test_every_register_has_an_owner_a_reader_and_words():
    assert set(READERS) == set(registers.REGISTERS)
    for register in registers.REGISTERS.values():
        titles = [register.title, *register.fields.values()]
        assert register.org and all(title["zh"] and title["en"] for title in titles)


@pytest.mark.parametrize("field", FIELDS)
def test_each_field_has_one_source(field):
    assert registers.register_of(field) is registers.REGISTERS[field.split(".")[1]]
    assert registers.title_of(field)["zh"]


@pytest.mark.parametrize(
    "field",
    ["", ".", "registry", "registry.", "registry.person", "registry.person.", "registry.person.age", "person.name",
     "registry.ghost.name", "registry..name", "registry.person.name.more", "Registry.person.name",
     "registry.person.name ", "registry.person.__class__"],
)  # fmt: skip
def test_what_no_register_holds_is_refused_by_name(field):
    for ask in (registers.register_of, registers.title_of, lambda one: registers.wanted([FIELDS[0], one])):
        with pytest.raises(InvalidError) as error:
            ask(field)
        assert set(error.value.fields) == {"field"} and error.value.params == {"field": field}


def test_fields_are_asked_for_by_register():
    asked = ["registry.person.name", "registry.firm.uscc", "registry.person.phone"]
    assert registers.wanted(asked) == {"person": ["name", "phone"], "firm": ["uscc"]}
    assert registers.wanted([]) == {}
