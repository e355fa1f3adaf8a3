"""Each time a paper is listed in a further category is news of its own, told once; what an earlier version told stays
told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from house import ADA, House
from program import Program

PAPER: dict[str, Any] = {
    "id": "arxiv:2611.00001v1",
    "title": "Folding paper maps again",
    "abstract": "We fold a paper map. It stays flat for an hour.",
    "categories": ["cs.CG"],
}
WANTED = 'include = ["new", "cross-listed"]\n'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.built(tmp_path, ada=WANTED + ADA)
    house.drop("one.jsonl", PAPER)
    house.run()
    yield house
    house.close()


def listed(house: House, *categories: str) -> None:
    """Let a source list the paper in these categories besides."""
    paper = {**PAPER, "categories": ["cs.CG", *categories]}
    house.drop(f"{'-'.join(categories)}.jsonl", paper)
    house.ingest()


def a_day(house: House, *categories: str) -> None:
    house.wait(days=1)
    if categories:
        listed(house, *categories)
    house.run()


def told(house: House) -> list[str]:
    """Return what each notice says of its only paper, less when that was sent."""
    notices = [one for one in house.digests() if one["kind"] == "notice"]
    papers = [paper for one in notices for topic in one["topics"] for paper in topic["papers"]]
    assert len(papers) == len(notices)
    return [paper["note"].partition(", ")[2] for paper in papers]


def as_before(house: House) -> None:
    """Let the change log be as the version before wrote it: it did not number listings."""
    with house.app.open_store() as store, store.transaction():
        assert store.write("UPDATE changes SET revision = 0 WHERE kind = 'cross-listed'")


def test_each_of_several_listings_is_told_in_its_time(house: House) -> None:
    a_day(house, "cs.LG")
    a_day(house)
    a_day(house, "cs.LG", "cs.CV")
    a_day(house)

    assert told(house) == ["now also listed in cs.LG.", "now also listed in cs.CV."]


def test_those_between_two_digests_are_told_together(house: House) -> None:
    house.wait(hours=1)
    listed(house, "cs.LG")
    a_day(house, "cs.LG", "cs.CV")
    a_day(house)

    assert told(house) == ["now also listed in cs.LG and cs.CV."]


def test_every_listing_has_an_outcome_of_its_own(house: House) -> None:
    a_day(house, "cs.LG")
    a_day(house, "cs.LG", "cs.CV")

    with house.app.open_store(write=False) as store:
        rows = store.rows("SELECT reason, outcome FROM outcomes ORDER BY change")
    assert rows == [("new", "sent"), ("cross-listed", "sent"), ("cross-listed:2", "sent")]


def test_why_counts_them(house: House, program: Program) -> None:
    a_day(house, "cs.LG")
    a_day(house, "cs.LG", "cs.CV")

    said = program("why", "arxiv:2611.00001", "ada").out
    assert "cross-listed: told on Saturday 21 Nov 2026" in said
    assert "cross-listed for the 2nd time: told on Sunday 22 Nov 2026" in said


def test_what_the_version_before_told_is_not_told_again(house: House) -> None:
    a_day(house, "cs.LG")
    as_before(house)
    a_day(house)
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE lanes SET bookmark = 0")  # as where two names are joined
    a_day(house)

    assert told(house) == ["now also listed in cs.LG."]


def test_what_comes_after_the_version_before_is_told(house: House) -> None:
    a_day(house, "cs.LG")
    as_before(house)
    a_day(house, "cs.LG", "cs.CV")

    assert told(house) == ["now also listed in cs.LG.", "now also listed in cs.CV."]


def test_what_the_version_before_had_not_told_yet_is_told_with_what_came_since(
    house: House,
) -> None:
    house.wait(hours=1)
    listed(house, "cs.LG")
    as_before(house)
    a_day(house, "cs.LG", "cs.CV")

    assert told(house) == ["now also listed in cs.LG and cs.CV."]


def test_listings_before_the_paper_was_sent_do_not_count_as_news_of_it(house: House) -> None:
    """A paper that nobody asked for at first is new with all its categories."""
    other = {**PAPER, "id": "arxiv:2611.00002v1", "title": "Sorting socks", "abstract": ""}
    house.drop("socks.jsonl", other)
    house.ingest()
    house.drop("socks-2.jsonl", {**other, "categories": ["cs.CG", "cs.LG"]})
    a_day(house)
    house.write(
        "subscriptions/ada.toml", WANTED + ADA.replace('"paper map"', '"paper map", "sock"')
    )
    a_day(house)

    assert told(house) == []
