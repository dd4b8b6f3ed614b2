"""One certificate on A4: title, number, lines, issuer and date, the mark, the code, how to check it.

Certificates are Chinese documents; English stands below in small type where it is known.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from liangxi.core.certificates.paper import code, fonts, ornaments
from liangxi.core.certificates.paper.ornaments import AZALEA, GREY, INK, LAKE, LINE
from liangxi.core.certificates.rules import numbers
from liangxi.core.certificates.shapes import Certificate
from liangxi.kit import time

WIDTH, HEIGHT = A4
LEFT, RIGHT = 27 * mm, WIDTH - 27 * mm
_VALUE = 72 * mm  # where values begin
_FIRST_ROW = HEIGHT - 84 * mm
_LAST_ROW = 96 * mm  # rows end above this; issuer and code stand below
_LEADING = 17.0
_ABOVE: float = 5 * mm
_BELOW_ONE: float = 7.2 * mm
_BELOW_MORE: float = 5 * mm

Row = tuple[str, str, tuple[str, ...]]  # Chinese label, English label, lines of the value


def draw(said: Certificate, english: Certificate, city: Mapping[str, str]) -> bytes:
    """The PDF; `english` is the same certificate with English titles."""
    fonts.prepare()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4, invariant=1, pageCompression=1, initialFontName=fonts.TEXT)
    canvas.setTitle(f"{said.title} {said.number}")
    canvas.setAuthor(said.issuer)
    canvas.setSubject(english.title)
    pages = _paged(_rows(said, english))
    for index, rows in enumerate(pages):
        _ground(canvas, said, city)
        _head(canvas, said, english)
        _body(canvas, rows)
        if index == len(pages) - 1:
            _signed(canvas, said)
        _foot(canvas, said, f"{index + 1} / {len(pages)}" if len(pages) > 1 else "")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _rows(said: Certificate, english: Certificate) -> list[Row]:
    rows = [("持证主体", "Holder", said.holder.name)]
    if said.holder.masked_id:
        rows.append(("证件号码", "Identification", said.holder.masked_id))
    for one, other in zip(said.fields, english.fields, strict=True):
        rows.append((one.label, other.label if other.label != one.label else "", one.value))
    end = _day(said.valid_to) if said.valid_to else "长期"
    rows.append(("有效期限", "Valid", f"{_day(said.valid_from)} 至 {end}"))
    return [(label, small, _wrapped(value, RIGHT - _VALUE)) for label, small, value in rows]


def _paged(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows on as many sheets as they need; only the last one leaves room for issuer and code."""
    pages: list[list[Row]] = [[]]
    y = _FIRST_ROW
    for row in rows:
        if y - _height(row) < _LAST_ROW:
            pages.append([])
            y = _FIRST_ROW
        pages[-1].append(row)
        y -= _height(row)
    return pages


def _height(row: Row) -> float:
    return _below(row) + _LEADING * (len(row[2]) - 1) + _ABOVE


def _below(row: Row) -> float:
    """The room under the last line of a value: the English label stands beside it when there is only one."""
    return _BELOW_ONE if len(row[2]) == 1 else _BELOW_MORE


def _ground(canvas: Canvas, said: Certificate, city: Mapping[str, str]) -> None:
    ornaments.water(canvas, WIDTH, 84 * mm)
    ornaments.frame(canvas, WIDTH, HEIGHT)
    if said.is_sample:
        ornaments.watermark(canvas, WIDTH, HEIGHT)
    canvas.setFont(fonts.TEXT, 9)
    canvas.setFillColor(GREY)
    canvas.drawString(LEFT, HEIGHT - 27 * mm, fonts.printable(f"{city.get('zh', '')}电子证照"))
    canvas.setFillColor(AZALEA)
    if said.is_sample:
        canvas.drawRightString(RIGHT, HEIGHT - 27 * mm, "示例数据 · 不具法律效力  SAMPLE, NO LEGAL FORCE")
    if said.revoked_at:
        canvas.setFont(fonts.BOLD, 12)
        canvas.drawRightString(
            RIGHT, HEIGHT - 33 * mm, f"已于{_day(said.revoked_at.astimezone(time.CITY).date())}吊销  REVOKED"
        )


def _head(canvas: Canvas, said: Certificate, english: Certificate) -> None:
    title = fonts.printable(said.title)
    size, space = 32.0, 8.0
    while fonts.width(title, fonts.BOLD, size) + space * (len(title) - 1) > RIGHT - LEFT:
        size, space = size - 1, max(0.0, space - 1)
    text = canvas.beginText()
    text.setFont(fonts.BOLD, size)
    text.setFillColor(LAKE)
    text.setCharSpace(space)
    wide = fonts.width(title, fonts.BOLD, size) + space * (len(title) - 1)
    text.setTextOrigin((WIDTH - wide) / 2, HEIGHT - 52 * mm)
    text.textOut(title)
    text.setCharSpace(0)
    canvas.drawText(text)
    canvas.setFont(fonts.TEXT, 10.5)
    canvas.setFillColor(GREY)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 59.5 * mm, fonts.printable(english.title))
    canvas.setFont(fonts.TEXT, 10)
    canvas.setFillColor(INK)
    canvas.drawCentredString(WIDTH / 2, HEIGHT - 70 * mm, f"证照编号 No. {numbers.spaced(said.number)}")


def _body(canvas: Canvas, rows: Sequence[Row]) -> None:
    y = _FIRST_ROW
    canvas.setLineWidth(0.9)
    canvas.setStrokeColor(LAKE)
    canvas.line(LEFT, y + 7.5 * mm, RIGHT, y + 7.5 * mm)
    for row in rows:
        label, small, lines = row
        canvas.setFillColor(GREY)
        for most, drop, words in ((11.0, 0.0, label), (7.0, 3.6 * mm, small)):
            canvas.setFont(fonts.TEXT, _size_within(words, most, _VALUE - LEFT - 3 * mm))
            canvas.drawString(LEFT + 1 * mm, y - drop, fonts.printable(words))
        canvas.setFillColor(INK)
        canvas.setFont(fonts.TEXT, 12.5)
        for line in lines:
            canvas.drawString(_VALUE, y, line)
            y -= _LEADING
        y += _LEADING - _below(row)
        canvas.setLineWidth(0.4)
        canvas.setStrokeColor(LINE)
        canvas.line(LEFT, y + 1.6 * mm, RIGHT, y + 1.6 * mm)
        y -= _ABOVE


def _signed(canvas: Canvas, said: Certificate) -> None:
    side = 30 * mm
    ornaments.qr(canvas, code.modules(said.verify_url), (LEFT + 2.5 * mm, 50 * mm), side)
    canvas.setFillColor(INK)
    canvas.setFont(fonts.TEXT, 9)
    canvas.drawCentredString(LEFT + 2.5 * mm + side / 2, 43.5 * mm, f"校验码 {said.check[:4]} {said.check[4:]}")
    canvas.setFillColor(GREY)
    canvas.setFont(fonts.TEXT, 7)
    canvas.drawCentredString(LEFT + 2.5 * mm + side / 2, 39.5 * mm, "扫码核验  Scan to verify")
    centre = RIGHT - 30 * mm
    ornaments.seal(canvas, (centre, 53 * mm), fonts.printable(said.issuer), is_sample=said.is_sample)
    canvas.setFillColor(INK)
    canvas.setFont(fonts.BOLD, 12.5)
    canvas.drawCentredString(centre, 79 * mm, fonts.printable(said.issuer))
    canvas.setFont(fonts.TEXT, 11.5)
    canvas.drawCentredString(centre, 72.5 * mm, _day(said.issued_at.astimezone(time.CITY).date()))


def _foot(canvas: Canvas, said: Certificate, page: str) -> None:
    canvas.setFillColor(GREY)
    canvas.setFont(fonts.TEXT, 7)
    address = said.verify_url.split("/verify/", maxsplit=1)[0]
    first = f"本证照经数字签名，机读数据内嵌于本文件。真伪与状态以核验页面为准：{address}/verify/"
    canvas.drawCentredString(WIDTH / 2, 28.6 * mm, fonts.printable(first))
    second = "Signed electronically; the machine-readable data is attached to this file."
    missing = "〓 为字库所缺汉字，以机读数据为准。" if _lacks_characters(said) else ""
    canvas.drawCentredString(WIDTH / 2, 24.8 * mm, f"{second} {missing} {page}".strip())


def _size_within(text: str, most: float, room: float) -> float:
    """The largest size up to `most` in which the text fits."""
    wide = fonts.width(text, fonts.TEXT, most)
    return most if wide <= room else most * room / wide


def _lacks_characters(said: Certificate) -> bool:
    texts = (said.title, said.issuer, said.holder.name, *(one.value for one in said.fields))
    return any(fonts.printable(text) != text and fonts.MISSING not in text for text in texts)


def _wrapped(value: str, room: float) -> tuple[str, ...]:
    """Lines that fit `room` points; Chinese breaks anywhere, Latin words and numbers where there is a blank."""
    lines, line = [], ""
    for character in fonts.printable(" ".join(value.split())):
        if fonts.width(line + character, fonts.TEXT, 12.5) > room:
            head, blank, tail = line.rpartition(" ")
            is_word = blank and character.isascii() and character != " " and tail.isascii() and len(tail) < 24
            lines.append(head if is_word else line)
            line = tail if is_word else ""
        line += character
    return (*lines, line.strip())


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
