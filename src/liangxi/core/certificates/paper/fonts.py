"""The fonts of certificates: Noto Serif SC (SIL Open Font Licence 1.1), put here by the build of the front end.

A certificate must look the same on every machine, so nothing is taken from the operating system; the glyphs that a
certificate uses are embedded in it.
"""

from functools import lru_cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FOLDER = Path(__file__).resolve().parent.parent / "fonts"
TEXT = "NotoSerifSC-Regular"
BOLD = "NotoSerifSC-Bold"
MISSING = "〓"  # what Chinese printers set where a character is missing


def are_built() -> bool:
    """True when the build has put the fonts in place."""
    return all((FOLDER / f"{name}.ttf").is_file() for name in (TEXT, BOLD))


@lru_cache(maxsize=1)
def prepare() -> frozenset[int]:
    """Register both fonts, once a process (about half a second); the code points that both have."""
    covered: list[frozenset[int]] = []
    for name in (TEXT, BOLD):
        font = TTFont(name, str(FOLDER / f"{name}.ttf"))
        pdfmetrics.registerFont(font)
        covered.append(frozenset(font.face.charToGlyph))
    return covered[0] & covered[1]


def printable(text: str) -> str:
    """The text with every character that the fonts lack replaced: a rare name is marked, never silently lost."""
    covered = prepare()
    return "".join(c if ord(c) in covered else MISSING for c in text)


def width(text: str, font: str, size: float) -> float:
    """The width in points."""
    return float(pdfmetrics.stringWidth(text, font, size))
