"""From nothing to a first digest, and what the runs after it send."""

from __future__ import annotations

from datetime import UTC, datetime

from house import ADA, House, titles_of
from program import Program

MAPS = ("Folding paper maps", "Tearing paper maps")


def test_first_digest_comes_at_any_time_of_day_and_says_what_it_looked_back_over(
    house: House,
) -> None:
    house.drop("monday.jsonl", *MAPS, "Sorting socks")

    report = house.run()

    assert [done.papers for done in report.digests] == [2]
    digest = house.digests()[0]
    assert titles_of(digest) == list(MAPS)
    assert any("7 days" in note for note in digest["notes"])


def test_a_second_run_sends_nothing(house: House) -> None:
    house.drop("monday.jsonl", *MAPS)
    house.run()

    report = house.run()

    assert report.digests == ()
    assert len(house.digests()) == 1


def test_a_dump_that_repeats_all_and_adds_one_gives_a_digest_of_one(house: House) -> None:
    house.drop("monday.jsonl", *MAPS)
    house.run()
    house.wait(days=1)
    house.drop("tuesday.jsonl", *MAPS, "Reading paper maps")

    house.run()

    assert house.titles() == [list(MAPS), ["Reading paper maps"]]


def test_nothing_is_sent_before_the_slot(house: House) -> None:
    house.drop("monday.jsonl", *MAPS)
    house.run()
    house.wait(hours=1)
    house.drop("tuesday.jsonl", "Reading paper maps")

    assert house.run().digests == ()

    house.now = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)  # 08:00 in Berlin
    assert [done.slot for done in house.run().digests] == ["2026-11-21T08:00 Europe/Berlin"]


def test_a_keyword_added_later_is_named_by_the_next_digest(house: House) -> None:
    house.drop("monday.jsonl", *MAPS, "Sorting socks by state space model")
    house.run()
    house.wait(days=1)
    house.write(
        "subscriptions/ada.toml", ADA.replace('"paper map"', '"paper map", "state space model"')
    )

    house.run()

    topic = house.digests()[1]["topics"][0]
    assert topic["name"] == "New keyword: state space model"
    assert [paper["title"] for paper in topic["papers"]] == ["Sorting socks by state space model"]


def test_a_preview_names_it_before_anything_is_sent(house: House, program: Program) -> None:
    house.drop("monday.jsonl", *MAPS, "Sorting socks by state space model")
    house.run()
    house.write(
        "subscriptions/ada.toml", ADA.replace('"paper map"', '"paper map", "state space model"')
    )

    said = program("preview", "--now", house.now.isoformat()).out

    assert "New keyword: state space model · 1 paper" in said
    assert MAPS[0] not in said


def test_a_topic_added_later_looks_back(house: House) -> None:
    house.drop("monday.jsonl", *MAPS, "Sorting socks")
    house.run()
    house.wait(days=1)
    house.write("subscriptions/ada.toml", ADA + '\n[[topic]]\nname = "Socks"\nkeywords = "sock"\n')

    house.run()

    assert house.titles()[1] == ["Sorting socks"]


def test_a_subscriber_added_later_looks_back_by_backfill_and_no_further(house: House) -> None:
    house.drop("old.jsonl", "An old paper map")
    house.run()
    house.wait(days=8)
    house.drop("new.jsonl", "A new paper map")
    house.run()
    house.wait(hours=1)
    house.write("subscriptions/ben.toml", ADA.replace("file:outbox", "file:outbox/ben"))

    house.run()

    assert house.titles("outbox/ben") == [["A new paper map"]]


def test_papers_taken_before_anyone_subscribed_are_within_backfill_too(house: House) -> None:
    house.drop("monday.jsonl", *MAPS)
    (house.folder / "subscriptions/ada.toml").unlink()
    house.reload()
    house.ingest()
    house.wait(days=2)
    house.write("subscriptions/ada.toml", ADA)

    assert [done.papers for done in house.run().digests] == [2]
