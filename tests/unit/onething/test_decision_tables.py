"""Decision tables (DMN) become conditions, or say by element and rule why not."""

import pytest

from liangxi.systems.onething.rules import dmn

TYPES = {"scale": "number", "sign": "bool", "kind": "text", "opened": "date"}
SPACES = ("https://www.omg.org/spec/DMN/20191111/MODEL/", "http://www.omg.org/spec/DMN/20151101/dmn.xsd")


def table(policy, *rules, inputs=("scale", "sign"), outputs=("matter",), more="", space=SPACES[0]):
    """A DMN file; a rule is a list of the entries of its columns."""

    def entry(kind, text):
        return f"<{kind}><text>{text.replace('<', '&lt;')}</text></{kind}>"

    columns = "".join(f"<input><inputExpression><text>{one}</text></inputExpression></input>" for one in inputs)
    columns += "".join(f'<output name="{one}"/>' for one in outputs)
    kinds = ["inputEntry"] * len(inputs) + ["outputEntry"] * len(outputs)
    entries = ["".join(entry(kind, text) for kind, text in zip(kinds, rule, strict=False)) for rule in rules]
    rows = "".join(f"<rule>{one}</rule>" for one in entries)
    return (
        f'<definitions xmlns="{space}"><decision name="Which"><decisionTable hitPolicy="{policy}" {more}>'
        f"{columns}{rows}</decisionTable></decision></definitions>"
    ).encode()


def said(content):
    found = dmn.read(content, TYPES)
    assert not found.faults, found.faults
    return {(one.output, one.value): str(one.condition) for decision in found.decisions for one in decision.conditions}


def test_each_hit_policy_becomes_conditions():
    unique = table("UNIQUE", ["> 300", "-", '"fire"'], ["<= 300", "true", '"sign"'], space=SPACES[1])
    assert said(unique) == {("matter", '"fire"'): "scale > 300", ("matter", '"sign"'): "scale <= 300 and sign"}
    anyone = table("ANY", ["> 300", "-", "true"], ["[100..400]", "true", "true"], outputs=("fire",))
    assert said(anyone) == {("fire", "true"): "scale > 300 or scale between 100 and 400 and sign"}
    first = table("FIRST", ["> 300", "-", '"a"'], ["-", "true", '"b"'], ["-", "-", '"a"'])
    assert said(first)["matter", '"b"'] == "sign and not scale > 300"
    collect = table("COLLECT", ["not(1, 2, [5..6])", "-", '"a"'], ["]10..20[", "not(true)", '"a"'])
    assert said(collect)["matter", '"a"'].endswith("or scale in (10..20) and not sign")
    default = table("UNIQUE", ["> 300", "-", '"a"']).replace(
        b'<output name="matter"/>',
        b'<output name="matter"><defaultOutputEntry><text>"b"</text></defaultOutputEntry></output>',
    )
    assert said(default) == {("matter", '"a"'): "scale > 300", ("matter", '"b"'): "not scale > 300"}


def test_entries_of_every_kind():
    content = table(
        "COLLECT", ['"bar","hotel, large"', 'date("2026-01-01")', "x"], inputs=("kind", "opened"), outputs=("a",)
    ).replace(b"<text>x</text>", b"<text>true</text>")
    assert said(content)["a", "true"] == '(kind = "bar" or kind = "hotel, large") and opened = date("2026-01-01")'


REFUSED = {
    "overlap": (table("UNIQUE", ["> 300", "-", '"a"'], ["[100..400]", "true", '"b"']), "rules 1 and 2"),
    "any differs": (table("ANY", ["> 1", "-", '"a"'], ["> 2", "-", '"b"']), "rules 1 and 2"),
    "sum": (table("COLLECT", ["1", "-", "5"], more='aggregation="SUM"'), "COLLECT SUM"),
    "priority": (table("PRIORITY", ["1", "-", '"a"']), "PRIORITY"),
    "arithmetic": (table("UNIQUE", ["-", "-", '"a"'], ["scale + 1", "-", '"a"']), "rule 2, input 1"),
    "call": (table("UNIQUE", ["today()", "-", '"a"']), "rule 1, input 1"),
    "question mark": (table("UNIQUE", ["? > 5", "-", '"a"']), "rule 1, input 1"),
    "another name": (table("UNIQUE", ["sign", "-", '"a"']), "rule 1, input 1"),
    "computed": (table("UNIQUE", ["1", "-", "scale * 2"]), "rule 1, output 1"),
    "wrong type": (table("UNIQUE", ['"x"', "-", '"a"']), "compares it as text"),
    "short row": (table("UNIQUE", ["1", '"a"']), "rule 1"),
    "no question": (table("UNIQUE", ["1", "-", '"a"'], inputs=("area of shop", "sign")), "input 1"),
    "unknown question": (table("UNIQUE", ["1", "-", '"a"'], inputs=("area", "sign")), "input 1"),
    "entities": (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "DTD"),
    "no xml": (b"\xff\xfe", "XML"),
    "no table": (b"<definitions/>", "decision table"),
    "too long": (table("COLLECT", *([f"{n}", "-", '"a"'] for n in range(199))), "longer"),
    "too many": (table("COLLECT", *([f"{n}", "-", '"a"'] for n in range(201))), "rules"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_map_is_told_by_element_and_rule(name):
    content, told = REFUSED[name]
    found = dmn.read(content, TYPES)
    assert not found.decisions and any(told in fault.text for fault in found.faults), found
