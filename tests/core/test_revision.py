"""What went and what came between two versions of a paper."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paperdigest.core.paper import Paper
from paperdigest.core.revision import joined, net, recorded, revision, text_before

BEFORE = Paper(
    "Folding Maps",
    "We fold maps. The loss is small. It works.",
    authors=("Ada Lovelace", "Grace Hopper"),
)


def after(
    title: str = BEFORE.title,
    abstract: str = BEFORE.abstract,
    authors: tuple[str, ...] = BEFORE.authors,
) -> Paper:
    return Paper(title, abstract, authors=authors)


@pytest.mark.parametrize(
    ("new", "found"),
    [
        (after(title="Unfolding Maps"), {"title": {"gone": "Folding Maps", "came": "Unfolding Maps"}}),
        (after(authors=("Grace Hopper", "Ada Lovelace")), {"authors": {"order": ["Grace Hopper", "Ada Lovelace"]}}),
        (
            after(authors=("A. Lovelace", "Alan Turing")),
            {"authors": {"gone": ["Grace Hopper"], "came": ["Alan Turing"]}},
        ),
        (
            after(abstract="We fold maps. The loss is tiny. It works. Code is there."),
            {"abstract": {"gone": ["The loss is small."], "came": ["The loss is tiny.", "Code is there."]}},
        ),
        (after(abstract="We fold maps. It works."), {"abstract": {"gone": ["The loss is small."], "came": []}}),
    ],
)  # fmt: skip
def test_what_went_and_what_came_is_told(new: Paper, found: dict[str, object]) -> None:
    assert revision(BEFORE, new) == found


@pytest.mark.parametrize(
    "new",
    [
        after(title="FOLDING  maps!"),
        after(title=r"{\bf Folding} Maps"),
        after(abstract="We fold maps.\nThe loss is small -- it works.".replace("-- it", ". It")),
        after(authors=()),
        after(authors=("A. Lovelace", "G. M. Hopper")),
    ],
)
def test_spelling_is_no_difference(new: Paper) -> None:
    assert revision(BEFORE, new) == {}


def test_very_much_is_told_in_part() -> None:
    found = revision(
        BEFORE, after(abstract=" ".join(f"Sentence {n} {'x' * 500}." for n in range(40)))
    )
    came = found["abstract"]["came"]  # type: ignore[index]
    assert len(came) == 13
    assert came[-1] == "…"
    assert max(map(len, came)) == 401


def test_of_a_long_sentence_what_differs_is_told() -> None:
    long = "We fold " + ", ".join(f"the map of island {n}" for n in range(60))
    found = revision(
        replace(BEFORE, abstract=f"{long} and lose 91 of them."),
        replace(BEFORE, abstract=f"{long} and lose 19 of them, and more."),
    )
    (gone,), (came,) = found["abstract"]["gone"], found["abstract"]["came"]  # type: ignore[index]
    assert gone.endswith("and lose 91 of them.")
    assert came.endswith("and lose 19 of them, and more.")
    assert max(len(gone), len(came)) <= 402


def test_two_long_sentences_that_share_nothing_are_told_from_their_start() -> None:
    found = revision(
        replace(BEFORE, abstract="map " * 8_000), replace(BEFORE, abstract="ink " * 8_000)
    )
    (gone,), (came,) = found["abstract"]["gone"], found["abstract"]["came"]  # type: ignore[index]
    assert (gone, came) == ("map " * 100 + "…", "ink " * 100 + "…")


def test_the_log_keeps_the_text_that_went_and_no_more_than_a_record_may_say() -> None:
    old = Paper("x" * 1_000, "map " * 8_000)
    kept = recorded(old, Paper("y" * 1_000, "ink " * 8_000, version=2))
    assert kept["before"] == {"title": old.title, "abstract": old.abstract}
    assert kept["version"] == 2
    assert len(json.dumps(kept)) < 33_000 + 2_000 + 2 * 402 + 500


def test_where_only_the_authors_changed_no_text_is_kept() -> None:
    assert "before" not in recorded(BEFORE, after(authors=("Grace Hopper",)))


def test_changes_in_a_row_come_to_what_the_first_text_and_the_last_differ_in() -> None:
    gone = after(abstract="Withdrawn due to an error.")
    last = after(title="Unfolding Maps")
    changes = [recorded(BEFORE, gone), recorded(gone, last)]
    assert net(changes, last) == {
        "title": {"gone": "Folding Maps", "came": "Unfolding Maps"},
        "before": {"title": BEFORE.title, "abstract": BEFORE.abstract},
    }


def test_changes_that_were_logged_without_their_texts_are_joined() -> None:
    second, third = after(title="Maps"), after(title="Maps and charts")
    changes = [revision(BEFORE, second), recorded(second, third)]
    assert net(changes, third) == joined(*changes)
    assert text_before(changes) is None


texts = st.text(max_size=60) | st.lists(st.sampled_from(["A b.", "C d!", "E?"])).map(" ".join)


@given(texts, texts, st.lists(texts, max_size=3), st.lists(texts, max_size=3))
def test_any_texts_are_compared_and_can_be_kept(
    one: str, other: str, names: list[str], others: list[str]
) -> None:
    old, new = Paper(one, other, authors=tuple(names)), Paper(other, one, authors=tuple(others))
    json.dumps(revision(old, new))
    assert revision(old, old) == {}


def test_long_abstracts_are_compared_in_linear_time() -> None:
    def seconds(count: int) -> float:
        began = time.process_time()
        revision(
            Paper("x", " ".join(f"A {n}." for n in range(count))),
            Paper("x", " ".join(f"B {n}." for n in range(count))),
        )
        return time.process_time() - began

    seconds(100)
    assert seconds(4_000) < 16 * seconds(1_000) + 0.5


def test_two_revisions_in_a_row_come_to_one_from_the_first_text_to_the_last() -> None:
    first = Paper("Maps", abstract="We fold maps. They stay flat. Ducks agree.", authors=("Ada L",))
    second = Paper(
        "Maps again",
        abstract="We fold maps. They stay wet. Ducks agree.",
        authors=("Ada L", "Bo K"),
    )
    third = Paper(
        "Maps twice", abstract="We fold maps. They stay dry. Geese agree.", authors=("Bo K",)
    )

    both = joined(revision(first, second), revision(second, third))

    assert both == {**revision(first, third), "abstract": both["abstract"]}
    said = revision(first, third)["abstract"]
    assert isinstance(said, dict)
    assert isinstance(both["abstract"], dict)
    assert {key: sorted(value) for key, value in both["abstract"].items()} == {
        key: sorted(value) for key, value in said.items()
    }


def test_a_revision_that_is_taken_back_comes_to_nothing() -> None:
    first = Paper("Maps", abstract="We fold maps. They stay flat.", authors=("Ada L",))
    second = Paper("Maps again", abstract="We fold maps. They stay wet.", authors=("Ada L", "Bo K"))

    assert joined(revision(first, second), revision(second, first)) == {}
