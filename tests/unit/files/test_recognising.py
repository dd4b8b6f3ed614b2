"""What a content is, by its bytes."""

import io
import struct
import zipfile
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from liangxi.core.files.rules.naming import clean_name
from liangxi.core.files.rules.recognising import JPEG, MOST_BYTES, PDF, PNG, WEBP, recognise
from liangxi.kit.errors import InvalidError

SOUND_PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\nstartxref\n0\n%%EOF\n"


def picture(kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((320, 200), 60).convert("RGB").save(out, kind, **options)
    return out.getvalue()


def png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 4096)) + chunk(b"IEND", b"")


def code_of(content: bytes, allow: str = "document") -> str:
    with pytest.raises(InvalidError) as refused:
        recognise(content, allow)
    assert set(refused.value.fields) == {"file"}
    return refused.value.code


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (SOUND_PDF, PDF),
        (picture("JPEG"), JPEG),
        (picture("JPEG", progressive=True), JPEG),
        (picture("PNG"), PNG),
        (picture("WEBP"), WEBP),
        (picture("WEBP", lossless=True), WEBP),
        (picture("JPEG") + b"what some telephones append", JPEG),
    ],
)
def test_sound_files_are_known(content, form):
    assert recognise(content, "document") is form


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "files.empty"),
        (b"MZ\x90\x00 a program", "files.type"),
        (b"<html><script>alert(1)</script>", "files.type"),
        (b"GIF89a" + b"\0" * 40, "files.type"),
        (b" %PDF-1.7 not at the beginning %%EOF", "files.type"),
        (b"\0" * (MOST_BYTES + 1), "files.size"),
        (b"%PDF-1.7 cut off", "files.incomplete"),
        (SOUND_PDF.replace(b"<<>>", b"<</S/JavaScript/JS(x)>>"), "files.programs"),
        (SOUND_PDF.replace(b"<<>>", b"<</S/Launch/F(cmd)>>"), "files.programs"),
        (picture("JPEG")[:-2000], "files.incomplete"),
        (picture("PNG")[:-20], "files.incomplete"),
        (picture("WEBP")[:-20], "files.incomplete"),
        (png_of(60_000, 60_000), "files.pixels"),
        (png_of(20_001, 1), "files.pixels"),
        (png_of(0, 10), "files.incomplete"),
    ],
)
def test_other_files_are_refused_with_the_reason(content, code):
    assert code_of(content) == code


def test_an_image_is_wanted_and_a_pdf_is_none():
    assert code_of(SOUND_PDF, "image") == "files.type"


def test_an_archive_behind_a_picture_is_found_even_with_a_comment():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.html", "<script>")
        archive.comment = b"PK\x05\x06 comment"
    assert code_of(picture("PNG") + packed.getvalue()) == "files.mixed"


@given(
    st.binary(max_size=400), st.sampled_from([b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"%PDF-", b"RIFFxxxxWEBP"])
)
def test_no_bytes_make_it_fall(tail, head):
    try:
        recognise(head + tail, "document")
    except InvalidError as error:
        assert error.code.startswith("files.")  # noqa: PT017 both outcomes are allowed


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("scan.PNG", "scan.png"),
        ("photo.jpeg", "photo.png"),
        ("evil.exe", "evil.png"),
        ("../../etc/passwd", "passwd.png"),
        ("C:\\tmp\\身份证 正面.png", "身份证 正面.png"),
        ("a\u202egnp.exe", "agnp.png"),
        ("无锡市梁溪区.中山路359号", "无锡市梁溪区.中山路359号.png"),
        ("", "file.png"),
        (" .. ", "file.png"),
        ("x" * 500 + ".png", "x" * 120 + ".png"),
    ],
)
def test_names_do_not_lie(name, clean):
    assert clean_name(name, PNG) == clean
