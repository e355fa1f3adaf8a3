"""What a record says that history did not know: nothing, a cosmetic difference, or news.
Records come in with what is known as values; decisions go out. Knows nothing of tables.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from paperdigest.core.doi_versions import is_preprint, is_reviewed
from paperdigest.core.identity import family_name
from paperdigest.core.paper import Announced, ChangeKind, Paper
from paperdigest.core.revision import recorded
from paperdigest.core.shown import ELLIPSES, Rank, is_partial, rank_of, with_record
from paperdigest.core.text import squash, without_link_hosts

#: Letters that a cut in the middle of a word or of a formula may have garbled.
_RAGGED = 24
_LONGEST_END = 40  # code points from the last stop on
#: How a whole text ends; one that was cut seldom does so by chance.
_ENDS = re.compile(r"""[.!?。！？]["'”’»)\]}$]*\s*$""")
_PREPRINT_VENUES = frozenset(
    {"arxiv", "arxivorg", "corr", "biorxiv", "medrxiv", "preprint", "ssrn"}
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known when a record comes for a paper that history has.

    `shown` is the paper as history shows it, `rank` that of the record behind its text. `last` is what
    this very record said before, None where this source tells of the paper for the first time.
    `supplies`: this record is behind the shown text; `older`: it was first seen before the one that is.
    """

    shown: Paper
    ids: Collection[str]
    rank: Rank
    last: Paper | None = None
    supplies: bool = False
    older: bool = False
    baseline: bool = False


@dataclass(frozen=True, slots=True)
class News:
    """One line for the change log. `completes` as in Change; `summary` says what is new."""

    kind: ChangeKind
    completes: bool = False
    summary: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a record: the paper as shown from now on, and what goes into the log.

    `keeps`: the record's text is to be remembered as its last; False for one that is poorer or older
    than what it said before. `supplies`: its text is shown from now on.
    """

    shown: Paper
    news: tuple[News, ...]
    keeps: bool
    supplies: bool


def raw_hash(paper: Paper) -> bytes:
    """Return 16 bytes that are equal while a source says the same, letter by letter.

    What changes daily without being news is left out: votes, places, stamps, addresses. Raises
    UnicodeEncodeError for text that is no Unicode.
    """
    parts = (
        paper.title,
        paper.abstract,
        "\x1e".join(paper.authors),
        "\x1e".join(paper.categories),
        "\x1e".join(paper.keywords),
        paper.venue,
        f"{paper.version}{paper.withdrawn}{paper.partial}",
        paper.id,
        "\x1e".join(sorted(paper.ids)),
    )
    return blake2b("\x1f".join(parts).encode(), digest_size=16).digest()


def says_the_same(new: Paper, known: Paper) -> bool:
    """Say whether what a source says now differs from what is known only in what is not news: white space, TeX and
    other spelling, case, punctuation, link hosts, truncation."""
    if squash(new.title) != squash(known.title) or not _same_authors(new.authors, known.authors):
        return False
    if _is_another_version(new, known) or _may_be_another_version(new, known):
        return _folded(new.abstract) == _folded(known.abstract)
    return _same_abstract(new.abstract, known.abstract)


def without_future(paper: Paper, latest: datetime) -> Paper:
    """Return the paper without dates later than `latest`: better none than one that cannot be."""
    published, updated = paper.published_at, paper.updated_at
    if (published is None or published <= latest) and (updated is None or updated <= latest):
        return paper
    return replace(
        paper,
        published_at=None if published is not None and published > latest else published,
        updated_at=None if updated is not None and updated > latest else updated,
    )


def is_news(
    paper: Paper, *, read_before: datetime, max_age: timedelta | None, baseline: bool = False
) -> bool:
    """Say whether an unknown paper is news, or only new to us: old is not new.

    `read_before` is the source's last good read, or now at its first one.
    """
    if baseline or paper.withdrawn or paper.announced is Announced.REPLACED:
        return False
    # Indexes first hear of some articles in the version that passed review.
    expected = paper.announced is Announced.NEW or is_reviewed(paper.id)
    if paper.version is not None and paper.version > 1 and not expected:
        return False
    if max_age is None or paper.published_at is None:
        return True
    return read_before - paper.published_at <= max_age


def decide(new: Paper, ids: Collection[str], seen: Seen) -> Decision:
    """Return what a record of a known paper changes. `ids` are the record's."""
    keeps = seen.last is None or not (_is_older(new, seen.last) or _is_poorer(new, seen.last))
    takes = keeps and _takes_the_word(new, seen)
    supplies = takes or (seen.supplies and not keeps)
    shown = with_record(seen.shown, new, takes_text=takes)
    if new.withdrawn and not seen.shown.withdrawn and not _is_older(new, seen.shown):
        withdrawn = replace(shown, withdrawn=True)
        summary = recorded(seen.shown, new) if takes else {}
        return Decision(withdrawn, (News(ChangeKind.WITHDRAWN, summary=summary),), keeps, supplies)
    news = (
        *_completed(new, seen, takes=takes),
        *_revised(new, seen, takes=takes),
        *_cross_listed(new, seen),
        *_published(new, ids, seen),
    )
    return Decision(shown, news, keeps, supplies)


# ------------------------------------------------------------------ which text is shown


def _takes_the_word(new: Paper, seen: Seen) -> bool:
    """Highest version, then the id's own registry, then first seen; never a poorer text."""
    if seen.supplies:
        return True
    mine = rank_of(new)
    if mine < seen.rank or (mine == seen.rank and not seen.older):
        return False
    return not _is_poorer(new, seen.shown)


def _is_older(new: Paper, known: Paper) -> bool:
    return new.version is not None and known.version is not None and new.version < known.version


def _is_poorer(new: Paper, known: Paper) -> bool:
    """Say whether this is less of the same: without abstract, or cut where the other goes on."""
    if not new.abstract.strip():
        return bool(known.abstract.strip())
    if is_partial(new) != is_partial(known):
        return is_partial(new)
    if new.abstract == known.abstract or _is_another_version(new, known):
        return False
    return _is_cut(new.abstract, known.abstract)


def _is_another_version(new: Paper, known: Paper) -> bool:
    """Say whether a record tells of another version than the known one, and neither is cut: what the shorter lacks was
    taken out or not yet written. Where no version was named, that was the first, if the text was whole."""
    if new.version is None or is_partial(new) or is_partial(known):
        return False
    if known.version is None:
        return new.version > 1 and _ends(known)
    return new.version != known.version


def _may_be_another_version(new: Paper, known: Paper) -> bool:
    """Say whether a source that names no versions adds to a text that was whole as far as one can see: it was written
    anew, or had been cut where a sentence ends."""
    unnamed = new.version is None and known.version is None
    cut = is_partial(new) or is_partial(known)
    return unnamed and not cut and _ends(known) and _is_cut(known.abstract, new.abstract)


def _ends(paper: Paper) -> bool:
    return _ENDS.search(paper.abstract[-_LONGEST_END:]) is not None


def _is_cut(short: str, long: str) -> bool:
    mine, other = _folded(short), _folded(long)
    return len(mine) < len(other) and other.startswith(_sound(mine, short))


# ------------------------------------------------------------------ what is news


def _completed(new: Paper, seen: Seen, *, takes: bool) -> tuple[News, ...]:
    """A fuller text, or the first record to name authors or categories: keywords may match now.

    A paper that came without news does not become news by being told more fully.
    """
    if seen.baseline:
        return ()
    shown = seen.shown
    gained = []
    if takes and _is_poorer(shown, new):
        gained.append("abstract")
    if new.authors and not shown.authors:
        gained.append("authors")
    if new.categories and not shown.categories:
        gained.append("categories")
    return (News(ChangeKind.NEW, completes=True, summary={"gained": gained}),) if gained else ()


def _revised(new: Paper, seen: Seen, *, takes: bool) -> tuple[News, ...]:
    shown = seen.shown
    if not takes or (is_partial(shown) and not is_partial(new)):
        return ()
    # Another source's first word on the same version is a difference, not a revision.
    next_version = shown.version is not None and (new.version or 0) > shown.version
    if not (seen.supplies or next_version) or says_the_same(new, shown):
        return ()
    return (News(ChangeKind.REVISED, summary=recorded(shown, new)),)


def _cross_listed(new: Paper, seen: Seen) -> tuple[News, ...]:
    known = {category.lower() for category in seen.shown.categories}
    added = [category for category in new.categories if category.lower() not in known]
    if not known or not added:
        return ()
    # Another source with words of its own for the same subjects adds no listing.
    if seen.last is None and not _one_vocabulary(added, seen.shown.categories):
        return ()
    return (News(ChangeKind.CROSS_LISTED, completes=True, summary={"categories": added}),)


def _one_vocabulary(added: Collection[str], known: Collection[str]) -> bool:
    return any(map(_is_arxiv_category, added)) and any(map(_is_arxiv_category, known))


def _is_arxiv_category(category: str) -> bool:
    archive, dot, subject = category.partition(".")
    return (
        archive.replace("-", "").isalpha()
        and archive.islower()
        and " " not in subject
        and (bool(dot) or "-" in archive)
    )


def _published(new: Paper, ids: Collection[str], seen: Seen) -> tuple[News, ...]:
    if not any(map(_is_preprint, seen.ids)) or _where_published(seen.shown.venue, seen.ids):
        return ()
    where = _where_published(new.venue, ids)
    return (News(ChangeKind.PUBLISHED, summary={"where": where}),) if where else ()


def _is_preprint(id_: str) -> bool:
    return id_.startswith("arxiv:") or is_preprint(id_)


def _where_published(venue: str, ids: Collection[str]) -> str:
    if venue and squash(venue) not in _PREPRINT_VENUES:
        return venue
    return next((id_ for id_ in ids if id_.startswith("doi:") and not _is_preprint(id_)), "")


# ------------------------------------------------------------------ comparing text


def _folded(abstract: str) -> str:
    return squash(without_link_hosts(abstract))


def _sound(folded: str, raw: str) -> str:
    """Return a folded text without the end that a cut may have garbled."""
    return folded[:-_RAGGED] if raw.rstrip().endswith(ELLIPSES) else folded


def _same_abstract(a: str, b: str) -> bool:
    if a == b:
        return True
    mine, other = _folded(a), _folded(b)
    if mine == other:
        return True
    if len(mine) > len(other):
        a, mine, other = b, other, mine
    return other.startswith(_sound(mine, a))


def _same_authors(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    if a == b or not a or not b:
        return True
    return [family_name(author) for author in a] == [family_name(author) for author in b]
