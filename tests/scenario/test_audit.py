"""The trail: what is recorded is sealed, proved, and every tampering is named."""

import subprocess
import sys

import pytest
from django.db import connection

from liangxi.core.audit import face as audit
from liangxi.core.audit import verifier
from liangxi.kit.actor import system
from liangxi.kit.errors import ForbiddenError

HOUSE = system("test")


@pytest.fixture
def trail(db, settings, tmp_path):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    for n in range(7):
        audit.record(
            by=HOUSE, action="person.read", object=f"person:{n}", purpose="test", personal={"name": f"示例{n}"}
        )
    assert audit.seal() == 7
    return tmp_path


def tamper(sql: str, *params: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
        cursor.execute(sql, params)
        cursor.execute("ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_entry_grows")


def test_what_is_recorded_is_proved(trail):
    report = audit.verify(by=HOUSE)
    assert report.ok and report.records == 7 and report.anchored == 7 and report.checkpoints >= 1
    page = audit.entries_of(by=HOUSE, action="person.read", limit=3)
    assert [entry.seq for entry in page.entries] == [6, 5, 4] and page.next == 4
    assert [entry.purpose for entry in audit.reads_of(by=HOUSE, person="3")] == ["test"]


def test_one_changed_byte_is_named(trail):
    tamper("UPDATE audit_entry SET body = replace(body, 'person:4', 'person:5') WHERE seq = 4")
    report = audit.verify(by=HOUSE)
    assert not report.ok and report.first_bad == 4


def test_a_changed_hash_is_named(trail):
    tamper("UPDATE audit_entry SET leaf_sm3 = sha256('x') WHERE seq = 2")
    report = audit.verify(by=HOUSE)
    assert not report.ok and report.first_bad == 2


@pytest.mark.parametrize("lost", [3, 6])
def test_a_removed_record_is_named(trail, lost):
    tamper("DELETE FROM audit_salt WHERE seq = %s", lost)
    tamper("DELETE FROM audit_entry WHERE seq = %s", lost)
    report = audit.verify(by=HOUSE)
    assert not report.ok and report.first_bad == lost


def test_erasing_keeps_the_proof(trail):
    assert audit.erase(by=HOUSE, seq=1, name="name")
    report = audit.verify(by=HOUSE)
    assert report.ok and report.erased == 1


def test_the_database_refuses_changes(trail):
    from django.db import InternalError, ProgrammingError, transaction

    for sql in ("UPDATE audit_entry SET body = ''", "DELETE FROM audit_entry", "TRUNCATE audit_checkpoint"):
        with pytest.raises((InternalError, ProgrammingError)), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)


def test_the_export_is_proved_by_the_single_file(trail, tmp_path):
    folder = tmp_path / "out"
    assert audit.export(by=HOUSE, folder=folder) == 7
    ran = subprocess.run(
        [sys.executable, "-I", folder / "verifier.py", folder], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0 and "7 records" in ran.stdout
    lines = (folder / "records.jsonl").read_bytes().split(b"\n")
    (folder / "records.jsonl").write_bytes(
        b"\n".join([*lines[:2], lines[2].replace(b"person:2", b"person:9"), *lines[3:]])
    )
    ran = subprocess.run(
        [sys.executable, "-I", folder / "verifier.py", folder], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 1 and "record 2" in ran.stdout


def test_only_auditors_read(trail):
    from liangxi.kit.actor import Actor

    with pytest.raises(ForbiddenError):
        audit.entries_of(by=Actor(kind="staff", account="1", name="x"))


def test_the_tree_is_that_of_rfc_9162():
    """The root of n leaves by the recursive definition of §2.1.1, for every n up to 40."""

    def root(leaves: list[bytes]) -> bytes:
        if not leaves:
            return verifier.sha256(b"")
        if len(leaves) == 1:
            return leaves[0]
        split = 1 << (len(leaves) - 1).bit_length() - 1
        return verifier.sha256(b"\x01" + root(leaves[:split]) + root(leaves[split:]))

    leaves = [verifier.leaf_hash(bytes([n]), verifier.sha256) for n in range(40)]
    tree = verifier.Tree(verifier.sha256)
    assert tree.root() == root([])
    for n, leaf in enumerate(leaves, 1):
        tree.append(leaf)
        assert tree.root() == root(leaves[:n])


def test_sm3_is_that_of_the_standard():
    """GB/T 32905-2016, appendix A.1."""
    assert verifier.sm3(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
