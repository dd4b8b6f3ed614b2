"""Names of files: what the sender wrote, without what could mislead a person or a file system."""

import unicodedata

from liangxi.core.files.rules.recognising import Format

LONGEST = 120  # characters of the stem; with UTF-8 well below the 255 bytes of file systems
_UNSAFE = '<>:"/\\|?*'
_ALIASES = {"jpg": ("jpg", "jpeg", "jfif", "jpe"), "pdf": ("pdf",), "png": ("png",), "webp": ("webp",)}


def clean_name(name: str, form: Format) -> str:
    """A plain name with the extension of what the content is.

    Folders, control and bidirectional characters go; a wrong extension is replaced (messengers rename pictures), so
    nothing is ever served under a name that lies about it.
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in _UNSAFE)
    stem, dot, extension = plain.strip(" .").rpartition(".")
    if dot and extension.lower() in _ALIASES[form.extension]:
        return f"{_stem(stem)}.{extension.lower()}"
    is_extension = dot and len(extension) <= 5 and extension.isascii() and extension.isalnum()
    return f"{_stem(stem if is_extension else plain)}.{form.extension}"


def _stem(text: str) -> str:
    return text.strip(" .")[:LONGEST].strip() or "file"
