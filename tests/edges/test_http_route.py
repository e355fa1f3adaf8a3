"""Where the fetcher goes: redirects, private addresses, names that change their meaning, proxies, TLS, turns."""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from http_server import HttpServer, Reply, http_server
from paperdigest import http_watch
from paperdigest.core.errors import SourceError
from paperdigest.http import Limits, fetch
from paperdigest.http_route import look_up
from paperdigest.politeness import Turns
from smtp_server import Authority

HERE = "127.0.0.1"
# Names below "localhost" are this machine's: between requests to them there is no pause.
NAME = "papers.localhost"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def server() -> Iterator[HttpServer]:
    with http_server() as served:
        yield served


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """An authority that the client trusts."""
    made = Authority()
    made.write(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


class Names:
    """What names mean: for each the answers in order, the last one for ever. `asked` is every look-up."""

    def __init__(self, **answers: list[tuple[str, ...]]) -> None:
        self._answers = {name.replace("_", "."): list(found) for name, found in answers.items()}
        self.asked: list[str] = []

    def __call__(self, host: str) -> tuple[str, ...]:
        self.asked.append(host)
        if host not in self._answers:
            return look_up(host)
        left = self._answers[host]
        return left.pop(0) if len(left) > 1 else left[0]


class Waits:
    """A clock of turns that moves when somebody waits."""

    def __init__(self, during: Callable[[], object] = lambda: None) -> None:
        self._during = during
        self.now = 1_795_000_000.0
        self.waited = 0.0
        self.turns = Turns(clock=lambda: self.now, monotonic=lambda: self.now, sleep=self.sleep)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.waited += seconds
        self._during()


def named(server: HttpServer, host: str = NAME) -> str:
    return server.url.replace(HERE, host)


def moved(to: str) -> Reply:
    return Reply(status=302, headers={"Location": to})


# -- names


def test_a_name_means_what_it_meant_when_it_was_checked(server: HttpServer) -> None:
    """The second answer leads elsewhere; nobody asks for it."""
    names = Names(papers_localhost=[(HERE,), ("10.0.0.1",)])
    server.replies["/"] = moved("/there")
    server.replies["/there"] = Reply(b"papers")
    assert fetch(named(server) + "/", resolve=names).data == b"papers"
    assert names.asked == [NAME]
    assert server.requests[1].headers["host"] == f"{NAME}:{server.port}"


@pytest.mark.parametrize(
    "addresses",
    [
        ("10.0.0.1",),
        ("93.184.215.14", "192.168.0.1"),
        ("fd00::1",),
        ("::ffff:10.0.0.1",),
        ("64:ff9b::a00:1",),
        ("::7f00:1",),
        ("2002:a00:1::1",),
        ("169.254.169.254",),
        ("100.64.0.1",),
        ("0.0.0.0",),
        ("224.0.0.1",),
        ("fe80::1%1",),
    ],
)
def test_a_redirect_to_a_name_of_a_private_address_is_refused(
    server: HttpServer, addresses: tuple[str, ...]
) -> None:
    server.replies["/"] = moved("http://inside.example/")
    with pytest.raises(SourceError, match=r"private address .* allow_private = true"):
        fetch(server.url + "/", resolve=Names(inside_example=[addresses]))


@pytest.mark.parametrize("sign", ["\\@", "%5c@", "#@", "?@", ":x@"])
def test_a_redirect_that_spells_the_own_server_oddly_reaches_no_other(
    server: HttpServer, sign: str
) -> None:
    with http_server({"/": Reply(b"keys")}) as other:
        to = f"http://{HERE}:{server.port}{sign}{HERE}:{other.port}/".replace("::", ":")
        server.replies["/"] = moved(to)
        with pytest.raises(SourceError):
            fetch(server.url + "/")
        assert other.requests == []


def test_a_server_of_the_own_network_may_move_to_another_path(server: HttpServer) -> None:
    names = Names(nas_localhost=[(HERE,)])
    server.replies["/"] = moved(named(server, "NAS.localhost") + "/there")
    server.replies["/there"] = Reply(b"papers")
    assert fetch(named(server, "nas.localhost") + "/", resolve=names).data == b"papers"


def test_where_one_address_does_not_answer_the_next_one_is_asked(server: HttpServer) -> None:
    server.replies["/"] = Reply(b"papers")
    names = Names(papers_localhost=[("::1", HERE)])
    assert fetch(named(server) + "/", resolve=names).data == b"papers"


def test_a_name_without_an_address_is_said_plainly() -> None:
    with pytest.raises(SourceError, match=r"cannot be found \(DNS\)"):
        fetch("http://papers.localhost/", resolve=Names(papers_localhost=[()]))


def test_a_name_server_that_does_not_answer_is_left(server: HttpServer) -> None:
    def silent(host: str) -> tuple[str, ...]:
        server.over.wait(120)
        return (HERE,)

    started = time.monotonic()
    with pytest.raises(SourceError, match="no connection in time"):
        fetch(server.url + "/", resolve=silent, limits=Limits(connect=0.1))
    assert time.monotonic() - started < 60


# -- TLS


def test_a_certificate_is_checked_against_the_name(authority: Authority) -> None:
    with http_server({"/": Reply(b"papers")}, tls=authority.context(NAME)) as server:
        names = Names(papers_localhost=[(HERE,)], other_localhost=[(HERE,)])
        assert fetch(named(server) + "/", resolve=names).data == b"papers"
        with pytest.raises(SourceError, match=r"certificate .* not trusted"):
            fetch(named(server, "other.localhost") + "/", resolve=names)
        with pytest.raises(SourceError, match=r"certificate .* not trusted"):
            fetch(server.url + "/")


def test_a_certificate_for_an_address_is_good_for_that_address(authority: Authority) -> None:
    with http_server({"/": Reply(b"papers")}, tls=authority.context(HERE)) as server:
        assert fetch(server.url + "/").data == b"papers"


def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    with (
        http_server({"/": Reply(b"papers")}, tls=Authority().context(HERE)) as server,
        pytest.raises(SourceError, match=r"certificate .* not trusted"),
    ):
        fetch(server.url + "/")


def test_a_server_that_speaks_no_tls_is_said_plainly(server: HttpServer) -> None:
    with pytest.raises(SourceError, match="no secure connection"):
        fetch(server.url.replace("http:", "https:") + "/")


def test_a_server_that_speaks_old_tls_only_is_refused(authority: Authority) -> None:
    context = authority.context(HERE)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        http_server({"/": Reply(b"papers")}, tls=context) as server,
        pytest.raises(SourceError, match="no secure connection"),
    ):
        fetch(server.url + "/")


def test_a_redirect_from_https_to_http_is_refused(authority: Authority, server: HttpServer) -> None:
    with http_server({"/": moved(server.url + "/")}, tls=authority.context(HERE)) as safe:
        with pytest.raises(SourceError, match="from https to http"):
            fetch(safe.url + "/", allow_private=True)
        assert server.requests == []


def test_a_redirect_from_http_to_https_is_followed(
    authority: Authority, server: HttpServer
) -> None:
    with http_server({"/": Reply(b"papers")}, tls=authority.context(HERE)) as safe:
        server.replies["/"] = moved(safe.url + "/")
        assert fetch(server.url + "/", allow_private=True).data == b"papers"


def test_a_password_is_not_carried_to_another_server(server: HttpServer) -> None:
    with http_server({"/": Reply(b"papers")}) as other:
        server.replies["/"] = moved(other.url + "/")
        fetch(server.url.replace("://", "://ada:pw@") + "/", allow_private=True)
        assert "authorization" in server.requests[0].headers
        assert "authorization" not in other.requests[0].headers


# -- proxies


def nobody(host: str) -> tuple[str, ...]:
    raise AssertionError("names are the proxy's matter")


def test_the_proxy_of_the_environment_is_asked_and_looks_names_up(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.replies["http://papers.invalid/feed"] = Reply(b"papers")
    waits = Waits()
    assert fetch("http://papers.invalid/feed", resolve=nobody, turns=waits.turns).data == b"papers"


def test_a_proxy_without_a_scheme_is_meant_as_http(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", f"{HERE}:{server.port}")
    server.replies["http://papers.invalid/feed"] = Reply(b"papers")
    waits = Waits()
    assert fetch("http://papers.invalid/feed", resolve=nobody, turns=waits.turns).data == b"papers"


@pytest.mark.parametrize("to", ["http://10.0.0.1/", "http://localhost/", "http://2130706433/"])
def test_a_redirect_to_a_private_address_is_refused_through_a_proxy_too(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    monkeypatch.setenv("http_proxy", server.url)
    server.replies["http://papers.invalid/"] = moved(to)
    waits = Waits()
    with pytest.raises(SourceError, match="private address"):
        fetch("http://papers.invalid/", resolve=nobody, turns=waits.turns)


def test_a_host_that_needs_no_proxy_is_asked_straight(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    server.replies["/"] = Reply(b"papers")
    assert fetch(server.url + "/").data == b"papers"


@pytest.mark.parametrize("kind", ["socks4", "socks", "gopher"])
def test_a_proxy_of_an_unknown_kind_is_an_error_without_its_password(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setenv("all_proxy", f"{kind}://ada:s3cret@127.0.0.1:9")
    with pytest.raises(SourceError, match=f'proxy of the environment .* "{kind}"') as caught:
        fetch(server.url + "/")
    assert "s3cret" not in str(caught.value)


# -- turns


def everywhere(host: str) -> tuple[str, ...]:
    return (HERE,)


def test_every_hop_waits_for_its_turn(server: HttpServer) -> None:
    waits = Waits()
    server.replies["/a"] = moved(named(server, "rss.arxiv.org") + "/b")
    server.replies["/b"] = moved("/c")
    server.replies["/c"] = Reply(b"papers")
    address = named(server, "arxiv.org") + "/a"
    answer = fetch(address, resolve=everywhere, turns=waits.turns, allow_private=True)
    assert (answer.data, round(waits.waited, 2)) == (b"papers", 6.0)


def test_what_is_refused_takes_no_turn(server: HttpServer) -> None:
    waits = Waits()
    for _ in range(3):
        with pytest.raises(SourceError, match="only http"):
            fetch("file://arxiv.org/etc/passwd", turns=waits.turns)
    assert waits.waited == 0


def test_waiting_for_a_turn_is_not_in_the_time_of_the_fetch(
    server: HttpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []  # each time longer than the fetch may take
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() + sum(waited))
    monkeypatch.setattr(http_watch, "time", clock)
    waits = Waits(during=lambda: waited.append(600.0))
    server.replies["/"] = moved("/b")
    server.replies["/b"] = Reply(b"papers")
    address = named(server, "papers.example") + "/"
    answer = fetch(address, resolve=everywhere, turns=waits.turns, limits=Limits(total=60.0))
    assert (answer.data, waits.waited) == (b"papers", 1.0)


def test_too_many_requests_holds_for_all_that_is_read_there(server: HttpServer) -> None:
    waits = Waits()
    server.replies["/cs.LG"] = Reply(status=429, headers={"Retry-After": "120"})
    for path in ("/cs.LG", "/cs.CV"):
        with pytest.raises(SourceError) as caught:
            fetch(named(server, "rss.arxiv.org") + path, resolve=everywhere, turns=waits.turns)
        assert caught.value.retry_after is not None
        assert timedelta(seconds=119) < caught.value.retry_after <= timedelta(minutes=2)
    assert [request.path for request in server.requests] == ["/cs.LG"]


def test_a_document_that_is_out_of_order_does_not_close_its_server(server: HttpServer) -> None:
    waits = Waits()
    server.replies["/a"] = Reply(status=503, headers={"Retry-After": "120"})
    server.replies["/b"] = Reply(b"papers")
    with pytest.raises(SourceError):
        fetch(named(server, "papers.example") + "/a", resolve=everywhere, turns=waits.turns)
    address = named(server, "papers.example") + "/b"
    assert fetch(address, resolve=everywhere, turns=waits.turns).data == b"papers"


def test_a_proxy_that_refuses_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("http_proxy", "http://ada:s3cret@127.0.0.1:9")
    with pytest.raises(SourceError) as caught:
        fetch("http://papers.example/feed")
    assert str(caught.value) == (
        "http://papers.example/feed: connection refused (asked through the proxy http://127.0.0.1:9)"
    )
