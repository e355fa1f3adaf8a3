"""The counts of a digest by day and by week are those of the ledger: what this reader was sent, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from house import ADA, House, titles_of
from pages import flat
from program import Program

WEEKLY = ADA.replace("daily 08:00", "weekly fri 08:00")
ALERTS = """
[[topic]]
name = "Urgent"
keywords = ["fire"]
alert = true
"""


def per_day(digest: dict[str, Any]) -> list[tuple[str, int]]:
    return [(day["date"], day["papers"]) for day in digest["per_day"]]


def maps(house: House, count: int, name: str) -> None:
    house.drop(f"{name}.jsonl", *(f"Paper map {name} number {n}" for n in range(count)))


def a_day(house: House, count: int, name: str) -> None:
    """Let a digest go out with so many papers, and a day pass."""
    if count:
        maps(house, count, name)
    house.run()
    house.wait(days=1)


def test_a_daily_digest_shows_what_was_sent_on_each_of_the_last_days(house: House) -> None:
    house.write("subscriptions/ada.toml", ADA)
    for name, count in (("friday", 2), ("saturday", 0), ("sunday", 3)):
        a_day(house, count, name)
    maps(house, 1, "monday")
    house.run()

    assert per_day(house.digests()[-1]) == [
        ("2026-11-20", 2),
        ("2026-11-21", 0),
        ("2026-11-22", 3),
        ("2026-11-23", 1),
    ]


def test_a_daily_that_missed_two_days_goes_on_with_the_same_counts(house: House) -> None:
    house.write("subscriptions/ada.toml", ADA)
    a_day(house, 40, "friday")
    house.now += timedelta(days=2)
    maps(house, 96, "monday")
    house.run()

    shown = house.digests()[-1]
    assert [papers for _, papers in per_day(shown)] == [40, 0, 0, 96]
    assert shown["notes"] == ["Here is everything since Fri 20 Nov: 3 digests in one."]


def test_papers_that_an_alert_brought_count_on_their_day_and_alerts_have_no_bar(
    house: House,
) -> None:
    house.write("subscriptions/ada.toml", ADA + ALERTS)
    a_day(house, 1, "friday")
    house.drop("saturday.jsonl", "A fire in the map room")
    house.run()
    house.wait(days=1)
    maps(house, 1, "sunday")
    house.run()

    alert = next(one for one in house.digests() if one["kind"] == "alert")
    last = house.digests()[-1]
    assert per_day(alert) == []
    assert [papers for _, papers in per_day(last)][-3:] == [1, 1, 1]


def test_papers_of_another_reader_do_not_count(house: House) -> None:
    house.write("subscriptions/ada.toml", ADA)
    house.write("subscriptions/ben.toml", ADA.replace("file:outbox", "file:bens"))
    a_day(house, 2, "friday")
    house.write("subscriptions/ben.toml", ADA.replace("file:outbox", "file:bens") + "limit = 5\n")
    a_day(house, 1, "saturday")
    maps(house, 1, "sunday")
    house.run()

    for folder in ("outbox", "bens"):
        assert [papers for _, papers in per_day(house.digests(folder)[-1])][-3:] == [2, 1, 1]


def test_what_no_target_took_is_not_counted_as_sent(house: House) -> None:
    house.write("subscriptions/ada.toml", ADA)
    a_day(house, 2, "friday")
    a_day(house, 1, "saturday")
    with house.app.open_store() as store, store.transaction():
        store.write(
            "UPDATE outcomes SET outcome = 'dropped' WHERE topic = 'Maps' AND at < ?",
            [int((house.now - timedelta(days=1, hours=12)).timestamp() * 1_000_000)],
        )
    maps(house, 1, "sunday")
    house.run()

    assert [papers for _, papers in per_day(house.digests()[-1])][-3:] == [0, 1, 1]


def test_a_weekly_shows_its_own_papers_by_the_readers_day_of_first_sight(house: House) -> None:
    house.write("subscriptions/ada.toml", WEEKLY)
    maps(house, 1, "first")
    house.run()
    for day, count in (("friday", 1), ("saturday", 0), ("sunday", 2)):
        if count:
            maps(house, count, day)
        house.ingest()
        house.wait(days=1)
    house.now = house.now.replace(hour=23, minute=30)  # Tuesday in Berlin
    maps(house, 1, "monday night")
    house.ingest()
    house.wait(days=3, hours=12)
    house.run()

    shown = dict(per_day(house.digests()[-1]))
    assert {day: papers for day, papers in shown.items() if papers} == {
        "2026-11-20": 1,
        "2026-11-22": 2,
        "2026-11-24": 1,
    }
    assert min(shown) == "2026-11-20"
    assert max(shown) == "2026-11-27"


def a_week(house: House, count: int, name: str) -> None:
    if count:
        maps(house, count, name)
    house.run()
    house.wait(days=7)


def test_a_weekly_shows_the_papers_of_each_topic_in_the_last_eight_weeks(house: House) -> None:
    house.write("subscriptions/ada.toml", WEEKLY)
    for week, count in enumerate([4, 3, 0, 1]):
        a_week(house, count, f"week {week}")
    maps(house, 2, "last")
    house.run()

    last = house.digests()[-1]
    assert last["weeks"] == [{"topic": "Maps", "papers": [4, 3, 0, 1, 2]}]
    assert len(titles_of(last)) == 2


def test_weeks_end_with_the_eighth_and_a_topic_that_is_gone_has_none(house: House) -> None:
    house.write("subscriptions/ada.toml", WEEKLY)
    for week in range(9):
        a_week(house, 1, f"week {week}")
    house.write("subscriptions/ada.toml", WEEKLY.replace('"Maps"', '"Charts"'))
    for week in range(2):
        house.drop(f"chart {week}.jsonl", f"Another paper map of week {week}")
        house.run()
        house.wait(days=7)

    (charts,) = house.digests()[-1]["weeks"]
    assert charts["topic"] == "Charts"
    assert charts["papers"][:6] == [0] * 6
    assert all(charts["papers"][6:])


@pytest.fixture
def edited(house: House) -> House:
    """A weekly whose topic got one word more after its first digest; that word alone found a paper of the week before."""
    house.write("subscriptions/ada.toml", WEEKLY)
    house.drop("socks.jsonl", "Sorting socks by state space model")
    a_week(house, 1, "first")
    more = WEEKLY.replace('"paper map"', '"paper map", "state space model"')
    house.write("subscriptions/ada.toml", 'backfill = "14 days"\n' + more)
    a_week(house, 2, "second")
    return house


def test_what_only_a_new_word_found_is_in_its_topics_row(edited: House) -> None:
    late, *_ = edited.digests()[1]["topics"][1:]
    assert late["name"] == "New keyword: state space model"
    assert edited.digests()[1]["weeks"] == [{"topic": "Maps", "papers": [1, 3]}]


def test_it_is_in_that_row_a_week_later_too(edited: House) -> None:
    a_week(edited, 1, "third")

    assert edited.digests()[2]["weeks"] == [{"topic": "Maps", "papers": [1, 3, 1]}]


def test_why_names_the_topic_that_found_it_and_no_other(edited: House, program: Program) -> None:
    said = program("why", "Sorting socks", "ada").out

    assert "sent under Maps on " in said
    assert "is no topic of ada any more" not in said


@pytest.mark.parametrize("schedule", ["daily 08:00", "monthly 20 08:00", "mon,fri 08:00"])
def test_only_weeklies_have_weeks(house: House, schedule: str) -> None:
    house.write("subscriptions/ada.toml", ADA.replace("daily 08:00", schedule))
    for week in range(6):
        a_week(house, 1, f"week {week}")

    assert len(house.digests()) > 1
    assert all(one["weeks"] == [] for one in house.digests())


def test_a_digest_by_day_has_its_papers_under_days_and_its_answer_by_topic(house: House) -> None:
    house.write("subscriptions/ada.toml", 'group = "day"\n' + WEEKLY)
    house.run()
    maps(house, 1, "friday")
    house.ingest()
    house.wait(days=2)
    maps(house, 2, "sunday")
    house.ingest()
    house.wait(days=5)
    house.run()

    page = sorted((house.folder / "outbox").glob("*/digest.txt"))[-1].read_text(encoding="utf-8")
    days = [line for line in page.splitlines() if line.startswith(("Sunday", "Friday 20"))]
    assert days == ["Sunday 22 Nov · 2 papers", "Friday 20 Nov · 1 paper"]
    assert "  Maps · matched: " in page
    assert [topic["name"] for topic in house.digests()[-1]["topics"]] == ["Maps"]


def test_preview_shows_the_counts_as_the_digest_will(house: House, program: Program) -> None:
    house.write("subscriptions/ada.toml", ADA)
    a_day(house, 2, "friday")
    maps(house, 1, "saturday")
    house.ingest()

    answer = program("preview", "ada", "--format", "text", "--now", house.now.isoformat())

    assert "Fri 2 · Sat 1" in flat(answer.out)


def test_the_answer_of_preview_has_the_counts(house: House, program: Program) -> None:
    house.write("subscriptions/ada.toml", ADA)
    a_day(house, 2, "friday")
    maps(house, 1, "saturday")
    house.ingest()

    answer = program("preview", "ada", "--json", "--now", house.now.isoformat()).json

    assert [day["papers"] for day in answer["per_day"]][-2:] == [2, 1]
    assert (answer["weeks"], answer["dormant"]) == ([], [])


def test_the_example_of_the_docs_is_a_reader_whose_papers_stand_by_day(house: House) -> None:
    page = (Path(__file__).parents[2] / "docs" / "digests.md").read_text(encoding="utf-8")
    example = page.partition("## By day")[2].partition("```toml\n")[2].partition("```")[0]
    house.write("subscriptions/ada.toml", example.replace("ada@example.org", "file:outbox"))

    (ada,) = house.app.settings.subscribers
    assert ada.group == "day"


def test_a_way_to_group_that_does_not_exist_is_named_with_its_line(
    house: House, program: Program
) -> None:
    house.write("subscriptions/ada.toml", 'group = "week"\n' + ADA)

    checked = program("check")

    assert checked.code == 3
    assert "ada.toml:1:" in checked.out + checked.err
    assert "topic, day" in checked.out + checked.err
