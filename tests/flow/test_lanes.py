"""Several lanes of one reader: the first to compose takes a paper, the others only name it."""

from __future__ import annotations

from collections import Counter

from house import House, titles_of
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
