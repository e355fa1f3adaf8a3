"""Before a slot the sources are read once more: once for each slot, also where its digest cannot be made and the slot
stays due for days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from house import ADA, CONFIG, NO_MAIL, House
from http_server import HttpServer, Reply, http_server
from paperdigest.rounds import AppRounds

FEED = """
[[source]]
name = "feed"
kind = "feed"
url = "{url}/feed"
every = "30 days"
allow_private = true
"""
EMPTY = b'<rss version="2.0"><channel><title>Maps</title></channel></rss>'
ZOE = ADA.replace("file:outbox", "file:zoe")


class Reading:
    """Rounds over a house with a feed that is due before slots alone. Its reader zoe has had a digest on Friday."""

    def __init__(self, house: House, server: HttpServer) -> None:
        self.house = house
        self.rounds = AppRounds(house.app)
        self._server = server
        self.beat()

    def write(self, name: str, text: str) -> None:
        path = self.house.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def fail(self) -> None:
        """Let no digest of zoe's be made any more."""
        config = (self.house.folder / "paperdigest.toml").read_text()
        self.write("paperdigest.toml", config + NO_MAIL)
        self.write("subscriptions/zoe.toml", ZOE.replace("file:zoe", "zoe@example.org"))

    def beat(self) -> None:
        self.rounds.ingest(self.house.now)
        self.rounds.compose(self.house.now)

    def reads_in(self, *, hours: int) -> int:
        """Let there be a paper, and so many hours go by with a beat now and then; return how often the feed was
        read."""
        self.house.drop("monday.jsonl", "A paper map of Monday")
        before = len(self._server.requests)
        for _ in range(0, hours * 60, 40):
            self.house.wait(minutes=40)
            self.beat()
        return len(self._server.requests) - before


@pytest.fixture
def reading(house: House) -> Iterator[Reading]:
    with http_server() as server:
        server.replies["/feed"] = Reply(EMPTY)
        house.write("paperdigest.toml", CONFIG + FEED.format(url=server.url))
        (house.folder / "subscriptions/ada.toml").rename(house.folder / "subscriptions/zoe.toml")
        house.write("subscriptions/zoe.toml", ZOE)
        house.drop("first.jsonl", "A first paper map")
        made = Reading(house, server)
        with closing(made.rounds):
            yield made


def test_sources_are_read_once_for_a_slot(reading: Reading) -> None:
    assert reading.reads_in(hours=24) == 1


def test_a_digest_that_cannot_be_made_does_not_have_the_sources_read_again(
    reading: Reading,
) -> None:
    reading.fail()
    assert reading.reads_in(hours=24) == 1
    assert reading.rounds._failed


def test_they_are_read_for_its_next_slot(reading: Reading) -> None:
    reading.fail()
    assert reading.reads_in(hours=48) == 2


def test_they_are_read_for_the_slots_of_others_meanwhile(reading: Reading) -> None:
    reading.write("subscriptions/ada.toml", ADA.replace("08:00", "20:00"))
    reading.beat()  # her first digest comes at once
    reading.fail()
    assert reading.reads_in(hours=48) == 4
