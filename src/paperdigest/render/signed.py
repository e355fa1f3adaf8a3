"""Is a paper shown, or is its title only among the words of another's text, of a topic, of an address? Its templates are
filled in once more, with a sign before each such title that stands nowhere else: where that is, the title is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Final

from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.core.ports import Form
from paperdigest.render.present import letters_of, unlinked

# Four letters that no word has, so few that a title may be cut behind them; begun by those that none goes on with, so that
# no two signs side by side hold a third.
_FIRST: Final = "QXZJ"
_FURTHER: Final = "BCDFGHKLMNPRSTVW"

#: Papers under signs by the `id` of what they are else.
Signed = Mapping[int, Entry]


def unshown(
    entries: Sequence[Entry], made: str, form: Form, again: Callable[[Signed], str]
) -> list[Entry]:
    """Return the papers that are not shown in what was made of them, though their titles may be there. `again` makes the
    same of them under signs; it is not asked where every paper is there by its own link."""
    doubtful = unlinked(entries, made, form)
    if not doubtful:
        return []
    signs = dict(zip(map(id, doubtful), _signs(letters_of(made, form)), strict=False))
    signed = {
        id(entry): _under(signs[id(entry)], entry) for entry in doubtful if id(entry) in signs
    }
    seen = letters_of(again(signed), form)
    return [entry for entry in doubtful if id(entry) in signs and signs[id(entry)] not in seen]


def with_signs(digest: Digest, signed: Signed) -> Digest:
    """Return the digest with these papers in the place of what they are else."""

    def put(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return tuple(signed.get(id(entry), entry) for entry in entries)

    return digest.with_sections(
        tuple(
            replace(section, full=put(section.full), listed=put(section.listed))
            for section in digest.sections
        )
    )


def _signs(letters: str) -> Iterator[str]:
    """Yield signs that are not among these letters; there are 16,384."""
    every = map("".join, product(_FIRST, *[_FURTHER] * 3))
    return (sign for sign in every if sign not in letters)


def _under(sign: str, entry: Entry) -> Entry:
    """Return the paper with the sign in the place of as many letters of its title, so that it is cut and marked as before."""
    title = entry.title
    if len(title.text) < len(sign):
        return replace(entry, title=Marked(sign))
    return replace(entry, title=replace(title, text=sign + title.text[len(sign) :]))
