"""The name someone probably meant: the nearest of those that exist."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known name nearest to `word`, or "" when none is near."""
    plain = {_plain(name): name for name in sorted(known)}
    wanted = _plain(word)
    if wanted in plain:
        return plain[wanted]
    for name, known_name in plain.items():
        if _swapped(wanted, name):  # too short for difflib: "ta" for "at"
            return known_name
    close = get_close_matches(wanted, plain, n=1, cutoff=0.6)
    return plain[close[0]] if close else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return the hint that names it, or ""."""
    guess = nearest(word, known)
    return f'did you mean "{guess}"?' if guess else ""


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def _swapped(word: str, name: str) -> bool:
    return len(word) == len(name) and any(
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :] == name for at in range(len(word) - 1)
    )
