"""What a content is, by its own bytes: a short list of formats that a clerk's machine opens without a program.

Only heads and frames are read, nothing is unpacked or drawn; so a bomb costs as little as a photograph.
Formats: PDF 1.x/2.0 (ISO 32000), JPEG (ITU-T T.81), PNG (ISO/IEC 15948), WebP (RFC 9649).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from liangxi.kit.errors import InvalidError

MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 64_000_000  # what a clerk's browser unpacks without choking: 256 MB as RGBA
LONGEST_SIDE = 20_000

_ZIP_END = b"PK\x05\x06"
_PROGRAMS = re.compile(rb"/(?:JavaScript|JS|Launch)\b")
_NO_SIZE = {0x01, *range(0xD0, 0xD8)}  # JPEG markers without a segment: TEM, RST0-RST7
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0-SOF15 without DHT, JPG, DAC


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is taken: its media type and the extension of its names."""

    media_type: str
    extension: str


PDF = Format("application/pdf", "pdf")
JPEG = Format("image/jpeg", "jpg")
PNG = Format("image/png", "png")
WEBP = Format("image/webp", "webp")
ALLOWED = {"document": (PDF, JPEG, PNG, WEBP), "image": (JPEG, PNG, WEBP)}


def recognise(content: bytes, allow: str) -> Format:
    """The format of `content`, or InvalidError: `files.empty`, `.size`, `.type`, `.incomplete`, `.pixels`,
    `.mixed` (also a ZIP archive), `.programs` (a PDF with JavaScript or a launch action).
    """
    if not content:
        raise refusal("files.empty", "The file is empty.")
    if len(content) > MOST_BYTES:
        raise too_large()
    found = next((form for matches, form, _ in _KNOWN if matches(content)), None)
    if found is None or found not in ALLOWED[allow]:
        if allow == "image":
            raise refusal("files.type", "Send a picture: JPEG, PNG or WebP.")
        raise refusal("files.type", "Send a PDF, JPEG, PNG or WebP file.")
    next(check for _, form, check in _KNOWN if form is found)(content)
    if _is_zip(content):
        raise refusal("files.mixed", "The file hides a second file inside. Export or photograph it again.")
    return found


def refusal(code: str, message: str) -> InvalidError:
    """The InvalidError that stands beside the upload field."""
    return InvalidError(code, message, fields={"file": message})


def too_large() -> InvalidError:
    """InvalidError `files.size`."""
    return refusal("files.size", "The file is larger than 10 MB.")


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _check_pdf(content: bytes) -> None:
    if b"%%EOF" not in content[-2048:]:
        raise _incomplete()
    if _PROGRAMS.search(content):
        raise refusal("files.programs", "The PDF contains a program. Print it to a new PDF and send that.")


def _check_jpeg(content: bytes) -> None:
    """Walk the segments up to the picture, then look for its end."""
    at, size = 2, None
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            raise _incomplete()
        marker = content[at + 1]
        if marker == 0xFF or marker in _NO_SIZE:
            at += 1 if marker == 0xFF else 2
            continue
        if marker == 0xDA:
            break
        if marker in _FRAMES:
            size = _int(content[at + 7 : at + 9]), _int(content[at + 5 : at + 7])
        at += 2 + max(2, _int(content[at + 2 : at + 4]))
    if size is None or content.find(b"\xff\xd9", at) < 0:
        raise _incomplete()
    _check_size(*size)


def _check_png(content: bytes) -> None:
    """Walk the chunks from IHDR to IEND."""
    if content[12:16] != b"IHDR":
        raise _incomplete()
    _check_size(_int(content[16:20]), _int(content[20:24]))
    at = 8
    while at + 12 <= len(content):
        if content[at + 4 : at + 8] == b"IEND":
            return
        at += 12 + _int(content[at : at + 4])
    raise _incomplete()


def _check_webp(content: bytes) -> None:
    if len(content) < 8 + int.from_bytes(content[4:8], "little") or len(content) < 30:
        raise _incomplete()
    kind, body = content[12:16], content[20:30]
    if kind == b"VP8X":
        size = 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"VP8 ":
        size = int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
    else:
        raise _incomplete()
    _check_size(*size)


def _check_size(width: int, height: int) -> None:
    if not (width and height):
        raise _incomplete()
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise refusal("files.pixels", "The picture is too large: at most 64 million pixels, 20,000 on a side.")


def _is_zip(content: bytes) -> bool:
    """True when a ZIP archive ends this content: its end record, whose comment reaches the last byte."""
    start = max(0, len(content) - 65_557)
    at = content.rfind(_ZIP_END, start)
    while at >= 0:
        if at + 22 + int.from_bytes(content[at + 20 : at + 22], "little") == len(content):
            return True
        at = content.rfind(_ZIP_END, start, at)
    return False


def _int(four: bytes) -> int:
    return int.from_bytes(four, "big")


def _incomplete() -> InvalidError:
    return refusal("files.incomplete", "The file is damaged or was not sent completely.")


_KNOWN: tuple[tuple[Callable[[bytes], bool], Format, Callable[[bytes], None]], ...] = (
    (lambda content: content.startswith(b"%PDF-"), PDF, _check_pdf),
    (lambda content: content.startswith(b"\xff\xd8\xff"), JPEG, _check_jpeg),
    (lambda content: content.startswith(b"\x89PNG\r\n\x1a\n"), PNG, _check_png),
    (_is_webp, WEBP, _check_webp),
)
