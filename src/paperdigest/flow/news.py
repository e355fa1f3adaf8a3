"""What a lane has to tell of papers that its reader was sent before, and what has to wait until the digest that brings
its paper is out. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from paperdigest.core.entry import Find
from paperdigest.core.paper import Change, ChangeKind
from paperdigest.flow.due import Work
from paperdigest.flow.window import Window
from paperdigest.store import digests, runs
from paperdigest.store.connection import Store
from paperdigest.store.digests import Outcome
from paperdigest.store.subscribers import MAIN

NEW = str(ChangeKind.NEW)
_WITHDRAWN = str(ChangeKind.WITHDRAWN)


@dataclass(frozen=True, slots=True)
class PaperNews:
    """What happened to one paper since this reader was sent it, oldest first, as far as it still holds; `sent` is what is
    recorded of that. `read` is the number of the last change before the text that the reader was shown last;
    `back`: they were told that it was withdrawn, which it is no longer."""

    finds: tuple[Find, ...]
    sent: Outcome | None
    read: int = 0
    back: bool = False


@dataclass(frozen=True, slots=True)
class LaneNews:
    """`told` goes out now. `held` is about papers whose digest the brake holds, each with that digest's id."""

    told: tuple[PaperNews, ...] = ()
    held: tuple[tuple[Find, int], ...] = ()


def lane_news(
    store: Store,
    work: Work,
    window: Window,
    changes: Sequence[Change],
    had: Mapping[tuple[int, str], Outcome],
) -> LaneNews:
    """Return a lane's news; only main lanes have any. `changes` are those that may concern it, `had` is what is settled
    for its reader, by paper and reason."""
    if work.lane.name != MAIN:
        return LaneNews()
    found = {(find.key, find.reason): find for find in _concerning(work, window, changes, had)}
    in_order = sorted(found.values(), key=lambda find: find.change)
    brought = {find.key: had[find.key, NEW].digest_id for find in in_order}
    fresh = list(_not_read_before(store, in_order, brought))
    held_back = runs.held_back(store, _ids(brought[find.key] for find in fresh))
    held: list[tuple[Find, int]] = []
    by_paper: dict[int, list[Find]] = {}
    for find in fresh:
        id_ = brought[find.key]
        if id_ is not None and id_ in held_back:
            held.append((find, id_))
        elif find.paper.withdrawn or find.reason != _WITHDRAWN:  # else it is back by now
            by_paper.setdefault(find.key, []).append(find)
    told = _paper_news(store, by_paper, had) if by_paper else ()
    return LaneNews(tuple(told), tuple(held))


def _paper_news(
    store: Store, by_paper: Mapping[int, list[Find]], had: Mapping[tuple[int, str], Outcome]
) -> Iterator[PaperNews]:
    rows: dict[int, list[Outcome]] = {key: [] for key in by_paper}
    for (key, _), row in had.items():
        if key in rows:
            rows[key].append(row)
    shown = {key: list(_text_shown(told)) for key, told in rows.items()}
    read = digests.read_until(store, _ids(row.digest_id for told in shown.values() for row in told))
    for key, finds in by_paper.items():
        last = max(max(row.change, read.get(row.digest_id or 0, 0)) for row in shown[key])
        back = not finds[0].paper.withdrawn and _was_told_gone_last(rows[key])
        yield PaperNews(tuple(finds), had[key, NEW], last, back)


def _was_told_gone_last(rows: Sequence[Outcome]) -> bool:
    told = [
        row for row in rows if _was_sent(row) and (_is_revised(row) or row.reason == _WITHDRAWN)
    ]
    return bool(told) and max(told, key=lambda row: row.change).reason == _WITHDRAWN


def _is_revised(row: Outcome) -> bool:
    return row.reason.partition(":")[0] == ChangeKind.REVISED


def _text_shown(rows: Sequence[Outcome]) -> Iterator[Outcome]:
    """Yield what showed a reader the paper's text: the digest that brought it, and notices of new versions, but not
    those that named it by its title alone or said of it only that it was withdrawn."""
    said_gone = {row.digest_id for row in rows if row.reason == _WITHDRAWN}
    for row in rows:
        in_full = row.outcome == "sent" and row.digest_id not in said_gone
        if row.reason == NEW or (_is_revised(row) and in_full):
            yield row


def _concerning(
    work: Work,
    window: Window,
    changes: Sequence[Change],
    had: Mapping[tuple[int, str], Outcome],
) -> Iterator[Find]:
    for change in changes:
        key = change.paper_key
        is_asked_for = change.kind is not ChangeKind.NEW and change.kind in work.subscriber.include
        if change.number <= work.lane.bookmark or not is_asked_for:
            continue
        if _was_sent(had.get((key, NEW))) and (key, change.reason) not in had:
            yield Find(key, window.papers[key], change.reason, change.number, change.at)
    for row in window.waiting.get(work.lane.id, ()):
        paper = window.papers.get(row.paper_key)
        # It may have waited for a digest that was thrown away meanwhile.
        if paper is not None and row.reason != NEW and _was_sent(had.get((row.paper_key, NEW))):
            yield Find(row.paper_key, paper, row.reason, row.change, row.at)


def _was_sent(row: Outcome | None) -> bool:
    """Say whether a digest brought the paper, though it may not be out yet."""
    return row is not None and row.outcome in ("sent", "listed")


def _not_read_before(
    store: Store, finds: Sequence[Find], brought: Mapping[int, int | None]
) -> Iterator[Find]:
    """Yield what the digest that brought the paper did not know yet: all else stood in it, or will where the paper
    itself came back and waits."""
    read = digests.read_until(store, _ids(brought.values()))
    for find in finds:
        if find.change > read.get(brought[find.key] or 0, 0):
            yield find


def _ids(digest_ids: Iterable[int | None]) -> list[int]:
    return sorted({id_ for id_ in digest_ids if id_ is not None})
