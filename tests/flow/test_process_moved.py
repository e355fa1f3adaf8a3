"""The real program as a process while the clock of its machine is moved under it: the wall clock only, as when somebody
sets it, or a machine without a battery learns the time from the network. The file that it is read from stands for
setting it (`failpoints.CLOCK`); test_process_clock.py does the same with libfaketime, for the whole process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from house import CONFIG, House
from paperdigest.core.clock import APART
from paperdigest.failpoints import CLOCK, CONSENT, GUARD
from running import command, eventually, said, service, stopped

FIRST, SECOND = "Folding paper maps again", "Reading paper maps aloud"
OPERATOR = "outbox/operator"
IN_2038 = datetime(2038, 1, 20, 12, 0, tzinfo=UTC)


class Clock:
    """The wall clock of the processes that live by it, ahead of the machine's."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.environment = {CLOCK: f"@{file}", GUARD: CONSENT}
        self.move(timedelta(0))

    def move(self, ahead: timedelta) -> None:
        """Set it. In one step: a half-written file would be another time."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(str(ahead.total_seconds()))
        fresh.replace(self._file)


@pytest.fixture
def clock(tmp_path_factory: pytest.TempPathFactory) -> Clock:
    return Clock(tmp_path_factory.mktemp("clock") / "ahead")


@pytest.fixture
def told_house(house: House) -> House:
    house.write("paperdigest.toml", 'operator = ["file:outbox/operator"]\n' + CONFIG)
    house.drop("monday.jsonl", FIRST)
    return house


def moved(process: subprocess.Popen[str], clock: Clock, ahead: timedelta) -> None:
    """Set the clock, and have the service look at it now: it does so every five seconds by itself, and after each
    signal."""
    clock.move(ahead)
    process.send_signal(signal.SIGHUP)


def run(house: House, clock: Clock, *args: str) -> None:
    """Run a command that lives by the same clock."""
    environment = {**os.environ, **clock.environment}
    subprocess.run(command(house, *args), check=True, capture_output=True, env=environment)


def titles(house: House) -> list[str]:
    return sorted(title for digest in house.titles() for title in digest)


def told(house: House) -> list[str]:
    return [notice["title"] for notice in house.digests(OPERATOR)]


def logged_at(line: str) -> datetime:
    """Return when a line was logged, by the machine's own clock."""
    return datetime.fromisoformat(line.split(" ", 1)[0])


@pytest.mark.parametrize(
    "by",
    [timedelta(days=3), IN_2038 - datetime.now(UTC)],
    ids=["three days", "time that does not fit 32 bits"],
)
def test_a_jump_ahead_holds_all_work_until_a_second_look_and_each_paper_comes_once(
    told_house: House, clock: Clock, by: timedelta
) -> None:
    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        moved(process, clock, by)
        told_house.drop("tuesday.jsonl", SECOND)
        # A reading that had begun before the look may end all the same: whatever it brings waits.
        doubted = said(process, "clock-doubted", "digest-composed")
        went_on = said(process, "digest-composed", "state=sent")
        eventually(lambda: len(titles(told_house)) > 1 and bool(told(told_house)))
        assert stopped(process) == 0

    assert "clock-doubted" in doubted
    assert logged_at(went_on) - logged_at(doubted) >= APART - timedelta(seconds=1)  # whole ones
    assert titles(told_house) == [FIRST, SECOND]
    assert any("The clock jumped forward" in title for title in told(told_house))


def test_a_clock_set_back_by_30_hours_and_put_right_repeats_nothing_and_loses_nothing(
    told_house: House, clock: Clock
) -> None:
    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        moved(process, clock, timedelta(hours=-30))
        said(process, "clock-doubted")
        told_house.drop("tuesday.jsonl", SECOND)
        said(process, "new=1")  # by the wrong clock
        moved(process, clock, timedelta(0))
        said(process, "clock-doubted")
        said(process, "operator-told")
        run(told_house, clock, "send", "ada")
        eventually(lambda: SECOND in titles(told_house))
        assert stopped(process) == 0

    assert titles(told_house) == [FIRST, SECOND]


def test_a_clock_put_right_before_the_second_look_changes_nothing(
    told_house: House, clock: Clock
) -> None:
    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        moved(process, clock, timedelta(hours=-30))
        said(process, "clock-doubted")
        moved(process, clock, timedelta(0))
        said(process, "clock-came-back")
        assert stopped(process) == 0

    assert titles(told_house) == [FIRST]
    assert not [title for title in told(told_house) if "jumped" in title]


def test_the_second_in_which_time_no_longer_fits_32_bits_is_one_like_any_other(
    told_house: House, clock: Clock
) -> None:
    """2038-01-19T03:14:08Z, the second after the last one that a signed 32-bit number of seconds holds."""
    clock.move(datetime(2038, 1, 19, 3, 14, 7, tzinfo=UTC) - datetime.now(UTC))

    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        assert stopped(process) == 0

    (digest,) = told_house.digests()
    at, zone = digest["slot"].split(" ")
    assert (at[:10], zone) == ("2038-01-19", "Europe/Berlin")
    assert at[11:] >= "04:14"  # it starts within the second before


def stored_ahead(house: House, clock: Clock, by: timedelta) -> None:
    """Let what is stored be of a time that is to come, and the clock be right again."""
    clock.move(by)
    run(house, clock, "run", "--once")
    clock.move(timedelta(0))
    house.drop("tuesday.jsonl", SECOND)


def test_a_service_that_starts_over_an_hour_before_what_is_stored_says_so_and_repeats_nothing(
    told_house: House, clock: Clock
) -> None:
    stored_ahead(told_house, clock, timedelta(minutes=62))

    with service(told_house, **clock.environment) as process:
        said(process, "new=1")
        eventually(lambda: bool(told(told_house)))
        run(told_house, clock, "send", "ada")
        eventually(lambda: SECOND in titles(told_house))
        assert stopped(process) == 0

    assert titles(told_house) == [FIRST, SECOND]
    assert any(
        re.search("The clock shows .* is stored already", title) for title in told(told_house)
    )


def test_a_service_that_starts_less_than_an_hour_before_what_is_stored_says_nothing(
    told_house: House, clock: Clock
) -> None:
    stored_ahead(told_house, clock, timedelta(minutes=58))

    with service(told_house, **clock.environment) as process:
        said(process, "started")
        run(told_house, clock, "ingest")
        run(told_house, clock, "send", "ada")
        eventually(lambda: SECOND in titles(told_house))
        assert stopped(process) == 0

    assert titles(told_house) == [FIRST, SECOND]
    assert told(told_house) == []
