"""Where the pages are served, how that ends, and that the place follows the config."""

from __future__ import annotations

import http.client
import select
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import pytest

from house import House
from loopback import kept_place, listening
from paperdigest.store.transactions import Store
from paperdigest.web import patience
from paperdigest.web import server as server_module
from paperdigest.web.desk import Desk
from paperdigest.web.door import Door
from paperdigest.web.server import NotOpened, Server
from paperdigest.web.unsubscribe import Application
from visitor import registered

PAGE = "https://papers.example.org"


def application(house: House) -> Application:
    return Application(Desk(lambda write: house.app.open_store(write=write), lambda: house.now))


def test_a_place_that_is_taken_is_refused_in_words(house: House) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(NotOpened, match=f"{place} cannot be listened to: address already in"):
            Server(application(house), place)


def unix_get(path: Path) -> int:
    with socket.socket(socket.AF_UNIX) as asking:
        asking.settimeout(60)
        asking.connect(str(path))
        asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return int(asking.makefile("rb").readline().split()[1])


@pytest.fixture
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose path is short enough for a socket's."""
    return tmp_path_factory.mktemp("s")


def test_it_listens_at_a_path_that_a_proxy_of_another_user_may_open(
    house: House, short: Path
) -> None:
    path = short / "web.sock"
    with closing(Server(application(house), f"unix:{path}")):
        assert unix_get(path) == 404
        assert path.stat().st_mode & 0o777 == 0o666
    assert not path.exists()


def test_a_socket_left_by_a_kill_is_replaced(house: House, short: Path) -> None:
    path = short / "web.sock"
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))
    with closing(Server(application(house), f"unix:{path}")):
        assert unix_get(path) == 404


def test_a_socket_in_use_is_left_alone(house: House, short: Path) -> None:
    path = short / "web.sock"
    with closing(Server(application(house), f"unix:{path}")):
        with pytest.raises(NotOpened, match="another program listens there"):
            Server(application(house), f"unix:{path}")
        assert unix_get(path) == 404


def test_a_file_in_the_socket_s_place_is_left_alone(house: House, short: Path) -> None:
    path = short / "web.sock"
    path.write_text("precious")
    with pytest.raises(NotOpened, match="file exists"):
        Server(application(house), f"unix:{path}")
    assert path.read_text() == "precious"


def test_at_the_end_requests_in_hand_are_finished_and_no_thread_is_left(house: House) -> None:
    """A proxy may have sent several over one connection: those that wait for their turn count too."""
    before = set(threading.enumerate())
    reached, go_on = threading.Event(), threading.Event()

    def slow(write: bool) -> Store:
        reached.set()
        go_on.wait(60)
        return house.app.open_store(write=write)

    server = Server(Application(Desk(slow, lambda: house.now)), "127.0.0.1:0")
    registered(house)
    with socket.create_connection(server.address[:2], timeout=60) as proxy:
        proxy.sendall(b"HEAD /unsubscribe/1.AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n\r\n" * 3)
        assert reached.wait(60)
        ending = threading.Thread(target=server.close)
        ending.start()
        go_on.set()
        said = proxy.makefile("rb").read()
    ending.join(60)
    assert said.count(b"HTTP/1.1 404 ") == 3
    assert not server.alive
    assert {each for each in threading.enumerate() if each.name.startswith("paperdigest")} <= before


def test_at_the_end_nobody_waits_long_for_a_request_that_hangs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "GRACE", 0.2)
    with closing(Server(application(house), "127.0.0.1:0")) as server:
        half = socket.create_connection(server.address[:2])
        with closing(half):
            half.sendall(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\nhalf")
            server.close()
    assert not server.alive


# ------------------------------------------------------------------ who takes too long, and who makes room


class Slow:
    """Visitors of a server whose clock stands still until it is set."""

    def __init__(
        self, house: House, listen: str = "127.0.0.1:0", *, desk: Desk | None = None
    ) -> None:
        self.time = 1000.0
        page = Application(desk) if desk else application(house)
        self.server = Server(page, listen, clock=lambda: self.time)
        self._open = ExitStack()

    def close(self) -> None:
        self._open.close()
        self.server.close()

    def visitor(self) -> socket.socket:
        family = socket.AF_UNIX if isinstance(self.server.address, str) else socket.AF_INET
        made = self._open.enter_context(socket.socket(family))
        made.settimeout(60)
        made.connect(self.server.address)
        return made

    def begun(self) -> socket.socket:
        """Return a visitor who has sent the head of a request, as the server knows, and owes the body."""
        made = self.visitor()
        made.sendall(b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 8000\r\n\r\n")
        assert made.recv(100).startswith(b"HTTP/1.1 100 ")
        return made

    def answered(self) -> int:
        """Ask for a page over a new connection. Whatever was sent before has been seen by then."""
        with closing(self.visitor()) as asking:
            asking.sendall(b"GET / HTTP/1.0\r\n\r\n")
            return int(asking.makefile("rb").readline().split()[1])

    def settle(self) -> None:
        """Return when no request is in hand: an answer is read a moment before its request is out of hand."""
        while self.server._busy():
            self.answered()

    def pass_by(self, seconds: float) -> None:
        """Let time go by. The server has looked at its connections before and after."""
        self.answered()
        self.time += seconds
        self.answered()


@pytest.fixture
def slow(house: House) -> Iterator[Slow]:
    with closing(Slow(house)) as made:
        yield made


def is_open(visitor: socket.socket) -> bool:
    """Say whether the server has not closed a connection. Reads nothing."""
    watch = select.poll()
    watch.register(visitor, getattr(select, "POLLRDHUP", select.POLLHUP))  # the first: Linux only
    return not watch.poll(0)


def test_a_request_that_drips_is_given_up_after_twenty_seconds(slow: Slow) -> None:
    visitor, lasted = slow.begun(), 0
    while is_open(visitor) and lasted < 100:
        slow.pass_by(1)
        lasted += 1
        with suppress(OSError):
            visitor.sendall(b"a")
    assert lasted == patience.LONGEST_REQUEST == 20


def test_who_is_given_up_is_told_so(slow: Slow) -> None:
    visitor = slow.begun()
    slow.pass_by(patience.LONGEST_REQUEST)
    assert visitor.recv(1000).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_request_begun_behind_another_has_its_own_time(slow: Slow) -> None:
    visitor = slow.visitor()
    visitor.sendall(b"HEAD / HTTP/1.1\r\n\r\nHEAD")
    assert visitor.recv(1000).startswith(b"HTTP/1.1 404 ")
    slow.settle()
    slow.pass_by(19)
    assert is_open(visitor)
    slow.pass_by(1)
    assert not is_open(visitor)


def test_empty_lines_are_no_request(slow: Slow) -> None:
    visitor = slow.visitor()
    for _ in range(20):
        assert is_open(visitor)
        visitor.sendall(b"\r\n\r\n")
        slow.pass_by(1)
    assert not is_open(visitor)


def test_who_says_nothing_is_given_up_after_ten_seconds(slow: Slow) -> None:
    visitor = slow.visitor()
    slow.pass_by(9)
    assert is_open(visitor)
    slow.pass_by(1)
    assert not is_open(visitor)


def test_a_kept_connection_may_ask_again_and_again(slow: Slow) -> None:
    """A proxy's, say: only each request has an end, and the silence between two."""
    host, port = slow.server.address
    with closing(http.client.HTTPConnection(host, port, timeout=60)) as proxy:
        proxy.connect()
        proxy.auto_open = 0
        for _ in range(5):
            proxy.request("HEAD", "/")
            assert proxy.getresponse().read() == b""
            slow.settle()
            slow.pass_by(29)
        slow.pass_by(1)
        assert not is_open(proxy.sock)


def test_an_answer_that_is_not_taken_is_given_up(house: House, short: Path) -> None:
    """It leaves no room in the socket, so waiting for room to end it would be waiting for its reader."""
    with closing(Slow(house, f"unix:{short / 'web.sock'}")) as slow:
        visitor = slow.visitor()
        visitor.sendall(b"GET / HTTP/1.1\r\n\r\n" * 450)
        lasted = 0
        while is_open(visitor) and lasted < 1000:
            slow.pass_by(patience.LONGEST_REQUEST)
            lasted += 1
        assert lasted < 1000


def test_a_request_in_hand_is_never_given_up(house: House) -> None:
    """Not when it takes long, and not to make room: its outcome is written down."""
    reached, go_on = threading.Event(), threading.Event()

    def thinking(write: bool) -> Store:
        if not reached.is_set():  # the others are answered meanwhile
            reached.set()
            go_on.wait(60)
        return house.app.open_store(write=write)

    registered(house)
    with closing(Slow(house, desk=Desk(thinking, lambda: house.now))) as slow:
        visitor = slow.visitor()
        visitor.sendall(b"HEAD / HTTP/1.1\r\n\r\n")
        assert reached.wait(60)
        slow.pass_by(1000)
        for _ in range(server_module.CONNECTIONS + 10):
            slow.visitor()
            slow.pass_by(0.01)
        go_on.set()
        assert visitor.recv(1000).startswith(b"HTTP/1.1 404 ")
        slow.answered()
        assert is_open(visitor)


def test_however_many_ask_slowly_the_page_is_open(slow: Slow) -> None:
    for _ in range(server_module.CONNECTIONS + 30):
        slow.begun()
    assert slow.answered() == 404


def test_the_oldest_make_room(slow: Slow) -> None:
    visitors = []
    for _ in range(server_module.CONNECTIONS + 3):
        visitors.append(slow.begun())
        slow.time += 0.01
    assert [is_open(each) for each in visitors[:5]] == [False] * 3 + [True] * 2


def test_that_it_is_crowded_is_logged_once_an_hour(
    slow: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    for hours in (1, 0, 0):
        for _ in range(server_module.CONNECTIONS + 1):
            slow.begun()
        slow.pass_by(3600 * hours)
    assert caplog.text.count("page-crowded") == 2


# ------------------------------------------------------------------ the door


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    made = Door(Desk(lambda write: house.app.open_store(write=write), lambda: house.now))
    yield made
    made.close()


def status_at(place: str) -> int:
    with closing(http.client.HTTPConnection(place, timeout=60)) as asking:
        asking.request("GET", "/")
        return asking.getresponse().status


def test_without_a_public_url_there_is_no_page(door: Door) -> None:
    with kept_place() as place:
        door.follow("", place)
    assert (door.open, door.trouble) == (False, "")


def test_the_page_opens_moves_and_closes_as_the_config_says(door: Door) -> None:
    with kept_place() as one, kept_place() as other:
        door.follow(PAGE, one)
        assert status_at(one) == 404
        door.follow(PAGE, other)
        assert status_at(other) == 404
        with pytest.raises(ConnectionRefusedError):
            status_at(one)
        door.follow("", other)
        with pytest.raises(ConnectionRefusedError):
            status_at(other)


def test_a_taken_place_is_tried_again_until_it_is_free(door: Door) -> None:
    with kept_place() as place:
        with listening(place):
            door.follow(PAGE, place)
            assert "another program listens there" in door.trouble
        door.follow(PAGE, place)
        assert (door.open, door.trouble) == (True, "")


def test_a_taken_place_is_logged_once(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for _ in range(3):
            door.follow(PAGE, f"127.0.0.1:{taken.getsockname()[1]}")
    assert caplog.text.count("page-not-opened") == 1


def test_what_is_closed_stays_closed(door: Door) -> None:
    """A round that was left unfinished at the end may still come to it."""
    door.close()
    with kept_place() as place:
        door.follow(PAGE, place)
    assert not door.open
