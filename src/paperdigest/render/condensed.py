"""A digest whose pages have no room for a heading over each topic: those of which only a number is left stand as one.

The ledger and the JSON answer still have every topic and every paper; so this comes last, after the days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from paperdigest.core.digest import Digest, Section
from paperdigest.core.topic_words import known_under, numbers_of, together


def as_condensed(digest: Digest) -> Digest:
    """Return the digest as its pages show it; it says that it is condensed where it is in the end. The topics that stand
    together are the last, and their papers are counted as those of one topic are; how many each has is said of the
    first ones. The command that shows what is only counted then stands there, once for all."""
    if not digest.condensed:
        return digest
    rest = [section for section in digest.sections if _only_counts(section)]
    if len(rest) < 2:
        return replace(digest, condensed=False)
    named = tuple(section for section in digest.sections if not _only_counts(section))
    # Where days stand above them, no other topics do.
    last = _together(rest, further=bool(named) and digest.group != "day")
    return replace(digest, sections=(*named, last), condensed=bool(last.counted))


def are_many(sections: Sequence[Section]) -> bool:
    """Say whether there are several of which only a number is left."""
    return sum(map(_only_counts, sections)) > 1


def _only_counts(section: Section) -> bool:
    return not (section.full or section.listed or section.earlier)


def _together(sections: Sequence[Section], *, further: bool) -> Section:
    waiting = sorted(sections, key=lambda one: not one.counted)  # stable
    known = sum(bool(one.more_earlier) for one in sections)
    told = [
        numbers_of([(one.name, len(one.counted)) for one in waiting]),
        known_under(known, len(sections)) if known else "",
    ]
    counted = tuple(entry for one in sections for entry in one.counted)
    return Section(
        together(len(sections), further=further),
        len(counted),
        counted=counted,
        note=". ".join(filter(None, told)),
    )
