"""The service and the command line with a source that is slow or hangs for ever: nobody waits for it, and it is named."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from house import ADA, CONFIG, House, titles_of
from http_server import HttpServer, Reply, Request, http_server
from paperdigest import reads
from paperdigest.failpoints import CONSENT, GUARD, PLAN
from paperdigest.flow.hands import Limits
from paperdigest.reads import Reads
from paperdigest.rounds import AppRounds
from paperdigest.store import history
from program import Program
from running import LONGEST, PATIENCE, ended

SOON = timedelta(milliseconds=20)
ENTRY = "<item><title>{0}</title><link>https://example.org/{1}</link></item>"
FEED = '<rss version="2.0"><channel><title>Maps</title>{0}</channel></rss>'
SOURCE = (
    '\n[[source]]\nname = "{name}"\nkind = "feed"\nurl = "{url}/{name}"\nallow_private = true\n'
)
AT_ONCE = ADA.replace("daily 08:00", "at once")


def feed(title: str) -> bytes:
    return FEED.format(ENTRY.format(title, title.replace(" ", "-"))).encode()


@dataclass
class Slow:
    """A house that reads two feeds of one server: `fast` answers at once, `slow` sends a byte now and then until it
    is let go. `asked` is set when it was asked."""

    house: House
    server: HttpServer
    asked: threading.Event
    let_go: threading.Event
    rounds: AppRounds
    ahead: timedelta = timedelta(0)

    def drip(self, wire: BinaryIO) -> None:
        """Send blanks, then the feed."""
        self.asked.set()
        while not (self.let_go.wait(0.02) or self.server.over.is_set()):
            wire.write(b" ")
            wire.flush()
        wire.write(feed("A paper map that is late"))

    def requests(self, name: str) -> int:
        return sum(one.path == f"/{name}" for one in self.server.requests)

    def tick(self) -> None:
        """Ingest, compose and deliver."""
        self.rounds.ingest(self.house.now)
        self.rounds.compose(self.house.now)
        self.rounds.deliver(self.house.now, lambda: False)

    def finish(self) -> None:
        """Let the slow source come to its end, and take it in."""
        self.let_go.set()
        while self.in_hand:
            self.rounds.ingest(self.house.now)

    def await_slot(self, longest_wait: timedelta) -> None:
        """Let ada have had a digest, and her next slot be due; it waits so long for its sources."""
        both = (self.house.folder / "paperdigest.toml").read_text()
        self.house.write("paperdigest.toml", CONFIG)
        self.house.write("subscriptions/ada.toml", ADA)
        self.house.drop("first.jsonl", "A first paper map")
        self.house.run()
        self.house.write("paperdigest.toml", both)
        self.house.wait(days=1)
        self.replace_reads(longest_wait=longest_wait)

    def replace_reads(self, **over: Any) -> None:
        """Let the rounds be patient to other limits, by a clock that is so far `ahead`."""
        self.rounds._reads.stop()
        self.rounds._reads = Reads(**over)
        self.rounds._reads._readers._steady = lambda: time.monotonic() + self.ahead.total_seconds()

    @property
    def in_hand(self) -> frozenset[str]:
        return self.rounds._reads._readers.in_hand

    def hang(self, times: int) -> None:
        """Let the slow source have been asked so often, and then say nothing for longer than it may."""
        while self.in_hand != {"slow"} or self.requests("slow") < times:
            self.rounds.ingest(self.house.now)
        silence = Limits().silence
        self.ahead += silence
        self.house.now += silence
        while self.in_hand:
            self.rounds.ingest(self.house.now)


@pytest.fixture
def slow(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    monkeypatch.setattr(reads, "LULL", SOON)
    with http_server() as server:
        both = "".join(SOURCE.format(name=name, url=server.url) for name in ("slow", "fast"))
        house.write("paperdigest.toml", CONFIG + both)
        house.write("subscriptions/ada.toml", AT_ONCE)
        with closing(AppRounds(house.app)) as rounds:
            made = Slow(house, server, threading.Event(), threading.Event(), rounds)
            server.replies["/fast"] = Reply(feed("A paper map at once"))
            server.replies["/slow"] = Reply(raw=made.drip)
            yield made


@contextmanager
def in_a_thread(work: Callable[[], object]) -> Iterator[threading.Thread]:
    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join(PATIENCE)
    assert not thread.is_alive()


# ------------------------------------------------------------------ the service


def test_a_source_that_drips_delays_no_alert_of_what_another_brought(slow: Slow) -> None:
    slow.rounds.ingest(slow.house.now)
    slow.house.wait(minutes=2)  # what comes within a minute is one alert
    slow.rounds.compose(slow.house.now)
    slow.rounds.deliver(slow.house.now, lambda: False)
    assert slow.asked.wait(PATIENCE)
    assert slow.house.titles() == [["A paper map at once"]]


def test_a_source_that_drips_is_taken_in_when_it_is_done(slow: Slow) -> None:
    slow.rounds.ingest(slow.house.now)
    slow.finish()
    slow.house.wait(minutes=2)
    slow.tick()
    assert slow.house.titles() == [["A paper map at once", "A paper map that is late"]]


def test_a_beat_does_not_begin_a_source_in_hand_again(slow: Slow) -> None:
    slow.rounds.ingest(slow.house.now)
    assert slow.asked.wait(PATIENCE)
    slow.house.wait(days=1)
    slow.server.replies["/fast"] = Reply(feed("A paper map of the next day"))
    slow.rounds.ingest(slow.house.now)
    assert (slow.requests("slow"), slow.requests("fast")) == (1, 2)


def test_a_beat_ends_with_a_source_in_hand_and_asks_for_the_next_one(slow: Slow) -> None:
    assert slow.rounds.ingest(slow.house.now)
    assert slow.rounds.unfinished()
    assert not slow.rounds.unfinished()  # asked once
    slow.finish()
    slow.rounds.ingest(slow.house.now)
    assert not slow.rounds.unfinished()


def test_a_clock_that_is_doubted_asks_for_no_further_beat(slow: Slow) -> None:
    slow.rounds.ingest(slow.house.now)
    assert slow.rounds.unfinished()
    steady = slow.rounds.app.steady()
    slow.rounds.app.steady = lambda: steady
    slow.house.wait(days=1)
    assert not slow.rounds.ingest(slow.house.now)
    assert not slow.rounds.unfinished()


def test_a_slot_waits_for_a_slow_source_no_longer_than_it_may_and_names_it(slow: Slow) -> None:
    slow.await_slot(timedelta(seconds=1))
    slow.tick()
    digest = slow.house.digests()[1]
    assert titles_of(digest) == ["A paper map at once"]
    (line,) = [one for one in digest["looked_at"] if one.startswith("slow")]
    # By the clock of the test it has waited for a second before it began.
    assert line == "slow: could not be read since 10:30 (has not answered since 21 Nov 09:29 UTC)"


def test_the_next_slot_does_not_wait_for_it_again(slow: Slow) -> None:
    slow.await_slot(timedelta(milliseconds=200))
    slow.tick()
    slow.house.wait(days=1)
    slow.server.replies["/fast"] = Reply(feed("A paper map of the next day"))
    slow.rounds._reads._longest_wait = PATIENCE * 2

    with in_a_thread(slow.tick):
        pass

    assert slow.house.titles()[2] == ["A paper map of the next day"]
    assert not slow.let_go.is_set()


def test_a_slot_waits_for_a_source_that_takes_no_longer_than_it_may(slow: Slow) -> None:
    slow.await_slot(timedelta(seconds=PATIENCE))
    slow.rounds.ingest(slow.house.now)
    with in_a_thread(lambda: slow.rounds.compose(slow.house.now)):
        slow.let_go.set()
    slow.rounds.deliver(slow.house.now, lambda: False)
    assert slow.house.titles()[1:] == [["A paper map at once", "A paper map that is late"]]


def test_while_a_slot_waits_for_a_source_alerts_go_out(
    slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "MEANWHILE", SOON)
    slow.await_slot(timedelta(seconds=PATIENCE * 2))
    slow.house.write("subscriptions/bob.toml", AT_ONCE.replace("file:outbox", "file:bob"))
    slow.rounds.reload()
    slow.rounds.ingest(slow.house.now)
    with in_a_thread(lambda: slow.rounds.compose(slow.house.now)):
        slow.house.wait(minutes=2)  # what comes within a minute is one alert
        while not slow.house.titles("bob"):
            slow.rounds.deliver(slow.house.now, lambda: False)
        assert slow.house.titles() == [["A first paper map"]]
        slow.let_go.set()
    assert "A paper map at once" in slow.house.titles("bob")[0]


def test_a_clock_that_jumps_while_a_slot_waits_for_a_source_composes_nothing_yet(
    slow: Slow,
) -> None:
    slow.await_slot(timedelta(seconds=PATIENCE))
    steady = slow.rounds.app.steady()
    slow.rounds.app.steady = lambda: steady
    composed: list[bool] = []
    with in_a_thread(lambda: composed.append(slow.rounds.compose(slow.house.now))):
        assert slow.asked.wait(PATIENCE)
        slow.house.wait(days=3)
        slow.let_go.set()
    assert composed == [False]


def test_a_source_that_answers_after_all_is_well_again(slow: Slow) -> None:
    slow.await_slot(timedelta(milliseconds=200))
    slow.tick()
    slow.finish()
    with slow.house.app.open_store(write=False) as store:
        assert history.source_states(store)["slow"].failing_since_at is None


def test_a_source_that_hangs_is_reported_everywhere(slow: Slow, program: Program) -> None:
    slow.house.write(
        "paperdigest.toml",
        'operator = ["file:outbox/operator"]\n'
        + (slow.house.folder / "paperdigest.toml").read_text(),
    )
    slow.replace_reads(beat=SOON)
    slow.hang(1)
    slow.house.wait(hours=1.5)  # it is read again, and hangs again
    slow.hang(2)
    slow.tick()

    for command in ("status", "sources"):
        assert re.search("has not answered since 20 Nov 11:1[0-5] UTC", program(command).out)
    (told,) = slow.house.digests("outbox/operator")
    assert told["notes"][0].startswith("has not answered since")


def hang_for_good(slow: Slow) -> None:
    """Let the slow source be given up once, which is as often as it may be."""
    slow.replace_reads(beat=SOON, limits=Limits(given_up=1))
    slow.hang(1)
    slow.rounds._reads._beat = PATIENCE
    slow.house.wait(hours=1.5)


def reread(slow: Slow, text: str) -> None:
    """Change the main file beneath the service, and let it read what is due."""
    (slow.house.folder / "paperdigest.toml").write_text(text)
    slow.rounds.ingest(slow.house.now)


def test_a_source_that_hangs_too_often_is_not_asked_again_because_of_another_change(
    slow: Slow,
) -> None:
    hang_for_good(slow)
    config = (slow.house.folder / "paperdigest.toml").read_text()
    reread(slow, 'operator = ["file:outbox/operator"]\n' + config)
    assert slow.rounds.app.settings.operator
    assert slow.requests("slow") == 1


def test_a_source_that_hangs_too_often_is_asked_again_once_it_is_put_right(slow: Slow) -> None:
    hang_for_good(slow)
    slow.server.replies["/right"] = Reply(feed("A paper map that was found"))
    config = (slow.house.folder / "paperdigest.toml").read_text()
    reread(slow, config.replace("/slow", "/right"))
    assert slow.requests("right") == 1
    with slow.house.app.open_store(write=False) as store:
        assert history.source_states(store)["slow"].failing_since_at is None


def test_hurry_ends_a_beat_and_a_slot_that_wait(slow: Slow) -> None:
    slow.await_slot(timedelta(seconds=PATIENCE * 2))
    composed: list[bool] = []
    slow.rounds.ingest(slow.house.now)
    with (
        in_a_thread(lambda: slow.rounds.ingest(slow.house.now)),
        in_a_thread(lambda: composed.append(slow.rounds.compose(slow.house.now))),
    ):
        assert slow.asked.wait(PATIENCE)
        slow.rounds.hurry()
    assert composed == [False]  # not as if its sources had been waited for
    assert not slow.let_go.is_set()


# ------------------------------------------------------------------ the command line


def test_ingest_reports_in_the_order_of_the_config(slow: Slow, program: Program) -> None:
    def answer(_: Request) -> Reply:
        slow.let_go.set()
        return Reply(feed("A paper map at once"))

    slow.server.replies["/fast"] = answer  # done first, or nothing would ever be
    names = [one["name"] for one in program("ingest", "--json").json["sources"]]
    assert names == ["pages", "slow", "fast"]


def test_a_dry_run_reads_side_by_side_and_leaves_nothing(slow: Slow, program: Program) -> None:
    def answer(_: Request) -> Reply:
        slow.let_go.set()
        return Reply(feed("A paper map at once"))

    slow.server.replies["/fast"] = answer
    slow.house.drop("monday.jsonl", "Folding paper maps again")
    said = program("run", "--once", "--all", "--dry-run", "--json").json
    assert [one["new"] for one in said["ingest"]["sources"]] == [1, 1, 1]
    assert (slow.house.folder / "inbox" / "monday.jsonl").exists()
    with slow.house.app.open_store(write=False) as store:
        assert history.paper_count(store) == 0


# ------------------------------------------------------------------ a source that cannot be made


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("ConnectionError('token=hunter22')", "broke with ConnectionError"),
        ("SourceError('the door is shut')", "the door is shut"),
    ],
)
def test_a_source_that_cannot_be_made_has_failed_and_it_alone(
    house: House, outsider: Path, raised: str, told: str
) -> None:
    (outsider / "outsider_hangs.py").write_text(BREAKS_LATER.format(raised))
    house.drop("monday.jsonl", "Folding paper maps again")
    app = house.app  # whose config was found good
    module = importlib.import_module("outsider_hangs")
    module.is_broken = True  # type: ignore[attr-defined]  # the module of the test
    with app.open_store() as store:
        bad, good = sorted(
            app.ingest(store, house.now, every=True).sources, key=lambda one: one.status == "ok"
        )
    assert (good.total("new"), bad.status) == (1, "failed")
    assert told in bad.error
    assert "hunter22" not in bad.error


# ------------------------------------------------------------------ the real process

PLUGIN = """
import threading
from dataclasses import dataclass

@dataclass(frozen=True)
class Hangs:
    name: str

    def fetch(self, bookmark, now):
        print("hanging", flush=True)
        threading.Event().wait()
        yield None

    def parse(self, document):
        raise NotImplementedError

    def settle(self, name, verdict, reason, now):
        pass
"""


BREAKS_LATER = """
from dataclasses import dataclass
from paperdigest.core.errors import SourceError

is_broken = False

@dataclass(frozen=True)
class Hangs:
    name: str

    def __post_init__(self):
        if is_broken:
            raise {0}
"""


@pytest.fixture
def outsider(
    house: House, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """The house has a source of another distribution, which hangs for ever. Yields where that is."""
    folder = tmp_path_factory.mktemp("outsider")
    info = folder / "outsider-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1\n")
    (info / "entry_points.txt").write_text("[paperdigest.sources]\nhangs = outsider_hangs:Hangs\n")
    (folder / "outsider_hangs.py").write_text(PLUGIN)
    path = house.folder / "paperdigest.toml"
    path.write_text(path.read_text() + '\n[[source]]\nname = "hung"\nkind = "hangs"\n')
    paths = [str(folder), os.environ.get("PYTHONPATH")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, paths)))
    monkeypatch.syspath_prepend(str(folder))
    yield folder
    sys.modules.pop("outsider_hangs", None)


@contextmanager
def process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    with (
        subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running,
        ended(running, LONGEST),
    ):
        yield running


def read_to(stream: Any, word: str) -> None:
    for line in stream:
        if word in line:
            return
    pytest.fail(f"the program ended without a word of {word}")


def test_the_service_delivers_beside_a_source_that_hangs_and_ends_at_once(
    house: House, outsider: Path
) -> None:
    (house.folder / "subscriptions" / "ada.toml").write_text(AT_ONCE)
    house.drop("monday.jsonl", "Folding paper maps again")
    config = str(house.folder / "paperdigest.toml")
    with process([sys.executable, "-m", "paperdigest", "--config", config, "run"]) as service:
        read_to(service.stdout, "hanging")
        read_to(service.stderr, "source-read source=pages")
        service.send_signal(signal.SIGTERM)
        rest = service.communicate(timeout=PATIENCE)[1]
    assert service.returncode == 0
    # The 30 seconds that a message in hand may take are not waited for.
    assert "left-unfinished" not in rest


@pytest.mark.parametrize("place", ["ingest.commit", "ingest.committed", "inbox.move"])
@pytest.mark.parametrize("time", [1, 3])
def test_killed_among_several_sources_the_next_run_has_every_paper_once(
    house: House, place: str, time: int
) -> None:
    config = house.folder / "paperdigest.toml"
    more = '\n[[source]]\nname = "{0}"\nkind = "inbox"\npath = "{0}"\n'
    config.write_text(CONFIG + "".join(more.format(name) for name in ("two", "three")))
    for name in ("two", "three"):
        (house.folder / name).mkdir()
        path = house.drop(f"{name}.jsonl", f"A paper map of {name}", "A paper map of all of them")
        path.rename(house.folder / name / path.name)
    house.drop("one.jsonl", "A paper map of one", "A paper map of all of them")
    command = [sys.executable, "-m", "paperdigest", "--config", str(config), "run", "--once"]
    killed = {**os.environ, GUARD: CONSENT, PLAN: f"{place}=kill@{time}"}
    assert (
        subprocess.run(command, check=False, env=killed, capture_output=True).returncode
        == -signal.SIGKILL
    )

    assert subprocess.run(command, check=False, capture_output=True).returncode == 0
    assert sorted(title for titles in house.titles() for title in titles) == [
        "A paper map of all of them",
        "A paper map of one",
        "A paper map of three",
        "A paper map of two",
    ]
    assert not list(Path(house.folder).glob("*/*.jsonl"))
