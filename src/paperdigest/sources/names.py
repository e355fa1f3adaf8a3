"""Authors' names out of the one string that feeds put them in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from paperdigest.core.text import AUTHORS_CAP, clean

MOST = AUTHORS_CAP
_CAP = 200
_SUFFIX = re.compile(r"(?:jr|sr|ii|iii|iv|v|2nd|3rd|ph\.?d|m\.?d|esq)\.?", re.IGNORECASE)
_INITIALS = re.compile(r"(?:[A-Z]\.?[\s-]?){1,4}")
_MAIL = re.compile(r"<?\S+@\S+>?\s*(?:\((.+)\))?")
_AFFILIATIONS = re.compile(r"\bAuthor affiliations\b")
_JOINED = re.compile(r"\s*;\s*|\s+(?:and|&)\s+|,\s*and\s+")


def split_creators(text: str) -> tuple[str, ...]:
    """Return the names of arXiv's `dc:creator`: parted by commas, affiliations in parentheses left out.

    `Jr.`, `III` and their like stay with the name before them.
    """
    names: list[str] = []
    for piece in _outside_parentheses(text):
        name = " ".join(piece.split())
        if names and _SUFFIX.fullmatch(name):
            names[-1] += ", " + name
        elif name:
            names.append(name)
    return _cleaned(names)


def from_feed(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the names of any feed's authors; a text is split only where it plainly holds several names."""
    names = (name for text in texts for name in _several(_without_mail(" ".join(text.split()))))
    return _cleaned(dict.fromkeys(names))


def _cleaned(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in (clean(one, _CAP) for one in names) if name)[:MOST]


def _outside_parentheses(text: str) -> list[str]:
    pieces, depth = [""], 0
    for sign in text:
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
        elif depth == 0 and sign == ",":
            pieces.append("")
        elif depth == 0:
            pieces[-1] += sign
    if depth:  # a parenthesis that never closes would swallow the names after it
        return re.sub(r"\([^()]*\)|[()]", "", text).split(",")
    return pieces


def _without_mail(text: str) -> str:
    """Return the name of `ada@example.org (Ada Lovelace)`, and nothing of a bare address."""
    mail = _MAIL.fullmatch(text)
    return text if mail is None else (mail[1] or "")


def _several(text: str) -> Iterator[str]:
    for part in _JOINED.split(_AFFILIATIONS.split(text)[0]):
        yield from _listed([piece.strip() for piece in part.split(",") if piece.strip()])


def _listed(pieces: list[str]) -> Iterator[str]:
    """Yield the names of a list parted by commas: "A B, C D", or "B, A., D, C." as journals print it."""
    if (
        len(pieces) >= 2
        and len(pieces) % 2 == 0
        and all(_INITIALS.fullmatch(one) for one in pieces[1::2])
    ):
        for family, initials in zip(pieces[::2], pieces[1::2], strict=True):
            yield f"{family}, {initials}"
    elif all(" " in one for one in pieces):
        yield from pieces
    elif pieces:
        yield ", ".join(pieces)
