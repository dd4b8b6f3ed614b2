"""Handing in files: what is taken, who sees it, what is swept."""

import hashlib
import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from liangxi.core.audit import face as audit
from liangxi.core.files import disk
from liangxi.core.files import face as files
from liangxi.core.files.errors import DamagedError
from liangxi.kit import time
from liangxi.kit.actor import Actor, system
from liangxi.kit.errors import InvalidError, NotFoundError

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n0\n%%EOF\n"
PERSON = Actor(kind="public", account="11", name="王小明", person=str(uuid4()))
STRANGER = Actor(kind="public", account="12", name="李四", person=str(uuid4()))
CLERK = Actor(kind="staff", account="90", name="窗口", purpose="办理")


@pytest.fixture
def root(db, settings, tmp_path):
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    return tmp_path / "files"


def kept(root):
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_a_file_is_stored_under_its_hash_and_read_back(root):
    stored = files.store(by=PERSON, name="我的/房产证 扫描.PDF", content=io.BytesIO(PDF))
    assert (stored.name, stored.media_type, stored.size) == ("房产证 扫描.pdf", "application/pdf", len(PDF))
    assert stored.sha256 == hashlib.sha256(PDF).hexdigest()
    assert disk.place_of(root, stored.sha256).read_bytes() == PDF
    found, chunks = files.open_file(by=PERSON, id=stored.id)
    assert found == stored and b"".join(chunks) == PDF


def test_the_same_upload_twice_is_one_file_and_two_senders_share_one_content(root):
    first = files.store(by=PERSON, name="a.pdf", content=PDF)
    assert files.store(by=PERSON, name="a.pdf", content=PDF).id == first.id
    other = files.store(by=STRANGER, name="b.pdf", content=PDF)
    assert other.id != first.id and kept(root) == [first.sha256]
    with pytest.raises(NotFoundError):
        files.open_file(by=STRANGER, id=first.id)


def test_others_see_a_file_only_as_part_of_a_thing_and_leave_a_trace(root):
    stored = files.store(by=PERSON, name="a.pdf", content=PDF)
    files.attach(by=PERSON, id=stored.id, owner="case:1")
    with pytest.raises(NotFoundError):
        files.open_file(by=CLERK, id=stored.id)
    with pytest.raises(NotFoundError):
        files.open_file(by=CLERK, id=stored.id, owner="case:2")
    _, chunks = files.open_file(by=CLERK, id=stored.id, owner="case:1")
    assert b"".join(chunks) == PDF
    audit.seal()
    (entry,) = audit.reads_of(by=system("test"), person=PERSON.person or "")
    assert entry.purpose == "办理"


def test_nobody_attaches_what_is_not_his(root):
    stored = files.store(by=PERSON, name="a.pdf", content=PDF)
    with pytest.raises(NotFoundError):
        files.attach(by=STRANGER, id=stored.id, owner="case:1")
    with pytest.raises(InvalidError):
        files.attach(by=PERSON, id=stored.id, owner="case")
    for name in ("", "x", str(uuid4())):
        with pytest.raises(NotFoundError):
            files.file(by=PERSON, id=name)


def test_a_damaged_content_is_never_handed_out_and_a_new_upload_heals_it(root):
    stored = files.store(by=PERSON, name="a.pdf", content=PDF)
    disk.place_of(root, stored.sha256).write_bytes(PDF[:-3])
    with pytest.raises(DamagedError):
        files.open_file(by=PERSON, id=stored.id)
    files.store(by=PERSON, name="a.pdf", content=PDF)
    assert b"".join(files.open_file(by=PERSON, id=stored.id)[1]) == PDF


def test_the_sweep_takes_what_nothing_needs(root):
    loose = files.store(by=PERSON, name="loose.pdf", content=PDF)
    needed = files.store(by=PERSON, name="needed.pdf", content=PDF + b"%%EOF\n")
    files.attach(by=PERSON, id=needed.id, owner="draft:7")
    nobody = "ab" * 32
    disk.keep(root, nobody, b"lost")
    old = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    import os

    for path in root.rglob("*"):
        if path.is_file():
            os.utime(path, (old, old))
    assert files.sweep().contents == 1  # the one that nobody was promised; both files are young
    with time.frozen(datetime.now(UTC) + timedelta(days=2)):
        swept = files.sweep()
    assert (swept.contents, swept.bytes) == (1, loose.size)
    assert kept(root) == [needed.sha256]
    assert files.release(by=PERSON, owner="draft:7") == 1
    assert files.files_of(by=PERSON, owner="draft:7") == ()


def test_an_account_cannot_fill_the_disk_with_files_that_nothing_needs(root, monkeypatch):
    from liangxi.core.files import actions

    monkeypatch.setattr(actions, "LOOSE_MOST", 3 * len(PDF))
    stored = [files.store(by=PERSON, name=f"{n}.pdf", content=PDF) for n in range(3)]
    with pytest.raises(InvalidError) as refused:
        files.store(by=PERSON, name="4.pdf", content=PDF)
    assert refused.value.code == "files.quota"
    files.attach(by=PERSON, id=stored[0].id, owner="case:1")
    files.store(by=PERSON, name="4.pdf", content=PDF)


def test_a_polyglot_is_refused_and_nothing_is_kept(root):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("run.js", "alert(1)")
    with pytest.raises(InvalidError) as refused:
        files.store(by=PERSON, name="a.pdf", content=PDF + archive.getvalue())
    assert refused.value.code in {"files.mixed"} and "file" in refused.value.fields
    assert not root.exists()
