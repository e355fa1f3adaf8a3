"""The service over a simulated week: the real rounds on an injected clock, a dump dropped in each day."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from house import ADA, CONFIG, House, titles_of
from http_server import Reply, Request, http_server
from paperdigest.rounds import AppRounds
from paperdigest.service import Service
from paperdigest.store import digests, subscribers

BEAT = timedelta(minutes=30)
ZONES = {"berlin": "Europe/Berlin", "auckland": "Pacific/Auckland", "denver": "America/Denver"}


@pytest.fixture
def week(tmp_path: Path) -> Iterator[House]:
    readers = {
        name: ADA.replace("file:outbox", f"file:outbox/{name}")
        + f'\n[[topic]]\nname = "{name}"\nkeywords = "atlas"\n'
        for name in ZONES
    }
    made = House.built(
        tmp_path,
        config=CONFIG,
        **{name: f'timezone = "{ZONES[name]}"\n' + readers[name] for name in ZONES},
    )
    made.now = datetime(2026, 11, 16, 0, 0, tzinfo=UTC)
    yield made
    made.close()


def live(house: House, until: datetime, *, away: tuple[datetime, datetime] | None = None) -> int:
    """Let the service beat every half hour; a dump comes each day at 03:00 UTC. Return papers dropped."""
    service = Service(AppRounds(house.app), lambda: house.now)
    dropped = 0
    while house.now < until:
        if (house.now.hour, house.now.minute) == (3, 0):
            day = f"{house.now:%A %d}"
            house.drop(
                f"{house.now:%Y%m%d}.jsonl",
                f"A paper map of {day}",
                f"An atlas for {day}",
                "Sorting socks again",
            )
            dropped += 2
        if away is None or not away[0] <= house.now < away[1]:
            service.tick()
        house.now += BEAT
    return dropped


def slots(house: House, name: str) -> list[str]:
    with house.app.open_store(write=False) as store:
        row = subscribers.registered(store)[name]
        return [one.slot for one in reversed(digests.digests_of(store, row.id, limit=100))]


def test_a_week_gives_one_digest_a_day_at_local_time_and_every_paper_once(week: House) -> None:
    dropped = live(week, datetime(2026, 11, 23, 0, 0, tzinfo=UTC))

    for name, zone in ZONES.items():
        named = slots(week, name)
        # The very first comes as soon as something matches; from then on, every day at 08:00.
        assert all(f"T08:00 {zone}" in slot for slot in named[1:])
        assert len({slot[:10] for slot in named[1:]}) == len(named[1:])
        titles = Counter(title for titles in week.titles(f"outbox/{name}") for title in titles)
        assert set(titles.values()) == {1}
        assert sum(titles.values()) == dropped


def test_two_days_without_the_service_end_in_one_digest_that_says_so(week: House) -> None:
    away = (datetime(2026, 11, 18, 0, 0, tzinfo=UTC), datetime(2026, 11, 20, 0, 0, tzinfo=UTC))

    live(week, datetime(2026, 11, 23, 0, 0, tzinfo=UTC), away=away)

    found = week.digests("outbox/berlin")
    late = [one for one in found if any("everything since" in note for note in one["notes"])]
    assert len(late) == 1
    assert late[0]["notes"] == [
        "Late: it was due on Thu 19 Nov. Here is everything since Tue 17 Nov."
    ]
    titles = Counter(title for one in found for title in titles_of(one))
    assert set(titles.values()) == {1}
    assert len(titles) == 14


def test_a_changed_subscription_holds_from_the_next_beat(week: House) -> None:
    rounds = AppRounds(week.app)
    service = Service(rounds, lambda: week.now)
    week.drop("one.jsonl", "A paper map of Monday")
    service.tick()
    (week.folder / "subscriptions/berlin.toml").write_text(ADA.replace("paper map", "sock"))

    service.tick()

    assert rounds.app.settings.subscribers != week.app.settings.subscribers


def test_a_config_that_broke_leaves_the_old_one_in_force(week: House) -> None:
    rounds = AppRounds(week.app)
    service = Service(rounds, lambda: week.now)
    service.tick()
    (week.folder / "paperdigest.toml").write_text("timezone = [")
    week.drop("one.jsonl", "A paper map of Monday")

    week.wait(minutes=1)
    service.tick()

    assert week.titles("outbox/berlin") == [["A paper map of Monday"]]


def test_a_broken_subscription_is_set_aside_alone_and_keeps_its_last_good_version(
    week: House,
) -> None:
    service = Service(AppRounds(week.app), lambda: week.now)
    service.tick()
    (week.folder / "subscriptions/berlin.toml").write_text("deliver = [")
    week.drop("one.jsonl", "A paper map of Monday")

    week.wait(minutes=1)
    service.tick()

    for name in ("berlin", "denver"):
        assert ["A paper map of Monday"] in week.titles(f"outbox/{name}")


def test_a_broken_subscription_is_told_to_its_reader_and_the_operator_once(week: House) -> None:
    week.write("paperdigest.toml", 'operator = ["file:outbox/operator"]\n' + CONFIG)
    service = Service(AppRounds(week.app), lambda: week.now)
    service.tick()
    (week.folder / "subscriptions/berlin.toml").write_text("deliver = [")

    for _ in range(3):
        service.tick()

    for target in ("outbox/berlin", "outbox/operator"):
        (told,) = week.digests(target)
        assert told["kind"] == "notice"
        assert "berlin.toml:1:" in told["notes"][0]


def test_a_digest_does_not_wait_for_a_server_that_does_not_answer(week: House) -> None:
    asked, late = threading.Event(), threading.Event()

    def answer(request: Request) -> Reply:
        asked.set()
        late.wait(60)
        return Reply(b"too late", 500)

    with http_server({"/feed": answer}) as server:
        week.run()
        slow = f'name = "slow"\nkind = "feed"\nurl = "{server.url}/feed"\nallow_private = true\n'
        week.write("paperdigest.toml", f"{CONFIG}\n[[source]]\n{slow}")
        week.drop("one.jsonl", "An atlas of paths")
        week.now += timedelta(days=1)
        rounds = AppRounds(week.app, longest_wait=timedelta(0))
        reading = threading.Thread(target=rounds.ingest, args=(week.now,))
        reading.start()
        assert asked.wait(60)

        composed = rounds.compose(week.now)

        late.set()
        reading.join()
    week.deliver()
    assert composed
    assert titles_of(week.digests("outbox/berlin")[0]) == ["An atlas of paths"]
