"""The service over a simulated year, from one December to the next over a leap day: the real rounds on an injected
clock, with daily dumps, outages, changes of clocks, pauses and edits. What each reader must get is told by a model
that shares no code with the program: a list of moments, and a list of titles that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from house import CONFIG, House
from paperdigest.app import App
from paperdigest.rounds import AppRounds
from paperdigest.service import Service
from paperdigest.store import subscribers, suppressions

START = datetime(2027, 12, 1, 12, 0, tzinfo=UTC)
END = datetime(2028, 12, 1, 12, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
BY_TITLE_AFTER = timedelta(days=14)

#: When the machine was off: two days, three weeks, and the night in which the clocks of Europe go forward.
OUTAGES = (
    (datetime(2028, 2, 28, 10, tzinfo=UTC), datetime(2028, 3, 1, 16, tzinfo=UTC)),
    (datetime(2028, 3, 25, 20, tzinfo=UTC), datetime(2028, 3, 26, 9, tzinfo=UTC)),
    (datetime(2028, 7, 3, 1, tzinfo=UTC), datetime(2028, 7, 24, 13, tzinfo=UTC)),
)
#: Days on which no dump comes, and days on which it holds nothing that anybody wants.
NO_DUMP = {"Sun"}
NOTHING_WANTED = {"Sat"}


def every(days: str, day: date) -> bool:
    """Say whether a schedule's days hold a date, told by the calendar."""
    following = day + timedelta(days=1)
    return {
        "daily": True,
        "weekdays": day.weekday() < 5,
        "weekly mon": day.weekday() == 0,
        "monthly 31": following.day == 1,
        "at once": False,
    }[days]


@cache
def moments(days: str, times: str, zone: str) -> tuple[tuple[str, datetime], ...]:
    """Return the slots of a schedule by name, found by walking over the quarters of an hour of each date."""
    here = ZoneInfo(zone)
    found: dict[datetime, str] = {}
    day = START.date() - timedelta(days=2)
    while day <= END.date() + timedelta(days=2):
        for at in times.split(",") if every(days, day) else ():
            local = datetime.combine(day, time.fromisoformat(at))
            moment = local.replace(tzinfo=UTC) - timedelta(hours=15)
            while moment.astimezone(here).replace(tzinfo=None) < local:
                moment += QUARTER
            found.setdefault(moment, f"{day}T{at} {zone}")
        day += timedelta(days=1)
    return tuple((found[moment], moment) for moment in sorted(found))


@dataclass
class Reader:
    """One reader and what the model knows: the titles that wait, and the digests that were due."""

    name: str
    zone: str
    days: str = "daily"
    times: str = "08:00"
    catch_up: str = "coalesce"
    pause: tuple[date, date] | None = None
    by_command: bool = False
    quiet: tuple[str, str] | None = None  # an alert's; its slots have no hours
    last: datetime = START
    waiting: list[tuple[str, datetime]] = field(default_factory=list)
    wanted: list[tuple[str, list[str], list[str]]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def file(self) -> str:
        """Return the subscription as it is written."""
        lines = [
            f'deliver = "file:outbox/{self.name}"',
            f'timezone = "{self.zone}"',
            f'schedule = "{self.days} {self.times}"'.replace(' "', '"'),
            f'catch_up = "{self.catch_up}"',
            "limit = 100",
        ]
        if self.quiet is not None:
            lines.append(f'quiet = "{"-".join(self.quiet)}"')
        if self.pause is not None and not self.by_command:
            lines.append(f"pause = {{ from = {self.pause[0]}, until = {self.pause[1]} }}")
        return "\n".join([*lines, "[[topic]]", 'name = "Maps"', 'keywords = "paper map"', ""])

    def paused(self, now: datetime) -> bool:
        """Say whether a pause holds: up to the first hour of the schedule on the day it ends."""
        if self.pause is None:
            return False
        here = now.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        first_hour = time.fromisoformat(self.times.partition(",")[0])
        begins = datetime.combine(self.pause[0], time())
        return begins <= here < datetime.combine(self.pause[1], first_hour)

    def tick(self, now: datetime) -> None:
        """Do what the program must do now."""
        if self.paused(now):
            return
        if self.quiet is not None:
            self.alert(now)
            return
        missed = [
            slot for slot in moments(self.days, self.times, self.zone) if self.last < slot[1] <= now
        ]
        if not missed and (self.wanted or not self.waiting):
            return
        if self.catch_up == "skip" and len(missed) > 1:
            late = [one for one in self.waiting if one[1] <= missed[-2][1]]
            self.skipped += [title for title, _ in late]
            self.waiting = [one for one in self.waiting if one not in late]
        if self.waiting:
            here = now.astimezone(ZoneInfo(self.zone))
            name = missed[-1][0] if missed else f"{here:%Y-%m-%dT%H:%M} {self.zone}"
            self.wanted.append((name, *by_age(self.waiting, now)))
            self.waiting.clear()
            self.last = now if not missed else self.last
        if missed:
            self.last = missed[-1][1]

    def alert(self, now: datetime) -> None:
        """Send what waits, a minute after the first of it came, but not in the night."""
        assert self.quiet is not None
        here = f"{now.astimezone(ZoneInfo(self.zone)):%H:%M}"
        night = here >= self.quiet[0] or here < self.quiet[1]
        if self.waiting and not night and now - self.waiting[0][1] >= timedelta(minutes=1):
            self.wanted.append(("", *by_age(self.waiting, now)))
            self.waiting.clear()


def by_age(waiting: list[tuple[str, datetime]], now: datetime) -> tuple[list[str], list[str]]:
    """Return the titles shown in full, and those that waited so long that they are only named."""
    young, old = (
        sorted(title for title, at in waiting if (now - at > BY_TITLE_AFTER) is named)
        for named in (False, True)
    )
    return young, old


def readers() -> list[Reader]:
    return [
        Reader("berlin", "Europe/Berlin"),
        Reader("twice", "America/New_York", "weekdays", "08:00,17:00"),
        Reader("weekly", "Pacific/Auckland", "weekly mon", "07:30"),
        Reader("monthly", "Asia/Kolkata", "monthly 31", "09:00"),
        Reader("skip", "Europe/London", times="06:30", catch_up="skip"),
        Reader("night", "America/St_Johns", times="02:30"),
        Reader("island", "Australia/Lord_Howe", times="02:00"),
        Reader("holiday", "America/Santiago"),
        Reader("command", "Africa/Cairo", times="00:00"),
        Reader("alert", "Australia/Adelaide", "at once", "", quiet=("22:00", "07:00")),
    ]


#: Readers as they are after an edit below, so that the service beats at their new hours too.
MOVED = {
    "berlin": (datetime(2028, 4, 10, 13, 20, tzinfo=UTC), Reader("berlin", "Asia/Tokyo")),
    "twice": (
        datetime(2028, 5, 2, 15, 40, tzinfo=UTC),
        Reader("twice", "America/New_York", times="18:00"),
    ),
}


@dataclass
class Year:
    """The program in its house, and the readers as they must fare."""

    house: House
    readers: dict[str, Reader]
    app: App | None = None
    service: Service | None = None
    dropped: list[tuple[str, bool]] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)

    def live(self) -> None:
        """Let a year go by."""
        for at, what in self.calendar():
            self.house.now = at
            if what is not None:
                what(self)
            if any(begins <= at < ends for begins, ends in OUTAGES):
                self.service = None
                continue
            if self.service is None:
                self.start()
            self.beat()

    def start(self) -> None:
        """Start the service anew, as after a reboot."""
        self.house.reload()
        self.service = Service(AppRounds(self.house.app), lambda: self.house.now)

    def beat(self) -> None:
        """Let the service and the model do what is due."""
        assert self.service is not None
        fresh = [title for title, wanted in self.dropped if wanted]
        self.dropped.clear()
        self.service.tick()
        for reader in self.readers.values():
            reader.waiting += [(title, self.house.now) for title in fresh]
            reader.tick(self.house.now)

    def calendar(self) -> Iterator[tuple[datetime, Any]]:
        """Yield every moment at which something happens or is due, and what happens."""
        happens: dict[datetime, Any] = {START: None, **EDITS}
        day = START.date()
        while day < END.date():
            if f"{day:%a}" not in NO_DUMP:
                happens[datetime.combine(day, time(3, 10), UTC)] = Year.drop
            day += timedelta(days=1)
        for reader, begins, ends in self.hours():
            for _, at in moments(reader.days, reader.times, reader.zone):
                if begins <= at < ends:
                    happens.setdefault(at, None)
        return iter(sorted((at, what) for at, what in happens.items() if START <= at < END))

    def hours(self) -> Iterator[tuple[Reader, datetime, datetime]]:
        """Yield when whose hours hold: those who are edited below have others afterwards."""
        for reader in self.readers.values():
            yield reader, START, MOVED[reader.name][0] if reader.name in MOVED else END
        for begins, reader in MOVED.values():
            yield reader, begins, END

    def drop(self) -> None:
        """Put a day's dump into the inbox."""
        now = self.house.now
        told = f"{now:%A %d %B}"
        papers = [(f"A paper map of {told}", True), (f"Sorting socks on {told}", False)]
        if f"{now:%a}" in NOTHING_WANTED:
            papers = papers[1:]
        self.house.drop(f"{now:%Y%m%d}.jsonl", *(title for title, _ in papers))
        self.dropped += papers
        self.titles += [title for title, wanted in papers if wanted]

    def edit(self, name: str, **changed: Any) -> None:
        """Change a reader's file, as a person does with an editor."""
        reader = self.readers[name]
        for key, value in changed.items():
            setattr(reader, key, value)
        path = self.house.folder / f"subscriptions/{name}.toml"
        path.write_text(reader.file, encoding="utf-8")

    def pause(self, name: str, until: date) -> None:
        """Pause a reader by command."""
        reader = self.readers[name]
        reader.pause, reader.by_command = (self.house.now.date(), until), True
        with self.house.app.open_store() as store:
            id_ = subscribers.registered(store)[name].id
            held = suppressions.Suppression(id_, "", "paused", until, "by command")
            with store.transaction():
                suppressions.suppress(store, held, self.house.now)


#: What people do meanwhile, by the moment: move house, change hours, go on holiday, pause by command.
EDITS = {
    MOVED["berlin"][0]: lambda year: year.edit("berlin", zone="Asia/Tokyo"),
    MOVED["twice"][0]: lambda year: year.edit("twice", days="daily", times="18:00"),
    datetime(2028, 8, 5, 18, 0, tzinfo=UTC): lambda year: year.edit(
        "holiday", pause=(date(2028, 8, 7), date(2028, 8, 28))
    ),
    datetime(2028, 9, 10, 8, 30, tzinfo=UTC): lambda year: year.pause("command", date(2028, 9, 14)),
    datetime(2028, 10, 2, 8, 30, tzinfo=UTC): lambda year: year.edit(
        "skip", pause=(date(2028, 10, 3), date(2028, 10, 6))
    ),
}


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Year]:
    named = {reader.name: reader for reader in readers()}
    house = House.built(
        tmp_path_factory.mktemp("year"),
        config=CONFIG,
        **{name: reader.file for name, reader in named.items()},
    )
    made = Year(house, named)
    made.live()
    yield made
    house.close()


NAMES = [reader.name for reader in readers()]


def of_digest(digest: dict[str, Any], reader: Reader) -> tuple[str, list[str], list[str]]:
    """Return what the model says of a digest: its slot, titles in full, titles that are only named."""
    titles = {
        kind: sorted(
            paper["title"]
            for topic in digest["topics"]
            for paper in topic["papers"]
            if paper["as"] == kind
        )
        for kind in ("full", "listed")
    }
    return "" if reader.quiet else digest["slot"], titles["full"], titles["listed"]


@pytest.mark.parametrize("name", NAMES)
def test_each_digest_comes_at_its_slot_with_what_waited_and_no_other_comes(
    year: Year, name: str
) -> None:
    reader = year.readers[name]
    found = [one for one in year.house.digests(f"outbox/{name}") if one["kind"] != "empty"]

    assert [of_digest(digest, reader) for digest in found] == reader.wanted


@pytest.mark.parametrize("name", NAMES)
def test_every_paper_of_the_year_reaches_each_reader_once_or_is_skipped_as_asked(
    year: Year, name: str
) -> None:
    reader = year.readers[name]
    digests = year.house.digests(f"outbox/{name}")
    told = Counter(
        title for digest in digests for part in of_digest(digest, reader)[1:] for title in part
    )
    told.update(reader.skipped)

    waiting = [title for title, _ in reader.waiting]
    assert told == Counter(set(year.titles) - set(waiting))
    assert len(year.titles) > 240


@pytest.mark.parametrize("name", NAMES)
def test_every_slot_of_the_year_is_dealt_with(year: Year, name: str) -> None:
    reader = year.readers[name]
    with year.house.app.open_store(write=False) as store:
        id_ = subscribers.registered(store)[name].id
        lane = subscribers.lanes(store)[id_, subscribers.MAIN]

    passed = [slot for slot in moments(reader.days, reader.times, reader.zone) if slot[1] < END]
    assert reader.quiet or (lane.last_slot, lane.last_slot_at) == passed[-1]


def test_the_year_had_late_and_skipped_and_named_papers(year: Year) -> None:
    """So that the other tests are about something."""
    assert any(old for reader in year.readers.values() for _, _, old in reader.wanted)
    assert year.readers["skip"].skipped
    assert "2028-02-29T08:00 Europe/Berlin" not in [
        slot for slot, *_ in year.readers["berlin"].wanted
    ]
