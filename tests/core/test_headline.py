"""What stands largest on a page: the number, and below it every topic with its own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from digests import digest, entries, section
from paperdigest.core.digest import Digest
from paperdigest.core.headline import headline, topics_line

MAPS, BOATS = section("Maps", full=entries(1, 2)), section("Boats", full=entries(3, 1))


def test_several_topics_stand_below_their_number() -> None:
    assert headline(digest(MAPS, BOATS)) == "3 new papers"
    assert topics_line(digest(MAPS, BOATS)) == (("Maps", 2), ("Boats", 1))


def test_what_waited_is_told_apart_there_too() -> None:
    assert headline(digest(MAPS, BOATS, waited=1)) == "2 new papers and 1 that waited"


def test_a_topic_with_nothing_of_its_own_is_not_named() -> None:
    known = section("Known", full=(), earlier=entries(9, 1))
    assert topics_line(digest(MAPS, BOATS, known)) == (("Maps", 2), ("Boats", 1))


@pytest.mark.parametrize(
    "other",
    [
        digest(MAPS),
        digest(MAPS, BOATS, kind="alert"),
        digest(MAPS, BOATS, kind="notice"),
        digest(kind="empty"),
        digest(MAPS, BOATS, group="day"),
        digest(MAPS, BOATS, condensed=True),
        digest(*(replace(MAPS, name=f"Topic {at}") for at in range(9))),
        digest(replace(MAPS, name="M" * 150), replace(BOATS, name="B" * 150)),
    ],
)
def test_every_other_digest_has_its_title_there(other: Digest) -> None:
    assert headline(other) == other.title
    assert topics_line(other) == ()
