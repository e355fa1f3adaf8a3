"""When a digest is due: what may be written, and which instants it means in every zone of the world."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import ScheduleError
from paperdigest.core.schedule import (
    MOST_DUE,
    Schedule,
    Slot,
    due,
    is_frequent,
    is_weekly,
    next_slot,
    parse_duration,
    parse_quiet,
    parse_schedule,
    quiet_until,
    slots,
    zone,
)

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def between(text: str, name: str, after: str, until: str) -> list[Slot]:
    """Return the slots between two wall clock times of the zone."""
    here = ZoneInfo(name)
    start, end = (datetime.fromisoformat(at).replace(tzinfo=here) for at in (after, until))
    return list(slots(parse_schedule(text), here, start, end))


def names(found: list[Slot]) -> list[str]:
    return [slot.name.split()[0] for slot in found]


# ------------------------------------------------------------------ schedules as text


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("08:00", "daily 08:00"),
        ("8:00", "daily 08:00"),
        ("daily", "daily 08:00"),
        ("  Daily   17:00, 08:00,17:00 ", "daily 08:00,17:00"),
        ("every day at 07:15", "daily 07:15"),
        ("weekdays", "weekdays 08:00"),
        ("WEEKDAYS 17:00,08:00", "weekdays 08:00,17:00"),
        ("every weekday 06:00 and 18:00", "weekdays 06:00,18:00"),
        ("07:30 on weekdays", "weekdays 07:30"),
        ("weekends 10:00", "weekends 10:00"),
        ("mon,thu 07:30", "mon,thu 07:30"),
        ("Thursday, MON 7:30", "mon,thu 07:30"),
        ("tues thurs", "tue,thu 08:00"),
        ("mon-fri 08:00", "weekdays 08:00"),
        ("fri-mon 08:00", "mon,fri,sat,sun 08:00"),
        ("weekly mon", "weekly mon 08:00"),
        ("weekly Sundays 20:00", "weekly sun 20:00"),
        ("mon 08:00", "weekly mon 08:00"),
        ("sat,sun", "weekends 08:00"),
        ("mon,tue,wed,thu,fri,sat,sun", "daily 08:00"),
        ("monthly 1", "monthly 1 08:00"),
        ("monthly 31 08:00", "monthly 31 08:00"),
        ("monthly 15,1st 09:00", "monthly 1,15 09:00"),
        ("monthly last", "monthly 31 08:00"),
        ("hourly", "hourly"),
        ("Every hour", "hourly"),
        ("at once", "at once"),
        ("AT  ONCE", "at once"),
        ("immediately", "at once"),
    ],
)
def test_schedule_has_one_text_for_one_meaning(text: str, canonical: str) -> None:
    assert str(parse_schedule(text)) == canonical
    assert parse_schedule(canonical) == parse_schedule(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the schedule is empty"),
        ("  ,", "the schedule is empty"),
        ("dayly 08:00", 'did you mean "daily"?'),
        ("munday 08:00", 'did you mean "monday"?'),
        ("weekdys 08:00", 'did you mean "weekday'),
        ("at oncee", 'did you mean "at once"?'),
        ("@daily", 'did you mean "daily"?'),
        ("fortnightly", 'write "daily 08:00"'),
        ("mo", 'did you mean "mon"?'),
        ("mon-xyz", '"mon-xyz" is not a day'),
        ("0 8 * * 1", "crontab"),
        ("0 8 1 1 1", "crontab"),
        ("*/5 * * * *", "crontab"),
        ("1 08:00", "weekdays go by name"),
        ("every 2 days", "weekdays go by name"),
        ("weekly", 'write "weekly mon 08:00"'),
        ("monthly", 'write "monthly 1 08:00"'),
        ("monthly 0", "days go from 1 to 31"),
        ("monthly 32", "days go from 1 to 31"),
        ("monthly mon", "days go from 1 to 31"),
        ("daily mon", "every day already"),
        ("daily 8am", 'write "08:00"'),
        ("8.30", "is not a day"),
        ("8:30pm", 'write "20:30"'),
        ("8pm", 'write "20:00"'),
        ("12am", 'write "00:00"'),
        ("daily 25:00", "times go from 00:00 to 23:59"),
        ("daily 24:00", 'midnight is "00:00"'),
        ("daily 08:60", "times go from 00:00 to 23:59"),
        ("daily 08:00:00", "is not a time"),
        ("daily ٠٨:٠٠", "is not a time"),
        ("hourly 08:00", "takes nothing besides"),
        ("mon 08:00, thu 17:00", "all days of a schedule share its times"),
        ("daily 08:00 sometimes", '"sometimes" is not a day'),
    ],
)
def test_schedule_that_means_nothing_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_schedule(text)
    assert said in str(raised.value)
    assert raised.value.hint
    assert raised.value.exit_code == 3


def test_only_at_once_is_at_once() -> None:
    assert parse_schedule("at once").at_once
    assert not any(parse_schedule(text).at_once for text in ("hourly", "daily", "monthly 1"))


@settings(deadline=None)
@given(
    st.text(max_size=30) | st.from_regex(r"(daily|mon|weekly|monthly|at|[0-9:, ])+", fullmatch=True)
)
def test_any_text_is_a_schedule_or_a_schedule_error(text: str) -> None:
    try:
        schedule = parse_schedule(text)
    except ScheduleError:
        return
    assert parse_schedule(str(schedule)) == schedule


# ------------------------------------------------------------------ durations, quiet hours, zones


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("7 days", timedelta(days=7)),
        ("7d", timedelta(days=7)),
        ("7 D", timedelta(days=7)),
        ("1 day", timedelta(days=1)),
        ("90 minutes", timedelta(minutes=90)),
        ("5 min", timedelta(minutes=5)),
        ("5m", timedelta(minutes=5)),
        ("1 hour", timedelta(hours=1)),
        ("12h", timedelta(hours=12)),
        ("1.5 hours", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1 hour, 30 minutes", timedelta(minutes=90)),
        ("1 day and 1 hour", timedelta(days=1, hours=1)),
        ("2 weeks", timedelta(weeks=2)),
        ("1w", timedelta(weeks=1)),
        ("30 s", timedelta(seconds=30)),
        (" 30 seconds ", timedelta(seconds=30)),
        ("0 days", timedelta()),
    ],
)
def test_durations_read_as_people_write_them(text: str, span: timedelta) -> None:
    assert parse_duration(text) == span


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "write it like"),
        ("7", '"7 days"'),
        ("days", "write it like"),
        ("-3 days", "write it like"),
        ("seven days", "write it like"),
        ("3 fortnights", '"fortnights" is not a unit'),
        ("1 month", "months differ in length"),
        ("2 years", "years differ in length"),
        ("1e9 days", "is not a unit"),
        ("٣ days", "write it like"),
        ("99999999999999999999 days", "too long"),
        ("9" * 400 + " days", "too long"),
    ],
)
def test_duration_that_means_nothing_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(ScheduleError, match=said):
        parse_duration(text)


@pytest.mark.parametrize("text", ["22:00-07:00", "22:00 - 7:00", "22:00–07:00", "22:00 to 07:00"])
def test_quiet_hours_are_a_start_and_an_end(text: str) -> None:
    assert parse_quiet(text) == (time(22), time(7))


@pytest.mark.parametrize(
    "text", ["", "22:00", "22-7", "22:00-24:00", "08:00-08:00", "1:00-2:00-3:00"]
)
def test_quiet_hours_that_mean_nothing_are_refused(text: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_quiet(text)
    assert raised.value.hint


@pytest.mark.parametrize(
    ("quiet", "now", "until"),
    [
        ("22:00-07:00", "2026-11-20T21:59:59", None),
        ("22:00-07:00", "2026-11-20T22:00:00", "2026-11-21T07:00"),
        ("22:00-07:00", "2026-11-21T06:59:59", "2026-11-21T07:00"),
        ("22:00-07:00", "2026-11-21T07:00:00", None),
        ("12:00-13:00", "2026-11-21T11:00:00", None),
        ("12:00-13:00", "2026-11-21T12:30:00", "2026-11-21T13:00"),
        ("12:00-13:00", "2026-11-21T23:30:00", None),
        ("22:00-02:30", "2026-03-29T01:00:00", "2026-03-29T03:00"),  # 02:30 is in the gap
        ("22:00-00:00", "2026-11-20T23:00:00", "2026-11-21T00:00"),
    ],
)
def test_quiet_hours_end_at_the_readers_wall_clock(quiet: str, now: str, until: str | None) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    expected = until and datetime.fromisoformat(until).replace(tzinfo=berlin).astimezone(UTC)
    here = datetime.fromisoformat(now).replace(tzinfo=berlin)
    assert quiet_until(parse_quiet(quiet), berlin, here) == expected


def test_quiet_hours_do_not_start_again_in_a_repeated_hour() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    second_pass = datetime(2026, 10, 25, 2, 15, tzinfo=berlin, fold=1)
    assert quiet_until(parse_quiet("22:00-02:30"), berlin, second_pass) is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Berlin", 'did you mean "Europe/Berlin"?'),
        ("europe/berlin ", 'did you mean "Europe/Berlin"?'),
        ("Europe/Berln", 'did you mean "Europe/Berlin"?'),
        ("New York", 'did you mean "America/New_York"?'),
        ("CEST", 'did you mean "Europe/Berlin"?'),
        ("Tokio", 'did you mean "Asia/Tokyo"?'),
        ("Europe", "name a place"),
        ("", "name a place"),
        ("localtime", "name a place"),
        ("right/UTC", "name a place"),
        ("../../etc/passwd", "name a place"),
        ("/etc/localtime", "name a place"),
        ("x\0y", "name a place"),
        ("Zürich", "unknown time zone"),
    ],
)
def test_unknown_zone_says_what_was_meant(name: str, said: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        zone(name)
    assert said in str(raised.value)


def test_every_zone_of_the_database_is_known() -> None:
    for name in available_timezones() - {"localtime", "Factory"}:
        assert zone(name).key == name


# ------------------------------------------------------------------ slots


def test_slot_is_named_by_its_wall_clock_and_zone() -> None:
    (slot,) = between("08:00", "America/New_York", "2026-11-20T00:00", "2026-11-20T23:00")
    assert slot == Slot("2026-11-20T08:00 America/New_York", datetime(2026, 11, 20, 13, tzinfo=UTC))


def test_after_is_exclusive_and_until_inclusive() -> None:
    found = between("08:00", "Europe/Berlin", "2026-11-20T08:00", "2026-11-22T08:00")
    assert names(found) == ["2026-11-21T08:00", "2026-11-22T08:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("weekdays", ["2026-11-20", "2026-11-23", "2026-11-24"]),
        ("weekends", ["2026-11-21", "2026-11-22"]),
        ("mon,tue", ["2026-11-23", "2026-11-24"]),
        ("weekly sat", ["2026-11-21"]),
        ("monthly 22,24", ["2026-11-22", "2026-11-24"]),
    ],
)
def test_days_are_the_readers_local_dates(text: str, expected: list[str]) -> None:
    found = between(f"{text} 00:30", "Asia/Kathmandu", "2026-11-20T00:00", "2026-11-24T23:00")
    assert [name[:10] for name in names(found)] == expected


def test_monthly_31_falls_back_to_the_months_end() -> None:
    found = between("monthly 31", "UTC", "2028-01-01T00:00", "2028-05-01T00:00")
    assert [name[5:10] for name in names(found)] == ["01-31", "02-29", "03-31", "04-30"]


def test_days_past_the_months_end_are_one_slot() -> None:
    found = between("monthly 28,30,31", "UTC", "2026-02-01T00:00", "2026-03-29T00:00")
    assert [name[5:10] for name in names(found)] == ["02-28", "03-28"]


@pytest.mark.parametrize(
    ("zone_name", "day", "text", "expected"),
    [
        # name of the slot, its UTC instant
        ("Europe/Berlin", "2026-03-29", "02:30", [("02:30", "2026-03-29T01:00")]),
        ("Europe/Berlin", "2026-03-29", "02:30,03:00", [("02:30", "2026-03-29T01:00")]),
        ("Europe/Berlin", "2026-10-25", "02:30", [("02:30", "2026-10-25T00:30")]),
        ("America/New_York", "2026-03-08", "02:00", [("02:00", "2026-03-08T07:00")]),
        ("America/New_York", "2026-11-01", "01:59", [("01:59", "2026-11-01T05:59")]),
        (
            "Australia/Lord_Howe",
            "2026-10-04",
            "02:10",
            [("02:10", "2026-10-03T15:30")],
        ),  # 30 minutes
        ("Australia/Lord_Howe", "2026-04-05", "01:45", [("01:45", "2026-04-04T14:45")]),
        ("Pacific/Chatham", "2026-09-27", "03:00", [("03:00", "2026-09-26T14:00")]),  # +12:45
        ("Asia/Kathmandu", "2026-11-20", "08:00", [("08:00", "2026-11-20T02:15")]),  # +5:45
        ("America/St_Johns", "2026-03-08", "02:15", [("02:15", "2026-03-08T05:30")]),
        (
            "Africa/Cairo",
            "2026-04-24",
            "00:00,00:30",
            [("00:00", "2026-04-23T22:00")],
        ),  # at midnight
        ("America/Havana", "2026-11-01", "00:30", [("00:30", "2026-11-01T04:30")]),
        ("Antarctica/Troll", "2026-03-29", "01:30", [("01:30", "2026-03-29T01:00")]),  # two hours
        ("Asia/Beirut", "2026-03-29", "00:00", [("00:00", "2026-03-28T22:00")]),
    ],
)
def test_change_of_clocks(
    zone_name: str, day: str, text: str, expected: list[tuple[str, str]]
) -> None:
    found = between(text, zone_name, f"{day}T00:00", f"{day}T23:59")
    if not found:  # the slot is the first instant of the day itself, which `after` shuts out
        found = between(text, zone_name, "2026-01-01T00:00", f"{day}T23:59")[-1:]
    assert [(slot.name, slot.at) for slot in found] == [
        (f"{day}T{at} {zone_name}", datetime.fromisoformat(instant).replace(tzinfo=UTC))
        for at, instant in expected
    ]


def test_skipped_day_is_a_gap_like_any_other() -> None:
    """Samoa had no Friday 2011-12-30: a weekly Friday digest comes as soon as Saturday starts."""
    samoa = "Pacific/Apia"
    found = between("weekly fri", samoa, "2011-12-24T00:00", "2012-01-07T00:00")
    assert [(slot.name[:16], slot.at) for slot in found] == [
        ("2011-12-30T08:00", datetime(2011, 12, 30, 10, tzinfo=UTC)),
        ("2012-01-06T08:00", datetime(2012, 1, 5, 18, tzinfo=UTC)),
    ]
    midnights = between("00:00", samoa, "2011-12-29T12:00", "2012-01-01T12:00")
    assert [name[:10] for name in names(midnights)] == ["2011-12-30", "2012-01-01"]


def test_hourly_is_every_full_local_hour_and_the_repeated_one_once() -> None:
    ordinary = between("hourly", "Europe/Berlin", "2026-11-19T23:59", "2026-11-20T23:59")
    spring = between("hourly", "Europe/Berlin", "2026-03-28T23:59", "2026-03-29T23:59")
    autumn = between("hourly", "Europe/Berlin", "2026-10-24T23:59", "2026-10-25T23:59")
    assert [len(ordinary), len(spring), len(autumn)] == [24, 23, 24]
    gaps = {later.at - earlier.at for earlier, later in pairwise(autumn)}
    assert gaps == {timedelta(hours=1), timedelta(hours=2)}


def test_at_once_has_no_slots() -> None:
    schedule, utc = parse_schedule("at once"), ZoneInfo("UTC")
    assert list(slots(schedule, utc, NOW - timedelta(days=9), NOW)) == []
    assert due(schedule, utc, NOW - timedelta(days=9), NOW) == ()
    with pytest.raises(ValueError, match="no slots"):
        next_slot(schedule, utc, NOW)


@pytest.mark.parametrize(("text", "last"), [("daily", "9999-12-30"), ("monthly 31", "9998-12-31")])
def test_slots_end_with_the_calendar(text: str, last: str) -> None:
    end = datetime.max.replace(tzinfo=UTC)
    found = list(slots(parse_schedule(text), ZoneInfo("UTC"), end - timedelta(days=500), end))
    assert found[-1].name.startswith(last)


def test_time_without_a_zone_is_refused_instead_of_taken_as_the_machines() -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(ValueError, match="with its zone"):
        due(parse_schedule("daily"), ZoneInfo("UTC"), naive, naive)


def test_machines_zone_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    import time as clock

    found = []
    for machine in ("UTC", "Pacific/Apia", "America/St_Johns"):
        monkeypatch.setenv("TZ", machine)
        clock.tzset()
        found.append(between("hourly", "Europe/Berlin", "2026-10-24T00:00", "2026-10-26T00:00"))
    monkeypatch.undo()
    clock.tzset()
    assert found[0] == found[1] == found[2]


# ------------------------------------------------------------------ due


def test_nothing_is_due_before_the_slot_and_one_slot_at_it() -> None:
    schedule, here = parse_schedule("08:00"), ZoneInfo("Europe/Berlin")
    last = datetime(2026, 11, 19, 7, tzinfo=UTC)
    at = datetime(2026, 11, 20, 7, tzinfo=UTC)
    assert due(schedule, here, last, at - timedelta(microseconds=1)) == ()
    assert [slot.at for slot in due(schedule, here, last, at)] == [at]
    assert due(schedule, here, at, at + timedelta(hours=23)) == ()


def test_missed_slots_come_oldest_first() -> None:
    found = due(parse_schedule("weekdays"), ZoneInfo("UTC"), NOW - timedelta(days=4), NOW)
    assert names(list(found)) == [
        "2026-11-17T08:00",
        "2026-11-18T08:00",
        "2026-11-19T08:00",
        "2026-11-20T08:00",
    ]


def test_clock_that_went_back_makes_nothing_due() -> None:
    assert due(parse_schedule("hourly"), ZoneInfo("UTC"), NOW, NOW - timedelta(days=400)) == ()


@pytest.mark.parametrize(
    "text", ["hourly", "daily", "weekly mon", "monthly 31", "weekdays 08:00,17:00"]
)
def test_due_after_centuries_is_the_newest_slots_only(text: str) -> None:
    schedule, here = parse_schedule(text), ZoneInfo("America/New_York")
    found = due(schedule, here, datetime(1, 1, 1, tzinfo=UTC), NOW)
    assert len(found) == MOST_DUE
    assert found == tuple(slots(schedule, here, found[0].at - timedelta(seconds=1), NOW))
    assert next_slot(schedule, here, found[-1].at).at > NOW


schedules = st.sampled_from(
    [
        "hourly",
        "daily 02:30",
        "00:00,02:00,03:00",
        "weekly sun 02:30",
        "mon,fri 23:30",
        "monthly 31",
        "monthly 29,30 01:30",
    ]
).map(parse_schedule)
zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Chatham",
        "Africa/Cairo",
    ]
).map(ZoneInfo)
moments = st.integers(0, 70 * 365 * 24 * 60).map(
    lambda minutes: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@settings(deadline=None, max_examples=60)
@given(schedules, zones, moments)
def test_next_slot_is_after_and_the_first(
    schedule: Schedule, here: ZoneInfo, after: datetime
) -> None:
    slot = next_slot(schedule, here, after)
    assert slot.at > after
    assert due(schedule, here, after, slot.at) == (slot,)


@settings(deadline=None, max_examples=40)
@given(schedules, zones, moments, st.lists(st.integers(0, 40 * 24 * 60), min_size=1, max_size=6))
def test_ticks_however_spaced_see_every_slot_once(
    schedule: Schedule, here: ZoneInfo, start: datetime, minutes: list[int]
) -> None:
    ticks = sorted(start + timedelta(minutes=step) for step in minutes)
    last, seen = start, []
    for now in ticks:
        for slot in due(schedule, here, last, now):
            seen.append(slot)
            last = slot.at
    everything = list(slots(schedule, here, start, ticks[-1]))
    assert seen[-MOST_DUE:] == everything[-MOST_DUE:] or len(everything) > MOST_DUE


# ------------------------------------------------------------------ the sweep over the world's zones

FIRST, LAST = date(2024, 1, 1), date(2030, 12, 31)
TIMES = (time(0), time(0, 30), time(1, 30), time(2), time(2, 30), time(3), time(8), time(23, 30))
GRID = timedelta(minutes=15)  # every change of clocks since 2024 falls on a quarter of an hour


History = tuple[tuple[datetime, timedelta], ...]
World = dict[History, ZoneInfo]


@pytest.fixture(scope="module")
def world() -> World:
    """One zone for each distinct sequence of (instant, new offset) in the years swept."""
    found: World = {}
    for name in sorted(available_timezones() - {"localtime", "Factory"}):
        here = ZoneInfo(name)
        found.setdefault(tuple(_changes(here)), here)
    assert len(found) > 60
    return found


def _changes(here: ZoneInfo) -> Iterator[tuple[datetime, timedelta]]:
    at = datetime(FIRST.year, 1, 1, tzinfo=UTC) - timedelta(days=3)
    known: timedelta | None = None
    while at.year <= LAST.year:
        offset = _offset(at, here)
        if offset != known:
            yield (_first_quarter(at, here, known), offset)
        known = offset
        at += timedelta(days=4)


def _first_quarter(at: datetime, here: ZoneInfo, before: timedelta | None) -> datetime:
    while before is not None and _offset(at - GRID, here) != before:
        at -= GRID
    return at


def _offset(at: datetime, here: ZoneInfo) -> timedelta:
    offset = at.astimezone(here).utcoffset()
    assert offset is not None
    return offset


def expected(here: ZoneInfo, day: date, times: tuple[time, ...]) -> list[datetime]:
    """Walk the day's quarters and return when the wall clock first shows each time or a later one."""
    start = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=26)
    found = []
    for local in (datetime.combine(day, at) for at in times):
        at = start
        while at.astimezone(here).replace(tzinfo=None) < local:
            at += GRID
        found.append(at)
    return found


def test_every_zone_has_one_slot_for_each_date_and_time_at_every_change_of_clocks(
    world: World,
) -> None:
    """The days round each change are compared with a walk over the clock that shares no code."""
    schedule = parse_schedule("daily " + ",".join(f"{at:%H:%M}" for at in TIMES))
    for changes, here in world.items():
        for at, _ in changes[1:]:
            days = [at.date() + timedelta(days=step) for step in (-1, 0, 1)]
            wanted = sorted({instant for day in days for instant in expected(here, day, TIMES)})
            found = slots(schedule, here, wanted[0] - timedelta(seconds=1), wanted[-1])
            assert [slot.at for slot in found] == wanted, (here.key, at)


KINDS = ("daily", "weekly mon", "weekdays", "monthly 1")


@pytest.mark.parametrize("days", KINDS)
def test_every_zone_has_one_slot_a_date_and_time_for_seven_years(world: World, days: str) -> None:
    """Over all dates: one slot each, increasing, named by its date. APScheduler's own trigger skips some of these
    (benchmarks/cron_trigger.py)."""
    start = datetime(FIRST.year, 1, 1, tzinfo=UTC) + timedelta(days=2)
    end = datetime(LAST.year, 12, 30, tzinfo=UTC)
    for here in world.values():
        for at in TIMES:
            schedule = parse_schedule(f"{days} {at:%H:%M}")
            found = list(slots(schedule, here, start, end))
            assert [slot.name for slot in found] == [
                f"{day}T{at:%H:%M} {here.key}" for day in dates_between(schedule, found)
            ]
            assert all(earlier.at < later.at for earlier, later in pairwise(found))


def dates_between(schedule: Schedule, found: list[Slot]) -> list[date]:
    """Return the dates of a schedule from the first to the last slot, told by the calendar alone."""
    first, last = (date.fromisoformat(slot.name[:10]) for slot in (found[0], found[-1]))
    dates = (first + timedelta(days=step) for step in range((last - first).days + 1))
    if schedule.month_days:
        return [day for day in dates if day.day == 1]
    return [day for day in dates if day.weekday() in schedule.weekdays]


@pytest.mark.parametrize(
    ("written", "weekly"),
    [
        ("weekly mon 08:00", True),
        ("thu 07:30,17:00", True),
        ("mon,thu 08:00", False),
        ("daily 08:00", False),
        ("weekends 08:00", False),
        ("monthly 1 08:00", False),
        ("hourly", False),
        ("at once", False),
    ],
)
def test_a_weekly_comes_on_one_day_of_the_week(written: str, weekly: bool) -> None:
    assert is_weekly(parse_schedule(written)) is weekly


@pytest.mark.parametrize(
    ("written", "frequent"),
    [
        ("daily 08:00", True),
        ("hourly", True),
        ("weekdays 08:00", True),
        ("weekly mon,wed,fri 08:00", True),
        ("weekly mon,thu 08:00", False),
        ("weekly mon 08:00", False),
        ("monthly 1 08:00", False),
    ],
)
def test_digests_are_frequent_where_no_more_than_two_days_are_without(
    written: str, frequent: bool
) -> None:
    assert is_frequent(parse_schedule(written)) is frequent
