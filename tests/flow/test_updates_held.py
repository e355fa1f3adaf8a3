"""News of a paper whose digest the brake holds: it waits until the digest is out, and goes where the digest goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from house import ADA, House, titles_of
from paperdigest.flow import brake, resolve
from paperdigest.store import deliveries
from paperdigest.store.connection import Store
from program import Program

FLOOD = 620  # more than 500, and more than ten times what anybody here usually gets
ALL = 'include = ["new", "withdrawn", "revised"]\n'
SURVEY: dict[str, Any] = {
    "id": "arxiv:2611.00099v1",
    "title": "A paper map of the flood",
    "abstract": "We fold a paper map. It stays flat for an hour.",
}
EARLY = {**SURVEY, "id": "arxiv:2611.00001v1", "title": "An early paper map"}
TITLE = "A paper map of the flood"


@pytest.fixture
def held(house: House) -> House:
    """A house whose fourth day's run is held, with a paper in it of which there is news a day later."""
    house.write("subscriptions/ada.toml", ALL + ADA)
    for day in range(3):
        house.drop(f"day{day}.jsonl", f"Paper maps of day {day}", *([EARLY] if not day else []))
        house.run()
        house.wait(days=1)
    # Its survey is the best of them all, so that it is shown and not only counted.
    flood = [{"title": f"Paper maps of the flood, sheet {n}", "votes": 1} for n in range(FLOOD)]
    house.drop("flood.jsonl", {**SURVEY, "votes": 99}, *flood)
    assert house.run().held is not None
    return house


def news(house: House, name: str = "gone", **changed: Any) -> None:
    """Let a day pass in which something happened to the survey, and go by."""
    house.drop(f"{name}.jsonl", {**SURVEY, "votes": 99, "withdrawn": True, **changed})
    a_day(house)


def a_day(house: House) -> None:
    house.wait(days=1)
    house.run()


def decide(house: House, what: Callable[[Store, int, Any], int]) -> None:
    with house.app.open_store() as store, store.transaction():
        what(store, 1, house.now)


def told(house: House) -> list[list[str]]:
    """Return the titles of each notice of updates."""
    return [titles_of(one) for one in notices(house)]


def notices(house: House) -> list[dict[str, Any]]:
    return [one for one in house.digests() if one["slot"].endswith(" updates")]


def the_held(house: House) -> int:
    """Return the number of the message that is held."""
    with house.app.open_store(write=False) as store:
        (row,) = deliveries.listed(store, state="held")
    return row.id


def test_nothing_is_told_of_a_paper_that_the_reader_has_not_got(held: House) -> None:
    news(held)
    a_day(held)

    assert told(held) == []


def test_news_of_other_papers_is_told_meanwhile(held: House) -> None:
    held.drop("early.jsonl", {**EARLY, "withdrawn": True})
    news(held)

    assert told(held) == [["An early paper map"]]


def test_once_the_run_is_released_it_is_told_once(held: House) -> None:
    news(held)
    decide(held, brake.release)
    for _ in range(3):
        a_day(held)

    assert told(held) == [[TITLE]]


def test_the_digest_is_out_before_the_news(held: House) -> None:
    news(held)
    decide(held, brake.release)
    a_day(held)

    kinds = [one["kind"] for one in held.digests() if TITLE in titles_of(one)]
    with held.app.open_store(write=False) as store:
        sent = {row.digest_id: row.sent_at for row in deliveries.listed(store)}
    assert sorted(kinds) == ["digest", "notice"]
    assert list(sent) == sorted(sent, reverse=True)


def test_it_is_told_however_long_the_run_was_held(held: House) -> None:
    news(held)
    held.wait(days=30)
    decide(held, brake.release)
    a_day(held)

    assert told(held) == [[TITLE]]


def test_where_the_run_is_dropped_it_is_never_told(held: House) -> None:
    news(held)
    decide(held, brake.drop)
    a_day(held)
    news(held, "again", id="arxiv:2611.00099v2", title="A paper map of the flood, anew")
    a_day(held)

    assert told(held) == []


def test_what_the_operator_sent_by_hand_is_out(held: House) -> None:
    """The others of the run are still held."""
    with held.app.open_store() as store, store.transaction():
        resolve.again(store, the_held(held), held.now)
    held.deliver()
    news(held)

    assert told(held) == [[TITLE]]


def test_a_message_thrown_away_alone_takes_its_news_along(held: House) -> None:
    """Whatever becomes of the others of its run."""
    news(held)
    with held.app.open_store() as store, store.transaction():
        resolve.drop(store, the_held(held), held.now)
    decide(held, brake.release)
    a_day(held)

    assert told(held) == []


def test_several_news_of_it_are_one_when_they_are_told(held: House) -> None:
    second = {"id": "arxiv:2611.00099v2", "title": "A paper map of the great flood"}
    news(held, "second", withdrawn=False, **second)
    news(held, "third", withdrawn=False, id="arxiv:2611.00099v3", title="Flood paper map")
    decide(held, brake.release)
    a_day(held)

    assert told(held) == [["Flood paper map"]]
    (notice,) = notices(held)
    assert notice["topics"][0]["papers"][0]["note"].endswith("version 3 is out.")


def test_a_paper_that_is_back_by_then_is_not_told_as_withdrawn(held: House) -> None:
    news(held)
    news(held, "back", withdrawn=False, id="arxiv:2611.00099v2")
    decide(held, brake.release)
    a_day(held)

    assert told(held) == []


def test_why_says_what_the_news_waits_for(held: House, program: Program) -> None:
    news(held)

    said = program("why", "arxiv:2611.00099", "ada", "--now", held.now.isoformat()).out
    assert "withdrawn: waits for the digest that brings the paper" in said


def test_a_preview_does_not_tell_it_either(held: House, program: Program) -> None:
    held.drop("gone.jsonl", {**SURVEY, "votes": 99, "withdrawn": True})
    held.wait(days=1)
    held.ingest()

    shown = program("preview", "--now", held.now.isoformat(), "--json").json
    assert shown["updates"] == []
