"""The fetcher against a real server: what it takes, what it refuses, and in which words."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from http_server import HttpServer, Reply, http_server
from paperdigest import http
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.http import Limits, fetch, shown
from paperdigest.http_words import retry_after

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as served:
        yield served


def refused(server: HttpServer, path: str = "/", limits: Limits | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(server.url + path, limits=limits)
    return caught.value


def test_an_answer_has_its_bytes_headers_and_address(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"hello", headers={"ETag": '"1"'})
    answer = fetch(server.url + "/")
    assert (answer.status, answer.data, answer.headers["etag"], answer.url) == (
        200,
        b"hello",
        '"1"',
        server.url + "/",
    )


def test_the_client_says_who_it_is_and_that_it_takes_gzip(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"x")
    fetch(server.url + "/")
    headers = server.requests[0].headers
    assert headers["user-agent"].startswith("paperdigest/")
    assert "gzip" in headers["accept-encoding"]


def test_what_the_last_answer_said_of_itself_is_sent_back(server: HttpServer) -> None:
    server.replies["/"] = Reply(status=304)
    answer = fetch(server.url + "/", etag='W/"7"', last_modified="Fri, 20 Nov 2026 00:00:00 GMT")
    assert (answer.status, answer.data) == (304, b"")
    assert server.requests[0].headers["if-none-match"] == 'W/"7"'
    assert server.requests[0].headers["if-modified-since"] == "Fri, 20 Nov 2026 00:00:00 GMT"


def test_unchanged_is_an_error_when_nobody_asked(server: HttpServer) -> None:
    server.replies["/"] = Reply(status=304)
    assert "304" in str(refused(server))


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"paper " * 50)),
        ("x-gzip", gzip.compress(b"paper " * 25) + gzip.compress(b"paper " * 25)),
        ("deflate", zlib.compress(b"paper " * 50)),
        ("deflate", zlib.compress(b"paper " * 50, wbits=-15)),
        ("identity", b"paper " * 50),
    ],
)
def test_packed_answers_are_unpacked(server: HttpServer, encoding: str, packed: bytes) -> None:
    server.replies["/"] = Reply(packed, headers={"Content-Encoding": encoding})
    assert fetch(server.url + "/").data == b"paper " * 50


def test_an_answer_packed_otherwise_is_refused(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"x", headers={"Content-Encoding": "br"})
    assert '"br"' in str(refused(server))


def test_a_gzip_answer_that_is_cut_off_is_refused(server: HttpServer) -> None:
    server.replies["/"] = Reply(
        gzip.compress(b"paper " * 50)[:-9], headers={"Content-Encoding": "gzip"}
    )
    assert "cut off" in str(refused(server))


def test_a_bomb_is_refused_before_it_is_unpacked(server: HttpServer) -> None:
    server.replies["/"] = Reply(
        gzip.compress(b"\0" * 5_000_000), headers={"Content-Encoding": "gzip"}
    )
    error = refused(server, limits=Limits(unpacked=1_000_000))
    assert isinstance(error, RefusedInput)
    assert "unpacks to more than" in str(error)


def test_an_answer_that_is_too_large_is_refused(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"x" * 3_000_000)
    error = refused(server, limits=Limits(sent=2 * 1024 * 1024))
    assert isinstance(error, RefusedInput)
    assert "larger than 2 MB" in str(error)


def test_an_answer_without_end_is_refused_by_its_size(server: HttpServer) -> None:
    def flood(out: BinaryIO) -> None:
        while not server.over.is_set():
            out.write(b"x" * 65536)

    server.replies["/"] = Reply(raw=flood)
    assert "larger than 1 MB" in str(refused(server, limits=Limits(sent=1024 * 1024)))


def test_a_body_shorter_than_announced_is_refused(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"half", headers={"Content-Length": "400"})
    assert "cut off" in str(refused(server))


@pytest.mark.parametrize("status", [200, 0])
def test_a_server_that_drips_is_left_at_the_deadline(server: HttpServer, status: int) -> None:
    """Each byte comes well within the read time-out, in the body (200) or in the status line (0)."""

    def drip(out: BinaryIO) -> None:
        out.write(b"" if status else b"HTTP/1.1 200 ")
        while not server.over.wait(0.02):
            out.write(b"x")
            out.flush()

    server.replies["/"] = Reply(status=status, raw=drip)
    started = time.monotonic()
    error = refused(server, limits=Limits(total=0.3))
    assert "took longer than 0.3 s" in str(error)
    assert time.monotonic() - started < 3


def test_a_silent_server_is_left_at_the_read_time_out(server: HttpServer) -> None:
    def nothing(out: BinaryIO) -> None:
        server.over.wait(10)

    server.replies["/"] = Reply(status=0, raw=nothing)
    assert "no answer in time" in str(refused(server, limits=Limits(read=0.1)))


def test_nobody_listening_is_said_plainly() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(SourceError, match="connection refused"):
            fetch(f"http://127.0.0.1:{port}/")


def test_a_name_that_does_not_exist_is_said_plainly() -> None:
    with pytest.raises(SourceError, match=r"cannot be found \(DNS\)"):
        fetch("http://nowhere.invalid/feed")


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "no address", "http://", "http://[::1", ""]
)
def test_only_http_and_https_are_read(url: str) -> None:
    with pytest.raises(SourceError, match="only http and https"):
        fetch(url)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "not found"),
        (403, "refused"),
        (400, "bad request"),
        (410, "gone"),
        (500, "failing"),
        (503, "failing"),
        (204, "no content"),
    ],
)
def test_a_status_that_brings_nothing_is_said_in_words(
    server: HttpServer, status: int, words: str
) -> None:
    server.replies["/"] = Reply(status=status)
    assert words in str(refused(server))


def test_a_server_that_wants_to_be_left_alone_is_heard(server: HttpServer) -> None:
    server.replies["/"] = Reply(status=429, headers={"Retry-After": "120"})
    assert refused(server).retry_after == timedelta(minutes=2)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("0", timedelta(0)),
        ("90", timedelta(seconds=90)),
        ("1.5", timedelta(seconds=1.5)),
        ("-4", timedelta(0)),
        ("9999999999", timedelta(days=1)),
        ("Fri, 20 Nov 2026 09:31:00 GMT", timedelta(minutes=1)),
        ("Fri, 20 Nov 2020 09:31:00 GMT", timedelta(0)),
        ("Fri, 20 Nov 2036 09:31:00 GMT", timedelta(days=1)),
        ("soon", None),
        ("nan", None),
        ("inf", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_at_most_a_day(
    value: str, wait: timedelta | None
) -> None:
    assert retry_after(value, NOW) == wait


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_retry_after_never_raises_and_never_asks_for_more_than_a_day(value: str) -> None:
    wait = retry_after(value, NOW)
    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_on_the_same_server_is_followed(server: HttpServer, status: int) -> None:
    server.replies["/old"] = Reply(status=status, headers={"Location": "new?x=1"})
    server.replies["/new"] = Reply(b"moved")
    answer = fetch(server.url + "/old")
    assert (answer.data, answer.url) == (b"moved", server.url + "/new?x=1")


def test_a_redirect_to_another_private_server_is_refused(server: HttpServer) -> None:
    with http_server({"/secret": Reply(b"keys")}) as other:
        server.replies["/"] = Reply(status=302, headers={"Location": other.url + "/secret"})
        assert "private address" in str(refused(server))
        assert other.requests == []
        assert fetch(server.url + "/", allow_private=True).data == b"keys"


@pytest.mark.parametrize(
    "to",
    [
        "http://169.254.169.254/latest",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:192.168.0.1]/",
        "http://2130706433/",
    ],
)
def test_a_redirect_to_a_private_address_is_refused_however_it_is_spelt(
    server: HttpServer, to: str
) -> None:
    server.replies["/"] = Reply(status=302, headers={"Location": to})
    assert "private address" in str(refused(server))


@pytest.mark.parametrize("to", ["file:///etc/passwd", "gopher://example.org", ""])
def test_a_redirect_to_what_is_no_web_address_is_refused(server: HttpServer, to: str) -> None:
    server.replies["/"] = Reply(status=302, headers={"Location": to})
    assert "redirects to" in str(refused(server)) or "only http" in str(refused(server))


def test_redirects_without_end_are_refused(server: HttpServer) -> None:
    server.replies["/"] = Reply(status=302, headers={"Location": "/"})
    assert "more than 5 redirects" in str(refused(server))
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    ("url", "seen"),
    [
        ("https://ada:pw@example.org/feed", "https://example.org/feed"),
        (
            "https://example.org/f?q=cs.LG&api_key=s3cret&n=2",
            "https://example.org/f?q=cs.LG&api_key=***&n=2",
        ),
        ("https://example.org/f?TOKEN=s3cret#part", "https://example.org/f?TOKEN=***"),
        ("http://[::1", "the address"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, seen: str) -> None:
    assert shown(url) == seen


def test_no_error_shows_the_secret_of_an_address(server: HttpServer) -> None:
    address = server.url.replace("://", "://ada:s3cret@") + "/?token=s3cret"
    with pytest.raises(SourceError) as caught:
        fetch(address)
    assert "s3cret" not in str(caught.value)


def test_the_defaults_are_the_ones_that_are_documented() -> None:
    limits = http.Limits()
    assert (limits.connect, limits.read, limits.total, limits.redirects) == (10, 10, 60, 5)
    assert (limits.sent, limits.unpacked) == (20 * 2**20, 50 * 2**20)
