"""Which papers have the ids that a slice of records asks for. A DOI that ends in a version is asked for with all versions
of its work: whichever of them history has, it is the same paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from paperdigest.core.doi_versions import first_version, parted
from paperdigest.store import papers
from paperdigest.store.connection import Store


class KnownIds:
    """Ids and the papers they are of, as history has them and as a transaction goes on."""

    def __init__(self) -> None:
        self._keys: dict[str, int] = {}
        self._versions: dict[str, list[str]] = {}  # by their work's first one

    @classmethod
    def of(cls, store: Store, ids: Iterable[str]) -> KnownIds:
        """Look these ids up, and other versions of what they are of."""
        wanted = set(ids)
        known = cls()
        for id_, key in papers.keys_of_ids(store, wanted).items():
            known.give(id_, key)
        for id_, key in papers.keys_of_versions(store, wanted).items():
            known.give(id_, key)
        return known

    def __contains__(self, id_: str) -> bool:
        return id_ in self._keys

    def get(self, id_: str) -> int | None:
        """Return the paper that has this very id."""
        return self._keys.get(id_)

    def papers(self) -> set[int]:
        """Return all papers."""
        return set(self._keys.values())

    def papers_of(self, id_: str) -> Iterator[int]:
        """Yield the paper that has this id, then those that have another version of it."""
        if (key := self._keys.get(id_)) is not None:
            yield key
        if self._versions:
            yield from (self._keys[one] for one in self._versions.get(first_version(id_), ()))

    def give(self, id_: str, key: int) -> None:
        """Note that a paper has an id."""
        if id_ not in self._keys and (found := parted(id_)) is not None:
            self._versions.setdefault(found.first, []).append(id_)
        self._keys[id_] = key

    def move(self, gone: int, kept: int) -> None:
        """Note that a paper became part of another one."""
        for id_, key in self._keys.items():
            if key == gone:
                self._keys[id_] = kept
