"""The letters that all keys of a word begin with. By them a matcher passes over most words of a text
without asking what they are as a singular and in American spelling. Derived from the tables of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from paperdigest.core.plural_tables import IRREGULAR
from paperdigest.core.spelling import ENDS, PARTS, WHOLE, one_of

LENGTH: Final = 4  # letters of a beginning, at most


def beginning(raw: str) -> str:
    """Return what all keys of the word begin with, up to four letters; "" where nothing is for sure.

    A key may be shorter than the word by the ending of the plural, and may be shorter than four letters.
    """
    return "" if _OTHERWISE.match(raw) is not None else _beginning(raw)


def all_beginnings(raws: Iterable[str]) -> dict[str, str]:
    """Return the same for many words without line ends."""
    otherwise = set(_ALL_OTHERWISE.findall("\n".join(raws)))
    return {raw: "" if raw in otherwise else _beginning(raw) for raw in raws}


def _beginning(raw: str) -> str:
    return raw[:LENGTH] if raw[-1:] != "s" else raw[: max(2, min(LENGTH, len(raw) - 2))]


def beginnings(key: str) -> tuple[str, str, str, str]:
    """Return what `beginning` may be for a word that is found under this key, or under one it starts."""
    return key[:1], key[:2], key[:3], key[:4]


def _shifted() -> Iterator[tuple[int, str]]:
    """Yield (letters before it, part of a word) where a key has another letter among its first ones."""
    pairs = [pair for table in (PARTS, ENDS, WHOLE) for pair in table.items()]
    pairs += [(plural, one) for plural, ones in IRREGULAR.items() for one in ones]
    for word, other in pairs:
        same = 0
        while same < LENGTH and word[same : same + 1] == other[same : same + 1] != "":
            same += 1
        yield from ((before, word) for before in range(LENGTH - same))


def _pattern() -> str:
    words: dict[int, set[str]] = {}
    for before, word in _shifted():
        words.setdefault(before, set()).add(word)
    parts = ["." * before + one_of(sorted(some)) for before, some in words.items()]
    return "|".join([r"..?.?ies$", *parts])  # flies, fly


_OTHERWISE: Final = re.compile(_pattern())
_ALL_OTHERWISE: Final = re.compile(f"^(?=(?:{_pattern()})).*$", re.MULTILINE)
