"""What stands largest on a page. A subject names the topics, too; there they have a line of their own, with numbers."""

from __future__ import annotations

from collections import Counter

from paperdigest.core import update_words, words
from paperdigest.core.digest import Digest, Entry

_MOST = 8
_ROOM = 200  # letters of all names
_LONGEST = 80  # letters of one


def headline(digest: Digest) -> str:
    """Return `27 new papers` of a digest that names its topics in `topics_line`, `27 papers` where its title calls none
    new; of every other its title."""
    if not topics_line(digest):
        return digest.title
    if digest.kind == "notice":
        return update_words.headline(_entries(digest))
    told, none_came = (
        words.new_and_waited(digest.papers - digest.waited, digest.waited, came=came)
        for came in (True, False)
    )
    return none_came if digest.title.startswith(f"{none_came}:") else told


def topics_line(digest: Digest) -> tuple[tuple[str, int], ...]:
    """Return (name, its papers) of each topic of a digest that has several; of many the first, and `1 more topic` with
    the papers of those that are left. Where its pages stand by day, those with the most papers come first. Of a notice
    about several papers: what happened, and to how many."""
    if digest.kind == "notice":
        return update_words.kinds_line(_entries(digest))
    if digest.kind != "digest":
        return ()
    named = [(words.cut(name, _LONGEST), papers) for name, papers in _topics(digest) if papers]
    if len(named) < 2:
        return ()
    shown = named[: _fitting(named)]
    left = len(named) - len(shown)
    if not left:
        return tuple(shown)
    # Among these may stand many as one, for want of room.
    rest = "other topics" if digest.condensed else words.count(left, "more topic")
    return (*shown, (rest, sum(papers for _, papers in named[len(shown) :])))


def _entries(digest: Digest) -> list[Entry]:
    return [
        entry for part in digest.sections for entry in (*part.full, *part.listed, *part.counted)
    ]


def _topics(digest: Digest) -> list[tuple[str, int]]:
    if digest.group != "day":
        return [
            (part.name, len(part.full) + len(part.listed) + len(part.counted))
            for part in digest.sections
        ]
    counts: Counter[str] = Counter()
    for part in digest.sections:
        for entry in (*part.full, *part.listed):
            counts[entry.found_in[0] if entry.found_in else part.name] += 1
        counts[part.name] += len(part.counted)
    return counts.most_common()


def _fitting(named: list[tuple[str, int]]) -> int:
    """Return how many names fit a few lines, one at least."""
    room = _ROOM
    for place, (name, _) in enumerate(named[:_MOST]):
        room -= len(name)
        if place and room < 0:
            return place
    return min(len(named), _MOST)
