"""Several lanes of one reader: the first to compose takes a paper, the others only name it."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from house import ADA, CONFIG, House, titles_of
from paperdigest.rounds import AppRounds
from paperdigest.service import Service as Ticks
from program import Program

THREE_LANES = """
deliver = "file:outbox"
schedule = "daily 08:00"

[[topic]]
name = "Daily"
keywords = "paper map"

[[topic]]
name = "Urgent"
keywords = "paper map"
alert = true

[[topic]]
name = "Mondays"
keywords = "paper map"
schedule = "weekly mon 09:00"
"""


def test_lanes_due_in_one_run_send_a_paper_once(house: House) -> None:
    house.write("subscriptions/ada.toml", THREE_LANES)
    house.drop("monday.jsonl", "Folding paper maps again", "Reading paper maps aloud")

    for _ in range(10):
        house.run()
        house.wait(days=1)

    seen = Counter(title for digest in house.digests() for title in titles_of(digest))
    assert seen == {"Folding paper maps again": 1, "Reading paper maps aloud": 1}
    assert house.digests()[0]["kind"] == "alert"


def test_why_names_the_slot_of_the_lane_that_will_send_it(house: House, program: Program) -> None:
    weekly = THREE_LANES.replace("alert = true", "").replace(
        'keywords = "paper map"', 'keywords = "sock"', 2
    )
    house.write("subscriptions/ada.toml", weekly)
    house.drop("first.jsonl", "The first paper map of all")
    house.run()
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()

    said = program("why", "Folding", "--now", "2026-11-20T12:00:00+01:00").out

    assert "waits for the digest of 2026-11-23T09:00 Europe/Berlin" in said


def test_why_knows_what_a_new_keyword_will_bring(house: House, program: Program) -> None:
    house.drop("monday.jsonl", "Folding paper maps again", "Sorting socks all day")
    house.run()
    house.write(
        "subscriptions/ada.toml",
        'deliver = "file:outbox"\n[[topic]]\nname = "Maps"\nkeywords = ["paper map", "sock"]\n',
    )

    assert (
        program("why", "Sorting", "--now", "2026-11-20T12:00:00+01:00", "--json").json["answer"]
        == "pending"
    )


# ------------------------------------------------------------------ alerts

ALERTS = """
deliver = "file:outbox"
schedule = "daily 08:00"
timezone = "{zone}"
{more}

[[topic]]
name = "Urgent"
keywords = "paper map"
alert = true

[[topic]]
name = "Charts"
keywords = "sea chart"
"""


class Service:
    """The rounds of the service over a house, every ten seconds of its clock."""

    def __init__(self, house: House, *, zone: str = "Europe/Berlin", more: str = "") -> None:
        self.house = house
        house.write("paperdigest.toml", f'{CONFIG}every = "10 seconds"\n')
        house.write("subscriptions/ada.toml", ALERTS.format(zone=zone, more=more))
        self._ticks = Ticks(AppRounds(house.app), lambda: house.now)

    def live(self, until: datetime, *, step: timedelta = timedelta(seconds=10)) -> None:
        """Let time pass."""
        while self.house.now < until:
            self.house.now += step
            self._ticks.tick()

    def live_on(self, **span: float) -> None:
        """Let so much time pass."""
        self.live(self.house.now + timedelta(**span))


def alerts(house: House) -> list[list[str]]:
    """Return the titles of each alert."""
    return [titles_of(one) for one in house.digests() if one["kind"] == "alert"]


def earlier(digest: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (title, note) of what a digest names as sent before."""
    return [
        (paper["title"], paper["note"]) for topic in digest["topics"] for paper in topic["earlier"]
    ]


def test_papers_that_come_within_a_minute_of_the_first_are_one_alert(house: House) -> None:
    service = Service(house)
    service.live_on(seconds=30)
    for number in range(6):
        house.drop(f"{number}.jsonl", f"Paper map {number} of many", f"Sock {number}")
        service.live_on(seconds=9)
    service.live_on(minutes=2)

    assert [len(titles) for titles in alerts(house)] == [6]


def test_an_alert_goes_out_a_minute_after_its_first_paper_and_waits_for_no_other(
    house: House,
) -> None:
    service = Service(house)
    service.live_on(seconds=30)
    for number in range(12):  # one every half minute: the others do not put it off
        house.drop(f"{number}.jsonl", f"Paper map {number} of many")
        service.live_on(seconds=30)
    service.live_on(minutes=1)

    assert [len(titles) for titles in alerts(house)] == [3] * 4


def test_what_concerns_nobody_does_not_start_the_minute(house: House) -> None:
    service = Service(house)
    service.live_on(seconds=30)
    house.drop("sock.jsonl", "Sorting socks")
    service.live_on(seconds=50)
    house.drop("one.jsonl", "Folding paper maps again")
    service.live_on(seconds=40)
    assert alerts(house) == []
    house.drop("two.jsonl", "Reading paper maps aloud")
    service.live_on(minutes=2)

    assert [len(titles) for titles in alerts(house)] == [2]


def test_run_once_does_not_wait_for_more(house: House) -> None:
    house.write("subscriptions/ada.toml", ALERTS.format(zone="Europe/Berlin", more=""))
    house.drop("one.jsonl", "Folding paper maps again")

    house.run()

    assert alerts(house) == [["Folding paper maps again"]]


NIGHT = 'quiet = "22:00-07:00"'


@pytest.mark.parametrize(
    ("zone", "evening", "end"),
    [
        ("Europe/Berlin", "2026-11-20T21:30", "2026-11-21T07:00"),
        ("America/New_York", "2026-11-20T21:30", "2026-11-21T07:00"),
        ("Asia/Kathmandu", "2026-11-20T21:30", "2026-11-21T07:00"),
        ("Pacific/Auckland", "2026-11-20T21:30", "2026-11-21T07:00"),
        ("Europe/Berlin", "2026-03-28T21:30", "2026-03-29T07:00"),  # an hour shorter
        ("Europe/Berlin", "2026-10-24T21:30", "2026-10-25T07:00"),  # an hour longer
        ("America/New_York", "2026-10-31T21:30", "2026-11-01T07:00"),
        ("Australia/Lord_Howe", "2026-04-04T21:30", "2026-04-05T07:00"),  # half an hour longer
    ],
)
def test_what_comes_in_quiet_hours_is_one_alert_at_their_end(
    house: House, zone: str, evening: str, end: str
) -> None:
    there = ZoneInfo(zone)
    house.now = datetime.fromisoformat(evening).replace(tzinfo=there).astimezone(UTC)
    morning = datetime.fromisoformat(end).replace(tzinfo=there).astimezone(UTC)
    service = Service(house, zone=zone, more=NIGHT)
    house.drop("before.jsonl", "A paper map before the night")
    service.live_on(minutes=2)
    assert len(alerts(house)) == 1
    for number in range(8):
        house.wait(minutes=55)
        house.drop(f"night{number}.jsonl", f"A paper map of the night, {number} hours in")
        service.live_on(seconds=10)
    house.now = morning - timedelta(minutes=1)
    service.live(morning - timedelta(seconds=10))
    assert len(alerts(house)) == 1
    service.live_on(minutes=1)

    assert len(alerts(house)) == 2
    assert len(alerts(house)[1]) == 8
    at = datetime.fromisoformat([one for one in house.digests() if one["kind"] == "alert"][1]["at"])
    assert morning <= at.astimezone(UTC) < morning + timedelta(minutes=1)


def test_the_end_of_quiet_hours_that_the_clock_shows_twice_counts_once(house: House) -> None:
    """02:30 comes twice: the first time ends the night, and the second does not begin it again."""
    berlin = ZoneInfo("Europe/Berlin")
    house.now = datetime(2026, 10, 25, 2, 10, tzinfo=berlin, fold=1).astimezone(UTC)
    service = Service(house, more='quiet = "22:00-02:30"')
    house.drop("one.jsonl", "Folding paper maps again")
    service.live_on(minutes=2)

    assert len(alerts(house)) == 1


def test_the_digest_names_what_alerts_sent_by_the_readers_own_days(house: House) -> None:
    house.write("subscriptions/ada.toml", ALERTS.format(zone="Pacific/Auckland", more=""))
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    house.now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)  # Tuesday 01:30 in Auckland
    house.drop("alert.jsonl", "Folding paper maps again")
    house.run()
    house.now = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)  # Wednesday 09:00
    house.drop("digest.jsonl", "A sea chart of the bay")
    house.run()

    last = house.digests()[-1]
    assert titles_of(last) == ["A sea chart of the bay"]
    assert earlier(last) == [("Folding paper maps again", "sent at once on Tuesday")]


def test_what_alerts_sent_is_named_in_the_next_digest_that_goes_out_and_once(house: House) -> None:
    house.write("subscriptions/ada.toml", ALERTS.format(zone="Europe/Berlin", more=""))
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    house.drop("alert.jsonl", "Folding paper maps again")
    house.run()
    for name in ("", "", "", "A sea chart of the bay", "A sea chart of the cape"):
        house.wait(days=1)
        if name:
            house.drop(f"{name}.jsonl", name)
        house.run()

    named = [earlier(one) for one in house.digests() if one["kind"] == "digest"]
    assert named == [[], [("Folding paper maps again", "sent at once on Friday")], []]


def test_a_week_with_nothing_but_alerts_is_not_told_as_one_without_a_match(house: House) -> None:
    house.write("subscriptions/ada.toml", ALERTS.format(zone="Europe/Berlin", more=""))
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    for day in range(8):
        house.wait(days=1)
        house.drop(f"{day}.jsonl", f"Paper map {day} of many", "Sorting socks")
        house.run()

    (empty,) = [one for one in house.digests() if one["kind"] == "empty"]
    assert empty["title"] == "Nothing new besides 7 papers you already have, out of 8 in 7 days"
    assert len(earlier(empty)) == 7


def test_what_several_topics_have_sent_is_named_once_under_the_heaviest(house: House) -> None:
    alert = '[[topic]]\nname = "{}"\nkeywords = "paper map"\nalert = true\nweight = {}\n'
    topics = "".join(alert.format(name, weight) for name, weight in (("A", 1), ("B", 3), ("C", 2)))
    house.write("subscriptions/ada.toml", f"{ALERTS.format(zone='UTC', more='')}\n{topics}")
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    house.drop("second.jsonl", *(f"Paper map {number} of many" for number in range(4)))
    house.run()
    house.wait(days=1)
    house.drop("third.jsonl", "A sea chart of the bay")
    house.run()

    digest = house.digests()[-1]
    named = {topic["name"]: topic["earlier"] for topic in digest["topics"]}
    assert {name: len(papers) for name, papers in named.items()} == {"Charts": 0, "B": 4}
    assert named["B"][0]["also"] == ["C", "Urgent", "A"]


def test_papers_that_several_topics_have_sent_are_counted_once(house: House) -> None:
    alert = '[[topic]]\nname = "{}"\nkeywords = "paper map"\nalert = true\n'
    topics = "".join(map(alert.format, "AB"))
    house.write(
        "subscriptions/ada.toml", f"{ALERTS.format(zone='UTC', more='limit = 100')}\n{topics}"
    )
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    house.drop("second.jsonl", *(f"Paper map {number} of many" for number in range(19)))
    house.run()
    house.wait(hours=1)
    house.drop("third.jsonl", *(f"Paper map {number} of many" for number in range(19, 38)))
    house.run()
    for _ in range(8):
        house.wait(days=1)
        house.run()

    (empty,) = [one for one in house.digests() if one["kind"] == "empty"]
    assert empty["title"].startswith("Nothing new besides 38 papers you already have")


def test_what_another_lane_sent_by_its_slot_was_not_sent_at_once(house: House) -> None:
    weekly = '[[topic]]\nname = "Mondays"\nkeywords = ["paper map", "sea chart"]\nschedule = "weekly mon 09:00"\n'
    house.write("subscriptions/ada.toml", f"{ADA}\n{weekly}")
    house.drop("first.jsonl", "Folding paper maps again")
    house.run()
    house.wait(days=1)
    house.drop("second.jsonl", "Reading paper maps aloud")
    house.run()
    house.wait(days=2)
    house.drop("third.jsonl", "A sea chart of the bay")
    house.run()

    (monday,) = [one for one in house.digests() if "T09:00" in one["slot"]]
    assert earlier(monday)[-1] == ("Reading paper maps aloud", "sent on Saturday")


def test_why_says_when_the_quiet_hours_end_that_an_alert_waits_for(
    house: House, program: Program
) -> None:
    house.write("subscriptions/ada.toml", ALERTS.format(zone="Europe/Berlin", more=NIGHT))
    house.drop("one.jsonl", "Folding paper maps again")
    house.ingest()

    said = program("why", "Folding", "--now", "2026-11-20T23:00:00+01:00").out

    assert "goes out when quiet hours end, at 07:00" in said


def test_of_very_many_papers_sent_already_a_digest_names_the_newest_and_counts_the_rest(
    house: House,
) -> None:
    house.write("subscriptions/ada.toml", ALERTS.format(zone="Europe/Berlin", more="limit = 100"))
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    for hour in range(3):
        house.wait(hours=1)
        house.drop(f"{hour}.jsonl", *(f"Paper map {hour}-{number} of many" for number in range(19)))
        house.run()
    house.wait(days=1)
    house.drop("digest.jsonl", "A sea chart of the bay")
    house.run()

    named = [title for title, _ in earlier(house.digests()[-1])]
    assert len(named) == 20
    assert [title for title in named if title.startswith("Paper map 2-")] == named[1:]
    page = sorted((house.folder / "outbox").glob("*/digest.txt"))[-1].read_text("utf-8")
    said = "57 papers you already have, the newest 20 of them (each title opens a search on"
    assert said in " ".join(page.split())


def test_a_topic_added_with_a_schedule_of_its_own_waits_for_it(house: House) -> None:
    house.drop("friday.jsonl", "Folding paper maps again")
    house.run()
    more = '\n[[topic]]\nname = "Later"\nkeywords = "atlas"\nschedule = "weekly mon 09:00"\n'
    house.write("subscriptions/ada.toml", ADA + more)
    house.drop("saturday.jsonl", "An atlas of tides")
    house.ingest()

    house.wait(days=1)
    assert [done.slot for done in house.compose().digests] == []
    house.wait(days=2)  # Monday 10:30 in Berlin

    assert "2026-11-23T09:00 Europe/Berlin" in [done.slot for done in house.compose().digests]


def test_of_many_readers_only_the_edited_one_is_written_anew(tmp_path: Path) -> None:
    """Everything else would be done while nobody else may write."""
    house = House.built(tmp_path, **{f"reader{number}": ADA for number in range(40)})
    with house.app.open_store() as store:
        house.app.register(store, house.now)
    house.write("subscriptions/reader7.toml", ADA.replace("paper map", "atlas"))

    with house.app.open_store() as store:
        before = store.rows("SELECT total_changes()")
        house.app.register(store, house.now)
        after = store.rows("SELECT total_changes()")
    house.close()

    assert after[0][0] - before[0][0] == 1


def test_what_a_topic_sent_by_its_own_schedule_is_not_told_as_no_match(house: House) -> None:
    house.write(
        "subscriptions/ada.toml",
        'deliver = "file:outbox"\nschedule = "weekly mon 08:00"\n'
        '[[topic]]\nname = "Charts"\nkeywords = "sea chart"\n'
        '[[topic]]\nname = "Maps"\nkeywords = "paper map"\nschedule = "weekly wed 12:00"\n',
    )
    house.drop("first.jsonl", "A sea chart to begin with")
    house.run()
    house.wait(days=3)
    house.run()  # Monday: nothing, and no week without a digest yet
    house.drop("second.jsonl", "Folding paper maps again", "Sorting socks")
    for _ in range(7):
        house.wait(days=1)
        house.run()

    (empty,) = [one for one in house.digests() if one["kind"] == "empty"]
    assert empty["title"].startswith("Nothing new besides 1 paper you already have, out of 2")


# ------------------------------------------------------- what a first message looks back over

ONLY_ALERTS = """
deliver = "file:outbox"
schedule = "daily 08:00"

[[topic]]
name = "Urgent"
keywords = "paper map"
alert = true
"""
OLD = "Folding paper maps again"


def with_old_papers(house: House, subscription: str) -> None:
    """Let history have a paper of two days ago before this reader comes."""
    house.write("subscriptions/ada.toml", 'deliver = "file:outbox"\nkeywords = "no such thing"\n')
    house.drop("old.jsonl", OLD)
    house.ingest()
    house.wait(days=2)
    (house.folder / "subscriptions/ada.toml").unlink()
    house.write("subscriptions/eve.toml", subscription)


def notes(house: House, kind: str) -> list[list[str]]:
    """Return what each message of a kind says before its papers."""
    return [one["notes"] for one in house.digests() if one["kind"] == kind]


def test_a_first_alert_says_what_it_looks_back_over(house: House) -> None:
    with_old_papers(house, ONLY_ALERTS)
    house.run()
    house.wait(hours=1)
    house.drop("new.jsonl", "Reading paper maps aloud")
    house.run()

    first = "Your first alert: it looks back over 7 days. The next ones hold only what is new."
    assert alerts(house) == [[OLD], ["Reading paper maps aloud"]]
    assert notes(house, "alert") == [[first], []]


def test_a_first_alert_that_holds_nothing_old_says_nothing_of_it(house: House) -> None:
    house.write("subscriptions/ada.toml", ONLY_ALERTS)
    house.run()
    house.wait(days=90)
    house.drop("new.jsonl", "Reading paper maps aloud")
    house.run()

    assert notes(house, "alert") == [[]]


def test_a_digest_without_topics_of_its_own_does_not_call_itself_the_first(house: House) -> None:
    with_old_papers(house, ONLY_ALERTS)
    for _ in range(9):
        house.run()
        house.wait(days=1)

    (empty,) = notes(house, "empty")
    assert not any("first" in note for note in empty)


def test_after_alerts_the_first_digest_of_its_own_topics_is_called_the_first(house: House) -> None:
    with_old_papers(house, ALERTS.format(zone="Europe/Berlin", more=""))
    house.run()
    house.wait(days=1)
    house.drop("new.jsonl", "A sea chart of the bay")
    house.run()

    (only,) = notes(house, "digest")
    assert only[0].startswith("Your first digest: it looks back over 8 days.")


def test_each_of_several_schedules_says_that_only_it_begins(house: House) -> None:
    weekly = '[[topic]]\nname = "Mondays"\nkeywords = "sea chart"\nschedule = "weekly mon 09:00"\n'
    with_old_papers(house, f"{ADA}\n{weekly}")
    house.drop("new.jsonl", "A sea chart of the bay")
    house.run()

    begins = "Your first digest on this schedule: it looks back over 7 days."
    assert [note[0].startswith(begins) for note in notes(house, "digest")] == [True, True]


def test_a_reader_of_one_schedule_hears_of_no_other_whoever_named_it(house: House) -> None:
    weekly = '[[topic]]\nname = "Fridays"\nkeywords = "paper map"\nschedule = "weekly fri 09:00"\n'
    with_old_papers(house, f'deliver = "file:outbox"\n{weekly}')
    house.run()

    assert [note[0].partition(":")[0] for note in notes(house, "digest")] == ["Your first digest"]


LIST = '[[topic]]\nname = "Trending"\nkeywords = "paper map"\ntrending = 3\nwithin = "30 days"\n'


def test_a_first_list_of_trending_papers_says_itself_how_far_it_looks(house: House) -> None:
    """It looks as far each time, and holds what was there before."""
    with_old_papers(house, f'deliver = "file:outbox"\n{LIST}')
    house.run()

    assert notes(house, "digest") == [[]]


def test_other_topics_beside_it_look_back(house: House) -> None:
    with_old_papers(house, f"{ADA}\n{LIST}")
    house.run()

    ((only,),) = notes(house, "digest")
    assert only.startswith("Your first digest: it looks back over 7 days.")


@pytest.mark.parametrize("alert", ["alert = true\n", ""])
def test_a_topic_added_later_says_why_it_holds_old_papers(house: House, alert: str) -> None:
    topic = f'[[topic]]\nname = "{{}}"\nkeywords = "{{}}"\n{alert}'
    before = 'deliver = "file:outbox"\n' + topic.format("Charts", "sea chart")
    house.write("subscriptions/ada.toml", before)
    house.drop("first.jsonl", "A sea chart to begin with", OLD)
    house.run()
    house.wait(days=1)
    house.write("subscriptions/ada.toml", before + topic.format("Maps", "paper map"))
    house.drop("second.jsonl", "A sea chart of the bay")
    house.run()

    said = {topic["name"]: topic["note"] for topic in house.digests()[-1]["topics"]}
    assert said == {"Charts": "", "Maps": "New topic: it looks back over 7 days"}


def test_a_topic_added_later_says_nothing_where_all_it_finds_is_new(house: House) -> None:
    house.drop("first.jsonl", OLD)
    house.run()
    house.wait(days=1)
    more = '\n[[topic]]\nname = "Charts"\nkeywords = "sea chart"\n'
    house.write("subscriptions/ada.toml", ADA + more)
    house.drop("second.jsonl", "A sea chart of the bay")
    house.run()

    assert [topic["note"] for topic in house.digests()[-1]["topics"]] == [""]


def test_a_preview_calls_no_topic_new_that_has_only_another_schedule(
    house: House, program: Program
) -> None:
    house.write(
        "subscriptions/ada.toml",
        ALERTS.format(zone="UTC", more='quiet = "00:00-23:59"\nsend_empty = true'),
    )
    house.drop("first.jsonl", "A sea chart to begin with", OLD)
    house.run()

    said = program("preview", "--now", house.now.isoformat()).out

    assert "Urgent · 1 paper" in said
    assert "New topic" not in said
