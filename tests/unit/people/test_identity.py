"""Numbers of persons and firms: examples of the standards, and laws that hold for every number."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liangxi.core.people.rules import identity
from liangxi.kit.errors import InvalidError
from liangxi.kit.time import CITY, frozen

NOW = datetime(2026, 11, 23, 10, tzinfo=CITY)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
BODIES = st.text("0123456789", min_size=6, max_size=6)
BIRTHS = st.dates(date(1880, 1, 1), date(2026, 1, 1))
SEQUENCES = st.text("0123456789", min_size=3, max_size=3)


@pytest.mark.parametrize(
    ("number", "sex", "birth"),
    [
        ("11010519491231002X", "F", date(1949, 12, 31)),  # the example of GB 11643-1999
        ("440524188001010014", "M", date(1880, 1, 1)),  # the other one: a hundred-year-old
    ],
)
def test_the_examples_of_the_standard(number, sex, birth):
    found = identity.check_citizen_id(number)
    assert (found.value, found.sex, found.birth_date, found.place_code_hint) == (number, sex, birth, number[:6])


@pytest.mark.parametrize("start", ["320223198001011", "320205199001011", "810000199001011", "830000200001011"])
def test_places_that_moved_or_are_none_are_accepted(start):
    first = start + "23"
    assert identity.check_citizen_id(first + identity.citizen_id_check(first)).value[:6] == start[:6]


def test_a_permanent_resident_has_no_place():
    first = "91115619900101123"[:17]
    found = identity.check_citizen_id(first + identity.citizen_id_check(first))
    assert found.kind == "permanent_residence" and found.place_code_hint == ""


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (None, "people.value.not_text"),
        ("", "people.citizen_id.shape"),
        ("110105491231002", "people.citizen_id.old"),
        ("11010519490229002X", "people.citizen_id.birth_date"),
        ("11010529491231002X", "people.citizen_id.birth_date"),
        ("110105194912310021", "people.citizen_id.check"),
        ("11010519491231002XX", "people.citizen_id.shape"),
    ],
)
def test_what_is_refused_says_why_and_where(value, code):
    with frozen(NOW), pytest.raises(InvalidError) as error:
        identity.check_citizen_id(value, field="holder")
    assert error.value.code == code and set(error.value.fields) == {"holder"}


def test_typing_habits_are_forgiven():
    assert identity.check_citizen_id(" 110105 19491231 002x ").value == "11010519491231002X"
    assert identity.check_citizen_id("１１０１０５１９４９１２３１００２Ｘ").value == "11010519491231002X"


@given(place=BODIES, birth=BIRTHS, sequence=SEQUENCES)
def test_every_made_number_is_read_back(place, birth, sequence):
    first = f"{place}{birth:%Y%m%d}{sequence}"
    with frozen(NOW):
        found = identity.check_citizen_id(first + identity.citizen_id_check(first))
    assert found.birth_date == birth and (found.sex == "M") == (int(sequence[2]) % 2 == 1)


@given(place=BODIES, birth=BIRTHS, sequence=SEQUENCES, at=st.integers(0, 16), other=st.sampled_from("0123456789"))
def test_one_wrong_digit_never_passes(place, birth, sequence, at, other):
    first = f"{place}{birth:%Y%m%d}{sequence}"
    number = first + identity.citizen_id_check(first)
    typed = number[:at] + other + number[at + 1 :]
    if typed != number:
        with frozen(NOW), pytest.raises(InvalidError):
            identity.check_citizen_id(typed)


def test_the_example_of_the_credit_code_standard():
    assert identity.check_uscc("91350100M000100Y43").place_code_hint == "350100"  # GB 32100-2015, appendix


@pytest.mark.parametrize("start", ["N2320205", "A1320000", "Y1320200", "54320200"])
def test_registering_bodies_may_be_letters(start):
    first = start + "MF1234567"
    assert identity.check_uscc(first + identity.uscc_check(first)).registrar == start[0]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("91350100M000100Y4", "people.uscc.length"),
        ("91350100M000100Y44", "people.uscc.check"),
        ("9135010OM000100Y43", "people.uscc.shape"),
        ("91350100M000100S43", "people.uscc.shape"),
    ],
)
def test_a_wrong_credit_code_says_why(value, code):
    with pytest.raises(InvalidError) as error:
        identity.check_uscc(value)
    assert error.value.code == code and set(error.value.fields) == {"uscc"}


@given(
    kind=st.text(ALPHABET, min_size=2, max_size=2),
    place=BODIES,
    body=st.text(ALPHABET, min_size=9, max_size=9),
    at=st.integers(8, 17),
    other=st.sampled_from(ALPHABET),
)
def test_every_credit_code_is_read_back_and_a_wrong_sign_is_not(kind, place, body, at, other):
    first = kind + place + body
    code = first + identity.uscc_check(first)
    assert identity.check_uscc(code.lower()).value == code
    typed = code[:at] + other + code[at + 1 :]
    if typed != code:
        with pytest.raises(InvalidError):
            identity.check_uscc(typed)


@pytest.mark.parametrize(
    ("value", "kept"),
    [("138 1234 5678", "13812345678"), ("+8613812345678", "13812345678"), ("0510-82701234", "051082701234")],
)
def test_phones(value, kept):
    assert identity.check_phone(value) == kept


@pytest.mark.parametrize("value", ["12345", "23812345678", "82701234", "138123456789"])
def test_numbers_that_are_no_phones(value):
    with pytest.raises(InvalidError):
        identity.check_phone(value)


def test_masks():
    assert identity.mask_citizen_id("320211199001011234") == "320211********1234"
    assert identity.mask_phone("13812345678") == "138****5678"
    assert [identity.mask_name(n) for n in ("张三", "欧阳锋", "Anna", "")] == ["张*", "欧**", "A***", ""]
