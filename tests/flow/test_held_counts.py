"""What the brake holds is no paper that the reader was sent: no count and no line says so before it is released."""

from __future__ import annotations

from typing import Any

import pytest

from house import ADA, House
from paperdigest.flow import brake

FLOOD = 620  # more than 500, and more than ten times what anybody here usually gets
ALERT = """
[[topic]]
name = "Urgent"
keywords = ["flood"]
alert = true
"""


def usual_days(house: House, *, name: str = "day") -> None:
    for day in range(3):
        house.drop(f"{name}{day}.jsonl", f"A {name} paper map {day}", f"A {name} flood {day}")
        house.run()
        house.wait(days=1)


def flooded(house: House, what: str) -> None:
    house.drop("flood.jsonl", *(f"{what} number {n}" for n in range(FLOOD)))
    assert house.run().held is not None
    house.wait(days=1)


def newest(house: House, name: str) -> dict[str, Any]:
    """Let a digest go out with one more paper map; return it."""
    house.drop(f"{name}.jsonl", f"A {name} paper map")
    house.run()
    return [one for one in house.digests() if one["kind"] == "digest"][-1]


def released(house: House) -> None:
    with house.app.open_store() as store, store.transaction():
        brake.release(store, 1, house.now)
    house.deliver()


@pytest.fixture
def held(house: House) -> House:
    """A house in which the paper maps of the fourth day are held."""
    usual_days(house)
    flooded(house, "A paper map")
    return house


def test_papers_per_day_count_what_is_held_only_once_it_is_released(held: House) -> None:
    before = newest(held, "first")
    released(held)
    held.wait(days=1)
    after = newest(held, "second")

    assert [day["papers"] for day in before["per_day"]][-3:] == [1, 0, 1]
    shown = sum(day["papers"] for day in after["per_day"])
    assert shown > 100


def test_what_another_schedule_would_send_is_not_called_sent_while_it_is_held(
    house: House,
) -> None:
    house.write("subscriptions/ada.toml", ADA + ALERT)
    usual_days(house)
    flooded(house, "The flood")

    (maps,) = newest(house, "last")["topics"]
    assert maps["name"] == "Maps"
