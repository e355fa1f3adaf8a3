"""Whose turn it is to ask a server: by the clock, across threads and processes. Nothing here really waits."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from paperdigest import politeness
from paperdigest.core.errors import SourceError
from paperdigest.politeness import Turns

START = 1_795_000_000.0  # seconds since 1970: November 2026


class Time:
    """A clock that moves when somebody sleeps. `slept` is every wait, in seconds."""

    def __init__(self, during: Callable[[], object] | None = None) -> None:
        self.now = START
        self.slept: list[float] = []
        self._during = during
        self._lock = threading.Lock()

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            self.now += seconds
        if self._during is not None:
            self._during()

    def turns(self, folder: Path | None = None) -> Turns:
        made = Turns(clock=self.clock, monotonic=self.clock, sleep=self.sleep)
        if folder is not None:
            made.keep_in(folder)
        return made

    @property
    def waited(self) -> float:
        return round(sum(self.slept), 2)


def ask(turns: Turns, *hosts: str) -> None:
    for host in hosts:
        with turns.turn(host):
            pass


@pytest.fixture(params=["memory", "files"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path | None:
    return tmp_path / "turns" if request.param == "files" else None


def test_the_first_request_does_not_wait(folder: Path | None) -> None:
    time = Time()
    ask(time.turns(folder), "example.org")
    assert time.waited == 0


def test_requests_to_one_host_are_a_second_apart(folder: Path | None) -> None:
    time = Time()
    ask(time.turns(folder), "example.org", "example.org", "EXAMPLE.org.")
    assert time.waited == 2


def test_all_of_arxiv_shares_one_pause_of_three_seconds(folder: Path | None) -> None:
    time = Time()
    ask(time.turns(folder), "export.arxiv.org", "rss.arxiv.org", "arxiv.org", "oaipmh.arxiv.org")
    assert time.waited == 9


def test_a_name_that_only_ends_like_arxiv_is_another_host(folder: Path | None) -> None:
    time = Time()
    ask(time.turns(folder), "notarxiv.org", "arxiv.org.example.org", "arxiv.org")
    assert time.waited == 0


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost", "x.localhost"])
def test_this_very_machine_is_asked_without_a_pause(folder: Path | None, host: str) -> None:
    time = Time()
    ask(time.turns(folder), host, host)
    assert time.waited == 0


def test_the_pause_runs_from_the_end_of_a_request(folder: Path | None) -> None:
    time = Time()
    turns = time.turns(folder)
    with turns.turn("arxiv.org"):
        time.now += 20
    ask(turns, "arxiv.org")
    assert time.waited == 3


def test_time_that_went_by_counts(folder: Path | None) -> None:
    time = Time()
    turns = time.turns(folder)
    ask(turns, "arxiv.org")
    time.now += 2.5
    ask(turns, "arxiv.org")
    assert time.waited == 0.5


@pytest.mark.parametrize("jump", [-10.0, -3600.0, -400 * 86400.0])
def test_a_clock_that_was_set_back_costs_one_pause(folder: Path | None, jump: float) -> None:
    time = Time()
    turns = time.turns(folder)
    ask(turns, "arxiv.org")
    time.now += jump
    ask(turns, "arxiv.org")
    assert time.waited == 3


@pytest.mark.parametrize("jump", [-3600.0, -400 * 86400.0])
def test_a_clock_that_was_set_back_does_not_prolong_a_wish(
    folder: Path | None, jump: float
) -> None:
    time = Time()
    turns = time.turns(folder)
    with turns.turn("example.org") as mine:
        mine.rest(timedelta(minutes=10))
    time.now += jump
    with pytest.raises(SourceError, match="left alone"):
        ask(turns, "example.org")
    time.now += 601
    ask(turns, "example.org")


def test_a_failing_request_lets_go_of_its_turn(folder: Path | None) -> None:
    time = Time()
    turns = time.turns(folder)
    with pytest.raises(SourceError, match="refused"), turns.turn("example.org"):
        raise SourceError("connection refused")
    ask(turns, "example.org")
    assert time.waited == 1


def test_a_turn_that_does_not_come_in_five_minutes_is_given_up(folder: Path | None) -> None:
    time = Time()
    turns = time.turns(folder)
    with (
        turns.turn("arxiv.org"),
        pytest.raises(SourceError, match=r"arxiv\.org: too many others"),
    ):
        ask(turns, "export.arxiv.org")
    assert 299 <= time.waited <= 300


def test_two_processes_share_the_pause(tmp_path: Path) -> None:
    time = Time()
    ask(time.turns(tmp_path), "arxiv.org")
    ask(time.turns(tmp_path), "arxiv.org")
    assert time.waited == 3


def test_a_request_of_another_process_is_waited_for(tmp_path: Path) -> None:
    """The other one holds its turn until its input ends; that is when we are waiting."""
    held = (
        "import sys, pathlib; from paperdigest.politeness import Turns; turns = Turns();"
        f"turns.keep_in(pathlib.Path({str(tmp_path)!r}))\n"
        "with turns.turn('arxiv.org'): print('mine', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", held], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        assert other.stdout.readline() == "mine\n"
        time = Time(during=lambda: _end(other))
        ask(time.turns(tmp_path), "arxiv.org")
    assert time.slept


def _end(process: subprocess.Popen[str]) -> None:
    if process.stdin is not None and not process.stdin.closed:
        process.stdin.close()
        process.wait(30)


def test_threads_ask_one_host_one_at_a_time(folder: Path | None) -> None:
    time = Time()
    turns, inside, most = time.turns(folder), [0], [0]

    def work() -> None:
        with turns.turn("arxiv.org"):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == [1]
    assert time.now >= START + 21


def test_threads_have_their_turns_in_the_order_in_which_they_came(folder: Path | None) -> None:
    over = threading.Event()
    turns = Time(during=lambda: over.wait(20)).turns(folder)
    asked: list[int] = []

    def work(number: int) -> None:
        with turns.turn("arxiv.org"):
            asked.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    with turns.turn("arxiv.org"):
        line = turns._lines["arxiv.org"]
        for place, thread in enumerate(threads, 1):
            thread.start()
            while len(line) < place:
                over.wait(0.001)
    over.set()
    for thread in threads:
        thread.join(20)
    assert asked == [0, 1, 2, 3, 4, 5]


def test_one_that_waits_too_long_behind_others_gives_up(
    folder: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    over = threading.Event()
    turns = Time(during=lambda: over.wait(20)).turns(folder)
    first = threading.Thread(target=ask, args=(turns, "arxiv.org"))
    with turns.turn("arxiv.org"):
        first.start()
        while not len(turns._lines["arxiv.org"]):
            over.wait(0.001)
        monkeypatch.setattr(politeness, "PATIENCE", 0.01)
        with pytest.raises(SourceError, match="too many others are waiting"):
            ask(turns, "arxiv.org")
    over.set()
    first.join(20)


def test_a_host_that_asks_to_be_left_alone_is_not_asked_by_anybody(folder: Path | None) -> None:
    time = Time()
    turns = time.turns(folder)
    with turns.turn("rss.arxiv.org") as mine:
        mine.rest(timedelta(minutes=10))
    with pytest.raises(SourceError, match="asked to be left alone until") as caught:
        ask(turns, "export.arxiv.org")
    assert caught.value.retry_after is not None
    assert abs(caught.value.retry_after - timedelta(minutes=10)) < timedelta(seconds=1)
    time.now += 601
    ask(turns, "export.arxiv.org", "export.arxiv.org")


def test_nobody_is_left_alone_for_more_than_a_day(folder: Path | None) -> None:
    time = Time()
    turns = time.turns(folder)
    with turns.turn("example.org") as mine:
        mine.rest(timedelta(days=400))
    time.now += 86_401
    ask(turns, "example.org")


@pytest.mark.parametrize("text", ["", "soon", "nan nan", "1 2 3", "\0\xff", "inf 0"])
def test_a_file_that_says_nothing_stops_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "example.org.turn").write_bytes(text.encode("latin-1"))
    time = Time()
    ask(time.turns(tmp_path), "example.org", "example.org")
    assert time.waited == 1


@pytest.mark.parametrize("host", ["../../etc/passwd", "a/b", "fe80::1%eth0", "x" * 300, ".", ".."])
def test_no_host_reaches_out_of_the_folder(tmp_path: Path, host: str) -> None:
    ask(Time().turns(tmp_path / "turns"), host)
    assert [path.name for path in tmp_path.iterdir()] == ["turns"]
    (file,) = (tmp_path / "turns").iterdir()
    assert file.is_file()


def test_a_link_in_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "example.org.turn").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="cannot be kept"):
        ask(Time().turns(tmp_path), "example.org")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_an_error_and_not_a_request(tmp_path: Path) -> None:
    (tmp_path / "turns").write_text("in the way")
    with pytest.raises(SourceError, match=r"pause between requests to example\.org"):
        ask(Time().turns(tmp_path / "turns"), "example.org")


def test_files_of_hosts_long_gone_are_removed_unless_somebody_holds_them(tmp_path: Path) -> None:
    time = Time()
    turns = time.turns(tmp_path)
    with ExitStack() as stack:
        (tmp_path / "other").write_text("none of ours")
        ask(turns, "gone.example.org")
        stack.enter_context(turns.turn("held.example.org"))
        time.now += 10**9  # the files were written by the real clock
        time.turns(tmp_path)
        assert {path.name for path in tmp_path.iterdir()} == {"held.example.org.turn", "other"}


def test_no_folder_is_made_before_it_is_needed(tmp_path: Path) -> None:
    turns = Time().turns(tmp_path / "turns")
    assert not (tmp_path / "turns").exists()
    ask(turns, "localhost")
    assert not (tmp_path / "turns").exists()


def test_the_program_has_one_set_of_turns() -> None:
    assert isinstance(politeness.SHARED, Turns)
