"""What is drawn round the words: the frame, the water of the lake, the mark in place of a seal."""

import math
from typing import Any

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from liangxi.core.certificates.paper import fonts

LAKE = HexColor("#14557B")
LAKE_TINT = HexColor("#E8F1F6")
INK = HexColor("#16212B")
GREY = HexColor("#5A6874")
LINE = HexColor("#C9D3DA")
AZALEA = HexColor("#B8304A")
_SEAL = Color(0.72, 0.19, 0.29, alpha=0.82)


def frame(canvas: Canvas, width: float, height: float) -> None:
    """A double frame with stepped corners, as on Chinese certificates."""
    for inset, weight, colour in ((11 * mm, 1.6, LAKE), (13.2 * mm, 0.4, LAKE)):
        canvas.setStrokeColor(colour)
        canvas.setLineWidth(weight)
        _stepped(canvas, inset, width, height, step=7 * mm)
    canvas.setLineWidth(0.4)
    for x in (14.4 * mm, width - 14.4 * mm):
        for y in (14.4 * mm, height - 14.4 * mm):
            _knot(canvas, x, y)


def water(canvas: Canvas, width: float, top: float) -> None:
    """Ripples of the lake, faint, from the bottom of the inner frame up to `top`."""
    canvas.saveState()
    clip = canvas.beginPath()
    clip.rect(13.2 * mm + 0.4, 20.5 * mm, width - 26.4 * mm - 0.8, top - 20.5 * mm)
    canvas.clipPath(clip, stroke=0, fill=0)
    rows = 22
    for row in range(rows):
        share = 1 - row / rows
        canvas.setStrokeColor(Color(0.078, 0.333, 0.482, alpha=0.03 + 0.13 * share))
        canvas.setLineWidth(0.45)
        base = 20.5 * mm + (top - 20.5 * mm) * (row / rows)
        path = canvas.beginPath()
        for step in range(0, 211, 2):
            x = step * mm
            y = base + mm * (2.2 * math.sin(step / 17 + row * 0.55) + 0.9 * math.sin(step / 6.5 - row * 0.8))
            (path.moveTo if step == 0 else path.lineTo)(x, y)
        canvas.drawPath(path)
    canvas.restoreState()


def watermark(canvas: Canvas, width: float, height: float) -> None:
    """示例 across the sheet: nobody takes a sample for a certificate."""
    canvas.saveState()
    canvas.setFillColor(Color(0.72, 0.19, 0.29, alpha=0.07))
    canvas.translate(width / 2, height / 2 + 6 * mm)
    canvas.rotate(32)
    canvas.setFont(fonts.BOLD, 70)
    canvas.drawCentredString(0, -24, "示例 SAMPLE")
    canvas.restoreState()


def seal(canvas: Canvas, centre: tuple[float, float], name: str, *, is_sample: bool) -> None:
    """A round mark with the issuer's name on the arc. It is no official seal: no star, and the words in it say so."""
    radius = 17 * mm
    canvas.saveState()
    canvas.translate(*centre)
    canvas.rotate(-7)
    canvas.setStrokeColor(_SEAL)
    canvas.setFillColor(_SEAL)
    canvas.setLineWidth(1.7)
    canvas.circle(0, 0, radius)
    canvas.setLineWidth(0.4)
    canvas.circle(0, 0, radius - 1.5 * mm)
    _on_arc(canvas, name, radius - 5.2 * mm)
    canvas.setFont(fonts.BOLD, 15)
    canvas.drawCentredString(0, -1.5 * mm, "示 例" if is_sample else "电子签名")
    canvas.setFont(fonts.TEXT, 6.4)
    canvas.drawCentredString(0, -6.2 * mm, "SAMPLE" if is_sample else "SIGNED")
    canvas.setFont(fonts.TEXT, 6.8)
    canvas.drawCentredString(0, -10.4 * mm, "非真实印章" if is_sample else "以数字签名为准")
    canvas.restoreState()


def qr(canvas: Canvas, rows: tuple[tuple[bool, ...], ...], corner: tuple[float, float], side: float) -> None:
    """The code on white, runs of dark modules as one rectangle each."""
    quiet = 2.5 * mm
    canvas.setFillColor(HexColor("#FFFFFF"))
    canvas.rect(corner[0] - quiet, corner[1] - quiet, side + 2 * quiet, side + 2 * quiet, stroke=0, fill=1)
    canvas.setFillColor(INK)
    cell = side / len(rows)
    for y, row in enumerate(rows):
        start = 0
        while start < len(row):
            end = start
            while end < len(row) and row[end]:
                end += 1
            if end > start:
                canvas.rect(corner[0] + start * cell, corner[1] + side - (y + 1) * cell, (end - start) * cell,
                            cell * 1.01, stroke=0, fill=1)  # fmt: skip
            start = max(end, start + 1)


def _stepped(canvas: Canvas, inset: float, width: float, height: float, *, step: float) -> None:
    left, right, bottom, top = inset, width - inset, inset, height - inset
    path: Any = canvas.beginPath()
    path.moveTo(left + step, bottom)
    for x, y in (
        (right - step, bottom), (right - step, bottom + step), (right, bottom + step), (right, top - step),
        (right - step, top - step), (right - step, top), (left + step, top), (left + step, top - step),
        (left, top - step), (left, bottom + step), (left + step, bottom + step),
    ):  # fmt: skip
        path.lineTo(x, y)
    path.close()
    canvas.drawPath(path)


def _knot(canvas: Canvas, x: float, y: float) -> None:
    """Two squares laid over each other (方胜), the old sign of things that belong together."""
    side = 3.1 * mm
    for shift in (-0.75 * mm, 0.75 * mm):
        canvas.saveState()
        canvas.translate(x + shift, y)
        canvas.rotate(45)
        canvas.rect(-side / 2, -side / 2, side, side)
        canvas.restoreState()


def _on_arc(canvas: Canvas, text: str, radius: float) -> None:
    """Characters upright on the upper arc, at most 240 degrees wide."""
    size = 9.6 if len(text) <= 14 else 9.6 * 14 / len(text)
    pitch = min(240 / max(len(text) - 1, 1), 22)
    start = 90 + pitch * (len(text) - 1) / 2
    canvas.setFont(fonts.BOLD, size)
    for position, character in enumerate(text):
        angle = start - pitch * position
        canvas.saveState()
        canvas.rotate(angle - 90)
        canvas.drawCentredString(0, radius, character)
        canvas.restoreState()
