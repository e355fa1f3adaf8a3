"""Terms that are compared with names instead of texts: authors, categories, sources, ids."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from paperdigest.core import names, signs
from paperdigest.core.doi_versions import first_version
from paperdigest.core.paper import Paper
from paperdigest.core.text import display
from paperdigest.core.tree import Field, Kind, Term

_ADDRESS = re.compile(
    r"^(?:https?://)?(?:[a-z]+\.)?(?:(?P<arxiv>arxiv)\.org/(?:abs|pdf|html)/|(?P<doi>doi)\.org/)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"v\d+(?:\.pdf)?$")
_ARCHIVE_STAR: Final = ".*"


class Lists:
    """Who and what some papers list. Every different name is compared with a term once."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = papers
        self._bits: dict[Field, dict[str, int]] = {}
        self._families: dict[str, list[str]] | None = None

    def papers(self, term: Term, field: Field) -> int:
        """Return the papers that list the term, as a bit set."""
        listed = self._listed(field)
        bits = 0
        for name in self._worth_asking(term, field, listed):
            if _same(term, field, name):
                bits |= listed[name]
        return bits

    def names(self, paper: Paper, term: Term, field: Field) -> list[str]:
        """Return the names of one paper that the term means."""
        return [
            name for name in dict.fromkeys(_listed_by(paper, field)) if _same(term, field, name)
        ]

    def _listed(self, field: Field) -> dict[str, int]:
        if field not in self._bits:
            bits: dict[str, int] = {}
            for at, paper in enumerate(self._papers):
                for name in _listed_by(paper, field):
                    bits[name] = bits.get(name, 0) | 1 << at
            self._bits[field] = bits
        return self._bits[field]

    def _worth_asking(self, term: Term, field: Field, listed: dict[str, int]) -> Iterable[str]:
        if field is not Field.AUTHOR or term.kind in _PREFIXES:
            return listed
        if self._families is None:
            self._families = {}
            for name in listed:
                for family in names.families(name):
                    self._families.setdefault(family, []).append(name)
        families = self._families
        return dict.fromkeys(
            name for family in names.families(term.text) for name in families.get(family, ())
        )


_PREFIXES: Final = frozenset({Kind.PREFIX, Kind.LITERAL_PREFIX, Kind.NEAR_PREFIX})


def _listed_by(paper: Paper, field: Field) -> tuple[str, ...]:
    match field:
        case Field.AUTHOR:
            return paper.authors
        case Field.CATEGORY:
            return paper.categories
        case Field.SOURCE:
            return paper.sources
        case Field.ID:
            return tuple(dict.fromkeys(one for one in (paper.id, *paper.ids) if one))
        case _:
            return ()


def _same(term: Term, field: Field, name: str) -> bool:
    return _COMPARE[field](term, name)


def _same_author(term: Term, name: str) -> bool:
    if term.kind in _PREFIXES:
        return names.family_begins(term.text, name)
    if term.kind is Kind.LITERAL and _letters(term.text) not in _letters(name):
        return False
    return names.same_author(term.text, name)


def _letters(name: str) -> str:
    return "".join(sign for sign in signs.literal(display(name)) if sign.isalnum())


def _same_category(term: Term, name: str) -> bool:
    """A category, or all the classes of an archive: `cs` holds cs.LG, not cs-x."""
    wanted, listed = wanted_category(term.text), plain(name)
    if term.kind in _PREFIXES:
        return listed.startswith(wanted)
    return listed == wanted or listed.startswith(wanted + ".")


def _same_source(term: Term, name: str) -> bool:
    wanted, listed = plain(term.text), plain(name)
    return listed.startswith(wanted) if term.kind in _PREFIXES else listed == wanted


def _same_id(term: Term, name: str) -> bool:
    """An id with or without its origin, as an address, with or without a version."""
    wanted, listed = plain_id(term.text), plain_id(name)
    if listed == wanted or listed.partition(":")[2] == wanted:
        return True
    return wanted.startswith("doi:") and first_version(listed) == first_version(wanted)


def wanted_category(text: str) -> str:
    """Return what a term for categories is compared as."""
    return plain(text).removesuffix(_ARCHIVE_STAR)


def category_names(name: str) -> list[str]:
    """Return all that a listed category is found by: itself and the archives it belongs to."""
    listed = plain(name)
    return [listed, *(listed[:at] for at, sign in enumerate(listed) if sign == ".")]


def id_names(id_: str) -> list[str]:
    """Return all that an id is found by: itself, and without its origin."""
    listed = plain_id(id_)
    return [name for name in dict.fromkeys((listed, listed.partition(":")[2])) if name]


def plain_id(text: str) -> str:
    """Return what ids are compared as."""
    text = text.strip()
    address = _ADDRESS.match(text)
    if address is not None:
        text = f"{(address['arxiv'] or address['doi'])}:{text[address.end() :]}"
    text = text.casefold()
    return text if text.startswith("doi:") else _VERSION.sub("", text)


def plain(text: str) -> str:
    """Return what categories and sources are compared as."""
    return " ".join(text.casefold().split())


_COMPARE: Final[dict[Field, Callable[[Term, str], bool]]] = {
    Field.AUTHOR: _same_author,
    Field.CATEGORY: _same_category,
    Field.SOURCE: _same_source,
    Field.ID: _same_id,
}
