"""The printed form as a PDF with the signed envelope inside.

Who needs it imports it when it is needed: its libraries take a third of a second to load.
"""

import io
from collections.abc import Mapping

import pypdf

from liangxi.core.certificates.paper import sheet
from liangxi.core.certificates.shapes import Certificate


def written(said: Certificate, english: Certificate, city: Mapping[str, str], name: str, envelope: bytes) -> bytes:
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
