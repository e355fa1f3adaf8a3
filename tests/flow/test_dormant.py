"""Words that find nothing in 30 days are named once a week, and no other word is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW, paper
from digests import digest
from house import CONFIG, MAIL, House
from paperdigest.core.dormancy import keywords_of
from paperdigest.core.query import Query
from paperdigest.core.subscription import Subscriber, Topic
from paperdigest.core.tree import TEXT_FIELDS, Field, Kind, Term
from paperdigest.flow import indexing, unindexed
from paperdigest.flow.dormant import ENOUGH, Dormant, prepare
from paperdigest.flow.due import Work, due
from paperdigest.flow.intake import Intake
from paperdigest.flow.word_memory import Memory, memory_of
from paperdigest.rounds import AppRounds
from paperdigest.store import facts, history, lately, search_index
from paperdigest.store.connection import Store, open_memory
from paperdigest.store.papers import leave_index

DAY = timedelta(days=1)

WORDS = """
deliver = "file:outbox"
schedule = "daily 08:00"

[[topic]]
name = "Maps"
keywords = ["paper map", "road atlas", "state space modell"]
"""
SAID = "Nothing in 30 days: “state space modell” (Maps)"


@pytest.fixture(autouse=True)
def _forgetful() -> Iterator[None]:
    memory_of.cache_clear()
    yield
    memory_of.cache_clear()


def indexed(house: House) -> None:
    with house.app.open_store() as store:
        indexing.fill(store)


def many(words: str) -> list[str]:
    """Return as many titles as it takes before a word may be blamed that is in none of them."""
    return [f"{words}, part {number}" for number in range(ENOUGH)]


def with_a_past(house: House, subscription: str = WORDS) -> None:
    """Let history be old, and hold maps and an atlas of late among much else."""
    house.write("subscriptions/ada.toml", subscription)
    house.now -= timedelta(days=40)
    house.drop("old.jsonl", "A state space modell of long ago", "A paper map of long ago")
    house.run()
    house.wait(days=35)
    house.drop("late.jsonl", "A road atlas of paper", "Folding paper maps", *many("On tea"))
    house.run()
    house.wait(days=5)
    indexed(house)


def term(text: str) -> Term:
    (found,) = keywords_of(Topic("Any", keywords=(text,)))
    return found


def told(house: House) -> list[list[str]]:
    return [digest["dormant"] for digest in house.digests()]


def test_a_word_that_found_nothing_for_30_days_is_named_with_its_topic(house: House) -> None:
    with_a_past(house)

    house.drop("new.jsonl", "One more paper map")
    house.run()

    assert told(house)[-1] == [SAID, "Edit them, or see what may be meant: `paperdigest check`"]


def test_no_word_is_blamed_where_hardly_a_paper_came(house: House) -> None:
    """Then it is the source that says nothing."""
    with_a_past(house, 'send_empty = "true"\n' + WORDS)
    house.wait(days=40)

    house.run()

    assert told(house)[-1] == []
    assert house.digests()[-1]["kind"] == "empty"


def test_a_paper_less_than_enough_is_too_few(house: House) -> None:
    with_a_past(house, 'send_empty = "true"\n' + WORDS)
    house.wait(days=40)
    house.drop("few.jsonl", *many("On coffee")[1:])
    house.run()
    few = told(house)[-1]
    house.wait(days=7)
    house.drop("one.jsonl", "On milk")
    house.run()

    assert few == []
    assert told(house)[-1] != []


@pytest.mark.parametrize(("quiet_after", "said"), [("3 days", False), ("30 days", True)])
def test_no_word_is_blamed_while_a_source_is_silent(
    house: House, quiet_after: str, said: bool
) -> None:
    patient = CONFIG.replace('"inbox"\npath', f'"inbox"\nquiet_after = "{quiet_after}"\npath')
    house.write("paperdigest.toml", patient)
    with_a_past(house, 'send_empty = "true"\n' + WORDS)

    house.run()

    (empty,) = (one for one in house.digests() if one["kind"] == "empty")
    assert bool(empty["dormant"]) is said


def test_a_silent_source_that_a_topic_does_not_ask_lets_its_words_be_named(house: House) -> None:
    (house.folder / "other").mkdir()
    other = '\n[[source]]\nname = "other"\nkind = "inbox"\npath = "other"\nquiet_after = "3 days"\n'
    house.write("paperdigest.toml", CONFIG + other)
    only = '\n[[topic]]\nname = "Pages"\nkeywords = ["zeppelin"]\nsources = ["pages"]\n'
    with_a_past(house, 'send_empty = "true"\n' + WORDS + only)

    house.run()

    (said,) = (one["dormant"] for one in house.digests() if one["kind"] == "empty")
    assert said[:1] == ["Nothing in 30 days: “zeppelin” (Pages)"]


def test_it_is_said_once_in_a_calendar_week(house: House) -> None:
    with_a_past(house)
    for day in range(8):
        house.drop(f"day {day}.jsonl", f"Another paper map of day {day}")
        house.run()
        house.wait(days=1)
        indexed(house)

    # From a Friday to the next one: that week, and from Monday on the next.
    assert [bool(lines) for lines in told(house)[-8:]] == [True] + [False] * 2 + [True] + [
        False
    ] * 4


def test_an_empty_digest_says_it_too(house: House) -> None:
    with_a_past(house, 'send_empty = "true"\n' + WORDS)

    house.run()

    assert house.digests()[-1]["kind"] == "empty"
    assert told(house)[-1][0] == SAID


def test_a_history_of_less_than_30_days_says_nothing_of_a_word(house: House) -> None:
    house.write("subscriptions/ada.toml", WORDS)
    house.drop("old.jsonl", "A paper map")
    house.run()
    house.wait(days=29)
    indexed(house)
    house.drop("new.jsonl", "Another paper map")
    house.run()

    assert told(house) == [[], []]


def test_without_an_index_nothing_is_said(house: House) -> None:
    house.write("subscriptions/ada.toml", WORDS)
    house.drop("old.jsonl", "A paper map")
    house.run()
    house.wait(days=40)
    house.drop("new.jsonl", "Another paper map")
    house.run()

    assert told(house) == [[], []]


def test_a_damaged_index_costs_no_digest(house: House) -> None:
    with_a_past(house)
    with closing(sqlite3.connect(house.app.database)) as db:
        db.execute("PRAGMA trusted_schema = ON")
        db.execute("UPDATE search_data SET block = x'00' WHERE id > 10")
        db.commit()
    house.drop("new.jsonl", "One more paper map")

    house.run()

    assert house.titles()[-1] == ["One more paper map"]
    assert told(house)[-1] == []


def test_a_new_word_is_said_to_find_nothing_in_the_next_first_digest_of_a_week(
    house: House,
) -> None:
    with_a_past(house)
    house.write("subscriptions/ada.toml", WORDS.replace('"road atlas"', '"road atlas", "globe"'))
    house.drop("new.jsonl", "One more paper map")
    house.run()

    assert told(house)[-1][0] == "Nothing in 30 days: “globe”, “state space modell” (Maps)"


def test_a_word_that_finds_a_paper_of_this_very_digest_is_not_named(house: House) -> None:
    with_a_past(house)
    house.drop("new.jsonl", "At last a state space modell")  # not in the index yet
    house.run()

    assert told(house)[-1] == []


def test_a_word_that_found_a_paper_of_an_alert_of_the_same_minute_is_not_named(
    house: House,
) -> None:
    alerting = WORDS + '\n[[topic]]\nname = "Alerts"\nkeywords = ["video", "flood"]\nalert = true\n'
    with_a_past(house, alerting)
    house.drop("new.jsonl", "A video of old maps", "One more paper map")
    house.run()

    said = {one["kind"]: one["dormant"] for one in house.digests()}
    assert set(said) == {"alert", "digest"}
    assert said["digest"][:2] == [SAID, "Nothing in 30 days: “flood” (Alerts)"]


@pytest.mark.parametrize(
    "without", ['exclude = ["globe"]', 'require = [["no such word"]]', 'categories = ["cs.LG"]']
)
def test_a_word_that_a_paper_holds_which_the_topic_does_not_take_is_not_named(
    house: House, without: str
) -> None:
    with_a_past(house, f'send_empty = "true"\n{WORDS}{without}\n')
    house.drop("new.jsonl", "A state space modell of the globe")
    house.run()

    assert not any("modell" in line for line in told(house)[-1])


def test_a_word_of_a_paper_that_another_lane_has_read_before_is_not_named(house: House) -> None:
    """The index lacks it, and it is none of those that came since the last look."""
    with_a_past(house)
    house.drop("noon.jsonl", "At last a state space modell")
    with house.app.open_store() as store:
        house.app.ingest(store, house.now, every=True, baseline=True)
    house.drop("new.jsonl", "One more paper map")
    house.run()

    assert told(house)[-1] == []


def test_papers_that_were_matched_for_the_round_are_not_looked_through_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unindexed, "MOST_ALONE", 0)
    both = WORDS.replace('"road atlas"', '"road atlas", "globe"')
    with_a_past(house, both)
    house.drop("new.jsonl", "A paper globe", "One more paper map")
    house.run()

    assert told(house)[-1][0] == SAID


def test_nothing_is_said_where_too_many_papers_would_have_to_be_looked_through(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unindexed, "MOST_ALONE", 0)
    with_a_past(house)
    house.drop("noon.jsonl", "Nothing that anybody looks for")
    with house.app.open_store() as store:
        house.app.ingest(store, house.now, every=True, baseline=True)
    house.drop("new.jsonl", "One more paper map")
    house.run()

    assert told(house)[-1] == []


def test_readers_who_are_not_the_operator_are_told_whom_to_ask(house: House) -> None:
    told_to = 'operator = "ops@example.org"\n'
    house.write("paperdigest.toml", told_to + CONFIG + MAIL.format(port=1))
    with_a_past(house)
    house.drop("new.jsonl", "One more paper map")
    house.run()

    assert told(house)[-1] == [SAID, "Ask ops@example.org to change them"]


def test_a_word_is_asked_again_of_papers_that_came_since(house: House) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is True
    house.drop("new.jsonl", "At last a state space modell")
    house.ingest()
    indexed(house)

    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is False


def revise(house: House, title: str) -> None:
    """Let the newest paper of the past say something else."""
    with house.app.open_store() as store, store.transaction():
        (key,) = history.paper_keys(store, since=house.now - 6 * DAY)[-1:]
        store.write("UPDATE papers SET title = ? WHERE key = ?", [title, key])
        leave_index(store, [key])


def test_a_word_is_asked_again_of_papers_that_were_revised_since(house: House) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is True
        revise(house, "At last a state space modell")
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is False
    indexed(house)

    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is False


def test_a_word_is_asked_again_when_the_index_was_begun_anew(house: House) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is True
        revise(house, "At last a state space modell")
        with store.transaction():
            facts.remember(store, "search index", "of older folding")
    indexed(house)  # the papers have the numbers that they had

    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is False


def test_a_paper_that_leaves_the_index_while_words_are_asked_about_counts_all_the_same(
    house: House,
) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        asked = Dormant(store, house.now)
        assert asked.is_dormant(term("state space modell")) is True
        revise(house, "Folding paper maps twice")

        assert asked.is_dormant(term("folding")) is False


def test_a_digest_says_nothing_once_the_index_was_begun_anew_since_the_round_began(
    house: House,
) -> None:
    with_a_past(house)
    (ada,) = house.app.settings.subscribers
    with house.app.open_store() as store:
        work = dormant_work(store, ada, house)
        asked = Dormant(store, house.now)
        before = asked.said(work, digest(kind="empty"))
        with store.transaction():
            search_index.empty(store)
            facts.remember(store, "search index begun", "another time")

        assert before.dormant[0] == SAID
        assert asked.said(work, digest(kind="empty")).dormant == ()


def dormant_work(store: Store, reader: Subscriber, house: House) -> Work:
    (work,) = due(store, [reader], house.now, forced=frozenset({reader.name}))
    return work


def test_a_word_that_found_a_paper_is_dormant_when_that_one_is_30_days_old(house: House) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("road atlas")) is False
    house.drop("new.jsonl", "Another paper map")
    house.ingest()
    indexed(house)
    house.wait(days=26)

    with house.app.open_store() as store:
        assert Dormant(store, house.now).is_dormant(term("road atlas")) is True


def test_alerts_say_nothing_of_words_and_the_main_digest_speaks_for_them(house: House) -> None:
    alerting = (
        WORDS + '\n[[topic]]\nname = "Urgent"\nkeywords = ["map fire", "map flood"]\nalert = true\n'
    )
    with_a_past(house, alerting)
    house.drop("new.jsonl", "A map fire in the reading room", "One more paper map")
    house.run()

    by_kind = {one["kind"]: one["dormant"] for one in house.digests()}
    assert by_kind["alert"] == []
    assert "Nothing in 30 days: “map flood” (Urgent)" in by_kind["digest"]


def test_composing_stops_asking_when_its_share_of_the_time_is_used_up(house: House) -> None:
    with_a_past(house)
    ticks = count()

    with house.app.open_store() as store:
        asked = Dormant(
            store, house.now, Memory(), at_first=3, share=0, steady=lambda: float(next(ticks))
        )
        answers = [asked.is_dormant(term(f"word{n}")) for n in range(6)]

    assert answers[0] is True
    assert answers[-1] is None


def test_what_was_asked_ahead_takes_no_time_when_composing(house: House) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        prepare(store, house.app.readers(store), house.now, seconds=60)
        later = Dormant(store, house.now, at_first=0, share=0)

        assert later.is_dormant(term("state space modell")) is True
        assert later.is_dormant(term("road atlas")) is False


def test_papers_that_the_index_lacks_are_looked_through_only_while_there_is_time(
    house: House,
) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        prepare(store, house.app.readers(store), house.now, seconds=60)
    house.drop("new.jsonl", "Nothing that anybody looks for")
    house.ingest()

    with house.app.open_store() as store:
        hurried = Dormant(store, house.now, at_first=0, share=0)
        assert hurried.is_dormant(term("state space modell")) is None
        assert Dormant(store, house.now).is_dormant(term("state space modell")) is True


def test_upkeep_asks_about_the_words_of_all_readers(house: House) -> None:
    with_a_past(house)
    AppRounds(house.app).upkeep(house.now)

    with house.app.open_store() as store:
        later = Dormant(store, house.now, at_first=0, share=0)
        assert later.is_dormant(term("state space modell")) is True


def test_asking_ahead_stops_when_it_is_told_to(house: House) -> None:
    with_a_past(house)
    with house.app.open_store() as store:
        prepare(store, house.app.readers(store), house.now, seconds=60, stop=lambda: True)

        assert Dormant(store, house.now, at_first=0, share=0).is_dormant(term("globe")) is None


# ------------------------------------------------------------------ whatever the words are


def take(store: Store, day: int, number: int, title: str) -> None:
    taken = paper(
        title=title, abstract=f"Of island {number}.", id=f"arxiv:2611.{number:05}", ids=()
    )
    with store.transaction():
        Intake(store, "shelf", NOW - day * DAY, is_news=lambda _: True).take([taken])


TITLES = st.sampled_from(
    [
        "Reading multi-modal maps",
        "A multimodal map",
        "Paper maps of large language",
        "Graph models as graphs",
        "The data set of models",
        "GPT-4 and RAG",
        "rag dolls on paper",
        "State of the art",
    ]
)
TERMS = st.builds(
    Term,
    st.sampled_from(
        ["multi-modal", "paper map", "graph", "RAG", "data set", "state of the art", "isl"]
    ),
    st.sampled_from([Kind.PHRASE, Kind.LITERAL, Kind.PREFIX]),
    st.sampled_from([TEXT_FIELDS, (Field.TITLE,), (Field.ABSTRACT,)]),
)


@given(st.lists(st.tuples(st.integers(0, 40), TITLES), max_size=8), TERMS, st.integers(0, 10))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_word_is_dormant_exactly_when_no_paper_of_30_days_holds_it(
    told: list[tuple[int, str]], asked: Term, of_index: int
) -> None:
    """Whatever of them the index lacks."""
    with open_memory() as store:
        take(store, 90, 1, "The first of all")
        for number, (day, title) in enumerate(sorted(told, reverse=True), 10):
            take(store, day, number, title)
        take(store, 0, 2, "The newest of all")
        indexing.fill(store, most=1 + of_index)
        papers = history.papers(store, history.paper_keys(store, since=NOW - 30 * DAY)).values()
        holding = [one for one in papers if Query(asked).hits(one)]

        assert Dormant(store, NOW, Memory()).is_dormant(asked) is (not holding)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=30), st.integers(0, 60))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_paper_of_late_lies_before_the_first_key(days: list[int], since: int) -> None:
    with open_memory() as store:
        for number, day in enumerate(sorted(days, reverse=True), 1):
            take(store, day, number, f"A title of its own, number {number}")
        late = history.paper_keys(store, since=NOW - since * DAY)

        first = lately.first_key_since(store, NOW - since * DAY)

        assert (first is not None and first <= min(late)) if late else first is None


def test_of_the_papers_that_the_index_lacks_old_ones_are_none_of_late() -> None:
    with open_memory() as store:
        take(store, 5, 1, "A title of its own")
        take(store, 40, 2, "One that was merged into an older one")

        assert lately.missing_since(store, 1, NOW - 30 * DAY, 10) == [1]
