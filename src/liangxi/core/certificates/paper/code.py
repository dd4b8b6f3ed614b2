"""The QR code of a certificate (ISO/IEC 18004): correction level M, so that a crease does not hurt."""

import segno


def modules(url: str) -> tuple[tuple[bool, ...], ...]:
    """The code as rows of dark and light, without the quiet zone."""
    return tuple(tuple(bool(cell) for cell in row) for row in segno.make(url, error="m", micro=False).matrix)


def svg(url: str) -> str:
    """The code as inline SVG that takes the colour of the text, with the quiet zone of four modules."""
    return segno.make(url, error="m", micro=False).svg_inline(
        border=4, dark="currentColor", omitsize=True, svgclass="qr"
    )
