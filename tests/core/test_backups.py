"""When a backup is due, and which archives stay."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core import backups
from paperdigest.core.schedule import zone

BERLIN = "Europe/Berlin"
AT = time(3, 30)
MADE = datetime(2026, 11, 20, 2, 30, tzinfo=UTC)  # 03:30 in Berlin


@pytest.mark.parametrize(
    ("hours", "due"), [(0, False), (23.9, False), (24, True), (30, True), (24 * 10, True)]
)
def test_a_backup_is_due_at_its_hour_and_however_late_after(hours: float, due: bool) -> None:
    assert backups.is_due(MADE, AT, BERLIN, MADE + timedelta(hours=hours)) is due


def test_a_backup_by_hand_in_the_evening_does_not_spare_the_nightly_one() -> None:
    evening = MADE + timedelta(hours=18)
    assert backups.is_due(evening, AT, BERLIN, MADE + timedelta(hours=25))


@settings(deadline=None)
@given(
    moments=st.lists(
        st.integers(0, 6 * 365 * 24 * 60).map(lambda minutes: MADE + timedelta(minutes=minutes)),
        min_size=2,
        max_size=40,
    )
)
def test_looked_at_whenever_there_is_at_most_one_backup_a_day(moments: list[datetime]) -> None:
    moments.sort()
    last, made = moments[0], list[datetime]()
    for now in moments[1:]:
        if backups.is_due(last, AT, BERLIN, now):
            made.append(now)
            last = now
    nights = [(at.astimezone(zone(BERLIN)) - timedelta(hours=3, minutes=30)).date() for at in made]
    assert len(set(nights)) == len(nights)


def test_an_hour_that_the_clocks_leave_out_is_no_day_without_a_backup() -> None:
    last = datetime(2026, 3, 28, 1, 30, tzinfo=UTC)  # 02:30 the day before the change
    assert backups.is_due(last, time(2, 30), BERLIN, datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


def test_a_backup_that_a_wrong_clock_dated_years_ahead_keeps_no_other_back() -> None:
    assert backups.is_due(MADE + timedelta(days=800), AT, BERLIN, MADE)


def test_after_three_days_without_one_it_is_late() -> None:
    now = MADE + timedelta(days=9)
    assert not backups.is_late(MADE, None, now)
    assert not backups.is_late(MADE, MADE + timedelta(days=2, hours=23), now)
    assert backups.is_late(MADE, MADE + timedelta(days=3), now)
    assert not backups.is_late(MADE, now, MADE + timedelta(days=1))  # by a clock that was ahead


def test_the_oldest_archives_go_and_no_other_file() -> None:
    ours = [backups.file_name(MADE + timedelta(days=day)) for day in range(4)]
    others = ["before-schema-5.tar.gz", "mine.tar.gz", "unfinished"]
    now = MADE + timedelta(days=3)
    assert backups.surplus([*reversed(ours), *others], 2, ours[3], now) == tuple(ours[:2])
    assert backups.surplus(ours, 9, ours[3], now) == ()


@given(
    days=st.lists(st.floats(-9000, 9000), max_size=12),
    keep=st.integers(1, 9),
)
def test_whatever_the_clocks_said_as_many_stay_as_are_kept_and_the_fresh_one_is_among_them(
    days: list[float], keep: int
) -> None:
    fresh = backups.file_name(MADE)
    names = {fresh, *(backups.file_name(MADE + timedelta(days=day)) for day in days)}

    gone = backups.surplus(names, keep, fresh, MADE)

    assert fresh not in gone
    assert len(names - set(gone)) == min(keep, len(names))


def test_archives_that_a_wrong_clock_dated_ahead_go_before_those_of_the_last_nights() -> None:
    nights = [backups.file_name(MADE - timedelta(days=day)) for day in (2, 1, 0)]
    ahead = [backups.file_name(MADE + timedelta(days=day)) for day in (800, 801)]

    assert backups.surplus([*nights, *ahead], 3, nights[2], MADE) == tuple(ahead)


def test_names_sort_as_their_times() -> None:
    times = [MADE + timedelta(seconds=n * 12345678) for n in range(20)]
    names = [backups.file_name(at.astimezone(zone(BERLIN))) for at in times]
    assert names == sorted(names)


@pytest.mark.parametrize(("days", "due"), [(6.9, False), (7, True), (-2, True)])
def test_the_whole_database_is_examined_every_week(days: float, due: bool) -> None:
    assert backups.examination_is_due(MADE, MADE + timedelta(days=days)) is due
