"""When digests come back after a pause: at the reader's own hour of the first day with digests again, whether all of
the reader was paused or each target for itself, in the config or by command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from house import ADA, START, House
from paperdigest.store import subscribers
from paperdigest.store.suppressions import EVERYTHING, Suppression, suppress

#: START is Friday 20 November, 10:30 in Berlin; ada's hour is 08:00.
MONDAY = date(2026, 11, 23)
TWO = ADA.replace('"file:outbox"', '["file:outbox", "file:other"]')


def pause(house: House, *targets: str, until: date = MONDAY, kind: str = "paused") -> None:
    with house.app.open_store() as store, store.transaction():
        id_ = subscribers.registered(store)["ada"].id
        for target in targets:
            suppress(store, Suppression(id_, target, kind, until), house.now)


def of_all(house: House) -> None:
    pause(house, EVERYTHING)


def of_each_target(house: House) -> None:
    pause(house, "file:outbox", "file:other")


def of_one_and_the_other_is_stopped(house: House) -> None:
    pause(house, "file:outbox")
    with house.app.open_store() as store, store.transaction():
        id_ = subscribers.registered(store)["ada"].id
        suppress(store, Suppression(id_, "file:other", "stopped"), house.now)


def in_the_config(house: House) -> None:
    house.write("subscriptions/ada.toml", f"pause = {{ until = {MONDAY.isoformat()} }}\n" + TWO)


PAUSES = (of_all, of_each_target, of_one_and_the_other_is_stopped, in_the_config)


def composed_at(house: House, **span: float) -> int:
    """Let there be a paper, and look so long after START; return how many digests that gave."""
    house.now = START + timedelta(**span)
    return len(house.compose().digests)


@pytest.fixture
def subscribed(house: House) -> House:
    """Ada has had a digest, and a paper waits for the next one."""
    house.write("subscriptions/ada.toml", TWO)
    house.drop("first.jsonl", "A first paper map")
    house.run()
    house.drop("second.jsonl", "A second paper map")
    house.ingest()
    return house


@pytest.mark.parametrize("paused", PAUSES)
def test_after_a_pause_the_first_digest_comes_at_its_own_hour_and_not_at_midnight(
    subscribed: House, paused: Callable[[House], None]
) -> None:
    paused(subscribed)
    before_midnight = composed_at(subscribed, days=2, hours=13, minutes=15)
    after_midnight = composed_at(subscribed, days=2, hours=13, minutes=45)
    just_before_its_hour = composed_at(subscribed, days=2, hours=21, minutes=29)
    at_its_hour = composed_at(subscribed, days=2, hours=21, minutes=30)
    assert (before_midnight, after_midnight, just_before_its_hour, at_its_hour) == (0, 0, 0, 1)


def test_while_one_target_is_served_the_end_of_anothers_pause_delays_nothing(
    subscribed: House,
) -> None:
    """What was missed by downtime goes out at once, also on the day when another target comes back."""
    pause(subscribed, "file:other")
    assert composed_at(subscribed, days=2, hours=13, minutes=45) == 1


def test_the_day_after_a_pause_is_a_day_like_any_other(subscribed: House) -> None:
    of_each_target(subscribed)
    assert composed_at(subscribed, days=3, hours=13, minutes=45) == 1


def test_what_went_to_another_target_is_not_sent_again_to_one_that_was_paused(
    subscribed: House,
) -> None:
    pause(subscribed, "file:other")
    for days in (1, 4):
        subscribed.now = START + timedelta(days=days)
        subscribed.run()
    titles = [
        [title for digest in subscribed.titles(name) for title in digest]
        for name in ("outbox", "other")
    ]
    assert titles == [["A first paper map", "A second paper map"], ["A first paper map"]]
