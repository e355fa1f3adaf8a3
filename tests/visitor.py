"""A reader's browser, or a mail program, before the unsubscribe page of a house, served for real on loopback."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from house import House
from paperdigest.core.unsubscribe import PATH, link
from paperdigest.store import facts, subscribers, suppressions
from paperdigest.store.connection import open_store
from paperdigest.store.transactions import Store
from paperdigest.web.desk import Desk
from paperdigest.web.pages import BUTTON
from paperdigest.web.server import Server
from paperdigest.web.unsubscribe import Application

MAIL = """
[email]
host = "127.0.0.1"
port = 2525
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
"""
READER = """
deliver = ["ada@example.org", "second@example.org", "file:outbox"]
[[topic]]
name = "Maps"
keywords = ["paper map"]
"""
ADA = "email:ada@example.org"
FORM = "application/x-www-form-urlencoded"
ONE_CLICK = b"List-Unsubscribe=One-Click"
PRESSED = "=".join(BUTTON).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: str


@dataclass
class Visitor:
    """Opens links of a house whose page is served at `port`. `opened` are the page's connections to the
    database: whether each was to write."""

    house: House
    port: int = 0
    key: bytes = b""
    opened: list[bool] = field(default_factory=list)

    def token(self, target: str = ADA, name: str = "ada") -> str:
        with self.house.app.open_store(write=False) as store:
            id_ = subscribers.registered(store)[name].id
        return link("", id_, target, self.key).removeprefix(PATH)

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = FORM, **headers: str
    ) -> Answer:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as asking:
            given = {"Content-Type": kind} if body else {}
            asking.request(method, path, body or None, given | headers)
            return answer_of(asking.getresponse())

    def get(self, token: str) -> Answer:
        return self.ask("GET", PATH + token)

    def post(self, token: str, body: bytes = ONE_CLICK, kind: str = FORM) -> Answer:
        return self.ask("POST", PATH + token, body, kind)

    @property
    def held(self) -> list[tuple[str, str, str]]:
        """Return what is suppressed: (target, kind, reason)."""
        with self.house.app.open_store(write=False) as store:
            found = suppressions.suppressions(store).values()
        return sorted((one.target, one.kind, one.reason) for one in found)


def answer_of(got: http.client.HTTPResponse) -> Answer:
    return Answer(got.status, dict(got.getheaders()), got.read().decode())


def registered(house: House) -> bytes:
    """Let the readers be known and the key be made; return the key."""
    with house.app.open_store() as store:
        house.app.register(store, house.now)
        return facts.unsubscribe_key(store)


@contextmanager
def served(house: House, *, prefix: str = "", wait: float = 10.0) -> Iterator[Visitor]:
    visitor = Visitor(house, key=registered(house))

    def opened(write: bool) -> Store:
        visitor.opened.append(write)
        return open_store(house.app.database, write=write, wait=wait)

    with closing(
        Server(Application(Desk(opened, lambda: house.now), prefix), "127.0.0.1:0")
    ) as server:
        visitor.port = server.address[1]
        yield visitor
