"""What a draft makes of each paper that matched: the one recorded outcome of every match."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from paperdigest.core import words
from paperdigest.core.digest import Digest
from paperdigest.flow.drafting import Draft, Letter
from paperdigest.store.digests import Outcome


def outcomes_of(draft: Draft, letter: Letter, digest_id: int, now: datetime) -> Iterator[Outcome]:
    """Yield what becomes of the papers of a letter that is written."""
    changes = {key: find.change for key, find in draft.finds.by_paper.items()}
    trending = {topic.name for topic in draft.work.topics if topic.trending}
    parts, unnamed = _parts_of(letter), _named_nowhere(letter)
    lane = draft.work.lane
    for section in letter.digest.sections:
        for entries, shown in (
            (section.full, "sent"),
            (section.listed, "listed"),
            (section.counted, "over limit"),
        ):
            for entry in entries:
                outcome = "over limit" if entry.paper_key in unnamed else shown
                if outcome == "over limit" and section.name in trending:
                    continue  # of a trending list only what is shown counts
                settled = Outcome(
                    lane.subscriber_id,
                    entry.paper_key,
                    entry.reason,
                    outcome,
                    section.topic or section.name,
                    lane.id,
                    digest_id,
                    changes[(entry.paper_key, entry.reason)],
                    now,
                    parts.get(entry.paper_key, 0) if outcome != "over limit" else 0,
                )
                yield settled
                for find in letter.also.get((entry.paper_key, entry.reason), ()):
                    yield replace(settled, reason=find.reason, change=find.change)


def given_back_to(draft: Draft, digest: Digest) -> frozenset[int]:
    """Return the ids of earlier digests that gave back papers which go out with this one."""
    holds = {(entry.paper_key, entry.reason) for entry in digest.entries}
    return frozenset(
        row.digest_id
        for row in draft.waiting
        if row.digest_id is not None
        and row.outcome == "undeliverable"
        and (row.paper_key, row.reason) in holds
    )


def _named_nowhere(letter: Letter) -> frozenset[int]:
    """Return the papers that no target is told of: where one message must do, some only count."""
    left_out: dict[str, set[int]] = {}
    for target, part in letter.parts:
        left_out.setdefault(target, set()).update(part.left_out)
    return frozenset(set.intersection(*left_out.values())) if left_out else frozenset()


def _parts_of(letter: Letter) -> dict[int, int]:
    """Return in which part a paper stands, where that is not the first. Channels that need several cut a
    digest alike; where two do not, a paper counts with the first part."""
    found: dict[int, set[int]] = {}
    for _, part in letter.parts:
        for paper in part.papers:
            found.setdefault(paper, set()).add(part.number)
    return {paper: next(iter(numbers)) for paper, numbers in found.items() if len(numbers) == 1}


def skipped_in(draft: Draft, now: datetime) -> Iterator[Outcome]:
    """Yield what a draft passes over for good."""
    lane = draft.work.lane
    for find, topic in (*draft.finds.skipped, *draft.finds.withdrawn):
        yield Outcome(
            lane.subscriber_id,
            find.key,
            find.reason,
            "skipped",
            topic,
            lane.id,
            None,
            find.change,
            now,
        )


def held_in(draft: Draft, now: datetime) -> Iterator[Outcome]:
    """Yield news about papers whose digest is held. It belongs to that digest: once that is released it waits for the
    next notice, and where that is given up so is the news."""
    lane = draft.work.lane
    for find, digest_id in draft.finds.held:
        yield Outcome(
            lane.subscriber_id,
            find.key,
            find.reason,
            "over limit",
            words.UPDATES,
            lane.id,
            digest_id,
            find.change,
            now,
        )
