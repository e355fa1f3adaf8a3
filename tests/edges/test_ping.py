"""The dead man's switch: it tells of life, keeps its address to itself, and disturbs nobody."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from http_server import HttpServer, Reply, http_server
from paperdigest import logs
from paperdigest.config.secrets import SecretError
from paperdigest.core.secret import Secret
from paperdigest.health.ping import Pinger

CANARY = "canary-5b1e77-9c0d"


@pytest.fixture(autouse=True)
def nothing_is_hidden_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_hidden", set())
    monkeypatch.setattr(logs, "_hidden_pattern", None)


@pytest.fixture
def watch() -> Iterator[HttpServer]:
    with http_server({f"/{CANARY}": Reply(b"OK")}) as served:
        yield served


def pinger(served: HttpServer, path: str = CANARY) -> Pinger:
    return Pinger(lambda: Secret(f"{served.url}/{path}"))


def test_a_ping_is_one_get(watch: HttpServer) -> None:
    assert pinger(watch).ping()
    assert [(asked.method, asked.path) for asked in watch.requests] == [("GET", f"/{CANARY}")]


@pytest.mark.parametrize("status", [201, 202, 204])
def test_any_good_answer_is_one(watch: HttpServer, status: int) -> None:
    watch.replies[f"/{CANARY}"] = Reply(b"", status)
    assert pinger(watch).ping()


def test_nobody_is_pinged_where_nobody_asks() -> None:
    assert Pinger(lambda: None).ping()


def test_a_failing_ping_is_logged_once_and_when_it_ends(
    watch: HttpServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "paperdigest")
    mine = pinger(watch)
    watch.replies[f"/{CANARY}"] = Reply(b"", 500)
    assert [mine.ping(), mine.ping()] == [False, False]
    watch.replies[f"/{CANARY}"] = Reply(b"OK")
    assert mine.ping()
    assert [message.split()[0] for message in caplog.messages] == ["ping-failed", "ping-recovered"]


@pytest.mark.parametrize("path", [CANARY, f"x?key={CANARY}", f"{CANARY}/fail?x=1"])
def test_no_word_of_the_address_gets_into_the_log(
    watch: HttpServer, capsys: pytest.CaptureFixture[str], path: str
) -> None:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        logs.setup("DEBUG")
        watch.otherwise = Reply(b"", 404)
        watch.replies.clear()
        assert not pinger(watch, path).ping()
        assert not Pinger(lambda: Secret(f"http://127.0.0.1:1/{path}")).ping()
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers
    told = capsys.readouterr().err
    assert told.count("ping-failed") == 2
    assert CANARY not in told


def test_a_secret_that_cannot_be_had_is_a_failing_ping(caplog: pytest.LogCaptureFixture) -> None:
    def lost() -> Secret:
        raise SecretError("secrets/ping does not exist")

    assert not Pinger(lost).ping()
    assert caplog.messages == ['ping-failed error="secrets/ping does not exist"']


def test_a_ping_that_hangs_is_not_joined_by_a_second(watch: HttpServer) -> None:
    mine = pinger(watch)
    inside: list[bool] = []

    def slow(_: object) -> Reply:
        inside.append(mine.ping())  # as the next round would
        return Reply(b"OK")

    watch.replies[f"/{CANARY}"] = slow
    assert mine.ping()
    assert (inside, len(watch.requests)) == ([True], 1)
