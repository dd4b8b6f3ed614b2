"""The catalogue as two sheets in the words of the national core metadata: one row a resource, one row a field."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from liangxi.kit.errors import InvalidError

RESOURCES, FIELDS = "信息资源", "信息项"
YES, NO = "是", "否"

KINDS = {"base": "基础", "theme": "主题", "department": "部门"}
REGISTERS = {"population": "人口", "firm": "法人", "space": "自然资源和空间地理", "credit": "社会信用",
             "licence": "电子证照"}  # fmt: skip
FORMATS = {"file": "电子文件", "spreadsheet": "电子表格", "database": "数据库", "graphics": "图形图像",
           "media": "流媒体", "self-describing": "自描述格式"}  # fmt: skip
ORIGINS = {"nation": "国家", "province": "省", "city": "市", "district": "区县"}
SHARING = {"unconditional": "无条件共享", "conditional": "有条件共享", "not-shared": "不予共享"}
OPENING = {"unconditional": "无条件开放", "conditional": "有条件开放", "not-open": "不予开放"}
WAYS = {"interface": "接口", "table": "库表", "file": "文件"}
CYCLES = {"realtime": "实时", "daily": "每日", "weekly": "每周", "monthly": "每月", "quarterly": "每季度",
          "half-yearly": "每半年", "yearly": "每年", "irregular": "不定期"}  # fmt: skip
TYPES = {"text": "字符型", "integer": "整型", "number": "数值型", "boolean": "布尔型", "date": "日期型",
         "datetime": "日期时间型", "code": "代码型", "geometry": "空间型", "attachment": "附件"}  # fmt: skip
GRADES = {"general-1": "一般1级", "general-2": "一般2级", "general-3": "一般3级", "general-4": "一般4级",
          "important": "重要", "core": "核心"}  # fmt: skip
RELATIONS = {"mirror": "副本", "derived": "加工自", "part": "属于", "related": "相关"}

RESOURCE_COLUMNS: Mapping[str, tuple[str, Mapping[str, str] | None]] = {
    "资源标识": ("id", None),
    "信息资源名称": ("title.zh", None),
    "英文名称": ("title.en", None),
    "资源属性": ("kind", KINDS),
    "基础库": ("register", REGISTERS),
    "信息资源分类": ("category", None),
    "信息资源提供方": ("org", None),
    "信息资源摘要": ("summary.zh", None),
    "英文摘要": ("summary.en", None),
    "信息资源格式": ("format", FORMATS),
    "层级": ("origin", ORIGINS),
    "共享类型": ("sharing.attribute", SHARING),
    "共享条件": ("sharing.condition", None),
    "共享依据": ("sharing.basis", None),
    "共享方式": ("sharing.ways", WAYS),
    "开放属性": ("opening.attribute", OPENING),
    "开放条件": ("opening.condition", None),
    "开放依据": ("opening.basis", None),
    "更新周期": ("cycle", CYCLES),
    "关联资源": ("relations", RELATIONS),
    "来源说明": ("provenance", None),
}
FIELD_COLUMNS: Mapping[str, tuple[str, Mapping[str, str] | None]] = {
    "资源标识": ("resource", None),
    "信息项标识": ("name", None),
    "信息项名称": ("title.zh", None),
    "英文名称": ("title.en", None),
    "信息项数据类型": ("type", TYPES),
    "数据元": ("element", None),
    "描述对象": ("subject", None),
    "主键": ("key", {YES: YES, NO: NO}),
    "数源": ("authoritative", {YES: YES, NO: NO}),
    "个人信息": ("personal", {YES: YES, NO: NO}),
    "分级": ("grade", GRADES),
}
_FLAGS = ("key", "authoritative", "personal")
Sheet = Sequence[Sequence[Any]]


def definitions(resources: Sheet, fields: Sheet) -> list[dict[str, Any]]:
    """The definitions that the two sheets hold, as `catalogue.compile_definition` reads them.

    InvalidError `data.sheet` for a column that is missing. Words that no list knows stay as they are, and are refused
    there with their field.
    """
    by_resource: dict[str, list[dict[str, Any]]] = {}
    for row in _rows(fields, FIELD_COLUMNS, FIELDS):
        by_resource.setdefault(row.pop("resource"), []).append(
            {name: value == YES if name in _FLAGS else value for name, value in row.items()}
        )
    found = []
    for row in _rows(resources, RESOURCE_COLUMNS, RESOURCES):
        for terms in ("sharing", "opening"):
            ways = row[terms].pop("ways", "") if isinstance(row[terms], dict) else ""
            row[terms]["ways"] = [_code(way, WAYS) for way in ways.split("、") if way]
        row["relations"] = [_relation(one) for one in row["relations"].split("、") if one]
        found.append(row | {"fields": by_resource.get(row["id"], [])})
    return found


def rows_of(made: Mapping[str, Any], columns: Mapping[str, tuple[str, Mapping[str, str] | None]]) -> list[str]:
    """One row of a sheet for a definition (or a field of it), in the order of the columns."""
    return [_said(made, path, words) for path, words in columns.values()]


def _said(made: Mapping[str, Any], path: str, words: Mapping[str, str] | None) -> str:
    value: Any = made
    for step in path.split("."):
        value = value.get(step, "") if isinstance(value, Mapping) else ""
    if isinstance(value, bool):
        return YES if value else NO
    if path == "relations":
        return "、".join(f"{RELATIONS[one['kind']]}:{one['resource']}" for one in value)
    if isinstance(value, list):
        return "、".join((words or {}).get(one, one) for one in value)
    return (words or {}).get(value, value)


def _relation(said: str) -> dict[str, str]:
    kind, _, resource = said.replace("：", ":").partition(":")
    return {"kind": _code(kind.strip(), RELATIONS), "resource": resource.strip()}


def _rows(
    sheet: Sheet, columns: Mapping[str, tuple[str, Mapping[str, str] | None]], name: str
) -> Iterable[dict[str, Any]]:
    headers = [str(one).strip() for one in sheet[0]] if sheet else []
    for wanted in columns:
        if wanted not in headers:
            raise InvalidError(
                "data.sheet",
                "The sheet %(sheet)s lacks the column %(column)s.",
                {"sheet": name, "column": wanted},
                fields={"file": "A column is missing; start from the template."},
            )
    for cells in sheet[1:]:
        texts = [_cell(one) for one in cells]
        if any(texts):
            yield _row(dict(zip(headers, texts, strict=False)), columns)


def _row(cells: Mapping[str, str], columns: Mapping[str, tuple[str, Mapping[str, str] | None]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for header, (path, words) in columns.items():
        value = cells.get(header, "")
        first, _, second = path.partition(".")
        value = _code(value, words) if words and path not in ("sharing.ways", "relations") else value
        if second:
            row.setdefault(first, {})[second] = value
        else:
            row[first] = value
    return row


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value or "").strip()


def _code(word: str, words: Mapping[str, str]) -> str:
    return next((code for code, said in words.items() if said == word), word)
