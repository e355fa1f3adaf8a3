"""What a paper is: one record as a source tells it, and how history shows it. No behaviour beyond reading it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Announced(StrEnum):
    """What the source itself calls the record; empty where it does not say."""

    UNSAID = ""
    NEW = "new"
    CROSS = "cross"
    REPLACED = "replace"


@dataclass(frozen=True, slots=True)
class Link:
    """An address that belongs to a paper. `rel` is abstract, pdf, code, page or doi."""

    rel: str
    url: str


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper. Title and abstract are the source's raw text (TeX, entities), cleaned of control
    characters only; `core.text.display` gives what people see and what hits point into.

    `id` and `ids` carry their origin (`arxiv:2401.00001`, `doi:10.1000/x`); `id` is the preferred one.
    `rank` is the place on its page (from 1) out of `rank_of`; `votes` the source's count, or None.
    `partial` marks a record known to lack its abstract or to have it cut. Times are aware UTC.
    `sources` and `first_seen_at` are filled in by history.
    """

    title: str
    abstract: str = ""
    id: str = ""
    ids: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    venue: str = ""
    url: str = ""
    links: tuple[Link, ...] = ()
    published_at: datetime | None = None
    updated_at: datetime | None = None
    version: int | None = None
    votes: int | None = None
    rank: int | None = None
    rank_of: int | None = None
    withdrawn: bool = False
    announced: Announced = Announced.UNSAID
    partial: bool = False
    sources: tuple[str, ...] = ()
    first_seen_at: datetime | None = None


class ChangeKind(StrEnum):
    """What happened to a paper."""

    NEW = "new"
    CROSS_LISTED = "cross-listed"
    REVISED = "revised"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the change log. `number` grows with every change and is never reused.

    `paper_key` is history's own integer. `completes` marks a change that is matched again although
    the paper is not new: a fuller record came, or a category was added. `revision` counts the
    REVISED changes of one paper from 1, and likewise its CROSS_LISTED ones (0 where an earlier
    version wrote them); it is 0 for the other kinds.
    """

    number: int
    paper_key: int
    kind: ChangeKind
    at: datetime
    source: str
    revision: int = 0
    completes: bool = False

    @property
    def reason(self) -> str:
        """Return the ledger's word for it: `new`, `withdrawn`, `revised:2` …

        The first cross-listing has no number: in databases of earlier versions none has.
        """
        is_numbered = self.kind is ChangeKind.REVISED or (
            self.kind is ChangeKind.CROSS_LISTED and self.revision > 1
        )
        return f"{self.kind}:{self.revision}" if is_numbered else str(self.kind)
