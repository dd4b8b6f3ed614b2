"""The catalogue from and to files: YAML of the profile, Excel of departments."""

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from python_calamine import CalamineError, CalamineWorkbook, WorksheetNotFound

from liangxi.kit import schema, time
from liangxi.kit.actor import Actor
from liangxi.kit.errors import HouseError, InvalidError
from liangxi.systems.data import tabular
from liangxi.systems.data.actions import catalogue as resources
from liangxi.systems.data.models import Resource, ResourceVersion, SharingRule
from liangxi.systems.data.queries import catalogue as queries
from liangxi.systems.data.rules import catalogue, sharing, sheets
from liangxi.systems.data.shapes import Import, ImportRow

SCHEMA = Path(__file__).parent.parent / "schemas" / "resources.json"
LOAD = "register.load"  # no role gives it: the profile is loaded by the house alone


def import_resources(by: Actor, name: str, content: bytes) -> Import:
    """Drafts of every resource in a file; each by itself."""
    by.require("data.manage")
    kind = name.lower().rpartition(".")[2]
    if kind in ("yaml", "yml"):
        listed = _yaml(name, tabular.decoded(content)[0])
    elif kind in ("xlsx", "xls", "ods"):
        listed = _excel(content)
    else:
        raise resources.invalid("file", "Send the catalogue as YAML or Excel.")
    return Import(tuple(_imported(by, said) for said in listed))


def _imported(by: Actor, said: Mapping[str, Any]) -> ImportRow:
    id = str(said.get("id", ""))
    before = _last(id)
    try:
        if before is not None and catalogue.as_json(catalogue.compile_definition(said)) == before.definition:
            return ImportRow(id, "unchanged", {})
        resources.save_draft(by, said)
    except HouseError as refused:
        return ImportRow(id, "refused", refused.fields or {"": refused.message})
    return ImportRow(id, "changed" if before else "added", {})


def _last(id: str) -> ResourceVersion | None:
    return ResourceVersion.objects.filter(resource=id).order_by("-number").first()


def _yaml(name: str, text: str) -> list[dict[str, Any]]:
    try:
        return list(schema.read_yaml(text, SCHEMA, name=Path(Path(name).name)).data["resources"])
    except schema.DocumentError as error:
        raise InvalidError("data.file.yaml", error.message, error.params, fields={"file": str(error)}) from error


def _excel(content: bytes) -> list[dict[str, Any]]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        both = [book.get_sheet_by_name(name).to_python() for name in (sheets.RESOURCES, sheets.FIELDS)]
    except WorksheetNotFound as error:
        raise resources.invalid("file", "The workbook needs the sheets 信息资源 and 信息项.") from error
    except (CalamineError, ValueError) as error:
        raise resources.invalid("file", "The file cannot be read as Excel.") from error
    return sheets.definitions(*both)


def workbook(definitions: Iterable[Mapping[str, Any]]) -> bytes:
    """The two sheets with the definitions in them, lists to choose from in the columns that have one."""
    import xlsxwriter  # it takes a tenth of a second to load, in every process

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        head = book.add_format({"bold": True, "bg_color": "#E8F1F6", "border": 1})
        pages = [
            (book.add_worksheet(sheets.RESOURCES), sheets.RESOURCE_COLUMNS),
            (book.add_worksheet(sheets.FIELDS), sheets.FIELD_COLUMNS),
        ]
        for page, columns in pages:
            page.write_row(0, 0, list(columns), head)
            page.set_column(0, len(columns) - 1, 16)
            page.freeze_panes(1, 1)
            for n, (path, words) in enumerate(columns.values()):
                if words and path not in ("sharing.ways", "relations"):
                    page.data_validation(1, n, 2000, n, {"validate": "list", "source": list(words.values())})
        line = 1
        for row, made in enumerate(definitions, start=1):
            pages[0][0].write_row(row, 0, sheets.rows_of(made, sheets.RESOURCE_COLUMNS))
            for field in made["fields"]:
                said = {**field, "resource": made["id"]}
                pages[1][0].write_row(line, 0, sheets.rows_of(said, sheets.FIELD_COLUMNS))
                line += 1
    return out.getvalue()


def exported(by: Actor, *, is_empty: bool) -> bytes:
    """The workbook of one's own resources, or the empty template."""
    by.require("data.manage")
    if is_empty:
        return workbook(())
    newest = {card.id: _last(card.id) for card in queries.own(by)}
    return workbook(version.definition for version in newest.values() if version is not None)


def load_catalogue(by: Actor, root: Path) -> tuple[int, int]:
    """Publish the resources of a profile (data/*.yaml); how many were added or changed, and how many stood already.

    The same file again changes nothing. InvalidError `load.data` names file and line.
    """
    by.require(LOAD)
    read = [(doc, n, said) for doc in _documents(root) for n, said in enumerate(doc.data["resources"])]
    changed = []
    with transaction.atomic():
        for doc, n, said in read:
            try:
                if _published(by, said):
                    changed.append(said)
            except InvalidError as error:
                raise _placed(doc, n, error) from error
        for said in changed:  # relations may point forward
            made = catalogue.compile_definition(said)
            resources.relate(Resource.objects.get(pk=made.id), made)
    return len(changed), len(read) - len(changed)


def load_rules(by: Actor, said: Mapping[str, Any]) -> None:
    """The city's rules of sharing (profile.toml, [sharing]); InvalidError `load.data` for one that nobody knows."""
    by.require(LOAD)
    for name, value in said.items():
        is_figure = name in sharing.LIMITS and isinstance(value, int) and not isinstance(value, bool) and value >= 0
        if not is_figure and not (name == "bureau" and isinstance(value, str)):
            why = "profile.toml: sharing.%(name)s is no rule of sharing."
            raise InvalidError("load.data", why, {"name": name}, fields={f"sharing.{name}": "unknown"})
    with transaction.atomic():
        SharingRule.objects.all().delete()
        SharingRule.objects.bulk_create(SharingRule(name=name, value=str(value)) for name, value in said.items())


def source_documents(by: Actor, root: Path) -> list[tuple[str, Mapping[str, Any]]]:
    """The sources of a profile (data/sources/*.yaml) with the place of each."""
    by.require(LOAD)
    found = []
    for file in sorted((root / "data" / "sources").glob("*.yaml")):
        document = schema.load_yaml(file, SCHEMA.with_name("sources.json"))
        for n, said in enumerate(document.data["sources"]):
            found.append((f"{document.path}:{document.line_of(['sources', n])}", said))
    return found


def _documents(root: Path) -> list[schema.Document]:
    return [schema.load_yaml(file, SCHEMA) for file in sorted((root / "data").glob("*.yaml"))]


def _published(by: Actor, said: Mapping[str, Any]) -> bool:
    """Put one resource of the profile in force; False when it stands so already."""
    made = catalogue.compile_definition(said)
    definition = catalogue.as_json(made)
    last = _last(made.id)
    if last is not None and last.definition == definition:
        return False
    row, work = resources.describe(by, made, definition)
    work.submitted_by, work.submitted_at, work.reviewed_at = by.account, time.now(), time.now()
    resources.publish(by, row, work)
    return True


def _placed(doc: schema.Document, n: int, error: InvalidError) -> InvalidError:
    """The error with the file and the line of the first field that it names."""
    path, why = next(iter(error.fields.items()), ("", error.message))
    steps = [int(step) if step.isdecimal() else step for step in path.split(".") if step]
    place = f"{doc.path}:{doc.line_of(['resources', n, *steps])}"
    return InvalidError(
        "load.data", "%(place)s: %(reason)s", {"place": place, "reason": f"{path}: {why}"}, fields={place: why}
    )
