"""A digest regrouped for its pages: sections are days, and each paper names the topics that found it.

The ledger and the JSON answer know topics alone, and so does what gives way to the budget; so this comes last.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.core.tally_words import day_name
from paperdigest.core.words import first_seen


def as_shown(digest: Digest) -> Digest:
    """Return the digest as its pages show it: by topic, or by the reader's day of first sight, the newest day first,
    as letters lie in a box: what a small screen or a short morning leaves out is the oldest.

    After the days stand the topics with what has no day: what only waits for the next digest, and what was sent
    before. Each paper stands once, as in the digest itself.
    """
    if (
        digest.group != "day" or digest.kind == "alert"
    ):  # an alert is about what it found, and of one hour
        return digest
    days: dict[date, tuple[list[Entry], list[Entry]]] = {}
    for section in digest.sections:
        for which, entries in enumerate((section.full, section.listed)):
            for entry in entries:
                if entry.seen_on is not None:
                    under = days.setdefault(entry.seen_on, ([], []))
                    under[which].append(_under_day(entry, section.name, entry.seen_on))
    left = (section for each in digest.sections if _says(section := _without_days(each)))
    return replace(
        digest, sections=(*(_day(day, *days[day]) for day in sorted(days, reverse=True)), *left)
    )


def _under_day(entry: Entry, topic: str, day: date) -> Entry:
    """Return the paper with all its topics, and without the day of first sight: that stands over it."""
    said = "" if entry.date == first_seen(day) else entry.date
    return replace(entry, found_in=(topic, *entry.also), also=(), date=said)


def _day(day: date, full: list[Entry], listed: list[Entry]) -> Section:
    return Section(day_name(day), len(full) + len(listed), full=tuple(full), listed=tuple(listed))


def _without_days(section: Section) -> Section:
    full, listed = (
        tuple(entry for entry in entries if entry.seen_on is None)
        for entries in (section.full, section.listed)
    )
    total = len(full) + len(listed) + len(section.counted)
    return replace(section, total=total, full=full, listed=listed, elsewhere=0, elsewhere_in=())


def _says(section: Section) -> bool:
    return bool(
        section.full or section.listed or section.counted or section.earlier or section.more_earlier
    )
