"""How text becomes terms: Chinese by pairs of neighbouring characters, other scripts by words.

Pairs find every word of two characters or more without a dictionary, new words and names included; single characters
are kept apart (`_` before them) so that a query of one character finds something and longer ones are not blurred.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

LONGEST_QUERY = 200
MOST_TERMS = 60
_LAST_PLACE = 16383  # PostgreSQL counts no further
_MOST_PLACES = 255  # and keeps no more of one term
_HAN = "々〇㐀-䶿一-鿿豈-﫿\U00020000-\U000323af"
_RUN = re.compile(rf"([{_HAN}]+)|([^\W_]+)")


def normal(text: str) -> str:
    """NFKC and small letters: full-width digits and capitals are found by plain ones."""
    return unicodedata.normalize("NFKC", text).lower()


def _runs(text: str) -> Iterator[tuple[str, bool]]:
    """Runs of one script; True for Chinese. A word that mixes both is cut where the script changes."""
    for match in _RUN.finditer(normal(text)):
        word = match[0]
        if match[1]:
            yield word, True
        else:
            for part in re.split(rf"([{_HAN}]+)", word):
                if part:
                    yield part, bool(re.match(f"[{_HAN}]", part))


def terms(text: str) -> list[str]:
    """The terms under which a text is filed, in order, repetitions included."""
    found: list[str] = []
    for run, is_han in _runs(text):
        if is_han:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
            found += [f"_{character}" for character in run]
        else:
            found.append(run[:64])
    return found


def quoted(term: str) -> str:
    """A term as PostgreSQL reads it in a tsvector or tsquery."""
    return "'" + term.replace("\\", "\\\\").replace("'", "''") + "'"


def vector(title: str, text: str) -> str:
    """The tsvector of a thing: terms with their places; those of the title weigh A, those of the text C.

    Each term is written once: PostgreSQL measures what it reads (1 MB at most), not what it keeps.
    """
    places: dict[str, dict[str, None]] = {}  # a set that keeps its order
    of_title, of_text = terms(title), terms(text)
    for n, term in enumerate((*of_title, *of_text), start=1):
        weight = "A" if n <= len(of_title) else "C"
        places.setdefault(term, {})[f"{min(n, _LAST_PLACE)}{weight}"] = None
    return " ".join(f"{quoted(term)}:{','.join(list(at)[:_MOST_PLACES])}" for term, at in places.items())


def query_terms(query: str) -> list[str]:
    """The terms that a thing must hold to answer a query: pairs, words, and a character that stands alone."""
    found: list[str] = []
    for run, is_han in _runs(query[:LONGEST_QUERY]):
        if is_han and len(run) > 1:
            found += [run[i : i + 2] for i in range(len(run) - 1)]
        else:
            found.append(f"_{run}" if is_han else run[:64])
    return list(dict.fromkeys(found))[:MOST_TERMS]


def widened(query: str, synonyms: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """The ways to ask: the query as it is, then each with one everyday word replaced by the official one."""
    ways = [query_terms(query)]
    plain = normal(query)
    for official, everyday in synonyms.items():
        ways += [query_terms(plain.replace(normal(w), f" {official} ")) for w in everyday if normal(w) in plain]
        if normal(official) in plain:
            ways += [query_terms(plain.replace(normal(official), f" {w} ")) for w in everyday]
    return [way for n, way in enumerate(ways) if way and way not in ways[:n]]


def snippet(text: str, query: str, width: int = 60) -> tuple[tuple[str, bool], ...]:
    """About `width` characters of a text around the first match, cut into pieces, matches marked True."""
    wanted = sorted({run for run, _ in _runs(query)}, key=len, reverse=True)
    pairs = [term for term in query_terms(query) if not term.startswith("_")]
    pattern = "|".join(re.escape(word) for word in [*wanted, *pairs] if word)
    match = re.search(pattern, text, re.IGNORECASE) if pattern else None
    start = max(0, match.start() - width // 3) if match else 0
    part = text[start : start + width]
    pieces = re.split(f"({pattern})", part, flags=re.IGNORECASE) if pattern else [part]
    return tuple((piece, n % 2 == 1) for n, piece in enumerate(pieces) if piece)
