"""The five base registers (基础库) of Jiangsu and the elements that each must hold.

Which elements count is design: the identifiers and main facts that other departments ask for, following the names of
the national base registers; a city may hold more. An element is covered by a published authoritative source.
"""

from collections.abc import Mapping

TITLES: Mapping[str, Mapping[str, str]] = {
    "population": {"zh": "人口基础库", "en": "Population"},
    "firm": {"zh": "法人基础库", "en": "Legal entities"},
    "space": {"zh": "自然资源和空间地理基础库", "en": "Natural resources and geography"},
    "credit": {"zh": "社会信用基础库", "en": "Social credit"},
    "licence": {"zh": "电子证照基础库", "en": "Electronic licences"},
}

ELEMENTS: Mapping[str, Mapping[tuple[str, str], Mapping[str, str]]] = {  # register -> (subject, element) -> title
    "population": {
        ("person", "citizen_id"): {"zh": "公民身份号码", "en": "Citizen id"},
        ("person", "name"): {"zh": "姓名", "en": "Name"},
        ("person", "sex"): {"zh": "性别", "en": "Sex"},
        ("person", "birth_date"): {"zh": "出生日期", "en": "Date of birth"},
        ("person", "address"): {"zh": "居住地址", "en": "Home address"},
        ("person", "household_number"): {"zh": "户号", "en": "Household number"},
        ("person", "marriage"): {"zh": "婚姻状况", "en": "Marriage"},
        ("person", "death"): {"zh": "死亡登记", "en": "Death"},
    },
    "firm": {
        ("firm", "uscc"): {"zh": "统一社会信用代码", "en": "Unified social credit code"},
        ("firm", "name"): {"zh": "企业名称", "en": "Name"},
        ("firm", "legal_representative"): {"zh": "法定代表人", "en": "Legal representative"},
        ("firm", "address"): {"zh": "住所", "en": "Address"},
        ("firm", "industry"): {"zh": "行业", "en": "Industry"},
        ("firm", "status"): {"zh": "登记状态", "en": "Status"},
    },
    "space": {
        ("address", "address_code"): {"zh": "标准地址编码", "en": "Address code"},
        ("address", "position"): {"zh": "坐标", "en": "Position"},
        ("division", "division_code"): {"zh": "行政区划代码", "en": "Division code"},
        ("estate", "estate_number"): {"zh": "不动产单元号", "en": "Real estate unit"},
        ("parcel", "land_use"): {"zh": "土地用途", "en": "Land use"},
    },
    "credit": {
        ("firm", "offence_listing"): {"zh": "严重失信名单", "en": "List of serious offences"},
        ("firm", "penalty"): {"zh": "行政处罚", "en": "Administrative penalties"},
        ("firm", "permit"): {"zh": "行政许可", "en": "Administrative permits"},
        ("firm", "tax_grade"): {"zh": "纳税信用等级", "en": "Tax credit grade"},
    },
    "licence": {
        ("licence", "licence_number"): {"zh": "证照号码", "en": "Number"},
        ("licence", "licence_type"): {"zh": "证照类型", "en": "Type"},
        ("licence", "licence_holder"): {"zh": "持证主体", "en": "Holder"},
        ("licence", "valid_to"): {"zh": "有效期至", "en": "Valid to"},
    },
}
