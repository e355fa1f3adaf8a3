"""What the operator is told of what lasts: once, again the next day, and when it is over, whatever is killed."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from house import ADA, CONFIG, House
from http_server import Reply, http_server
from paperdigest import logs
from paperdigest.app import App
from paperdigest.core.errors import StoreFull
from paperdigest.core.ledger import State
from paperdigest.failpoints import FailpointReached, broken
from paperdigest.flow import brake, lasting, resolve
from paperdigest.flow.drafting import Press
from paperdigest.flow.room import disk_low
from paperdigest.machine import steady_clock
from paperdigest.rounds import AppRounds
from paperdigest.service import Service
from paperdigest.store import deliveries, facts, subscribers, suppressions
from paperdigest.store.connection import Store
from program import Program
from slack_server import FakeSlack
from smtp_server import DROP, HostileSmtp

OPERATOR = 'operator = "file:ops"\n'
EVA = ADA.replace("file:outbox", "file:eva")
GONE = "550 5.1.1 no such user"
FLOOD = 620  # more than the brake lets through


@dataclass(frozen=True)
class Trouble:
    """Something that lasts until `end` is called. `begun` and `over` begin the titles of its notices."""

    begun: str
    over: str
    end: Callable[[], None]


def do(house: House, what: Callable[[Store], object]) -> None:
    """Write something, as a command does."""
    with house.app.open_store() as store, store.transaction():
        what(store)


def mail(house: House, server: HostileSmtp, more: str = "") -> None:
    """Let ada get her digests by mail."""
    config = (house.folder / "paperdigest.toml").read_text("utf-8")
    mailed = f'host = "127.0.0.1"\nport = {server.port}\ntls = "none"\nauth = "none"\n'
    house.write(
        "paperdigest.toml", f'{config}\n[email]\n{mailed}from = "papers@example.org"\n{more}'
    )
    house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "ada@example.org"))


@contextmanager
def failing_source(house: House) -> Iterator[Trouble]:
    with http_server({"/feed": Reply(status=500)}) as server:
        config = (house.folder / "paperdigest.toml").read_text("utf-8")
        source = f'name = "maps"\nkind = "feed"\nurl = "{server.url}/feed"\n'
        house.write("paperdigest.toml", f"{config}\n[[source]]\n{source}")
        house.run()
        house.wait(hours=1)

        def end() -> None:
            empty = b'<rss version="2.0"><channel><title>Maps</title></channel></rss>'
            server.replies["/feed"] = Reply(empty)

        yield Trouble("maps could not be read since 20 Nov", "maps is well again", end)


@contextmanager
def barred_way(house: House) -> Iterator[Trouble]:
    with FakeSlack(*["invalid_auth"] * 1000) as slack:
        config = (house.folder / "paperdigest.toml").read_text("utf-8")
        house.write("secrets/slack-token", "xoxb-canary-token")
        house.write(
            "paperdigest.toml",
            f'{config}\n[slack]\ntoken = {{ file = "secrets/slack-token" }}\napi_url = "{slack.api_url}"\n',
        )
        house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "slack:#papers"))
        house.drop("monday.jsonl", "Folding paper maps again")
        yield Trouble(
            "Slack takes no messages since 20 Nov", "Slack takes messages again", slack.modes.clear
        )


@contextmanager
def dead_way(house: House) -> Iterator[Trouble]:
    with FakeSlack() as slack:
        config = (house.folder / "paperdigest.toml").read_text("utf-8")
        house.write(
            "paperdigest.toml",
            f'{config}\n[slack]\ntoken = {{ file = "secrets/slack-token" }}\napi_url = "{slack.api_url}"\n',
        )
        house.write("subscriptions/ada.toml", ADA.replace("file:outbox", "slack:#papers"))
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        house.wait(hours=1)

        def end() -> None:
            house.write("secrets/slack-token", "xoxb-canary-token")
            do(house, lambda store: resolve.again(store, 1, house.now))

        yield Trouble("Slack takes no messages since 20 Nov", "Slack takes messages again", end)


@contextmanager
def paused_recipient(house: House) -> Iterator[Trouble]:
    with HostileSmtp({"rcpt": [GONE] * 2}) as server:
        mail(house, server)
        house.drop("thursday.jsonl", "Folding paper maps again")
        house.run()
        house.wait(days=1)
        house.drop("friday.jsonl", "Reading paper maps aloud")

        def end() -> None:
            do(house, lambda store: suppressions.lift(store, 1, "email:ada@example.org"))

        yield Trouble("ada@example.org is refused for good", "ada@example.org of ada gets", end)
        house.close()


@contextmanager
def delivery_in_doubt(house: House) -> Iterator[Trouble]:
    with HostileSmtp({"dot": [DROP]}) as server:
        mail(house, server, 'on_unknown = "hold"\n')
        house.drop("monday.jsonl", "Folding paper maps again")
        house.run()
        house.wait(minutes=16)

        def end() -> None:
            do(house, lambda store: resolve.was_sent(store, 1, house.now))

        yield Trouble("1 delivery waits for you", "No delivery waits for you any more", end)
        house.close()


@contextmanager
def held_run(house: House) -> Iterator[Trouble]:
    for day in range(3):
        house.drop(f"day{day}.jsonl", *(f"Paper map {day} {number}" for number in range(2)))
        house.run()
        house.wait(days=1)
    house.drop("flood.jsonl", *(f"Paper map of the flood {number}" for number in range(FLOOD)))
    yield Trouble(
        "Run 1 is held",
        "No delivery waits for you any more",
        lambda: do(house, lambda store: brake.drop(store, 1, house.now)),
    )


@contextmanager
def full_disk(house: House) -> Iterator[Trouble]:
    house.run()
    house.free = 30_000_000

    def end() -> None:
        house.free = 70_000_000

    yield Trouble("The disk is nearly full: 30 MB free", "There is room again: 70 MB free", end)


@contextmanager
def clock_set_back(house: House) -> Iterator[Trouble]:
    house.run()
    with house.app.open_store() as store:
        lane = next(iter(subscribers.lanes(store).values()))
        slot = ("2026-11-21T22:30 Europe/Berlin", house.now + timedelta(days=1, hours=12))
        with store.transaction():
            subscribers.advance(store, lane.id, bookmark=0, slot=slot, digest_at=None)

    def end() -> None:
        house.wait(days=2)

    yield Trouble("The clock shows ", "The clock agrees with what is stored again", end)


TROUBLES = [
    failing_source,
    barred_way,
    dead_way,
    paused_recipient,
    delivery_in_doubt,
    held_run,
    full_disk,
    clock_set_back,
]
Begins = Callable[[House], AbstractContextManager[Trouble]]
each_trouble = pytest.mark.parametrize("trouble", TROUBLES, ids=lambda one: one.__name__)
two_troubles = pytest.mark.parametrize("trouble", [failing_source, full_disk])


@pytest.fixture
def told_house(house: House) -> House:
    """A house with an operator beside its one reader."""
    house.write("paperdigest.toml", OPERATOR + CONFIG)
    return house


def look(house: House) -> None:
    """Let a round of the service go by, after a restart."""
    house.reload()
    if not house.app.disk().is_low:
        house.ingest()
        house.compose()
    house.deliver()


def told(house: House, target: str = "ops") -> list[str]:
    """Return the titles of what was told, oldest first."""
    return [one["title"] for one in house.digests(target) if one["kind"] == "notice"]


@each_trouble
def test_it_is_told_once_and_not_again_within_the_day_over_restarts(
    told_house: House, trouble: Begins
) -> None:
    with trouble(told_house) as lasts:
        for _ in range(4):
            look(told_house)
            told_house.wait(minutes=50)

    (title,) = told(told_house)
    assert title.startswith(lasts.begun)


@each_trouble
def test_it_is_told_again_on_the_next_day_while_it_lasts(
    told_house: House, trouble: Begins
) -> None:
    with trouble(told_house) as lasts:
        look(told_house)
        told_house.wait(days=1)
        look(told_house)
        look(told_house)

    assert [title.startswith(lasts.begun) for title in told(told_house)] == [True, True]


@each_trouble
def test_it_is_told_once_when_it_is_over(told_house: House, trouble: Begins) -> None:
    with trouble(told_house) as lasts:
        look(told_house)
        lasts.end()
        told_house.wait(minutes=20)
        for _ in range(3):
            look(told_house)
            told_house.wait(hours=9)

    assert len(told(told_house)) == 2
    assert told(told_house)[1].startswith(lasts.over)


@each_trouble
@pytest.mark.parametrize("place", ["notice.commit", "notice.committed"])
def test_a_kill_at_any_instant_neither_tells_twice_nor_loses_a_word(
    told_house: House, trouble: Begins, place: str
) -> None:
    with trouble(told_house) as lasts:
        with broken(f"{place}=raise"), pytest.raises(FailpointReached):
            look(told_house)
        for _ in range(3):
            look(told_house)
            told_house.wait(minutes=50)

    (title,) = told(told_house)
    assert title.startswith(lasts.begun)


@two_troubles
def test_what_was_told_and_that_it_was_are_written_together_or_not_at_all(
    told_house: House, trouble: Begins
) -> None:
    with trouble(told_house):
        with broken("notice.commit=raise"), pytest.raises(FailpointReached):
            look(told_house)
        assert remembered(told_house) == ([], [])
        with broken("notice.committed=raise"), pytest.raises(FailpointReached):
            look(told_house)
        facts_told, notices = remembered(told_house)

    assert len(facts_told) == len(notices) == 1


def remembered(house: House) -> tuple[list[str], list[str]]:
    """Return of what is remembered that it was told, and the titles of the notices in the ledger."""
    with house.app.open_store(write=False) as store:
        titles = store.rows("SELECT title FROM digests WHERE kind = 'notice'")
        return list(facts.beginning(store, "told of ")), [title for (title,) in titles]


@each_trouble
def test_with_one_subscriber_that_is_the_operator(house: House, trouble: Begins) -> None:
    with trouble(house) as lasts:
        look(house)
        with house.app.open_store(write=False) as store:
            titles = store.rows("SELECT title FROM digests WHERE kind = 'notice' ORDER BY id")
            rows = [row for row in deliveries.listed(store) if row.slot.startswith("notice")]

    assert [title.startswith(lasts.begun) for (title,) in titles] == [True]
    assert {row.target for row in rows} == set(house.app.settings.subscribers[0].deliver)


@each_trouble
def test_without_anybody_to_tell_it_is_logged_once_a_day(
    house: House, trouble: Begins, caplog: pytest.LogCaptureFixture
) -> None:
    house.write("subscriptions/eva.toml", EVA)  # two readers, and neither is the operator
    with trouble(house) as lasts:
        for _ in range(3):
            look(house)
            house.wait(minutes=50)

    said = [line for line in caplog.messages if line.startswith("nobody-to-tell title=")]
    assert [lasts.begun in line for line in said] == [True]
    assert told(house, "eva") == []


@pytest.mark.parametrize(("named", "event"), [(True, "operator-told"), (False, "nobody-to-tell")])
@two_troubles
def test_a_line_of_the_log_on_it_is_one_event_with_its_title(
    house: House, trouble: Begins, caplog: pytest.LogCaptureFixture, named: bool, event: str
) -> None:
    house.write("subscriptions/eva.toml", EVA)
    if named:
        house.write("paperdigest.toml", OPERATOR + CONFIG)
    with trouble(house) as lasts:
        look(house)

    events = [one.msg for one in caplog.records if isinstance(one.msg, logs.Event)]
    titles = [str(one.keys["title"]) for one in events if one.name == event]
    assert [title.startswith(lasts.begun) for title in titles] == [True]


@two_troubles
def test_an_operator_who_is_named_later_is_told_at_once(house: House, trouble: Begins) -> None:
    house.write("subscriptions/eva.toml", EVA)
    with trouble(house) as lasts:
        look(house)
        config = (house.folder / "paperdigest.toml").read_text("utf-8")
        house.write("paperdigest.toml", OPERATOR + config)
        look(house)

    (title,) = told(house)
    assert title.startswith(lasts.begun)


WAITS = {
    "barred_way": ("way", "paperdigest check --network"),
    "dead_way": ("way", "paperdigest check --network"),
    "paused_recipient": ("recipient", "paperdigest resume ada ada@example.org"),
    "delivery_in_doubt": ("held", "paperdigest deliveries --state held"),
    "held_run": ("run", "paperdigest release 1, or paperdigest drop 1"),
}


@pytest.mark.parametrize("trouble", [one for one in TROUBLES if one.__name__ in WAITS])
def test_status_names_what_waits_for_a_person_with_the_command_to_run(
    house: House, program: Program, trouble: Begins
) -> None:
    what, command = WAITS[trouble.__name__]
    house.write("subscriptions/eva.toml", EVA)  # nobody is told, so status must say it
    with trouble(house) as lasts:
        look(house)
        answer, page = program("status", "--json").json, program("status").out
        assert program("status", "--healthy").code == 1
        lasts.end()
        house.wait(minutes=20)
        look(house)
        after = program("status", "--json").json["waits"]

    (want,) = [one for one in answer["waits"] if one["what"] == what]
    assert want["command"] == command
    assert f"{want['said']} · {command}" in answer["ails"]
    assert f"! {want['said']} · {command}" in page
    assert [one for one in after if one["what"] == what] == []


def test_of_two_processes_that_look_at_once_only_the_first_tells(told_house: House) -> None:
    with full_disk(told_house), told_house.app.open_store() as store:
        app, now = told_house.app, told_house.now

        def press() -> Press:
            """Be asked for between the look and the writing, and let another process be quicker."""
            told_house.deliver()
            return app.press

        watched = disk_low(app.disk(), now, "Europe/Berlin")
        assert not lasting.tell(store, press, app.operator(), [watched], now)
        told_house.deliver()

    assert len(told(told_house)) == 1


# ------------------------------------------------------------------ what is not over


def test_a_source_that_left_the_config_is_not_told_as_well_again(told_house: House) -> None:
    before = (told_house.folder / "paperdigest.toml").read_text("utf-8")
    with failing_source(told_house):
        look(told_house)
        told_house.write("paperdigest.toml", before)
        look(told_house)

    assert len(told(told_house)) == 1


def test_a_silent_source_that_then_fails_is_not_told_as_well_again(told_house: House) -> None:
    empty = b'<rss version="2.0"><channel><title>Maps</title></channel></rss>'
    with http_server({"/feed": Reply(empty)}) as server:
        source = f'name = "maps"\nkind = "feed"\nurl = "{server.url}/feed"\nquiet_after = "1 day"\n'
        told_house.write("paperdigest.toml", f"{OPERATOR}{CONFIG}[[source]]\n{source}")
        look(told_house)
        told_house.wait(days=2)
        look(told_house)
        server.replies["/feed"] = Reply(status=500)
        told_house.wait(minutes=20)
        look(told_house)

    assert told(told_house) == ["maps has brought nothing since 20 Nov"]


def test_a_way_that_nobody_uses_any_more_is_not_told_of(
    told_house: House, program: Program
) -> None:
    with barred_way(told_house):
        look(told_house)
        told_house.write("subscriptions/ada.toml", ADA)
        do(told_house, lambda store: resolve.drop(store, 1, told_house.now))
        for _ in range(3):
            look(told_house)
            told_house.wait(days=1)

    assert len(told(told_house)) == 1


def test_an_address_that_left_the_config_is_not_told_of(told_house: House) -> None:
    with paused_recipient(told_house):
        look(told_house)
        told_house.write("subscriptions/ada.toml", ADA)
        for _ in range(3):
            look(told_house)
            told_house.wait(days=1)

    assert len(told(told_house)) == 1


def test_a_recipient_whom_a_person_stopped_is_not_told_as_served_again(
    told_house: House, program: Program
) -> None:
    with paused_recipient(told_house):
        look(told_house)
        program("stop", "ada", "ada@example.org")
        told_house.wait(days=1)
        look(told_house)

    assert len(told(told_house)) == 1


def test_room_that_comes_and_goes_by_a_little_is_not_told_each_time(told_house: House) -> None:
    with full_disk(told_house):
        for free in (49_000_000, 51_000_000, 49_900_000, 60_000_000):
            told_house.free = free
            look(told_house)
            told_house.wait(minutes=10)

    assert told(told_house) == ["The disk is nearly full: 49 MB free"]


# ------------------------------------------------------------------ many at a time


def test_many_messages_in_doubt_are_one_word(told_house: House) -> None:
    # An answer that says nothing: without any, mails would go one by one.
    with HostileSmtp({"dot": ["354 what"] * 25}) as server:
        mail(told_house, server, 'on_unknown = "hold"\n')
        for number in range(25):
            reader = ADA.replace("file:outbox", f"reader{number}@example.org")
            told_house.write(f"subscriptions/reader{number}.toml", reader)
        (told_house.folder / "subscriptions/ada.toml").unlink()
        told_house.reload()
        told_house.drop("monday.jsonl", "Folding paper maps again")
        told_house.run()
        told_house.wait(minutes=16)
        look(told_house)
        told_house.close()

    (notice,) = told_house.digests("ops")
    assert notice["title"] == "25 deliveries wait for you"
    assert "and 5 more" in notice["notes"]
    assert any(
        "paperdigest resolve ID sent, or resend, or drop" in line for line in notice["notes"]
    )


# ------------------------------------------------------------------ little room


def test_while_the_disk_is_nearly_full_nothing_new_is_read_or_composed_and_the_outbox_goes_on(
    told_house: House, program: Program
) -> None:
    told_house.drop("monday.jsonl", "Folding paper maps again")
    told_house.ingest()
    told_house.compose()
    told_house.free = 30_000_000
    waiting = told_house.drop("tuesday.jsonl", "Reading paper maps aloud")

    for act in (told_house.ingest, told_house.compose):
        with pytest.raises(StoreFull, match="30 MB free and needs 50 MB · nothing new was read or"):
            act()
    told_house.deliver()

    assert waiting.exists()
    assert told_house.titles() == [["Folding paper maps again"]]
    assert told(told_house) == ["The disk is nearly full: 30 MB free"]


def test_with_hardly_any_room_nothing_is_sent_and_all_goes_on_once_there_is(
    told_house: House,
) -> None:
    told_house.drop("monday.jsonl", "Folding paper maps again")
    told_house.ingest()
    told_house.compose()
    told_house.free = 7_000_000

    with pytest.raises(StoreFull, match="7 MB free and needs 8 MB · nothing was sent"):
        told_house.deliver()
    assert told_house.digests() == []
    with told_house.app.open_store(write=False) as store:
        assert [(row.state, row.attempts) for row in deliveries.listed(store)] == [
            (State.PENDING, 0)
        ]

    told_house.free = 900_000_000
    told_house.run()
    assert told_house.titles() == [["Folding paper maps again"]]


def test_a_large_log_needs_twice_its_size(told_house: House) -> None:
    told_house.run()
    told_house.free = 90_000_000
    log = told_house.folder / "paperdigest.db-wal"
    with told_house.app.open_store():
        with log.open("ab") as file:
            file.truncate(46_000_000)
        assert str(told_house.app.disk()).endswith("has 90 MB free and needs 92 MB")


def test_run_once_sends_what_is_composed_and_ends_with_1_and_says_what_to_do(
    house: House, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop("monday.jsonl", "Folding paper maps again")
    house.ingest()
    house.compose()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 30_000_000))

    said = program("run", "--once")

    assert said.code == 1
    assert "30 MB free and needs 50 MB · nothing new was read or composed, make room" in said.err
    assert house.titles()[0] == ["Folding paper maps again"]
    (want,) = program("status", "--json").json["waits"]
    assert (want["what"], want["command"]) == ("disk", f"du -h {house.folder}")


# ------------------------------------------------------------------ the clock


class Clocks:
    """A service whose wall clock and steady clock are set by hand."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.steady = timedelta()
        app = App.at(
            house.folder / "paperdigest.toml", lambda: house.now, steady=lambda: self.steady
        )
        self.service = Service(AppRounds(app), lambda: house.now)

    def tick(self, *, jump: timedelta = timedelta()) -> None:
        """Let ten seconds pass, in which the wall clock jumps; then beat."""
        self.steady += timedelta(seconds=10)
        self.house.now += timedelta(seconds=10) + jump
        self.service.tick()


@pytest.fixture
def clocks(told_house: House) -> Clocks:
    told_house.drop("monday.jsonl", "Folding paper maps again")
    clocks = Clocks(told_house)
    clocks.tick()
    told_house.drop("tuesday.jsonl", "Reading paper maps aloud")
    return clocks


DAYS = timedelta(days=400)


def test_a_jump_of_the_clock_holds_everything_until_a_second_look_agrees(
    clocks: Clocks,
) -> None:
    clocks.tick(jump=DAYS)
    assert len(clocks.house.titles()) == 1

    clocks.tick()
    assert clocks.house.titles()[1] == ["Reading paper maps aloud"]


@pytest.mark.parametrize(("by", "way"), [(DAYS, "forward"), (-DAYS, "back")])
def test_the_operator_hears_once_of_a_jump_with_both_times(
    clocks: Clocks, by: timedelta, way: str
) -> None:
    for jump in (by, timedelta(), timedelta(), timedelta()):
        clocks.tick(jump=jump)

    said = [title for title in told(clocks.house) if "jumped" in title]
    shown = {"forward": "25 Dec 2027 10:30", "back": "16 Oct 2025 11:30"}[way]
    (title,) = said
    assert title.startswith(f"The clock jumped {way}: it showed ")
    assert shown in title
    assert "20 Nov 2026 10:30" in title


def test_a_clock_that_comes_back_has_composed_nothing_and_nobody_is_told(clocks: Clocks) -> None:
    clocks.tick(jump=DAYS)
    clocks.tick(jump=-DAYS)
    clocks.tick()

    assert told(clocks.house) == []
    with clocks.house.app.open_store(write=False) as store:
        slots = [lane.last_slot_at for lane in subscribers.lanes(store).values()]
    assert all(at is None or at <= clocks.house.now for at in slots)


def test_a_sleep_of_the_machine_is_no_jump(clocks: Clocks) -> None:
    clocks.steady += DAYS
    clocks.tick(jump=DAYS)

    assert len(clocks.house.titles()) == 2
    assert told(clocks.house) == []


def test_a_time_without_the_service_is_no_jump(told_house: House, clocks: Clocks) -> None:
    told_house.wait(days=400)
    Clocks(told_house).tick()

    assert len(told_house.titles()) == 2
    assert told(told_house) == []


def test_a_source_read_while_the_clock_was_ahead_is_read_again_once_it_is_right(
    told_house: House,
) -> None:
    with http_server({"/feed": Reply(status=500)}) as server:
        source = f'name = "maps"\nkind = "feed"\nurl = "{server.url}/feed"\n'
        told_house.write("paperdigest.toml", f"{OPERATOR}{CONFIG}[[source]]\n{source}")
        right = told_house.now
        told_house.now = right + DAYS
        for now in (right + DAYS, right):
            told_house.now = now
            with told_house.app.open_store() as store:
                told_house.app.ingest(store, now)

    assert len(server.requests) == 2


def test_the_steady_clock_of_this_machine_only_goes_on() -> None:
    first, second = steady_clock(), steady_clock()
    assert first <= second


def test_a_time_that_a_person_gives_is_not_told_as_a_clock_that_is_behind(
    told_house: House, program: Program
) -> None:
    told_house.drop("monday.jsonl", "Sorting socks")
    told_house.run()
    before = told_house.now - timedelta(hours=5)

    program("run", "--once", "--now", before.isoformat())

    assert told(told_house) == []
    told_house.now = before
    told_house.deliver()
    assert len(told(told_house)) == 1


def test_status_says_that_the_clock_is_behind(house: House, program: Program) -> None:
    house.now = datetime(2100, 1, 1, tzinfo=UTC)
    house.run()

    (want,) = program("status", "--json").json["waits"]
    assert (want["what"], want["command"]) == ("clock", "timedatectl")
    assert want["said"].endswith("is stored already")
