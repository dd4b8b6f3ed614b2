"""The printed form as a PDF with the signed envelope inside.

Who needs it imports it when it is needed: its libraries take a third of a second to load.
"""

import io
from typing import Any

import pypdf

from liangxi.core.certificates.paper import sheet


def written(said: Any, english: Any, city: str, name: str, envelope: bytes) -> bytes:
    """The sheet with `envelope` attached under `name`."""
    writer = pypdf.PdfWriter(io.BytesIO(sheet.draw(said, english, city)))
    writer.pdf_header = "%PDF-1.7"
    writer.add_attachment(name, envelope)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def attached(content: bytes, name: str) -> bytes:
    """What is attached under `name`. A hostile PDF fails in many ways; each is a ValueError."""
    try:
        return pypdf.PdfReader(io.BytesIO(content)).attachments[name][0]
    except Exception as error:
        raise ValueError("no envelope") from error
