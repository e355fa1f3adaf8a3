"""A reader with hundreds of topics, from the config to the files: each paper ends in a recorded outcome, and what only
waited comes with the next digests.
"""

from __future__ import annotations

import json
from pathlib import Path

from house import House
from paperdigest.render import BUDGET
from paperdigest.render.fragments import encoded_size

TOPICS = 150
ADA = 'deliver = "file:outbox"\nschedule = "daily 08:00"\n' + "".join(
    f'[[topic]]\nname = "Number {n:03} of {TOPICS} topics"\nkeywords = ["zq{n:03}"]\n'
    for n in range(TOPICS)
)


def outcomes(house: House) -> dict[str, int]:
    with house.app.open_store(write=False) as store:
        return dict(store.rows("SELECT outcome, count(*) FROM outcomes GROUP BY outcome"))


def pages(house: House) -> list[Path]:
    return sorted((house.folder / "outbox").rglob("digest.html"))


def test_every_paper_has_its_outcome_and_what_waits_comes_with_the_next_digests(
    house: House,
) -> None:
    house.write("subscriptions/ada.toml", ADA)
    house.drop("monday.jsonl", *(f"Zq{n:03}: a study of paper maps" for n in range(TOPICS)))
    house.run()

    (page,) = pages(house)
    assert encoded_size(page.read_text(encoding="utf-8")) <= BUDGET
    told = json.loads(page.with_name("digest.json").read_text(encoding="utf-8"))["topics"]
    assert len(told) == TOPICS
    named, waiting = (
        sum(len(one["papers"]) for one in told),
        sum(one["counted"] for one in told),
    )
    assert named + waiting == TOPICS
    assert 0 < waiting < TOPICS
    first = outcomes(house)
    assert first["over limit"] == waiting
    assert sum(first.values()) == TOPICS

    for _ in range(2):
        house.wait(days=1)
        house.run()
    assert "over limit" not in outcomes(house)
    assert sum(outcomes(house).values()) == TOPICS
