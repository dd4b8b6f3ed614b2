"""Catalogues: what is compiled is what gettext reads, broken ones are refused by file and line."""

import gettext
import io

import pytest
from tools import messages

HEADER = """msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=n != 1;\\n"

"""


def catalogue(tmp_path, text):
    path = tmp_path / "django.po"
    path.write_text(HEADER + text, encoding="utf-8")
    return path


def read(path):
    return gettext.GNUTranslations(io.BytesIO(messages.compiled(messages.parse(path))))


def test_gettext_reads_what_was_compiled(tmp_path):
    said = read(
        catalogue(
            tmp_path,
            '# a remark\nmsgid "Save"\nmsgstr "保存"\n\n'
            'msgid ""\n"A line "\n"and \\"another\\".\\n"\nmsgstr ""\n"一行"\n"又一行。\\n"\n\n'
            'msgctxt "light"\nmsgid "Save"\nmsgstr "存"\n',
        )
    )
    assert said.gettext("Save") == "保存"
    assert said.gettext('A line and "another".\n') == "一行又一行。\n"
    assert said.pgettext("light", "Save") == "存"
    assert said.gettext("Unknown") == "Unknown"


def test_plural_forms_follow_the_header(tmp_path):
    said = read(
        catalogue(tmp_path, 'msgid "%d day"\nmsgid_plural "%d days"\nmsgstr[0] "%d ein"\nmsgstr[1] "%d viele"\n')
    )
    assert [said.ngettext("%d day", "%d days", n) for n in (1, 3)] == ["%d ein", "%d viele"]


def test_fuzzy_and_empty_translations_are_left_out(tmp_path):
    entries = messages.parse(
        catalogue(tmp_path, '#, fuzzy\nmsgid "Guess"\nmsgstr "猜"\n\nmsgid "Open"\nmsgstr ""\n\n#~ msgid "Old"\n')
    )
    assert set(entries) == {""}


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ('msgid "Save"\nmsgstr "保存\n', 7, "no part of a catalogue"),
        ('msgid "Save"\nmsgstring "保存"\n', 7, "no part of a catalogue"),
        ('msgid "Save"\nmsgstr "保存"\nmsgid "Open"\n', 8, "msgid stands twice"),
        ('"nowhere"\n', 6, "no part of a catalogue"),
        ('msgid "Save"\nmsgstr "\\x"\n', 7, "truncated"),
    ],
)
def test_a_broken_entry_is_refused_by_file_and_line(tmp_path, text, line, reason):
    path = catalogue(tmp_path, text)
    with pytest.raises(messages.CatalogueError, match=reason) as refused:
        messages.parse(path)
    assert str(refused.value).startswith(f"{path}:{line}: ")


def test_a_message_is_translated_once(tmp_path):
    path = catalogue(tmp_path, 'msgid "Save"\nmsgstr "存"\n\nmsgid "Save"\nmsgstr "保存"\n')
    with pytest.raises(messages.CatalogueError, match="translated twice"):
        messages.parse(path)


def test_the_command_compiles_every_catalogue_and_names_what_is_broken(tmp_path, monkeypatch, capsys):
    path = catalogue(tmp_path, 'msgid "Save"\nmsgstr "保存"\n')
    monkeypatch.setattr(messages, "SOURCE", tmp_path)
    assert messages.main() == 0
    assert gettext.GNUTranslations(io.BytesIO(path.with_suffix(".mo").read_bytes())).gettext("Save") == "保存"
    path.write_text("nothing")
    assert messages.main() == 1
    assert f"{path}:1: this is no part of a catalogue" in capsys.readouterr().err
