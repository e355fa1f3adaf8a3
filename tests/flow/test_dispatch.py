"""Delivering over all channels side by side: none waits for another one, and each message is sent once."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from house import ADA, CONFIG, MAIL, House
from paperdigest.core.ports import Outcome, Part
from paperdigest.core.units import DeliverySettled, Unit
from paperdigest.flow import dispatch as dispatching
from paperdigest.flow.dispatch import dispatch
from paperdigest.flow.post import DeliverReport, Post
from paperdigest.journal import heard_by
from paperdigest.rounds import AppRounds
from paperdigest.store import deliveries, ways
from running import said, service
from slack_server import FakeSlack
from smtp_server import HANG, HostileSmtp
from wire import Wire

LONG = 60.0  # seconds that are only waited for when a test is about to fail
BEN = ADA.replace("file:outbox", "email:ben@example.org")


class Line(Wire):
    """A wire that does something while a message is in hand. `begun` counts the messages."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.meanwhile = meanwhile
        self.begun = threading.Semaphore(0)

    def send(self, part: Part, after: str) -> Outcome:
        self.begun.release()
        self.meanwhile()
        return super().send(part, after)

    def has_begun(self) -> bool:
        return self.begun.acquire(timeout=LONG)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Ben reads by mail, Ada and Cleo in folders; each has a digest in the outbox, Ben's is the first."""
    house = House.built(tmp_path, config=CONFIG + MAIL.format(port=9), ada=ADA, ben=BEN, cleo=ADA)
    wired(house, Line(), Line())
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose("ben")
    house.compose()
    yield house
    house.reload()


def wired(house: House, mail: Line, folder: Line) -> None:
    house.app.side_by_side = True
    house.app._channels |= {"email": mail, "file": folder}


def deliver(house: House, stop: Callable[[], bool] = lambda: False) -> DeliverReport:
    with house.app.open_store() as store:
        return house.app.deliver(store, stop, timedelta(0))


def states(house: House) -> dict[str, list[tuple[str, int]]]:
    with house.app.open_store(write=False) as store:
        found: dict[str, list[tuple[str, int]]] = {}
        for row in deliveries.listed(store):
            kind = row.target.partition(":")[0]
            found.setdefault(kind, []).append((row.state.value, row.attempts))
    return found


def bens_next_is_due(house: House) -> None:
    """Leave nothing in the outbox but Ben's digest of the next day; those of the others are not composed."""
    deliver(house)
    house.wait(days=1)
    house.drop("tuesday.jsonl", "A paper map of the sea")
    house.ingest()
    house.compose("ben")


ALL_SENT = {"email": [("sent", 1)], "file": [("sent", 1), ("sent", 1)]}


def test_a_channel_that_says_nothing_holds_up_no_other(house: House) -> None:
    folder = Line()
    answers: list[bool] = []
    mail = Line(lambda: answers.append(folder.has_begun() and folder.has_begun()))
    wired(house, mail, folder)

    report = deliver(house)

    assert answers == [True]
    assert states(house) == ALL_SENT
    assert report.states == Counter(sent=3)


def test_what_is_composed_while_a_channel_says_nothing_goes_out_as_well(house: House) -> None:
    bens_next_is_due(house)
    folder = Line()
    answers: list[bool] = []

    def meanwhile() -> None:
        with house.app.open_store() as store:
            house.app.compose(store, house.now)
        answers.append(folder.has_begun())

    wired(house, Line(meanwhile), folder)
    deliver(house)

    assert answers == [True]
    assert {state for rows in states(house).values() for state in rows} == {("sent", 1)}


def test_a_channel_that_breaks_off_leaves_the_others_to_their_end(house: House) -> None:
    folder = Line()

    def breaks_off() -> None:
        assert folder.has_begun()
        raise SystemExit("a plug-in ends the program")

    wired(house, Line(breaks_off), folder)
    with pytest.raises(SystemExit):
        deliver(house)

    assert states(house) == ALL_SENT | {"email": [("sending", 1)]}


def test_a_stop_finishes_what_is_in_hand_and_begins_nothing(house: House) -> None:
    both = threading.Barrier(2, timeout=LONG)
    stopping = threading.Event()

    def meanwhile() -> None:
        both.wait()
        stopping.set()

    wired(house, Line(meanwhile), Line(meanwhile))
    deliver(house, stopping.is_set)

    assert Counter(states(house)["file"]) == {("sent", 1): 1, ("retry", 0): 1}
    assert states(house)["email"] == [("sent", 1)]


def test_an_interrupt_finishes_what_is_in_hand(house: House) -> None:
    interrupted, ours = threading.Event(), threading.current_thread()
    mail = Line(lambda: interrupted.wait(LONG))
    wired(house, mail, Line())

    def clock() -> datetime:
        if threading.current_thread() is ours and mail.begun.acquire(blocking=False):
            interrupted.set()
            raise KeyboardInterrupt
        return house.now

    post = replace(house.app.post(lambda: False, timedelta(0)), clock=clock)
    with house.app.open_store() as store, pytest.raises(KeyboardInterrupt):
        dispatch(store, post, house.app.open_store)

    assert states(house)["email"] == [("sent", 1)]


def resting(house: House, pause: Callable[[timedelta], None]) -> None:
    """Deliver while folders are to be left alone for another second, which would be waited for."""
    post = replace(house.app.post(lambda: False, timedelta(seconds=5)), pause=pause)
    with house.app.open_store() as store:
        with store.transaction():
            ways.close(store, "file", house.now + timedelta(seconds=1))
        dispatch(store, post, house.app.open_store)


def test_a_channel_is_waited_for_as_long_as_there_is_patience(house: House) -> None:
    resting(house, house.pause)
    assert states(house) == ALL_SENT


def test_nobody_waits_for_a_clock_that_stands_still(house: House) -> None:
    waits = iter(range(50))
    resting(house, lambda _: None if next(waits) < 49 else pytest.fail("it waits for ever"))
    assert states(house) == {"email": [("sent", 1)], "file": [("pending", 0), ("pending", 0)]}


def test_where_no_thread_can_be_made_one_channel_follows_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", start)
    deliver(house)

    assert states(house) == ALL_SENT


def test_beside_a_channel_that_hangs_for_good_nothing_is_begun(house: House) -> None:
    """So that the round stands still, and the watchdog sees it."""
    bens_next_is_due(house)
    looked = threading.Semaphore(0)
    hours = 0.0

    def steady() -> float:
        looked.release()
        return hours * 3600

    def meanwhile() -> None:
        nonlocal hours
        hours = 1.0
        with house.app.open_store() as store:
            house.app.compose(store, house.now)
        while looked.acquire(blocking=False):
            pass
        for _ in range(4):  # once in a whole look, then: it is seen to hang
            assert looked.acquire(timeout=LONG)

    folder = Line()
    wired(house, Line(meanwhile), folder)
    with house.app.open_store() as store:
        dispatch(
            store, house.app.post(lambda: False, timedelta(0)), house.app.open_store, steady=steady
        )

    assert not folder.handed
    assert [state for state, _ in states(house)["file"]].count("pending") == 2


def test_who_listens_to_a_round_hears_of_every_channel(house: House) -> None:
    heard: list[Unit | None] = []
    with heard_by(heard.append):
        deliver(house)

    settled = [unit for unit in heard if isinstance(unit, DeliverySettled)]
    assert Counter(unit.channel for unit in settled) == {"email": 1, "file": 2}


def dispatched(house: House, **given: Any) -> DeliverReport:
    """Deliver, with something in place of what the service gives."""
    post = house.app.post(lambda: False, timedelta(0))
    with house.app.open_store() as store:
        return dispatch(store, post, house.app.open_store, **given)


def test_a_channel_that_broke_off_is_begun_again_while_another_one_is_at_work(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    seconds = 0.0
    folder = Line()

    def breaks_once() -> None:
        folder.meanwhile = lambda: None
        raise SystemExit("a plug-in ends the program")

    def meanwhile() -> None:
        nonlocal seconds
        assert folder.has_begun()
        while "channel-broke-off" not in caplog.text:
            threading.Event().wait(0.01)
        seconds = 11.0
        assert folder.has_begun()

    folder.meanwhile = breaks_once
    wired(house, Line(meanwhile), folder)
    dispatched(house, steady=lambda: seconds)

    assert Counter(states(house)["file"]) == {("unknown", 1): 1, ("sent", 1): 1}
    assert caplog.text.count("channel-broke-off channel=file") == 1


def test_the_operator_is_told_while_a_channel_says_nothing(house: House) -> None:
    told = threading.Event()
    answers: list[bool] = []
    wired(house, Line(lambda: answers.append(told.wait(LONG))), Line())

    def tell() -> bool:
        told.set()
        return False

    dispatched(house, tell=tell)

    assert answers == [True]


def test_what_is_begun_later_is_begun_as_things_stand_then(house: House) -> None:
    """A channel that was set up meanwhile, a password that was mended."""
    bens_next_is_due(house)
    mended, folder = Line(), Line()
    posts = [house.app.post(lambda: False, timedelta(0))]

    def meanwhile() -> None:
        posts.append(replace(posts[0], channel=lambda _: mended))
        with house.app.open_store() as store:
            house.app.compose(store, house.now)
        assert mended.has_begun()

    wired(house, Line(meanwhile), folder)
    dispatched(house, afresh=lambda: posts[-1])

    assert (len(mended.handed), len(folder.handed)) == (2, 0)


def test_while_the_clock_is_doubted_nobody_begins_a_message(house: House) -> None:
    doubted, seen = threading.Event(), threading.Event()
    post = house.app.post(lambda: False, timedelta(0))

    def afresh() -> Post | None:
        if doubted.is_set():
            seen.set()
            return None
        return post

    def meanwhile() -> None:
        doubted.set()
        assert seen.wait(LONG)

    wired(house, Line(lambda: seen.wait(LONG)), Line(meanwhile))
    dispatched(house, afresh=afresh)

    assert Counter(states(house)["file"]) == {("sent", 1): 1, ("retry", 0): 1}
    assert states(house)["email"] == [("sent", 1)]


def test_at_a_stop_only_what_is_in_hand_stays_in_doubt(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "_PATIENT", 0.01)
    stopping, folder = threading.Event(), Line()
    found: list[Counter[tuple[str, int]]] = []

    def meanwhile() -> None:
        stopping.set()
        end = time.monotonic() + LONG
        while ("retry", 0) not in states(house)["file"] and time.monotonic() < end:
            threading.Event().wait(0.01)
        found.append(Counter(states(house)["file"]))

    folder.meanwhile = meanwhile
    wired(house, Line(), folder)
    deliver(house, stopping.is_set)

    assert found == [{("sending", 1): 1, ("retry", 0): 1}]
    assert Counter(states(house)["file"]) == {("sent", 1): 1, ("retry", 0): 1}


SLACK = """
[slack]
token = {{ file = "secrets/slack-token" }}
api_url = "{url}"
"""


class Patient(FakeSlack):
    """Takes a message only once the mail server has the whole of one, of which it says nothing."""

    def __init__(self, mail: HostileSmtp) -> None:
        super().__init__()
        self.mail = mail

    def take(self, payload: dict[str, Any]) -> dict[str, Any]:
        end = time.monotonic() + LONG
        while not self.mail.messages and time.monotonic() < end:
            self.over.wait(0.01)
        return super().take(payload)


def test_the_service_posts_to_slack_while_a_mail_server_thinks_about_a_message(
    tmp_path: Path,
) -> None:
    with HostileSmtp({"dot": HANG}) as mail, Patient(mail) as slack:
        config = CONFIG + MAIL.format(port=mail.port) + SLACK.format(url=slack.api_url)
        house = House.built(
            tmp_path,
            config=config,
            ada=ADA.replace("file:outbox", "email:ada@example.org"),
            ben=ADA.replace("file:outbox", "slack:#papers"),
        )
        house.write("secrets/slack-token", "xoxb-beside")
        house.drop("monday.jsonl", "Folding paper maps again")
        with service(house) as process:
            settled = said(process, "delivery ")
            assert "channel=slack" in settled, settled
            process.kill()
        house.reload()


def test_a_channel_set_up_while_a_mail_server_thinks_is_used_at_once(house: House) -> None:
    rounds = AppRounds(house.app)
    with FakeSlack() as slack:

        def meanwhile() -> None:
            secret = house.folder / "secrets" / "slack-token"
            secret.parent.mkdir(exist_ok=True)
            secret.write_text("xoxb-late")
            config = house.folder / "paperdigest.toml"
            config.write_text(config.read_text() + SLACK.format(url=slack.api_url))
            late = ADA.replace("file:outbox", "slack:#papers")
            (house.folder / "subscriptions" / "dora.toml").write_text(late)
            rounds.compose(house.now)
            end = time.monotonic() + LONG
            while not slack.posted and time.monotonic() < end:
                slack.over.wait(0.01)

        wired(house, Line(meanwhile), Line())
        rounds.deliver(house.now, lambda: False)
    rounds.close()

    assert len(slack.posted) == 1
    assert states(house)["slack"] == [("sent", 1)]
