"""Numbers and check codes of certificates."""

import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to misread
_MISREAD = str.maketrans("ILOU", "110V")
_CODE_LENGTH = 8  # 40 bits


def make_number(city: str, year: int, sequence: int) -> str:
    """City code (6 digits), year (4), running number (8) and a check digit (ISO 7064 MOD 11,10)."""
    first = f"{city}{year:04d}{sequence:08d}"
    return first + check_digit(first)


def check_digit(first: str) -> str:
    """ISO 7064 MOD 11,10: finds every single wrong digit and nearly every swap of neighbours."""
    product = 10
    for digit in first:
        product = (product + int(digit)) % 10 or 10
        product = product * 2 % 11
    return str((11 - product) % 10)


def read_number(text: str) -> str | None:
    """The number in what a person typed (blanks, dashes, full-width digits), or None when it cannot be one."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{19}", digits):
        return None
    plain = "".join(str(int(digit)) for digit in digits)
    return plain if check_digit(plain[:-1]) == plain[-1] else None


def spaced(number: str) -> str:
    """The number in groups, as it is printed: `320200 2026 00000012 3`."""
    return f"{number[:6]} {number[6:10]} {number[10:18]} {number[18:]}"


def make_code() -> str:
    """A random check code."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))


def read_code(text: str) -> str:
    """The code in what a person typed: blanks and dashes gone, misread letters put right."""
    return re.sub(r"[\s-]", "", text).upper().translate(_MISREAD)


def same_code(given: str, kept: str) -> bool:
    """Compare without telling by the time taken how much was right."""
    return secrets.compare_digest(read_code(given).encode(), kept.encode())
