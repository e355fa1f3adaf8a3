"""Hugging Face, bioRxiv and PubMed: each carries on from where it was, and fills the days that were missed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
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
def hugging_face(count: int = 1, *, pages: bool = True) -> Iterator[HttpServer]:
    """Serve `count` papers a day; without `pages` its first page is all that is ever answered."""

    def answer(request: Request) -> Reply:
        asked = parse_qs(urlsplit(request.path).query)
        day = date.fromisoformat(asked["date"][0])
        limit, page = int(asked["limit"][0]), int(asked.get("p", ["0"])[0]) if pages else 0
        papers = [] if day.weekday() > 4 else [_voted(day, number) for number in range(count)]
        return Reply(json.dumps(papers[page * limit : (page + 1) * limit]).encode())

    with http_server({"/api/daily_papers": answer}) as server:
        yield server


def _voted(day: date, place: int) -> dict[str, object]:
    number = (day - FRIDAY).days
    title = map_of(number) + (f", part {place}" if place else "")
    paper = {
        "id": f"2611.{10_000 + number + 100 * place:05}",
        "title": title,
        "summary": ABSTRACT,
        "upvotes": 12,
        "publishedAt": f"{day}T09:00:00.000Z",
        "authors": [{"name": "Ada Lovelace", "hidden": False}],
    }
    return {"paper": paper, "title": title, "summary": ABSTRACT}


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


def test_a_day_with_more_papers_than_a_page_holds_is_read_to_its_last_page(house: House) -> None:
    with hugging_face(230) as server:
        reads(house, f'kind = "huggingface"\nurl = "{server.url}/api/daily_papers"\n')
        report = house.ingest()

    pages = [parse_qs(urlsplit(one.path).query).get("p", ["0"])[0] for one in server.requests]
    assert pages == ["0", "1", "2", "0", "1", "2"]
    assert report.total("new") == 2 * 230


def test_a_service_that_knows_no_pages_is_read_once(house: House) -> None:
    with hugging_face(100, pages=False) as server:
        reads(house, f'kind = "huggingface"\nurl = "{server.url}/api/daily_papers"\n')
        report = house.ingest()

    assert len(server.requests) == 4
    assert report.total("new") == 2 * 100


def test_a_day_whose_second_page_is_none_is_asked_for_again(house: House) -> None:
    with hugging_face(130) as server:
        answer = server.replies["/api/daily_papers"]
        assert callable(answer)
        server.replies["/api/daily_papers"] = lambda request: (
            Reply(b"{}") if "p=1" in request.path else answer(request)
        )
        reads(house, f'kind = "huggingface"\nurl = "{server.url}/api/daily_papers"\n')
        (_, broken) = house.ingest().sources
        server.replies["/api/daily_papers"] = answer
        house.wait(days=1)

        report = house.ingest()

    assert broken.status == "failed"
    assert "it will be tried again" in broken.error
    assert report.total("new") == 130  # the next day is a Saturday, and empty


def test_a_day_without_an_end_is_a_failure_in_words(house: House) -> None:
    with hugging_face(2_100) as server:
        reads(house, f'kind = "huggingface"\nurl = "{server.url}/api/daily_papers"\n')
        (_, report) = house.ingest().sources

    assert report.status == "failed"
    assert "2,000 papers of 2026-11-19 came, and still more follow" in report.error


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


NO_POSTS = Reply(b'{"messages":[{"status":"no posts found"}],"collection":[]}')


def breaks_at(server: HttpServer, cursor: str) -> Callable[[], None]:
    """Let one page of bioRxiv be empty; what is returned mends it."""
    answer = server.otherwise
    assert callable(answer)
    server.otherwise = lambda request: (
        NO_POSTS if request.path.endswith(f"/{cursor}/json") else answer(request)
    )

    def mend() -> None:
        server.otherwise = answer

    return mend


def test_an_empty_page_of_biorxiv_where_more_was_promised_loses_no_day(house: House) -> None:
    with biorxiv(page=4) as server:
        reads(house, f'kind = "biorxiv"\nurl = "{server.url}/details"\n')
        house.run()
        house.wait(days=14)
        mend = breaks_at(server, "8")
        (_, broken) = house.ingest().sources
        mend()
        house.wait(days=1)

        house.run()

    assert broken.status == "failed"
    assert "it will be tried again" in broken.error
    assert set(told(house)) >= {map_of(day) for day in range(-2, 15)}


def test_biorxiv_that_carries_on_at_an_empty_page_loses_no_day(house: House) -> None:
    with biorxiv(page=4) as server:
        reads(house, f'kind = "biorxiv"\nurl = "{server.url}/details"\n')
        house.run()
        house.wait(days=14)
        mend = breaks_at(server, "8")
        house.ingest()
        house.wait(days=1)
        (_, again) = house.ingest().sources
        mend()
        house.wait(days=1)

        house.run()

    assert again.status == "failed"
    assert set(told(house)) >= {map_of(day) for day in range(-2, 15)}


def test_a_gap_that_biorxiv_says_is_empty_is_asked_for_again(house: House) -> None:
    with biorxiv() as server:
        reads(house, f'kind = "biorxiv"\nurl = "{server.url}/details"\n')
        house.run()
        house.wait(days=14)
        mend = breaks_at(server, "0")
        house.ingest()
        mend()
        house.wait(days=1)

        house.run()

    assert set(told(house)) == {map_of(day) for day in range(-2, 16)}


def test_biorxiv_whose_list_became_shorter_is_read_on_the_next_day(house: House) -> None:
    with biorxiv(page=4) as server:
        reads(house, f'kind = "biorxiv"\nurl = "{server.url}/details"\n')
        house.run()
        house.wait(days=14)
        mend = breaks_at(server, "8")
        house.ingest()
        mend()
        answer = server.otherwise
        assert callable(answer)
        server.otherwise = lambda request: (
            NO_POSTS if request.path.endswith("/8/json") else _promising(8, answer(request))
        )
        house.wait(days=1)

        (_, report) = house.ingest().sources

    assert report.status == "quiet"


def _promising(total: int, reply: Reply) -> Reply:
    said = json.loads(reply.body)
    said["messages"][0]["total"] = total
    return Reply(json.dumps(said).encode())


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


NO_ARTICLES = Reply(b"<?xml version='1.0'?><PubmedArticleSet></PubmedArticleSet>")


def spans_asked(server: HttpServer) -> list[tuple[str, str]]:
    searches = [
        parse_qs(urlsplit(one.path).query) for one in server.requests if "esearch" in one.path
    ]
    return [(one["mindate"][0], one["maxdate"][0]) for one in searches]


def test_articles_that_pubmed_names_and_does_not_send_are_asked_for_again(house: House) -> None:
    with pubmed() as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        house.run()
        house.wait(days=14)
        answer = server.replies["/efetch.fcgi"]
        server.replies["/efetch.fcgi"] = NO_ARTICLES
        (_, broken) = house.ingest().sources
        server.replies["/efetch.fcgi"] = answer
        server.requests.clear()
        house.wait(days=1)

        house.run()

    assert broken.status == "failed"
    assert "none of the 3 articles" in broken.error
    assert "it will be tried again" in broken.error
    assert spans_asked(server) == [("2026/11/17", "2026/12/05")]


def test_the_others_are_taken_when_pubmed_does_not_send_one_of_the_articles(house: House) -> None:
    with pubmed() as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        server.replies["/efetch.fcgi"] = Reply(
            f"<PubmedArticleSet>{_article('900001')}</PubmedArticleSet>".encode()
        )
        report = house.ingest()

    assert report.total("new") == 1
    assert report.sources[-1].status == "ok"


@contextmanager
def full_pubmed(a_day: int) -> Iterator[HttpServer]:
    """Serve so many finds a day, and list as many ids as PubMed does, or none where there are more."""

    def search(request: Request) -> Reply:
        asked = parse_qs(urlsplit(request.path).query)
        first, last = (
            date.fromisoformat(asked[key][0].replace("/", "-")) for key in ("mindate", "maxdate")
        )
        count = ((last - first).days + 1) * a_day
        ids = [f"{first:%m%d}", f"{last:%m%d}"] + ["x"] * (count - 2)
        found = {"count": str(count), "idlist": ids if count < 10_000 else []}
        return Reply(json.dumps({"esearchresult": found}).encode())

    def fetch(request: Request) -> Reply:
        ids = parse_qs(urlsplit(request.path).query)["id"][0].split(",")
        body = "".join(_article(one) for one in dict.fromkeys(ids))
        return Reply(f"<PubmedArticleSet>{body}</PubmedArticleSet>".encode())

    with http_server({"/esearch.fcgi": search, "/efetch.fcgi": fetch}) as server:
        yield server


def test_a_gap_with_more_finds_than_pubmed_lists_is_read_in_pieces(house: House) -> None:
    with full_pubmed(3_000) as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        (_, report) = house.ingest().sources

    assert report.status == "ok"
    assert spans_asked(server) == [
        ("2026/11/17", "2026/11/20"),
        ("2026/11/17", "2026/11/18"),
        ("2026/11/19", "2026/11/20"),
    ]


def test_pieces_of_a_pubmed_gap_that_are_read_stay_read(house: House) -> None:
    with full_pubmed(3_000) as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        house.ingest()
        house.wait(days=14)
        answer = server.replies["/efetch.fcgi"]
        assert callable(answer)
        server.replies["/efetch.fcgi"] = lambda request: (
            NO_ARTICLES if "1130" in request.path else answer(request)
        )
        house.ingest()
        server.replies["/efetch.fcgi"] = answer
        server.requests.clear()
        house.wait(days=1)

        (_, report) = house.ingest().sources

    assert report.status == "ok"
    assert spans_asked(server)[0] > ("2026/11/17", "2026/12/05")
    assert spans_asked(server)[0] <= ("2026/11/30", "2026/12/05")


def test_days_that_are_read_again_in_pieces_do_not_take_the_bookmark_back(house: House) -> None:
    with full_pubmed(9_000) as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        house.ingest()
        answer = server.replies["/efetch.fcgi"]
        assert callable(answer)
        server.replies["/efetch.fcgi"] = lambda request: (
            NO_ARTICLES if "1118" in request.path else answer(request)
        )
        house.wait(days=1)
        house.ingest()
        server.requests.clear()
        house.wait(days=1)

        house.ingest()

    assert spans_asked(server)[0] == ("2026/11/17", "2026/11/22")


def test_a_search_that_names_fewer_ids_than_it_counts_has_failed(house: House) -> None:
    answer = Reply(json.dumps({"esearchresult": {"count": "7", "idlist": ["1"]}}).encode())
    with http_server({"/esearch.fcgi": answer}) as server:
        reads(house, f'kind = "pubmed"\nquery = "maps"\nurl = "{server.url}"\n')
        (_, report) = house.ingest().sources

    assert len(server.requests) == 1
    assert "names 1 of 7 papers" in report.error


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
