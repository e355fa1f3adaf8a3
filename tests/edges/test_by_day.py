"""A digest that stands by day: every paper once, under its day, with the topics that found it."""

from __future__ import annotations

import json
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from digests import AT, digest, entry, listed, section
from pages import Page, flat, rendered, slack_of
from paperdigest.core.digest import Digest, Entry
from paperdigest.render.by_day import as_shown

TODAY = AT.date()


def seen(key: int, days: int, **over: object) -> Entry:
    return entry(key, seen_on=TODAY - timedelta(days=days), **over)


def by_day(*sections: object, **over: object) -> Digest:
    return digest(*sections, group="day", **over)  # type: ignore[arg-type]


def test_days_stand_the_newest_first_with_the_papers_of_all_topics() -> None:
    shown = as_shown(
        by_day(
            section("Experts", full=(seen(1, 2), seen(2, 0)), listed=(seen(3, 2),)),
            section("Maps", full=(seen(4, 2),)),
        )
    )

    assert [(one.name, one.total) for one in shown.sections] == [
        ("Friday 20 Nov", 1),
        ("Wednesday 18 Nov", 3),
    ]
    wednesday = shown.sections[1]
    assert [one.paper_key for one in wednesday.full] == [1, 4]
    assert [one.paper_key for one in wednesday.listed] == [3]


def test_a_paper_names_every_topic_that_found_it_in_every_form() -> None:
    paper = seen(1, 1, also=("Trending",))
    line = listed(2, "By its title", seen_on=TODAY, also=("Maps",))
    message = rendered(by_day(section("Experts", full=(paper,), listed=(line,))))

    for page in (flat(Page(message.html).text), flat(message.text), slack_of(message)):
        assert "Experts, Trending · matched: Paper boats · title, abstract" in page
        assert "(In Experts, Maps)" in page
        assert "Also in" not in page


def test_a_paper_of_which_no_word_is_asked_names_its_topics_alone() -> None:
    message = rendered(by_day(section("Experts", full=(seen(1, 1, why=()),))))

    for page in (flat(Page(message.html).text), flat(message.text), slack_of(message)):
        assert "In Experts" in page
        assert "atched:" not in page


def test_a_paper_does_not_repeat_the_day_that_stands_over_it() -> None:
    seen_then = seen(1, 1, date="first seen 19 Nov")
    of_another_day = seen(2, 1, date="18 Nov 2026")
    text = flat(rendered(by_day(section("Experts", full=(seen_then, of_another_day)))).text)

    assert "Thursday 19 Nov" in text
    assert "first seen" not in text
    assert "18 Nov 2026" in text


def test_what_only_waits_and_what_was_sent_before_stay_with_their_topic() -> None:
    part = section(
        "Experts",
        full=(seen(1, 1),),
        counted=tuple(listed(key, seen_on=TODAY) for key in (5, 6)),
        earlier=(listed(7, note="sent on Tuesday"),),
    )

    message = rendered(by_day(part))

    left = flat(message.text).partition("Experts · 2 papers")[2]
    assert "2 more wait for the next digest" in left
    assert "1 paper you already have" in left


def test_a_paper_without_a_day_stays_with_its_topic() -> None:
    shown = as_shown(by_day(section("Experts", full=(entry(1), seen(2, 0)))))

    assert [(one.name, len(one.full)) for one in shown.sections] == [
        ("Friday 20 Nov", 1),
        ("Experts", 1),
    ]


def test_the_answer_for_programs_stays_by_topic() -> None:
    message = rendered(by_day(section("Experts", full=(seen(1, 1, also=("Maps",)),))))

    (topic,) = json.loads(message.json)["topics"]
    assert topic["name"] == "Experts"
    assert topic["papers"][0]["also"] == ["Maps"]
    assert topic["papers"][0]["seen_on"] == (TODAY - timedelta(days=1)).isoformat()


def test_a_digest_by_topic_is_left_as_it_is() -> None:
    plain = digest(section(full=(seen(1, 1),)))

    assert as_shown(plain) is plain


PARTS = st.lists(st.tuples(st.sampled_from(["full", "listed", "counted"]), st.integers(-1, 5)))


def test_an_alert_stands_by_topic() -> None:
    alert = by_day(section("Experts", full=(seen(1, 0),)), kind="alert")
    assert as_shown(alert) is alert


@given(st.lists(PARTS, min_size=1, max_size=3))
def test_every_paper_stands_once_and_the_numbers_add_up(parts: list[list[tuple[str, int]]]) -> None:
    numbers = iter(range(1, 1_000))
    sections = []
    for at, papers in enumerate(parts):
        placed: dict[str, list[Entry]] = {"full": [], "listed": [], "counted": []}
        for place, days in papers:
            day: date | None = None if days < 0 else TODAY - timedelta(days=days)
            placed[place].append(entry(next(numbers), seen_on=day))
        each = {place: tuple(some) for place, some in placed.items()}
        sections.append(section(f"Topic {at}", **each))
    whole = by_day(*sections)

    shown = as_shown(whole)

    assert sorted(one.paper_key for one in shown.entries) == sorted(
        one.paper_key for one in whole.entries
    )
    assert shown.papers == whole.papers == sum(one.total for one in shown.sections)


def test_more_papers_than_fit_are_counted_and_the_page_still_tells_the_truth() -> None:
    papers = tuple(entry(key, seen_on=TODAY - timedelta(days=key % 7)) for key in range(1, 401))

    message = rendered(by_day(section("Experts", full=papers)))

    topics = json.loads(message.json)["topics"]
    named = len(topics[0]["papers"])
    assert named + topics[0]["counted"] == len(papers)
    assert f"{topics[0]['counted']} more wait for the next digest" in flat(message.text)
