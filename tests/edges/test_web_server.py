"""Where the pages are served, how that ends, and that the place follows the config."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from house import House
from paperdigest.store.transactions import Store
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
        asking.settimeout(20)
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
        go_on.wait(10)
        return house.app.open_store(write=write)

    server = Server(Application(Desk(slow, lambda: house.now)), "127.0.0.1:0")
    registered(house)
    with socket.create_connection(server.address[:2], timeout=20) as proxy:
        proxy.sendall(b"HEAD /unsubscribe/1.AAAAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\n\r\n" * 3)
        assert reached.wait(10)
        ending = threading.Thread(target=server.close)
        ending.start()
        go_on.set()
        said = proxy.makefile("rb").read()
    ending.join(20)
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


# ------------------------------------------------------------------ the door


@pytest.fixture
def door(house: House) -> Iterator[Door]:
    made = Door(Desk(lambda write: house.app.open_store(write=write), lambda: house.now))
    yield made
    made.close()


def free_place() -> str:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"127.0.0.1:{taken.getsockname()[1]}"


def status_at(place: str) -> int:
    with closing(http.client.HTTPConnection(place, timeout=20)) as asking:
        asking.request("GET", "/")
        return asking.getresponse().status


def test_without_a_public_url_there_is_no_page(door: Door) -> None:
    door.follow("", free_place())
    assert (door.open, door.trouble) == (False, "")


def test_the_page_opens_moves_and_closes_as_the_config_says(door: Door) -> None:
    one, other = free_place(), free_place()
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
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
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
    door.follow(PAGE, free_place())
    assert not door.open
