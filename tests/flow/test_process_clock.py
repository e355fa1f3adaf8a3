"""The real program as a process while the clock of its machine is moved under it, with libfaketime (Debian's package
of that name): wall clock only, as when somebody sets it or a virtual machine is resumed.

For a person to run: MOVE_CLOCKS=1 python -m pytest tests/flow/test_process_clock.py. libfaketime now and then loses a
wait that its own clock crossed, and the process then sleeps for days. tests/flow/test_service_machine.py and
test_operator_alerts.py move the clock that is injected, always."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from house import CONFIG, House
from running import said, service, stopped

_KNOWN_PLACES = ("lib/*/faketime", "lib/faketime", "lib64/faketime", "local/lib/faketime")


def library() -> Path | None:
    """Return where libfaketime is; None where it is not."""
    found = (
        file for place in _KNOWN_PLACES for file in Path("/usr").glob(f"{place}/libfaketime.so.1")
    )
    return next(found, None)


MISSING = library() is None or not os.environ.get("MOVE_CLOCKS")
pytestmark = pytest.mark.skipif(
    MISSING, reason="needs libfaketime (a Debian package), and MOVE_CLOCKS=1 to ask for it"
)


class Clock:
    """The wall clock of one process, so many seconds ahead of the machine's as a file says."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.move(timedelta(0))

    def move(self, ahead: timedelta) -> None:
        """Set it. In one step: a half-written file would be another time."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(f"{ahead.total_seconds():+.0f}\n")
        fresh.replace(self._file)

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes a process live by it. The monotonic clock stays the machine's."""
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_RESET": "1",
        }


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    return Clock(tmp_path / "clock")


@pytest.fixture
def told_house(house: House) -> House:
    house.write("paperdigest.toml", 'operator = ["file:outbox/operator"]\n' + CONFIG)
    house.drop("monday.jsonl", "Folding paper maps again")
    return house


@pytest.mark.parametrize("by", [timedelta(days=3), timedelta(hours=-30)])
def test_a_jump_holds_all_work_until_a_second_look_and_nothing_is_lost_or_repeated(
    told_house: House, clock: Clock, by: timedelta
) -> None:
    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        clock.move(by)
        told_house.drop("tuesday.jsonl", "Reading paper maps aloud")
        doubted = said(process, "clock-doubted", "digest-composed")
        said(process, "operator-told")
        clock.move(by + timedelta(days=2))  # the next slot comes, by a jump that is noticed too
        said(process, "digest-composed")
        said(process, "state=sent")
        assert stopped(process) == 0

    assert "clock-doubted" in doubted
    titles = [title for digest in told_house.titles() for title in digest]
    assert sorted(titles) == ["Folding paper maps again", "Reading paper maps aloud"]
    notices = [digest["notes"] for digest in told_house.digests("outbox/operator")]
    assert any("clock" in " ".join(notes) for notes in notices)


def test_a_clock_put_right_before_the_second_look_changes_nothing(
    told_house: House, clock: Clock
) -> None:
    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        clock.move(timedelta(days=400))
        said(process, "clock-doubted")
        clock.move(timedelta(0))
        said(process, "clock-came-back")
        assert stopped(process) == 0

    assert told_house.titles() == [["Folding paper maps again"]]
    assert told_house.digests("outbox/operator") == []


def test_a_year_in_which_time_no_longer_fits_32_bits_is_a_year_like_any_other(
    told_house: House, clock: Clock
) -> None:
    """2038-01-19T03:14:08Z, the second after the last one that a signed 32-bit number of seconds holds."""
    clock.move(datetime(2038, 1, 19, 3, 14, tzinfo=UTC) - datetime.now(UTC))

    with service(told_house, **clock.environment) as process:
        said(process, "state=sent")
        assert stopped(process) == 0

    (digest,) = told_house.digests()
    assert digest["slot"].startswith("2038-01-19T04:1")
