"""Names of authors in BibTeX and biblatex: lists joined by "and", each as "Last, First", "First Last", or by its
parts ("given=Ada, family=Lovelace"). They stay TeX.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from paperdigest.sources import citation

_AND = re.compile(r"[{}]| and (?=\S)", re.IGNORECASE)
_COMMA = re.compile(r"[{},]")
#: https://ctan.org/pkg/biblatex, "extended name format".
_PART = re.compile(
    r"\s*(family|given|prefix|suffix|useprefix|id|[a-z]+-i|giveni)\s*=\s*(.*?)\s*", re.DOTALL
)
#: DBLP tells namesakes apart by a number.
_NAMESAKE = re.compile(r"(?<=[^\W\d_.}]) [0-9]{4}")
_GROUP = re.compile(
    r"\b(?:collaborations?|consortium|team|group|project|network|survey)\b", re.IGNORECASE
)


def names_of(authors: str, collaboration: str = "") -> Iterator[str]:
    """Yield the names of a list; "others" is nobody. A collaboration stands behind them."""
    for name in split_outside_braces(" ".join(authors.split()), _AND):
        if name.strip().lower() != "others":
            yield _spoken(split_outside_braces(name, _COMMA))
    if collaboration.strip():
        named = collaboration.strip()
        yield named if _GROUP.search(named) else f"{named} Collaboration"


def split_outside_braces(text: str, where: re.Pattern[str]) -> list[str]:
    """Return the pieces between what `where` finds outside of braces; `where` finds braces too."""
    pieces, start, depth = [], 0, 0
    for mark in where.finditer(text):
        if mark[0] in "{}":
            depth = depth + 1 if mark[0] == "{" else max(depth - 1, 0)
        elif depth == 0:
            pieces.append(text[start : mark.start()])
            start = mark.end()
    return [*pieces, text[start:]]


def _spoken(parts: list[str]) -> str:
    """Return a name in the order in which it is spoken."""
    found = [_PART.fullmatch(part) for part in parts]
    told = {part[1]: part[2] for part in found if part}
    if len(found) == sum(part is not None for part in found) and (
        "family" in told or "given" in told
    ):
        name = " ".join(told[one] for one in ("given", "prefix", "family") if told.get(one))
        return f"{name}, {told['suffix']}" if told.get("suffix") else name
    name = citation.turned(parts)
    numbered = _NAMESAKE.search(name)
    return name[: numbered.start()] if numbered and numbered.end() == len(name) else name
