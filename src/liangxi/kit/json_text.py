"""JSON from outside, as RFC 8259 has it and as a register can keep it."""

import json
from typing import Any


def read(body: bytes) -> Any:
    """What a body holds; ValueError for no JSON, NaN, numbers beyond a double, NUL and half characters."""
    try:
        found = json.loads(body, parse_constant=_no_number, parse_float=_finite)
        text = json.dumps(found, ensure_ascii=False)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    text.encode()
    if "\\u0000" in text:
        raise ValueError("NUL")
    return found


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number
