"""Which topics ask for something else, and how many papers that makes."""

from __future__ import annotations

from builders import paper
from paperdigest.core.census import Census
from paperdigest.core.changed import changed_topics, gains_and_losses
from paperdigest.core.query import keywords
from paperdigest.core.subscription import Topic

MAPS = Topic("Maps", keywords=("paper map",))
BOATS = Topic("Boats", keywords=("paper boat",))


def changes(before: tuple[Topic, ...], after: tuple[Topic, ...]) -> list[tuple[str, str]]:
    found = changed_topics({topic.name: topic for topic in before}, after)
    return [(one.name, one.change) for one in found]


def test_the_same_words_are_no_change() -> None:
    assert changes((MAPS,), (MAPS,)) == []


def test_another_limit_or_weight_is_no_change() -> None:
    assert changes((MAPS,), (Topic("Maps", keywords=("paper map",), limit=3, weight=2.0),)) == []


def test_other_words_are_a_change() -> None:
    assert changes((MAPS,), (Topic("Maps", keywords=("globe",)),)) == [("Maps", "changed")]


def test_topics_come_and_go() -> None:
    assert changes((MAPS,), (BOATS,)) == [("Boats", "added"), ("Maps", "removed")]


def test_a_topic_that_was_only_renamed_is_no_change() -> None:
    assert changes((MAPS,), (Topic("Charts", keywords=("paper map",)),)) == []


def test_lists_of_the_highest_without_words_are_not_compared() -> None:
    assert changes((), (Topic("Trending", trending=10),)) == []


def test_words_nobody_can_read_any_more_count_as_none() -> None:
    assert changes((Topic("Maps", keywords=("a OR b",)),), (MAPS,)) == [("Maps", "added")]


def test_gains_and_losses_are_counted_over_all_batches() -> None:
    maps, boats = keywords(["paper map"]), keywords(["paper boat"])
    census = Census([maps], [(maps, boats), (None, boats)])

    census.add([paper(title="Paper maps"), paper(title="Paper boats")])
    census.add([paper(title="More paper boats", abstract="")])

    assert census.papers == 3
    assert census.taken(maps) == 1
    assert census.change((maps, boats)) == (2, 1)
    assert census.change((None, boats)) == (2, 0)


def test_gains_and_losses_in_words() -> None:
    assert gains_and_losses(1912, 3) == "+1,912 −3"
