"""A topic that asks for no words, only for sources, says once why its papers are here, and no paper says it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from house import ADA, House

TWO = ("Folding paper maps again", "Sorting socks by colour")


def text(house: House, kind: str = "txt") -> str:
    page: Path = sorted((house.folder / "outbox").glob(f"[!.]*/digest.{kind}"))[-1]
    return page.read_text("utf-8")


def given(house: House, topic: str) -> list[dict[str, object]]:
    """Return the topics of the digest that this one makes of two papers."""
    house.write(
        "subscriptions/ada.toml", f'deliver = "file:outbox"\n[[topic]]\nname = "All"\n{topic}\n'
    )
    house.drop("monday.jsonl", *({"title": title, "votes": 3} for title in TWO))
    house.run()
    topics: list[dict[str, object]] = house.digests()[0]["topics"]
    return topics


@pytest.mark.parametrize(
    ("topic", "note"),
    [
        ('sources = ["pages"]', "Everything new in pages"),
        ('sources = ["pages"]\nexclude = ["zeppelin"]', "Everything new in pages, less what is excluded"),
        ('sources = ["pages"]\ntrending = 5', "The highest by votes in the last 7 days that you have not been sent yet"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["txt", "html"])
def test_it_is_said_once_and_at_no_paper(house: House, topic: str, note: str, kind: str) -> None:
    given(house, topic)

    assert text(house, kind).count(note) == 1
    assert "Matched" not in text(house, kind)


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ('sources = ["pages"]\nkeywords = ["paper map"]', "Matched: paper maps · title"),
        ('query = "src:pages"', "Matched: pages · source"),
    ],
)
def test_a_topic_that_asks_for_more_says_it_at_each_paper(
    house: House, topic: str, said: str
) -> None:
    (section,) = given(house, topic)

    assert section["note"] == ""
    assert said in text(house)


def test_by_day_the_topic_stands_at_each_paper(house: House) -> None:
    topic = 'deliver = "file:outbox"\ngroup = "day"\n[[topic]]\nname = "All"\nsources = ["pages"]\n'
    house.write("subscriptions/ada.toml", topic)
    house.drop("monday.jsonl", *TWO)
    house.run()

    assert text(house).count("In All") == 2


def test_a_new_topic_of_that_kind_says_both(house: House) -> None:
    house.drop("monday.jsonl", *TWO)
    house.run()
    house.wait(days=1)
    house.write("subscriptions/ada.toml", ADA + '\n[[topic]]\nname = "All"\nsources = ["pages"]\n')
    house.run()

    (section,) = house.digests()[-1]["topics"]
    assert section["note"] == "New topic: it looks back over 7 days · Everything new in pages"
