"""arXiv day by day: announcements by feed, and nothing lost of the days that were missed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from arxiv_server import Arxiv, Submitted, arxiv_server
from house import CONFIG, House, titles_of
from http_server import Reply, Request
from paperdigest.sources.arxiv import ArxivSource

FRIDAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture
def arxiv() -> Iterator[Arxiv]:
    with arxiv_server() as server:
        for day in range(-3, 14):
            on = FRIDAY + day * DAY
            server.papers.append(
                Submitted(f"2611.{10_000 + day:05}", f"Paper map of day {day}", on)
            )
        yield server


@pytest.fixture
def reading(house: House, arxiv: Arxiv) -> House:
    house.write("paperdigest.toml", CONFIG + f'[[source]]\nname = "arxiv"\n{arxiv.options}')
    return house


def wait(house: House, arxiv: Arxiv, days: int) -> None:
    house.wait(days=days)
    arxiv.today += days * DAY


def told(house: House) -> list[str]:
    """Return every title of every digest."""
    return [title for digest in house.digests() for title in titles_of(digest)]


def test_a_day_brings_its_announcements_and_asks_the_api_nothing(
    reading: House, arxiv: Arxiv
) -> None:
    reading.run()

    assert told(reading) == ["Paper map of day -1"]
    assert arxiv.asked == []


def test_the_weekend_is_no_gap(reading: House, arxiv: Arxiv) -> None:
    reading.run()
    wait(reading, arxiv, 3)
    reading.run()

    assert set(told(reading)) == {f"Paper map of day {day}" for day in (-1, 0, 1, 2)}
    assert arxiv.asked == []


def test_a_week_without_the_service_is_one_digest_with_every_paper_once(
    reading: House, arxiv: Arxiv
) -> None:
    reading.run()
    wait(reading, arxiv, 7)

    reading.run()

    assert len(reading.digests()) == 2
    titles = told(reading)
    assert len(titles) == len(set(titles))
    missed = {f"Paper map of day {day}" for day in range(7)}
    assert missed <= set(titles)
    assert arxiv.asked == ["0"]


def test_a_missed_paper_is_news_though_it_has_a_second_version_by_now(
    reading: House, arxiv: Arxiv
) -> None:
    reading.run()
    arxiv.papers.append(Submitted("2611.20000", "Paper map revised", FRIDAY + 3 * DAY, version=2))
    wait(reading, arxiv, 7)

    reading.run()

    assert "Paper map revised" in told(reading)


def test_pages_are_read_to_the_end(reading: House, arxiv: Arxiv) -> None:
    arxiv.page = 4
    reading.run()
    wait(reading, arxiv, 7)

    reading.run()

    assert arxiv.asked == ["0", "4", "8"]
    assert {f"Paper map of day {day}" for day in range(7)} <= set(told(reading))


def test_a_page_for_people_in_place_of_the_missed_days_is_told_with_its_address(
    reading: House, arxiv: Arxiv
) -> None:
    reading.run()
    wait(reading, arxiv, 7)
    arxiv.instead = [Reply(b"<!doctype html><html>Please sign in</html>")]

    report = reading.ingest()

    error = next(one.error for one in report.sources if one.name == "arxiv")
    assert error.startswith(f"{arxiv.http.url}/api/query: an HTML page, not a feed")


@pytest.mark.parametrize(
    "broken",
    [
        Reply(b"", 503),
        Reply(b"<feed>"),
        Reply(
            b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><totalResults>11</totalResults></feed>'
        ),
    ],
    ids=["not there", "cut off", "empty"],
)
def test_filling_goes_on_where_it_was_broken_off(
    reading: House, arxiv: Arxiv, broken: Reply
) -> None:
    arxiv.page = 4
    reading.run()
    wait(reading, arxiv, 7)
    arxiv.instead = [arxiv.api(first_page()), broken]
    reading.run()
    assert "Paper map of day 6" in told(reading)  # today's are there all the same
    reading.wait(hours=7)
    arxiv.http.requests.clear()

    reading.run()
    reading.wait(days=1)
    reading.run()

    assert arxiv.asked[0] == "4"
    titles = told(reading)
    assert {f"Paper map of day {day}" for day in range(7)} <= set(titles)
    assert len(titles) == len(set(titles))


NO_ENTRIES = Reply(b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id></feed>')
NONE_AT_ALL = Reply(
    b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>'
    b"<totalResults>0</totalResults></feed>"
)


@pytest.mark.parametrize(
    "before", [[], [None]], ids=["on the first page", "where more was promised"]
)
def test_an_empty_answer_without_a_total_loses_no_day(
    reading: House, arxiv: Arxiv, before: list[None]
) -> None:
    arxiv.page = 4
    reading.run()
    wait(reading, arxiv, 7)
    arxiv.instead = [arxiv.api(first_page()) for _ in before] + [NO_ENTRIES]

    (_, broken) = reading.ingest().sources
    reading.wait(days=1)
    reading.run()

    assert broken.status == "failed"
    assert "it will be tried again" in broken.error
    assert {f"Paper map of day {day}" for day in range(7)} <= set(told(reading))


def test_a_page_that_says_there_are_none_where_more_was_promised_loses_no_day(
    reading: House, arxiv: Arxiv
) -> None:
    arxiv.page = 4
    reading.run()
    wait(reading, arxiv, 7)
    arxiv.instead = [arxiv.api(first_page()), NONE_AT_ALL]

    (_, broken) = reading.ingest().sources
    reading.wait(days=1)
    reading.run()

    assert broken.status == "failed"
    assert {f"Paper map of day {day}" for day in range(7)} <= set(told(reading))


def test_missed_days_on_which_nothing_was_submitted_are_done(reading: House, arxiv: Arxiv) -> None:
    reading.run()
    wait(reading, arxiv, 7)
    arxiv.instead = [NONE_AT_ALL]

    (_, report) = reading.ingest().sources
    reading.wait(hours=7)
    reading.ingest()

    assert report.status == "ok"
    assert arxiv.asked == ["0"]


def test_more_papers_than_the_api_pages_through_are_asked_for_in_fewer_days(
    reading: House, arxiv: Arxiv
) -> None:
    reading.run()
    wait(reading, arxiv, 7)
    arxiv.instead = [too_many()]

    reading.run()

    assert arxiv.asked == ["0", "0", "0"]
    titles = told(reading)
    assert {f"Paper map of day {day}" for day in range(7)} <= set(titles)
    assert len(titles) == len(set(titles))


def too_many() -> Reply:
    return Reply(
        b'<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title><id>x</id>'
        b"<totalResults>30001</totalResults></feed>"
    )


def first_page() -> Request:
    query = (
        "search_query=(cat:cs.CV)+AND+submittedDate:[202611160000+TO+202611272359]"
        "&start=0&max_results=200"
    )
    return Request("GET", f"/api/query?{query}", {})


def test_an_empty_day_is_no_gap_and_loses_none(reading: House, arxiv: Arxiv) -> None:
    reading.run()
    wait(reading, arxiv, 1)  # a Saturday: the feed is there and empty
    reading.run()
    wait(reading, arxiv, 2)
    reading.run()

    assert arxiv.asked == []
    assert set(told(reading)) == {f"Paper map of day {day}" for day in (-1, 0, 1, 2)}


@pytest.mark.parametrize(
    ("categories", "words"),
    [((), "categories are missing"), (("cs.CV&x=1",), '"cs.CV&x=1" is no arXiv category')],
)
def test_what_is_no_category_is_refused(categories: tuple[str, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ArxivSource("arxiv", categories)
