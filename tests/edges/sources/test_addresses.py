"""The sources that read an address: what they hand on, and the bookmark that spares a second read."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from http_server import HttpServer, Reply, Request, http_server
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.core.ports import Document, RefusedDocument, Unchanged, Verdict
from paperdigest.sources.feed import FeedSource
from paperdigest.sources.url import UrlSource

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
FEED = b"<rss version='2.0'><channel><item><title>Folding maps</title><guid>7</guid></item></channel></rss>"
LINES = b'{"title":"Folding paper maps"}\n'


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as served:
        yield served


def tagged(request: Request) -> Reply:
    if request.headers.get("if-none-match") == '"v1"':
        return Reply(status=304)
    return Reply(FEED, headers={"ETag": '"v1"', "Last-Modified": "Fri, 20 Nov 2026 00:00:00 GMT"})


def only(
    source: FeedSource | UrlSource, bookmark: str = ""
) -> Document | RefusedDocument | Unchanged:
    (found,) = source.fetch(bookmark, NOW)
    return found


def test_a_feed_is_read_with_its_address_in_the_ids(server: HttpServer) -> None:
    server.replies["/feed"] = Reply(FEED)
    source = FeedSource("blog", server.url + "/feed")
    found = only(source)
    assert isinstance(found, Document)
    assert found.name == server.url + "/feed"
    assert [paper.id for paper in source.parse(found).papers] == [f"feed:{server.url}/feed#7"]


def test_an_unchanged_feed_is_not_sent_again_and_the_bookmark_stays(server: HttpServer) -> None:
    server.replies["/feed"] = tagged
    source = FeedSource("blog", server.url + "/feed")
    found = only(source)
    assert isinstance(found, Document)
    assert only(source, found.bookmark) == Unchanged(server.url + "/feed", found.bookmark)
    assert server.requests[1].headers["if-modified-since"] == "Fri, 20 Nov 2026 00:00:00 GMT"


def test_without_the_committed_bookmark_the_feed_is_sent_again(server: HttpServer) -> None:
    """A crash between the answer and the commit must not hide its papers behind a 304."""
    server.replies["/feed"] = tagged
    source = FeedSource("blog", server.url + "/feed")
    assert isinstance(only(source), Document)
    assert isinstance(only(source), Document)


def test_the_bookmark_of_another_address_is_not_used(server: HttpServer) -> None:
    server.replies["/feed"] = tagged
    server.replies["/other"] = tagged
    found = only(FeedSource("blog", server.url + "/feed"))
    assert isinstance(found, Document)
    assert isinstance(only(FeedSource("blog", server.url + "/other"), found.bookmark), Document)


@pytest.mark.parametrize("bookmark", ["nonsense", "[]", "{}", '{"etag": 5}', '{"etag": "a\\nb"}'])
def test_a_bookmark_that_says_nothing_reads_everything(server: HttpServer, bookmark: str) -> None:
    server.replies["/feed"] = tagged
    assert isinstance(only(FeedSource("blog", server.url + "/feed"), bookmark), Document)


@pytest.mark.parametrize("kind", [FeedSource, UrlSource])
def test_a_redirect_into_a_private_network_needs_leave(
    server: HttpServer, kind: type[FeedSource] | type[UrlSource]
) -> None:
    with http_server({"/feed": Reply(FEED)}) as other:
        server.replies["/"] = Reply(status=302, headers={"Location": other.url + "/feed"})
        with pytest.raises(SourceError, match="private address"):
            only(kind("blog", server.url + "/"))
        with pytest.raises(SourceError, match="private address"):
            kind("blog", server.url + "/").probe()
        allowed = kind("blog", server.url + "/", allow_private=True)
        assert isinstance(only(allowed), Document)
        assert "1 paper" in allowed.probe()


def test_an_unchanged_feed_behind_a_redirect_is_not_sent_again(server: HttpServer) -> None:
    with http_server({"/feed": tagged}) as other:
        server.replies["/"] = Reply(status=302, headers={"Location": other.url + "/feed"})
        source = FeedSource("blog", server.url + "/", allow_private=True)
        found = only(source)
        assert isinstance(found, Document)
        assert isinstance(only(source, found.bookmark), Unchanged)


def test_a_feed_that_moved_to_another_server_is_read_anew(server: HttpServer) -> None:
    """What the old server said of its document is not said to the new one."""
    server.replies["/feed"] = tagged
    source = FeedSource("blog", server.url + "/feed", allow_private=True)
    found = only(source)
    assert isinstance(found, Document)
    with http_server({"/feed": tagged}) as other:
        server.replies["/feed"] = Reply(status=301, headers={"Location": other.url + "/feed"})
        assert isinstance(only(source, found.bookmark), Document)


def test_a_bookmark_holds_no_secret_of_the_address(server: HttpServer) -> None:
    server.replies["/feed"] = tagged
    found = only(FeedSource("blog", server.url + "/feed?token=s3cret"))
    assert isinstance(found, Document)
    assert "s3cret" not in found.bookmark + found.name
    assert json.loads(found.bookmark)["etag"] == '"v1"'


def test_a_page_in_place_of_a_feed_is_refused_in_words(server: HttpServer) -> None:
    server.replies["/feed"] = Reply(b"<!doctype html><html>Please sign in</html>")
    source = FeedSource("blog", server.url + "/feed")
    found = only(source)
    assert isinstance(found, Document)
    with pytest.raises(RefusedInput, match="an HTML page, not a feed"):
        source.parse(found)


@pytest.mark.parametrize(
    ("body", "count"), [(LINES, 1), (gzip.compress(LINES * 3, mtime=0), 3), (FEED, 1)]
)
def test_an_address_may_hold_any_format_also_packed(
    server: HttpServer, body: bytes, count: int
) -> None:
    server.replies["/dump"] = Reply(body, headers={"Content-Type": "application/octet-stream"})
    source = UrlSource("dump", server.url + "/dump")
    found = only(source)
    assert isinstance(found, Document)
    assert len(source.parse(found).papers) == count


def test_a_feed_at_any_address_has_its_address_in_the_ids(server: HttpServer) -> None:
    server.replies["/dump"] = Reply(FEED)
    source = UrlSource("dump", server.url + "/dump")
    found = only(source)
    assert isinstance(found, Document)
    assert source.parse(found).papers[0].id == f"feed:{server.url}/dump#7"


def test_the_fields_of_a_url_source_name_its_keys(server: HttpServer) -> None:
    server.replies["/dump"] = Reply(b'{"name":"Folding"}\n')
    source = UrlSource("dump", server.url + "/dump", "jsonl", {"title": "name"})
    found = only(source)
    assert isinstance(found, Document)
    assert source.parse(found).papers[0].title == "Folding"


def test_a_broken_archive_is_refused_as_a_document(server: HttpServer) -> None:
    server.replies["/dump"] = Reply(gzip.compress(LINES * 50)[:-5])
    found = only(UrlSource("dump", server.url + "/dump"))
    assert isinstance(found, RefusedDocument)
    assert "cut off" in found.reason


def test_a_probe_says_what_answers(server: HttpServer) -> None:
    server.replies["/feed"] = Reply(FEED)
    assert FeedSource("blog", server.url + "/feed").probe() == "answers with 1 paper (feed, 0 kB)"
    server.replies["/dump"] = Reply(LINES * 100)
    assert (
        UrlSource("dump", server.url + "/dump").probe()
        == "answers with 100 papers (json-lines, 3 kB)"
    )


def test_a_probe_of_what_is_not_there_is_an_error(server: HttpServer) -> None:
    with pytest.raises(SourceError, match="404 not found"):
        FeedSource("blog", server.url + "/nowhere").probe()


def test_settling_an_address_does_nothing() -> None:
    FeedSource("blog", "https://example.org").settle("x", Verdict.QUARANTINED, "why", NOW)
    UrlSource("dump", "https://example.org").settle("x", Verdict.ACCEPTED, "", NOW)
