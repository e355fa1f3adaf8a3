"""One line of the log for each unit that is finished, with what a person looks for."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from house import ADA, MAIL, House
from paperdigest.core.ports import Document, Parsed, Unchanged, Verdict
from paperdigest.core.units import DeliverySettled, DigestComposed, SourceRead, Unit
from paperdigest.flow.ingest import ingest
from paperdigest.flow.taking import SourceRun
from paperdigest.journal import bound, heard_by
from paperdigest.logs import setup

BAD = "not a dump at all"


def lines(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    return [one for one in caplog.messages if one.startswith(f"{event} ")]


@pytest.fixture(autouse=True)
def all_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "paperdigest")


def test_a_digest_is_one_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.drop("a.jsonl", "A paper map of Mars")
    house.ingest()
    house.compose()
    assert lines(caplog, "digest-composed") == [
        'digest-composed subscriber=ada slot="2026-11-20T10:30 Europe/Berlin" kind=digest papers=1 topics=1'
    ]


def test_a_digest_says_how_late_it_is_after_its_slot(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.drop("a.jsonl", "A paper map of Mars")
    house.run()
    house.drop("b.jsonl", "A paper map of Venus")
    house.wait(days=1)
    house.ingest()
    house.compose()
    assert lines(caplog, "digest-composed")[1].endswith("late=9000.0")  # 10:30 for 08:00


def test_a_delivery_is_one_line_that_shows_no_whole_address(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.write(
        "paperdigest.toml", (house.folder / "paperdigest.toml").read_text() + MAIL.format(port=1)
    )
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))
    house.drop("a.jsonl", "A paper map of Mars")
    house.run()
    (line,) = lines(caplog, "delivery")
    assert re.match(
        r"delivery id=1 key=\w+ subscriber=ada channel=email target=a…@e… part=0 state=retry attempt=1"
        r" seconds=[\d.e-]+ error=",
        line,
    )
    assert "ada@example.org" not in line


def test_a_dry_run_finishes_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.drop("a.jsonl", "A paper map of Mars")
    with house.app.open_store() as store, store.rehearsal():
        house.app.ingest(store, house.now, every=True)
        house.app.compose(store, house.now)
    assert not lines(caplog, "digest-composed") + lines(caplog, "source-read")


def test_whoever_listens_hears_of_every_unit_in_its_kind(house: House) -> None:
    heard: list[Unit | None] = []
    house.drop("a.jsonl", "A paper map of Mars")
    with heard_by(heard.append):
        house.run()
    kinds = [type(unit) for unit in heard if unit is not None]
    assert kinds == [SourceRead, DigestComposed, DeliverySettled]


def test_a_source_is_one_line(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.drop("a.jsonl", "A paper map of Mars", "Socks")
    house.drop_bytes("b.jsonl", BAD.encode())
    house.ingest()
    (line,) = lines(caplog, "source-read")
    assert re.fullmatch(
        r"source-read source=pages status=partial documents=2 papers=2 new=2 revised=0 rejected=0 refused=1"
        r" seconds=[\d.e-]+",
        line,
    )


# ------------------------------------------------------------------ whose line it is


@dataclass(frozen=True)
class Chatty:
    """A source whose library warns in the middle of reading."""

    name: str = "far"

    def fetch(self, bookmark: str, now: datetime) -> Iterator[Unchanged]:
        logging.getLogger("a.library").warning("connection pool is full")
        yield Unchanged("far", bookmark)

    def parse(self, document: Document) -> Parsed:
        raise NotImplementedError

    def settle(self, name: str, verdict: Verdict, reason: str, now: datetime) -> None:
        raise NotImplementedError


@pytest.fixture
def as_written(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[[], str]]:
    """Return what reads the log as it is written."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    setup("INFO")
    yield lambda: capsys.readouterr().err
    root.setLevel(level)
    root.handlers[:] = handlers


def test_a_warning_of_a_library_says_in_which_run_and_for_which_source(
    house: House, as_written: Callable[[], str]
) -> None:
    with house.app.open_store() as store, bound(run="ingest.7"):
        ingest(store, [SourceRun(Chatty(), "url")], house.now)
    (line,) = [one for one in as_written().splitlines() if "connection pool" in one]
    assert line.endswith("WARNING connection pool is full run=ingest.7 source=far")


def test_a_warning_of_a_library_says_for_which_delivery(
    house: House, as_written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.write(
        "paperdigest.toml", (house.folder / "paperdigest.toml").read_text() + MAIL.format(port=1)
    )
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))
    house.drop("a.jsonl", "A paper map of Mars")
    house.ingest()
    house.compose()
    connect = socket.create_connection

    def warning(*given: Any, **named: Any) -> socket.socket:
        logging.getLogger("a.library").warning("slow name server")
        return connect(*given, **named)

    monkeypatch.setattr(socket, "create_connection", warning)  # the library, not ours
    house.deliver()
    (line,) = [one for one in as_written().splitlines() if "slow name" in one]
    assert line.endswith("WARNING slow name server delivery=1")


def test_a_source_that_fails_is_a_warning_and_an_empty_folder_no_news(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    far = '\n[[source]]\nname = "far"\nkind = "url"\nurl = "http://127.0.0.1:1/list.jsonl"\n'
    house.write("paperdigest.toml", (house.folder / "paperdigest.toml").read_text() + far)
    house.drop("a.jsonl", "A paper map of Mars")
    house.ingest()
    house.ingest()
    told = [
        (one.getMessage().split()[1], one.levelname)
        for one in caplog.records
        if "source-read" in one.getMessage()
    ]
    assert sorted(told) == [
        *[("source=far", "WARNING")] * 2,
        ("source=pages", "INFO"),
    ]
