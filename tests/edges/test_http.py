"""The fetcher against a real server: what it takes, what it refuses, and in which words."""

from __future__ import annotations

import gzip
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from http_server import HttpServer, Reply, http_server
from loopback import closed_port
from paperdigest import __version__, http
from paperdigest.core.errors import RefusedInput, SourceError
from paperdigest.http import Limits, Validators, fetch, shown
from paperdigest.http_packing import unpacked
from paperdigest.http_watch import Watch
from paperdigest.http_words import http_date, longest_retry_after, retry_after

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
SAID = Validators('W/"7"', "Fri, 20 Nov 2026 00:00:00 GMT")


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
    answer = fetch(server.url + "/", SAID)
    assert (answer.status, answer.data) == (304, b"")
    assert server.requests[0].headers["if-none-match"] == 'W/"7"'
    assert server.requests[0].headers["if-modified-since"] == "Fri, 20 Nov 2026 00:00:00 GMT"


def test_another_server_is_not_told_what_this_one_said(server: HttpServer) -> None:
    """An ETag means nothing there, and a 304 by its date would hide papers that were never seen."""
    with http_server({"/feed": Reply(b"new home")}) as other:
        server.replies["/feed"] = Reply(status=301, headers={"Location": other.url + "/feed"})
        answer = fetch(server.url + "/feed", SAID, allow_private=True)
        assert answer.data == b"new home"
        assert "if-none-match" in server.requests[0].headers
        assert not {"if-none-match", "if-modified-since"} & set(other.requests[0].headers)


def test_what_the_server_behind_a_redirect_said_is_sent_back_to_it(server: HttpServer) -> None:
    with http_server({"/feed": Reply(status=304)}) as other:
        server.replies["/feed"] = Reply(status=302, headers={"Location": other.url + "/feed"})
        said = Validators(SAID.etag, origin=http.origin(other.url))
        assert fetch(server.url + "/feed", said, allow_private=True).status == 304
        assert "if-none-match" not in server.requests[0].headers


def test_everything_is_asked_with_get(server: HttpServer) -> None:
    server.replies["/"] = Reply(status=303, headers={"Location": "/b"})
    server.replies["/b"] = Reply(b"x")
    fetch(server.url + "/")
    assert [request.method for request in server.requests] == ["GET", "GET"]


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ("ops@example.org", " (mailto:ops@example.org)"),
        ("https://example.org/papers", " (+https://example.org/papers)"),
        ("", ""),
        ("ops@example.org\r\nX-Evil: 1", ""),
        ("https://example.org/) evil", ""),
        ("\xf6ps@example.org", ""),
        ("nobody", ""),
    ],
)
def test_the_client_names_whom_to_turn_to(server: HttpServer, contact: str, words: str) -> None:
    server.replies["/"] = Reply(b"x")
    http.introduce(contact)
    try:
        fetch(server.url + "/")
    finally:
        http.introduce("")
    assert server.requests[0].headers["user-agent"] == f"paperdigest/{__version__}{words}"


def test_the_type_that_an_answer_claims_does_not_matter(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"<rss/>", headers={"Content-Type": "image/png; charset=klingon"})
    assert fetch(server.url + "/").data == b"<rss/>"


def test_an_answer_that_is_not_packed_as_it_claims_is_refused(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"<rss/>", headers={"Content-Encoding": "gzip"})
    assert "cannot be unpacked (gzip)" in str(refused(server))


def test_unchanged_is_an_error_when_nobody_asked(server: HttpServer) -> None:
    server.replies["/"] = Reply(status=304)
    assert "304" in str(refused(server))


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"paper " * 50, mtime=0)),
        ("x-gzip", gzip.compress(b"paper " * 25, mtime=0) + gzip.compress(b"paper " * 25, mtime=0)),
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


def test_very_many_small_members_are_unpacked_or_left_in_time(server: HttpServer) -> None:
    """Their number must not make the work grow with its square."""
    server.replies["/"] = Reply(
        gzip.compress(b"") * 200_000 + gzip.compress(b"x"), headers={"Content-Encoding": "gzip"}
    )
    assert fetch(server.url + "/", limits=Limits(total=20)).data == b"x"


def test_the_deadline_holds_while_unpacking() -> None:
    with pytest.raises(SourceError, match="took longer"):
        unpacked(gzip.compress(b"x") * 9, "gzip", "http://a.example", most=99, watch=Watch(0))


@pytest.mark.parametrize("size", [99_999, 100_000])
@pytest.mark.parametrize("members", [1, 2, 7])
def test_what_fits_is_unpacked_whole(size: int, members: int) -> None:
    texts = [bytes([65 + number]) * (size // members) for number in range(members)]
    packed = b"".join(gzip.compress(text) for text in texts)
    found = unpacked(packed, "gzip", "http://a.example", most=size, watch=Watch(60))
    assert found == b"".join(texts)


def test_one_byte_more_than_fits_is_refused() -> None:
    with pytest.raises(RefusedInput, match="unpacks to more"):
        unpacked(gzip.compress(b"x" * 101), "gzip", "http://a.example", most=100, watch=Watch(60))


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


def test_chunks_without_end_are_refused_by_their_size(server: HttpServer) -> None:
    def flood(out: BinaryIO) -> None:
        while not server.over.is_set():
            out.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")

    server.replies["/"] = Reply(headers={"Transfer-Encoding": "chunked"}, raw=flood)
    assert "larger than 1 MB" in str(refused(server, limits=Limits(sent=1024 * 1024)))


def test_chunks_that_break_off_are_refused(server: HttpServer) -> None:
    def half(out: BinaryIO) -> None:
        out.write(b"4\r\nhalf\r\n")

    server.replies["/"] = Reply(headers={"Transfer-Encoding": "chunked"}, raw=half)
    assert "cut off" in str(refused(server))


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
    error = refused(server, limits=Limits(total=1.0))
    assert "took longer than 1 s" in str(error)
    assert time.monotonic() - started < 30


def test_a_silent_server_is_left_at_the_read_time_out(server: HttpServer) -> None:
    def nothing(out: BinaryIO) -> None:
        server.over.wait()

    server.replies["/"] = Reply(status=0, raw=nothing)
    assert "no answer in time" in str(refused(server, limits=Limits(read=0.1)))


def test_nobody_listening_is_said_plainly() -> None:
    with closed_port() as port, pytest.raises(SourceError, match="connection refused"):
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
        (511, "sign-in"),
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
        ("120, 60", timedelta(minutes=2)),
        ("60, Fri, 20 Nov 2026 09:35:00 GMT", timedelta(minutes=5)),
        ("Friday, 20-Nov-26 09:31:00 GMT", timedelta(minutes=1)),
        ("Fri Nov 20 09:31:00 2026", timedelta(minutes=1)),
        ("Fri, 20 Nov 2026 10:31:00 +0100", timedelta(minutes=1)),
        ("9" * 5000, timedelta(days=1)),
        ("+7", timedelta(seconds=7)),
        ("soon", None),
        ("5 minutes", None),
        ("1e3", None),
        ("1_000", None),
        ("\u0661\u0662", None),
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


@pytest.mark.parametrize(
    ("values", "wait"),
    [([], None), (["soon"], None), (["60", "soon", "120"], timedelta(minutes=2))],
)
def test_of_several_wishes_the_longest_counts(values: list[str], wait: timedelta | None) -> None:
    assert longest_retry_after(values, NOW) == wait


@pytest.mark.parametrize("date", ["Fri, 20 Nov 2026 23:00:00 GMT", "Tue, 01 Jan 2019 00:00:00 GMT"])
def test_a_wish_counts_by_the_servers_own_clock(server: HttpServer, date: str) -> None:
    later = http_date(date)
    assert later is not None
    wish = format_datetime(later + timedelta(minutes=2), usegmt=True)
    server.replies["/"] = Reply(status=503, headers={"Date": date, "Retry-After": wish})
    assert refused(server).retry_after == timedelta(minutes=2)


def test_a_wish_counts_by_our_clock_where_the_server_tells_no_time(server: HttpServer) -> None:
    wish = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    server.replies["/"] = Reply(status=503, headers={"Date": "yesterday", "Retry-After": wish})
    wait = refused(server).retry_after
    assert wait is not None
    assert timedelta(minutes=58) < wait <= timedelta(hours=1)


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
