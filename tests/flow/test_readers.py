"""Sources side by side: what they bring is the same as one after the other, and a source that hangs, raises or never
comes to an end holds up no other and writes nothing once it is given up."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import NOW, paper
from paperdigest.core.errors import LockHeld, SourceError
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Document, Parsed, Verdict
from paperdigest.failpoints import FailpointReached, broken
from paperdigest.flow.hands import Limits
from paperdigest.flow.ingest import ingest
from paperdigest.flow.ingest_report import IngestReport, SourceReport
from paperdigest.flow.readers import Readers
from paperdigest.flow.taking import SourceRun
from paperdigest.store import history
from paperdigest.store.connection import Store, open_memory, open_store

PATIENCE: Final = 60.0  # seconds; only ever waited for when a test is about to fail
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)


def numbered(number: int, **over: Any) -> Paper:
    id_ = f"arxiv:2611.{number:05}"
    valid = paper(
        id=id_, ids=(id_,), title=f"Folding the map of island number {number} with care", url=""
    )
    return replace(valid, **over)


def nothing(_: int) -> None:
    """Do nothing before the document of that number."""


@dataclass
class Shelf:
    """A source with one document for each of `documents`. `before` runs before each of them is handed on; `seen` is
    what was done with it, `threads` who did it, `bookmarks` where it was asked to begin."""

    name: str
    documents: Sequence[Sequence[Paper]] = ()
    before: Callable[[int], None] = nothing
    on_parse: Callable[[], None] = lambda: None
    on_settle: Callable[[], None] = lambda: None
    seen: list[str] = field(default_factory=list)
    threads: set[int] = field(default_factory=set)
    bookmarks: list[str] = field(default_factory=list)

    def fetch(self, bookmark: str, now: datetime) -> Iterator[Document]:
        self.bookmarks.append(bookmark)
        self.note("begun")
        try:
            for number, _ in enumerate(self.documents):
                self.before(number)
                self.note(f"handed on {number}")
                yield self.document(number)
            self.before(len(self.documents))
        finally:
            self.note("closed")

    def document(self, number: int) -> Document:
        text = f"{self.name} {number}"
        return Document(text, f"{text:x>64}", b"", bookmark=str(number + 1))

    def parse(self, document: Document) -> Parsed:
        self.on_parse()
        self.note(f"parsed {document.name.split()[-1]}")
        return Parsed("test", tuple(self.documents[int(document.name.split()[-1])]))

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        self.on_settle()
        self.note(f"settled {name.rsplit(maxsplit=1)[-1]}")

    def note(self, what: str) -> None:
        self.seen.append(what)
        self.threads.add(threading.get_ident())


def full(name: str, *numbers: int, **over: Any) -> Shelf:
    """Return a source with one document for each number, a paper in each."""
    return Shelf(name, [[numbered(number)] for number in numbers], **over)


@dataclass
class Hanging:
    """What a source does that hangs; `over` lets it go on."""

    reached: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)

    def __call__(self, *_: int) -> None:
        self.reached.set()
        self.over.wait(PATIENCE)

    def at(self, place: int) -> Callable[[int], None]:
        """Hang before the document of that number."""
        return lambda number: self() if number == place else None


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    made = Hanging()
    yield made
    made.over.set()


@dataclass
class Steady:
    """A clock that can be ahead of the machine's."""

    ahead: float = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead

    def wait(self, span: timedelta) -> None:
        self.ahead += span.total_seconds()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "paperdigest.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with open_store(path, write=True) as opened:
        yield opened


@contextmanager
def reading(
    *shelves: Shelf, kind: str = "feed", steady: Steady | None = None, **limits: Any
) -> Iterator[Readers]:
    """Begin with these; whatever happens, nobody serves them after the block."""
    made = Readers(Limits(**limits), steady=steady or Steady())
    made.begin(runs(*shelves, kind=kind))
    try:
        yield made
    finally:
        made.stop()


def runs(*shelves: Shelf, kind: str = "feed") -> list[SourceRun]:
    return [SourceRun(shelf, kind) for shelf in shelves]


def read(store: Store, *shelves: Shelf, kind: str = "feed", **limits: Any) -> IngestReport:
    return ingest(store, runs(*shelves, kind=kind), NOW, limits=Limits(**limits))


def serve_until(readers: Readers, store: Store, *names: str) -> list[SourceReport]:
    """Serve until none of these is in hand any more."""
    served = readers.serve(store, NOW, names=names, seconds=None)
    return served.sources


def look(readers: Readers, store: Store, now: datetime = NOW) -> list[SourceReport]:
    """Begin what may begin and give up what is to be given up; wait for nothing."""
    return readers.serve(store, now, seconds=0).sources


def ended(shelf: Shelf) -> bool:
    """Wait for the thread that reads a source."""
    for thread in threading.enumerate():
        if thread.name == f"paperdigest-source-{shelf.name}":
            thread.join(PATIENCE)
            return not thread.is_alive()
    return True


def titles(store: Store) -> list[str]:
    known = history.papers(store, history.paper_keys(store)).values()
    return sorted(one.title for one in known)


# ------------------------------------------------------------------ side by side


def test_sources_are_read_at_the_same_time(store: Store) -> None:
    together = threading.Barrier(3, timeout=PATIENCE)
    shelves = [
        full(name, number, before=lambda place: place or together.wait())
        for number, name in enumerate(("one", "two", "three"))
    ]
    report = read(store, *shelves)
    assert [one.status for one in report.sources] == ["ok"] * 3


def test_no_more_than_so_many_are_read_at_the_same_time(store: Store) -> None:
    now, most, counting = Counter[str](), Counter[str](), threading.Lock()

    def count(place: int) -> None:
        with counting:
            now["reading"] += 1 if place == 0 else -1
            most["reading"] = max(most["reading"], now["reading"])

    read(store, *(full(f"{number}", number, before=count) for number in range(9)), at_once=2)
    assert most["reading"] <= 2


def test_the_report_is_in_the_order_that_was_given_whoever_is_done_first(
    store: Store, hanging: Hanging
) -> None:
    slow = full("slow", 1, before=hanging.at(0))
    fast = full("fast", 2, before=lambda place: hanging.over.set() if place == 1 else None)
    report = read(store, slow, fast)
    assert [one.name for one in report.sources] == ["slow", "fast"]


def test_a_document_is_settled_before_the_next_is_asked_for(store: Store) -> None:
    shelf = full("shelf", 1, 2)
    read(store, shelf)
    each = [[f"handed on {one}", f"parsed {one}", f"settled {one}"] for one in (0, 1)]
    assert shelf.seen == ["begun", *each[0], *each[1], "closed"]


def test_a_source_has_one_thread_from_its_beginning_to_its_end_and_not_that_of_the_store(
    store: Store,
) -> None:
    shelf = full("shelf", 1, 2)
    read(store, shelf)
    assert len(shelf.threads) == 1
    assert threading.get_ident() not in shelf.threads


def test_inboxes_begin_before_the_others(store: Store) -> None:
    begun: list[str] = []
    shelves = [Shelf(name, before=partial(_note, begun, name)) for name in "abcd"]
    with reading(*shelves[:2], at_once=1) as readers:
        readers.begin(runs(*shelves[2:], kind="inbox"))
        serve_until(readers, store, *"abcd")
    assert begun == ["c", "d", "a", "b"]


def _note(begun: list[str], name: str, _: int) -> None:
    begun.append(name)


def test_a_source_in_hand_is_not_begun_again(store: Store, hanging: Hanging) -> None:
    slow = full("slow", 1, before=hanging.at(0))
    with reading(slow) as readers:
        look(readers, store)
        readers.begin(runs(slow))
        hanging.over.set()
        serve_until(readers, store, "slow")
    assert len(slow.bookmarks) == 1


def test_two_threads_may_serve_at_once(path: Path, hanging: Hanging) -> None:
    shelves = [full(f"{one}", *range(one * 20, one * 20 + 20)) for one in range(4)]
    reports: list[SourceReport] = []

    def serve(readers: Readers) -> None:
        with open_store(path, write=True) as store:
            reports.extend(readers.serve(store, NOW).sources)

    with reading(*shelves) as readers:
        threads = [threading.Thread(target=serve, args=(readers,)) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert sorted(one.name for one in reports) == ["0", "1", "2", "3"]
    with open_store(path, write=True) as store:
        assert history.paper_count(store) == 80


def test_what_a_long_reading_brought_makes_its_source_well_when_it_ends_later(store: Store) -> None:
    hangs = Hanging()
    with reading(full("slow", 1, before=hangs.at(1))) as readers:
        assert readers.serve(store, NOW, names=["slow"], lull=0).stirred
        hangs.over.set()
        readers.serve(store, NOW + HOUR)
    state = history.source_states(store)["slow"]
    assert state.last_new_at == state.last_success_at == NOW + HOUR


# ------------------------------------------------------------------ slow ones


def test_a_source_that_hangs_holds_up_no_other(store: Store, hanging: Hanging) -> None:
    slow = full("slow", 1, before=hanging.at(0))
    with reading(slow, full("fast", 2)) as readers:
        (report,) = serve_until(readers, store, "fast")
        assert (report.name, report.status) == ("fast", "ok")
        assert readers.in_hand == {"slow"}


def test_what_is_new_is_handed_over_while_a_slow_source_says_nothing(
    store: Store, hanging: Hanging
) -> None:
    with reading(full("slow", 1, before=hanging.at(0)), full("fast", 2)) as readers:
        assert readers.serve(store, NOW, lull=0).stirred


def test_one_that_takes_longer_than_a_minute_makes_room_for_another(
    store: Store, hanging: Hanging
) -> None:
    steady, slow, other = Steady(), full("slow", 1, before=hanging.at(0)), full("other", 2)
    with reading(slow, other, steady=steady, at_once=1) as readers:
        look(readers, store)
        assert other.bookmarks == []
        steady.wait(MINUTE)
        assert [one.name for one in serve_until(readers, store, "other")] == ["other"]


def test_there_is_an_end_to_making_room(store: Store, hanging: Hanging) -> None:
    steady, slow, other = Steady(), full("slow", 1, before=hanging.at(0)), full("other", 2)
    with reading(slow, other, steady=steady, at_once=1, most=1) as readers:
        look(readers, store)
        steady.wait(MINUTE)
        look(readers, store)
        assert other.bookmarks == []


def test_a_slow_source_is_taken_in_whenever_it_is_done(store: Store, hanging: Hanging) -> None:
    with reading(full("slow", 1, before=hanging.at(0))) as readers:
        look(readers, store)
        hanging.over.set()
        (report,) = serve_until(readers, store, "slow")
    assert (report.status, report.total("new")) == ("ok", 1)


# ------------------------------------------------------------------ given up


HANGS: dict[str, Callable[[Hanging], Shelf]] = {
    "before its first document": lambda hangs: full("hung", 1, before=hangs.at(0)),
    "while it is parsed": lambda hangs: full("hung", 1, on_parse=hangs),
    "while it is settled": lambda hangs: full("hung", 1, on_settle=hangs),
    "after its last document": lambda hangs: full("hung", 1, before=hangs.at(1)),
}
hangs_anywhere = pytest.mark.parametrize("make", HANGS.values(), ids=HANGS)


def given_up(readers: Readers, store: Store, steady: Steady, hanging: Hanging) -> SourceReport:
    """Serve until it hangs, wait for 15 minutes, and return what is reported."""
    while not hanging.reached.is_set():
        readers.serve(store, NOW, seconds=0.01)
    steady.wait(timedelta(minutes=15))
    (report,) = look(readers, store, NOW + timedelta(minutes=20))
    return report


@hangs_anywhere
def test_a_source_that_says_nothing_for_15_minutes_is_reported_as_failing(
    store: Store, hanging: Hanging, make: Callable[[Hanging], Shelf]
) -> None:
    steady = Steady()
    with reading(make(hanging), steady=steady) as readers:
        report = given_up(readers, store, steady, hanging)
        assert readers.in_hand == frozenset()
    assert report.status == "failed"
    assert report.error.startswith("has not answered since 20 Nov 09:3")
    assert history.source_states(store)["hung"].error == report.error


def test_a_command_that_waits_for_a_source_tells_since_when_it_waited(
    store: Store, hanging: Hanging
) -> None:
    steady = Steady()

    def wait() -> None:
        hanging.reached.wait(PATIENCE)
        steady.wait(15 * MINUTE)
        readers.begin(())  # whoever serves looks at the clock again

    with reading(full("hung", 1, before=hanging.at(0)), steady=steady) as readers:
        threading.Thread(target=wait).start()
        (report,) = readers.serve(store, NOW + MINUTE / 2).sources
    assert report.error == "has not answered since 20 Nov 09:30 UTC"


@hangs_anywhere
def test_what_a_source_brings_after_it_was_given_up_is_not_written(
    store: Store, path: Path, hanging: Hanging, make: Callable[[Hanging], Shelf]
) -> None:
    steady, shelf = Steady(), make(hanging)
    with reading(shelf, steady=steady) as readers:
        given_up(readers, store, steady, hanging)
        before = (titles(store), history.source_states(store))
        hanging.over.set()
        readers.serve(store, NOW, seconds=0)
        assert ended(shelf)
        look(readers, store)
        assert (titles(store), history.source_states(store)) == before
    assert shelf.seen[-1] == "closed"


def test_a_source_that_was_given_up_is_read_again_from_where_it_was(
    store: Store, hanging: Hanging
) -> None:
    steady, hung, again = Steady(), full("hung", 1, 2, before=hanging.at(1)), full("hung", 1, 2)
    with reading(hung, steady=steady) as readers:
        given_up(readers, store, steady, hanging)
        readers.begin(runs(again))
        (report,) = serve_until(readers, store, "hung")
        hanging.over.set()
        assert ended(hung)
    assert again.bookmarks == ["1"]
    assert report.status == "ok"
    assert history.source_states(store)["hung"].bookmark == "2"
    assert history.source_states(store)["hung"].failing_since_at is None


def test_a_source_whose_threads_all_hang_is_not_asked_again_before_one_ends(
    store: Store, hanging: Hanging
) -> None:
    steady, hung, again = Steady(), full("hung", 1, before=hanging.at(0)), full("hung", 1)
    with reading(hung, steady=steady, given_up=1) as readers:
        given_up(readers, store, steady, hanging)
        readers.begin(runs(again))
        assert readers.in_hand == frozenset()
        hanging.over.set()
        assert ended(hung)
        readers.begin(runs(again))
        assert readers.in_hand == {"hung"}


def test_a_source_whose_threads_all_hang_is_asked_again_once_its_config_is_another(
    store: Store, hanging: Hanging
) -> None:
    steady, hung = Steady(), full("hung", 1, before=hanging.at(0))
    made = Readers(Limits(given_up=1), steady=steady)
    made.begin([SourceRun(hung, "feed", config="wrong")])
    given_up(made, store, steady, hanging)
    made.begin([SourceRun(full("hung", 1), "feed", config="wrong")])
    assert made.in_hand == frozenset()
    made.begin([SourceRun(full("hung", 1), "feed", config="right")])
    (report,) = serve_until(made, store, "hung")
    assert report.status == "ok"


def test_that_a_source_was_given_up_is_written_by_the_next_if_it_could_not_be_now(
    path: Path, store: Store, hanging: Hanging
) -> None:
    steady = Steady()
    with (
        reading(full("hung", 1, before=hanging.at(0)), steady=steady) as readers,
        open_store(path, write=True, wait=0) as held_up,
    ):
        look(readers, store)
        steady.wait(timedelta(minutes=15))
        with store.transaction(), pytest.raises(LockHeld):
            look(readers, held_up)
        (report,) = look(readers, store)
    assert report.status == "failed"


def test_a_source_that_waits_for_the_store_is_not_given_up(store: Store) -> None:
    steady = Steady()
    with reading(full("shelf", 1), steady=steady) as readers:
        look(readers, store)
        assert is_asking(readers)
        steady.wait(HOUR)
        (report,) = serve_until(readers, store, "shelf")
    assert report.status == "ok"


def is_asking(readers: Readers) -> bool:
    """Wait until a source has something for the store."""
    with readers._changed:
        return readers._changed.wait_for(lambda: bool(readers._calls), PATIENCE)


def test_a_slot_names_who_is_late_and_nobody_waits_for_it_again(
    store: Store, hanging: Hanging
) -> None:
    with reading(full("slow", 1, before=hanging.at(0))) as readers:
        look(readers, store)
        readers.report_late(store, NOW + 1.5 * MINUTE, ["slow"])
        state = history.source_states(store)["slow"]
        assert state.error == "has not answered since 20 Nov 09:31 UTC"
        assert readers.unanswering == {"slow"}
        hanging.over.set()
        serve_until(readers, store, "slow")
        assert readers.unanswering == frozenset()
    assert history.source_states(store)["slow"].failing_since_at is None


def test_one_that_is_late_and_goes_on_bringing_documents_is_said_to(
    store: Store, hanging: Hanging
) -> None:
    steady = Steady()
    with reading(full("long", 1, 2, before=hanging.at(1)), steady=steady) as readers:
        look(readers, store)
        readers.serve(store, NOW, names=["long"], lull=0)
        steady.wait(10 * MINUTE)
        hanging.over.set()
        assert is_asking(readers)
        readers.report_late(store, NOW + 10.5 * MINUTE, ["long"])
    said = history.source_states(store)["long"].error
    assert said == "is still being read, since 20 Nov 09:30 UTC"


def test_a_source_that_never_comes_to_an_end_is_ended(store: Store) -> None:
    steady = Steady()
    endless = Shelf(
        "endless",
        [[numbered(number)] for number in range(1_000)],
        before=lambda _: steady.wait(HOUR),
    )
    with reading(endless, full("other", 5_000), steady=steady) as readers:
        reports = {one.name: one for one in serve_until(readers, store, "endless", "other")}
    assert reports["endless"].status == "failed"
    assert "was still bringing documents after 6 hours" in reports["endless"].error
    assert reports["endless"].total("new") == history.paper_count(store) - 1 > 0
    assert endless.seen[-1] == "closed"


# ------------------------------------------------------------------ the end


def test_stopping_waits_for_no_source(path: Path, hanging: Hanging) -> None:
    serving = threading.Event()

    def serve() -> None:
        with open_store(path, write=True) as store:
            serving.set()
            readers.serve(store, NOW)

    slow = full("slow", 1, before=hanging.at(0))
    with reading(slow) as readers:
        thread = threading.Thread(target=serve)
        thread.start()
        assert serving.wait(PATIENCE)
        assert hanging.reached.wait(PATIENCE)
        readers.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert not hanging.over.is_set()


def test_after_stopping_nothing_is_begun_or_written(store: Store, hanging: Hanging) -> None:
    slow, late = full("slow", 1, before=hanging.at(0)), full("late", 2)
    with reading(slow) as readers:
        look(readers, store)
        readers.stop()
        hanging.over.set()
        readers.begin(runs(late))
        assert readers.serve(store, NOW).sources == []
        assert ended(slow)
    assert (late.bookmarks, titles(store)) == ([], [])


def test_no_thread_is_left_behind(store: Store) -> None:
    before = set(threading.enumerate())
    shelves = [full(f"{number}", number) for number in range(4)]
    read(store, *shelves)
    assert all(map(ended, shelves))
    assert set(threading.enumerate()) == before


# ------------------------------------------------------------------ a machine that gives no more threads


@contextmanager
def no_more_threads() -> Iterator[None]:
    """Let every new thread ask for a stack that no machine has: it is refused as by a limit on their number."""
    before = threading.stack_size(1 << 47)
    try:
        yield
    finally:
        threading.stack_size(before)


def test_a_source_for_which_there_is_no_thread_has_failed_and_the_others_are_read(
    store: Store, hanging: Hanging
) -> None:
    first, second, third = (
        full("first", 1, before=hanging.at(0)),
        full("second", 2),
        full("third", 3),
    )
    with reading(first) as readers:
        look(readers, store)
        readers.begin(runs(second))
        with no_more_threads():
            (failed,) = look(readers, store)
        readers.begin(runs(third))
        hanging.over.set()
        others = serve_until(readers, store, "first", "second", "third")
    assert (failed.name, failed.status) == ("second", "failed")
    assert failed.error.startswith("this machine gives no more threads")
    assert {one.name: one.status for one in others} == {"first": "ok", "third": "ok"}


def test_a_source_for_which_there_was_no_thread_is_tried_again_like_any_that_failed(
    store: Store,
) -> None:
    shelf = full("shelf", 1)
    with reading(shelf) as readers:
        with no_more_threads():
            look(readers, store)
        state = history.source_states(store)["shelf"]
        assert state.error.startswith("this machine gives no more threads")
        assert state.not_before_at is not None
        assert timedelta(0) < state.not_before_at - NOW < 2 * MINUTE
        readers.begin(runs(shelf))
        (report,) = serve_until(readers, store, "shelf")
    assert (report.status, len(shelf.bookmarks)) == ("ok", 1)


# ------------------------------------------------------------------ hostile sources


class Strange(BaseException):
    """An error that nobody foresaw."""


ERRORS = (
    ValueError("token=hunter22"),
    SystemExit(3),
    KeyboardInterrupt(),
    MemoryError(),
    StopIteration(),
    GeneratorExit(),
    Strange("token=hunter22"),
)


def raises(error: BaseException) -> Callable[..., None]:
    def run(*_: int) -> None:
        raise error

    return run


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("place", ["before", "on_parse", "on_settle"])
def test_whatever_a_source_raises_it_alone_has_failed(
    store: Store, place: str, error: BaseException
) -> None:
    report = read(store, full("bad", 1, **{place: raises(error)}), full("good", 2))
    assert [one.status for one in report.sources] == ["failed", "ok"]
    assert "hunter22" not in report.sources[0].error


def test_what_a_source_says_of_its_failure_is_told(store: Store) -> None:
    report = read(store, full("bad", 1, before=raises(SourceError("the door is shut"))))
    assert report.sources[0].error == "the door is shut"


@pytest.mark.parametrize("thing", [None, 7, b"bytes", [1]], ids=repr)
def test_a_source_that_hands_on_no_document_has_failed(store: Store, thing: object) -> None:
    class Odd(Shelf):
        def fetch(self, bookmark: str, now: datetime) -> Iterator[Any]:
            yield thing

    report = read(store, Odd("odd"), full("good", 2))
    assert [one.status for one in report.sources] == ["failed", "ok"]
    assert type(thing).__name__ in report.sources[0].error


def test_a_source_that_is_no_source_has_failed(store: Store) -> None:
    class Odd(Shelf):
        def fetch(self, bookmark: str, now: datetime) -> Any:
            return 7

    (report,) = read(store, Odd("odd")).sources
    assert (report.status, "TypeError" in report.error) == ("failed", True)


# ------------------------------------------------------------------ the store's own faults


def test_an_error_of_the_store_drops_its_source_and_keeps_the_others_in_hand(
    store: Store, hanging: Hanging
) -> None:
    slow, bad = full("slow", 1, before=hanging.at(0)), full("bad", 2)
    with reading(slow, bad) as readers:
        with broken("ingest.commit=raise"), pytest.raises(FailpointReached):
            serve_until(readers, store, "bad")
        assert readers.in_hand == {"slow"}
        assert ended(bad)
        assert titles(store) == []
        readers.begin(runs(full("bad", 2)))
        assert [one.status for one in serve_until(readers, store, "bad")] == ["ok"]


# ------------------------------------------------------------------ rehearsals


def test_a_rehearsal_of_several_sources_settles_nothing_and_leaves_nothing(store: Store) -> None:
    shelves = [full(f"{number}", number, 90) for number in range(5)]
    with store.rehearsal():
        report = read(store, *shelves)
        assert history.paper_count(store) == 6
    assert not report.partly_failed
    assert (history.paper_count(store), history.source_states(store)) == (0, {})
    assert not [what for shelf in shelves for what in shelf.seen if what.startswith("settled")]


# ------------------------------------------------------------------ the same as one after the other


@dataclass
class Turns:
    """Lets documents be handed on in one order, named by their sources."""

    order: list[str]
    changed: threading.Condition = field(default_factory=threading.Condition)

    def gate(self, name: str, documents: int) -> Callable[[int], None]:
        def wait(place: int) -> None:
            with self.changed:
                if place:
                    self.order.remove(name)  # the one before is settled
                    self.changed.notify_all()
                if place < documents:
                    assert self.changed.wait_for(lambda: self.order[0] == name, PATIENCE)

        return wait


def known(store: Store, *, shared: bool) -> list[tuple[object, ...]]:
    """Return history without the numbers and, where papers are shared, without who came first."""
    by_key = history.papers(store, history.paper_keys(store))
    papers = [
        (one.title, one.abstract, one.ids, sorted(one.sources), one.first_seen_at)
        for one in by_key.values()
    ]
    changes = history.changes_after(store, 0, history.newest_change(store))
    told = [("change", one.reason, by_key[one.paper_key].title) for one in changes]
    states = [
        ("source", one.name, one.bookmark, one.papers, one.last_success_at)
        for one in history.source_states(store).values()
    ]
    return sorted([*papers, *([] if shared else told), *states], key=repr)


@st.composite
def interleaved(draw: st.DrawFn, *, shared: bool) -> tuple[dict[str, list[list[int]]], list[str]]:
    """Draw what each source's documents hold, and in which order they are handed on."""
    names = [f"source{number}" for number in range(draw(st.integers(1, 4)))]
    few = st.integers(1, 6)
    content = {
        name: draw(st.lists(st.lists(few, max_size=3, unique=True), max_size=3)) for name in names
    }
    if not shared:
        content = {
            name: [[number + 100 * place for number in document] for document in documents]
            for place, (name, documents) in enumerate(content.items())
        }
    handed_on = [name for name, documents in content.items() for _ in documents]
    return content, draw(st.permutations(handed_on))


def shelves_of(content: dict[str, list[list[int]]], turns: Turns | None) -> list[Shelf]:
    return [
        Shelf(
            name,
            [[numbered(number) for number in document] for document in documents],
            before=turns.gate(name, len(documents)) if turns else nothing,
        )
        for name, documents in content.items()
    ]


@pytest.mark.parametrize("shared", [False, True], ids=["own papers", "shared papers"])
@given(data=st.data())
@settings(deadline=None, max_examples=40)
def test_history_is_the_same_whatever_comes_first(shared: bool, data: st.DataObject) -> None:
    content, order = data.draw(interleaved(shared=shared))
    with open_memory() as one_by_one, open_memory() as side_by_side:
        read(one_by_one, *shelves_of(content, None), at_once=1)
        report = read(side_by_side, *shelves_of(content, Turns(order)))
        assert not report.partly_failed
        assert known(side_by_side, shared=shared) == known(one_by_one, shared=shared)
        assert max(Counter(titles(side_by_side)).values(), default=1) == 1
