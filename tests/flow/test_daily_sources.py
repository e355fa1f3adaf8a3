"""Hugging Face, bioRxiv and PubMed: each carries on from where it was, and fills the days that were missed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from house import CONFIG, House, titles_of
from http_server import HttpServer, Reply, Request, http_server
from paperdigest.sources.biorxiv_server import BiorxivSource
from paperdigest.sources.pubmed import PubmedSource

FRIDAY = date(2026, 11, 20)
DAY = timedelta(days=1)
ABSTRACT = "We fold paper maps along their creases, again and again."


def reads(house: House, options: str) -> None:
    house.write("paperdigest.toml", CONFIG + f'[[source]]\nname = "there"\n{options}')


def told(house: House) -> list[str]:
    """Return every title of every digest."""
    return [title for digest in house.digests() for title in titles_of(digest)]


def map_of(day: int) -> str:
    return f"Paper map of day {day}"


# ------------------------------------------------------------------ Hugging Face


@contextmanager
def hugging_face() -> Iterator[HttpServer]:
    def answer(request: Request) -> Reply:
        day = date.fromisoformat(parse_qs(urlsplit(request.path).query)["date"][0])
        number = (day - FRIDAY).days
        paper = {
            "id": f"2611.{10_000 + number:05}",
            "title": map_of(number),
            "summary": ABSTRACT,
            "upvotes": 12,
            "publishedAt": f"{day}T09:00:00.000Z",
            "authors": [{"name": "Ada Lovelace", "hidden": False}],
        }
        list_ = [{"paper": paper, "title": paper["title"], "summary": ABSTRACT}]
        return Reply(json.dumps([] if day.weekday() > 4 else list_).encode())

    with http_server({"/api/daily_papers": answer}) as server:
        yield server


def days_asked(server: HttpServer) -> list[str]:
    return [parse_qs(urlsplit(one.path).query)["date"][0] for one in server.requests]


def test_hugging_face_is_read_day_by_day_and_missed_days_are_filled(house: House) -> None:
    with hugging_face() as server:
        reads(house, f'kind = "huggingface"\nurl = "{server.url}/api/daily_papers"\n')
        house.run()
        assert days_asked(server) == ["2026-11-19", "2026-11-20"]
        server.requests.clear()
        house.wait(days=7)

        house.run()

    assert days_asked(server) == [f"2026-11-{day}" for day in range(21, 28)]
    titles = told(house)
    assert len(titles) == len(set(titles))
    assert set(titles) == {map_of(day) for day in (-1, 0, 3, 4, 5, 6, 7)}


def test_a_day_that_cannot_be_read_is_asked_for_again(house: House) -> None:
    with hugging_face() as server:
        reads(house, f'kind = "huggingface"\nurl = "{server.url}/api/daily_papers"\n')
        house.run()
        answer = server.replies["/api/daily_papers"]
        server.replies["/api/daily_papers"] = Reply(b"<html>sign in</html>")
        house.wait(days=4)
        house.run()
        server.replies["/api/daily_papers"] = answer
        house.wait(days=1)

        house.run()

    assert {map_of(day) for day in (3, 4, 5)} <= set(told(house))


# ------------------------------------------------------------------ bioRxiv


@contextmanager
def biorxiv(page: int = 100) -> Iterator[HttpServer]:
    def answer(request: Request) -> Reply:
        _, _, server, since, until, cursor, _ = urlsplit(request.path).path.split("/")
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        rows = [_row(first + n * DAY, server) for n in range((last - first).days + 1)]
        some = rows[int(cursor) : int(cursor) + page]
        status = {"status": "ok", "count": len(some), "total": str(len(rows)), "cursor": cursor}
        return Reply(json.dumps({"messages": [status], "collection": some}).encode())

    with http_server() as server:
        server.otherwise = answer
        yield server


def _row(day: date, server: str) -> dict[str, str]:
    number = (day - FRIDAY).days
    return {
        "doi": f"10.1101/{day:%Y.%m.%d}.{100_000 + number}",
        "title": map_of(number),
        "authors": "Lovelace, A.; Hopper, G.",
        "date": day.isoformat(),
        "version": "1",
        "type": "new results",
        "category": "neuroscience" if number % 2 else "genetics",
        "abstract": ABSTRACT,
        "published": "NA",
        "server": server,
    }


def test_biorxiv_is_read_to_its_last_page_and_missed_days_are_filled(house: House) -> None:
    with biorxiv(page=4) as server:
        reads(house, f'kind = "biorxiv"\nurl = "{server.url}/details"\n')
        house.run()
        house.wait(days=7)
        server.requests.clear()

        house.run()

    assert [one.path.rpartition("/")[0][-1] for one in server.requests] == ["0", "4", "8"]
    titles = told(house)
    assert len(titles) == len(set(titles))
    assert set(titles) == {map_of(day) for day in range(-2, 8)}


def test_only_the_wanted_categories_of_biorxiv_are_taken(house: House) -> None:
    with biorxiv() as server:
        options = 'kind = "biorxiv"\nserver = "medrxiv"\ncategories = ["Neuroscience"]\n'
        reads(house, f'{options}url = "{server.url}/details"\n')
        house.run()

    assert told(house) == [map_of(-1)]
    assert "/medrxiv/" in server.requests[0].path


def test_another_server_than_the_two_is_refused() -> None:
    with pytest.raises(ValueError, match='"arxiv" is no server'):
        BiorxivSource("x", server="arxiv")


# ------------------------------------------------------------------ PubMed


@contextmanager
def pubmed(count: int = 3) -> Iterator[HttpServer]:
    def search(request: Request) -> Reply:
        ids = [str(900_000 + number) for number in range(count)]
        found = {"count": str(count), "retmax": str(count), "idlist": ids}
        return Reply(json.dumps({"esearchresult": found}).encode())

    def fetch(request: Request) -> Reply:
        ids = parse_qs(urlsplit(request.path).query)["id"][0].split(",")
        body = "".join(map(_article, ids))
        return Reply(f"<?xml version='1.0'?><PubmedArticleSet>{body}</PubmedArticleSet>".encode())

    with http_server({"/esearch.fcgi": search, "/efetch.fcgi": fetch}) as server:
        yield server


def _article(pmid: str) -> str:
    return (
        f'<PubmedArticle><MedlineCitation><PMID Version="1">{pmid}</PMID><Article>'
        f"<Journal><Title>Letters on Maps</Title></Journal><ArticleTitle>Paper map number {pmid}.</ArticleTitle>"
        f"<Abstract><AbstractText>{ABSTRACT}</AbstractText></Abstract>"
        "<ArticleDate><Year>2026</Year><Month>11</Month><Day>19</Day></ArticleDate>"
        "</Article></MedlineCitation></PubmedArticle>"
    )


def test_what_a_pubmed_search_finds_anew_is_told_once(house: House) -> None:
    with pubmed() as server:
        reads(house, f'kind = "pubmed"\nquery = "paper maps[tiab]"\nurl = "{server.url}"\n')
        house.run()
        house.wait(days=2)
        house.run()

    searches = [
        parse_qs(urlsplit(one.path).query) for one in server.requests if "esearch" in one.path
    ]
    assert [one["mindate"][0] for one in searches] == ["2026/11/17", "2026/11/17"]
    assert searches[0]["term"] == ["paper maps[tiab]"]
    assert len(told(house)) == 3


def test_many_finds_are_fetched_in_pieces(house: House) -> None:
    with pubmed(450) as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        report = house.ingest()

    assert sum("efetch" in one.path for one in server.requests) == 3
    assert report.total("new") == 450


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"esearchresult": {"ERROR": "Invalid db name specified: pub"}}, "PubMed answers: Invalid db name"),
        ({"error": "API rate limit exceeded"}, "PubMed answers: API rate limit exceeded"),
        ({"esearchresult": {"idlist": []}}, "names no count"),
        ({"esearchresult": {"count": "99999", "idlist": ["1"]}}, "narrow the query"),
    ],
)  # fmt: skip
def test_a_search_that_went_wrong_is_a_failure_in_words(
    house: House, answer: object, words: str
) -> None:
    with http_server({"/esearch.fcgi": Reply(json.dumps(answer).encode())}) as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        (_, report) = house.ingest().sources

    assert report.status == "failed"
    assert words in report.error


def test_an_empty_query_is_refused() -> None:
    with pytest.raises(ValueError, match="the query is empty"):
        PubmedSource("x", " ")
