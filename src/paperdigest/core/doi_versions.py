"""DOIs that end in a version: all versions of a work are one paper. How servers write them: `core.doi_forms`."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple

from paperdigest.core.doi_forms import FORMS, PREPRINTS, Form

_ARXIV: Final = "arxiv:"
_DOI: Final = "doi:"
_OF_PREPRINTS: Final = tuple(f"{_DOI}{beginning}" for beginning in PREPRINTS)
_PATTERNS: Final = {
    registrant: [(form.pattern, form) for form in forms] for registrant, forms in FORMS.items()
}


class VersionedId(NamedTuple):
    """An id of one version of a work, in parts: `doi:…` without the version, the number that is written behind it
    (None where there is none), and how."""

    work: str
    number: int | None
    form: Form

    @property
    def version(self) -> int | None:
        """Return which version it is; None where it may be any."""
        return self.form.bare if self.number is None else self.number

    @property
    def first(self) -> str:
        """Return the id of the first version."""
        return self.written(1) if self.form.numbers_first else self.work

    def written(self, number: int | None) -> str:
        """Return the id with that number; None: without one."""
        return self.work if number is None else f"{self.work}{self.form.mark}{number}"


def parted(id_: str) -> VersionedId | None:
    """Return the parts of an id in the form that history knows; None where it could have no version."""
    if not id_.startswith(_DOI) or id_[len(_DOI) : id_.find("/")] not in _PATTERNS:
        return None
    return _parted(id_)


@lru_cache(maxsize=1 << 12)  # asked for again and again while one record is in hand
def _parted(id_: str) -> VersionedId | None:
    registrant, _, suffix = id_[len(_DOI) :].partition("/")
    for pattern, form in _PATTERNS[registrant]:
        if found := pattern.fullmatch(suffix):
            number = int(found[2]) if found[2] else None
            return VersionedId(f"{_DOI}{registrant}/{found[1]}", number, form)
    return None


def version_of(id_: str) -> int | None:
    """Return the version that an id tells; None where it tells none."""
    found = parted(id_)
    return None if found is None else found.version


def first_version(id_: str) -> str:
    """Return the id of a work's first version, which stands for them all; an id without versions as it is."""
    found = parted(id_)
    return id_ if found is None else found.first


def own_name(id_: str) -> str:
    """Return what a source's record is known by: the work where the id tells a version, so that the next one is a
    later word of the same record; else the id itself, which may be that of another text."""
    found = parted(id_)
    if found is None or (found.number is None and found.form.numbers_first):
        return id_
    return found.first


def are_of_another_count(ids: Iterable[str], others: Iterable[str]) -> bool:
    """Say whether versions of what has these ids are told by DOI, and those of the same paper under others by arXiv: one
    number says nothing about the other then, and arXiv's counts."""
    told = False
    for id_ in ids:
        if id_.startswith(_ARXIV):
            return False
        told = told or parted(id_) is not None
    return told and any(id_.startswith(_ARXIV) for id_ in others)


def is_reviewed(id_: str) -> bool:
    """Say whether later versions of this are articles that passed review, of which an index may tell first."""
    found = parted(id_)
    return found is not None and found.form.reviewed


def is_preprint(id_: str) -> bool:
    """Say whether an id is the DOI of a preprint, which makes no paper published."""
    found = parted(id_)
    if found is not None and found.form.reviewed:
        return False
    return found is not None or id_.startswith(_OF_PREPRINTS)


def span(id_: str) -> tuple[str, str, str] | None:
    """Return the id without a number, and between what texts those with one stand in the order of their letters."""
    found = parted(id_)
    if found is None:
        return None
    start = found.work + found.form.mark
    return found.work, start, start[:-1] + chr(ord(start[-1]) + 1)


def newest_first(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids in their order, but those of one work so that its newest version comes first."""
    found = list(ids)
    works: dict[str, list[int]] = {}
    for place, id_ in enumerate(found):
        if (one := parted(id_)) is not None:
            works.setdefault(one.first, []).append(place)
    for places in works.values():
        if len(places) > 1:
            newest = sorted((found[place] for place in places), key=_age)
            for place, id_ in zip(places, newest, strict=True):
                found[place] = id_
    return tuple(found)


def _age(id_: str) -> int:
    return -(version_of(id_) or 0)
