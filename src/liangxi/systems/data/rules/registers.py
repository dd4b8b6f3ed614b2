"""Which register is authoritative for which field (一数一源): one field, one source.

A field is `registry.<register>.<name>`. Persons and households stand with the police (户口登记条例 art. 3), marriages
with civil affairs (婚姻登记条例 art. 2), firms with market regulation (市场主体登记管理条例 art. 5).
"""

from collections.abc import Iterable

from liangxi.kit.errors import InvalidError
from liangxi.systems.data.shapes import Register

_NAME = {"zh": "姓名", "en": "Name"}
_CITIZEN_ID = {"zh": "公民身份号码", "en": "Citizen id"}

REGISTERS: dict[str, Register] = {
    "person": Register(
        org="police",
        title={"zh": "人口基础库", "en": "Register of persons"},
        fields={
            "name": _NAME,
            "citizen_id": _CITIZEN_ID,
            "phone": {"zh": "手机号码", "en": "Telephone"},
            "address": {"zh": "居住地址", "en": "Home address"},
        },
    ),
    "spouse": Register(
        org="civil",
        title={"zh": "婚姻登记库", "en": "Register of marriages"},
        fields={"name": {"zh": "配偶姓名", "en": "Name of the spouse"}, "citizen_id": _CITIZEN_ID},
    ),
    "marriage": Register(
        org="civil",
        title={"zh": "婚姻登记库", "en": "Register of marriages"},
        fields={"number": {"zh": "结婚证字号", "en": "Number of the marriage certificate"}},
    ),
    "household": Register(
        org="police",
        title={"zh": "户籍登记库", "en": "Register of households"},
        fields={
            "number": {"zh": "户号", "en": "Household number"},
            "address": {"zh": "户口地址", "en": "Address of the household"},
        },
    ),
    "firm": Register(
        org="market",
        title={"zh": "法人基础库", "en": "Register of firms"},
        fields={
            "name": {"zh": "企业名称", "en": "Name of the firm"},
            "uscc": {"zh": "统一社会信用代码", "en": "Unified social credit code"},
            "legal_representative": {"zh": "法定代表人", "en": "Legal representative"},
            "address": {"zh": "住所", "en": "Address"},
        },
    ),
}


def register_of(field: str) -> Register:
    """The register that answers for a field; InvalidError `data.field.unknown` naming `field`."""
    match field.split("."):
        case ["registry", register, name] if register in REGISTERS and name in REGISTERS[register].fields:
            return REGISTERS[register]
    raise InvalidError(
        "data.field.unknown",
        "No register holds the field %(field)s.",
        {"field": field},
        fields={"field": "No register holds this field."},
    )


def is_of_firms(field: str) -> bool:
    """True for what is known of a firm, False for what is known of a person."""
    return field.startswith("registry.firm.")


def wanted(fields: Iterable[str]) -> dict[str, list[str]]:
    """The names asked for by register; InvalidError for the first field that no register holds."""
    found: dict[str, list[str]] = {}
    for field in fields:
        register_of(field)
        _, register, name = field.split(".")
        found.setdefault(register, []).append(name)
    return found


def title_of(field: str) -> dict[str, str]:
    """The title of a field in both languages."""
    return dict(register_of(field).fields[field.split(".")[2]])
