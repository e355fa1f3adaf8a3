"""The fixed words readers see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import AT, OK, entry, listed, section
from paperdigest.core import source_words, title_words, why_words, words
from paperdigest.core.digest import Entry, Marked, Section, SourceLine, Why
from paperdigest.core.paper import ChangeKind, Link


@pytest.mark.parametrize(
    ("place", "said"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (10, "10th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (22, "22nd"),
        (111, "111th"),
        (112, "112th"),
        (1001, "1,001st"),
    ],
)
def test_ordinals_end_as_spoken(place: int, said: str) -> None:
    assert words.ordinal(place) == said


def test_a_place_without_the_pages_length_is_the_ordinal_alone() -> None:
    assert (words.place(2, 96), words.place(2, None)) == ("2nd of 96", "2nd")


def test_thousands_are_parted_and_one_is_singular() -> None:
    assert words.count_papers(1912) == "1,912 papers"
    assert words.count_papers(1) == "1 paper"
    assert words.count_papers(0) == "0 papers"
    assert words.count(2, "entry", "entries") == "2 entries"


def test_dates_are_short_and_unambiguous() -> None:
    day = date(2026, 11, 18)
    assert words.short_date(day) == "18 Nov"
    assert words.day_and_year(day) == "18 Nov 2026"
    assert words.weekday(day) == "Wednesday"
    assert words.full_date(day) == "Wednesday 18 Nov 2026"
    assert words.first_seen(day) == "first seen 18 Nov"


def test_a_title_counts_and_names_its_topics() -> None:
    title = words.title_of(7, ["Multimodal pretraining", "Experts"])
    assert title == "7 new papers: Multimodal pretraining, Experts"


def test_a_title_of_one_paper_is_singular() -> None:
    assert words.title_of(1, ["Experts"]) == "1 new paper: Experts"


def test_an_alert_says_so_in_its_title() -> None:
    assert words.title_of(2, ["Experts"], "alert") == "Alert: 2 new papers in Experts"


def test_a_title_tells_what_waited_from_what_is_new() -> None:
    assert words.title_of(6, ["Experts"], waited=3) == "6 new papers and 3 that waited: Experts"
    assert words.title_of(1, ["Experts"], waited=1) == "1 new paper and 1 that waited: Experts"
    assert words.title_of(0, ["Experts"], waited=3) == "3 papers that waited: Experts"
    assert words.title_of(0, ["Experts"], waited=1) == "1 paper that waited: Experts"


def test_an_alert_tells_what_waited_too() -> None:
    assert (
        words.title_of(1, ["Experts"], "alert", waited=2)
        == "Alert: 1 new paper and 2 that waited, in Experts"
    )


def test_where_no_paper_came_since_the_last_digest_none_is_called_new() -> None:
    assert words.title_of(10, ["Trending"], came=False) == "10 papers: Trending"
    assert words.new_and_waited(2, 3, came=False) == "2 papers and 3 that waited"


def test_an_alert_of_one_paper_names_it() -> None:
    title = title_words.alert_of_one("Folding maps", "Experts")
    assert title == "Alert: Folding maps (Experts)"


@given(st.text(min_size=1, max_size=300), st.text(min_size=1, max_size=300))
def test_an_alert_of_one_paper_fits_a_subject_line(paper: str, topic: str) -> None:
    assert len(title_words.alert_of_one(paper, topic)) <= words.SUBJECT_WIDTH


def test_topics_that_do_not_fit_a_subject_are_counted() -> None:
    title = words.title_of(40, [f"Topic number {n}" for n in range(12)])
    assert title == "40 new papers: Topic number 0, Topic number 1, Topic number 2, +9"


@given(
    st.integers(0, 9999),
    st.integers(0, 9999),
    st.lists(st.text(min_size=1, max_size=60), max_size=9),
)
@settings(deadline=None)
def test_a_title_fits_a_subject_line(count: int, waited: int, topics: list[str]) -> None:
    assert len(words.title_of(count, topics, waited=waited)) <= words.SUBJECT_WIDTH


@pytest.mark.parametrize(
    ("period", "said"),
    [
        (timedelta(days=7), "7 days"),
        (timedelta(days=1), "24 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(0), "1 hour"),
        (timedelta(days=6, hours=23), "7 days"),
    ],
)
def test_nothing_matched_says_out_of_what(period: timedelta, said: str) -> None:
    assert (
        title_words.nothing_matched(1912, period)
        == f"Nothing matched out of 1,912 papers in {said}"
    )


def test_what_began_the_day_before_is_since_yesterday() -> None:
    """Nobody counts 22 hours, or 25."""
    said = title_words.nothing_matched(0, timedelta(hours=22), since_yesterday=True)
    assert said == "No new papers since yesterday"
    (line,) = words.looked_at(OK[:2], 0, timedelta(hours=25), since_yesterday=True)
    assert line == "2 sources, nothing new since yesterday, all up to date"
    assert title_words.began_yesterday(AT - timedelta(hours=9), AT)
    assert not title_words.began_yesterday(AT - timedelta(hours=7), AT)


def test_what_a_title_says_is_not_said_again_of_the_sources() -> None:
    assert words.looked_at(OK[:2], 0, said_above=True) == ("2 sources, all up to date",)
    failing = replace(OK[1], said="not read yet")
    assert words.looked_at((OK[0], failing), 7, said_above=True) == (
        "hf: not read yet",
        "1 other source, up to date",
    )


def test_one_line_says_that_all_sources_are_well() -> None:
    assert words.looked_at(OK, 412) == ("3 sources, 412 new papers, all up to date",)
    assert words.looked_at(OK[:1], 1) == ("1 source, 1 new paper, up to date",)


def test_sources_that_brought_nothing_did_so_in_a_certain_time() -> None:
    """Papers of a trending list may have come before: "0 new papers" would contradict the title."""
    day = timedelta(days=1)
    assert words.looked_at(OK[:1], 0, day) == (
        "1 source, nothing new in the last 24 hours, up to date",
    )
    barred = replace(OK[1], said="nothing since Tuesday")
    assert words.looked_at((replace(OK[0], papers=0), barred), 0, 7 * day)[-1] == (
        "1 other source, nothing new in the last 7 days, up to date"
    )


def test_each_source_that_is_not_well_has_its_line() -> None:
    sources = (
        OK[0],
        SourceLine("arxiv-cs", "stale", 0, "nothing since Tuesday"),
        SourceLine("hf", "failed", 0, "could not be read since 06:30 (connection refused)"),
    )
    assert words.looked_at(sources, 412) == (
        "arxiv-cs: nothing since Tuesday",
        "hf: could not be read since 06:30 (connection refused)",
        "1 other source, 374 new papers, up to date",
    )
    assert words.looked_at(sources[1:], 0) == words.looked_at(sources, 412)[:2]
    assert words.looked_at((*OK[:2], sources[1]), 9)[-1].startswith("2 other sources, ")


def test_a_source_that_is_not_well_is_told_with_the_time_it_stopped() -> None:
    early, tuesday = AT.replace(hour=6, minute=30), AT - timedelta(days=3)
    refused = source_words.could_not_be_read(early, AT, "connection refused")
    assert refused == "could not be read since 06:30 (connection refused)"
    assert source_words.nothing_since(tuesday, AT) == "nothing since Tuesday"
    assert source_words.nothing_since(AT - timedelta(days=7), AT) == "nothing since 13 Nov"


def test_titles_that_all_open_a_search_on_one_site_have_it_said_over_them_once() -> None:
    found = Entry(1, "new", "", Marked("A"), url="https://hf.co/?q=A", searches="hf.co")
    known = Entry(2, "new", "", Marked("B"), url="https://example.org/b")
    assert words.by_title(Section("T", 2, listed=(found, found))) == (
        "2 by title, each opens a search on hf.co"
    )
    assert (
        words.by_title(Section("T", 1, listed=(found,)))
        == "1 by title, which opens a search on hf.co"
    )
    assert words.by_title(Section("T", 2, listed=(found, known))) == "2 by title"
    assert words.already_sent(2, 3, "hf.co") == (
        "5 papers you already have, the newest 2 of them (each title opens a search on hf.co)"
    )
    assert words.already_sent(1, site="hf.co") == (
        "1 paper you already have (its title opens a search on hf.co)"
    )


def test_what_one_word_found_in_several_spellings_is_told_once() -> None:
    reasons = (
        Why("Vision-Language Models", "title", "vision language model"),
        Why("vision language models", "abstract", "vision language model"),
        Why("MoE", "abstract", "=MoE"),
        Why("MoE", "title", "MoE*"),
    )
    assert why_words.why_lines(reasons) == ("Vision-Language Models, MoE · title, abstract",)


def test_facts_say_only_what_says_something() -> None:
    of = Entry(1, "new", "", Marked("A"), categories=("a", "b", "c", "d", "e"), votes=0)
    assert words.facts(of) == "a, b, c,\u00a0+2"


def test_of_many_sources_that_are_not_well_the_first_are_named_and_the_others_counted() -> None:
    unwell = [SourceLine(f"feed {at}", "stale", 0, "nothing since Tuesday") for at in range(149)]
    *named, more, well = words.looked_at([*unwell, OK[0]], 412)
    assert named == [f"feed {at}: nothing since Tuesday" for at in range(12)]
    assert more == "137 more sources are not up to date either"
    assert well == "1 other source, 374 new papers, up to date"
    assert words.looked_at(unwell[:13], 0)[-1] == "1 more source is not up to date either"
    assert len(words.looked_at(unwell[:12], 0)) == 12


def test_no_source_at_all_is_said() -> None:
    assert words.looked_at((), 0) == ("no source is set up, so nothing was looked at",)


def test_names_are_joined_as_spoken() -> None:
    said = [
        words.names([]),
        words.names(["a"]),
        words.names(["a", "b"]),
        words.names(["a", "b", "c"]),
    ]
    assert said == ["", "a", "a and b", "a, b and c"]


def test_authors_past_the_shown_are_counted() -> None:
    assert words.authors(("Ada Lovelace", "Ida Rhodes"), 12) == "Ada Lovelace, Ida Rhodes,\u00a0+12"
    assert words.authors((), 0) == ""


def test_as_many_authors_as_are_kept_may_be_more() -> None:
    assert words.authors(("Ada",) * 5, 1_994) == "Ada, Ada, Ada, Ada, Ada,\u00a0+1,994"
    assert words.authors(("Ada",) * 5, 1_995) == "Ada, Ada, Ada, Ada, Ada,\u00a0+1,995 or more"


def test_the_short_form_of_authors_names_the_first() -> None:
    assert words.authors_short(("Ada Lovelace", "Ida Rhodes")) == "Ada Lovelace et al."
    assert words.authors_short(("Ada Lovelace",)) == "Ada Lovelace"
    assert words.authors_short(()) == ""


def test_what_is_not_known_of_a_paper_leaves_no_separator() -> None:
    bare = listed(1)
    assert words.facts(bare) == ""
    assert (
        words.facts(entry(categories=(), date="", votes=1, place="", version=1))
        == "arxiv-cs · 1\u00a0vote"
    )


def test_a_text_that_matched_in_two_places_is_said_once() -> None:
    reasons = (
        Why("Paper boats", "title", "paper boat"),
        Why("paper boats", "abstract", "paper boat"),
        Why("paper boats", "abstract", "boats"),
        Why("cs.LG", "category", "cs.LG"),
    )
    assert why_words.matched(reasons) == "Matched: Paper boats · title, abstract; cs.LG · category"
    assert why_words.matched(()) == ""


def test_texts_that_matched_at_the_same_places_stand_together_in_the_order_of_the_first() -> None:
    reasons = (
        Why("state space model", "title", "state space model"),
        Why("cs.LG", "category", "cs.LG"),
        Why("Mamba", "abstract", "Mamba"),
        Why("Mamba", "title", "Mamba"),
        Why("state space model", "abstract", "state space model"),
        Why("linear time", "abstract", "linear time"),
    )
    assert why_words.why_lines(reasons) == (
        "state space model, Mamba · title, abstract",
        "cs.LG · category",
        "linear time · abstract",
    )


def test_links_of_one_kind_say_where_they_go_and_are_numbered_where_that_is_the_same() -> None:
    links = (
        Link("code", "https://www.a.example/x"),
        Link("pdf", "https://b.example"),
        Link("code", "https://c.example"),
        Link("code", "https://a.example/y"),
        Link("code", "http://[::1"),
    )
    assert [label for label, _ in words.link_labels(links)] == [
        "code (a.example)",
        "PDF",
        "code (c.example)",
        "code (a.example) 2",
        "code",
    ]


def test_a_name_as_long_as_a_page_is_cut() -> None:
    assert words.authors(("A" * 1_000,)) == "A" * 79 + "…"


@pytest.mark.parametrize("kind", ChangeKind)
def test_every_kind_of_change_but_new_has_a_badge(kind: ChangeKind) -> None:
    assert bool(words.kind_label(kind)) == (kind is not ChangeKind.NEW)


def test_a_topic_says_how_many_of_how_many() -> None:
    assert words.how_many(section(listed=(listed(8),))) == "2 of 3 papers"
    assert words.how_many(section()) == "2 papers"
    assert words.how_many(section(full=(), earlier=(listed(8),), total=1)) == ""


def test_a_topic_that_only_lists_says_how_many_there_are() -> None:
    only = section(full=(), listed=(listed(8), listed(9)))
    assert (words.how_many(only), words.by_title(only)) == ("2 papers", "2 by title")


def test_what_only_waits_reads_right_for_one_and_many() -> None:
    assert words.waiting(12) == "12 more wait for the next digest"
    assert words.waiting(1) == "1 more waits for the next digest"


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(hours=2), "sent at once today"),
        (timedelta(days=3), "sent at once on Tuesday"),
        (timedelta(days=17), "sent at once on 3 Nov"),
    ],
)
def test_an_earlier_sending_is_named_by_its_day(before: timedelta, said: str) -> None:
    assert words.sent_earlier(AT - before, AT) == said


def test_an_earlier_sending_is_named_in_the_readers_zone() -> None:
    now = datetime(2026, 11, 20, 8, tzinfo=timezone(timedelta(hours=9)))
    assert words.sent_earlier(datetime(2026, 11, 19, 22, tzinfo=UTC), now) == "sent at once today"


def test_what_a_digest_sent_was_not_sent_at_once() -> None:
    assert words.sent_earlier(AT, AT, at_once=False) == "sent today"


def test_an_empty_week_says_what_was_sent_already() -> None:
    said = title_words.nothing_matched(1912, timedelta(days=7), sent=2)
    assert said == "Nothing new besides 2 papers you already have, out of 1,912 in 7 days"


def test_a_week_without_any_paper_does_not_say_out_of_none() -> None:
    assert title_words.nothing_matched(0, timedelta(days=7)) == "No new papers in 7 days"


def test_what_was_sent_of_an_earlier_week_is_not_out_of_fewer() -> None:
    said = title_words.nothing_matched(0, timedelta(days=7), sent=2)
    assert said == "Nothing new besides 2 papers you already have in 7 days"


def test_commands_quote_a_name_that_needs_it() -> None:
    assert words.command_for_more("ada b") == "paperdigest preview 'ada b'"


@given(st.text(max_size=200), st.integers(1, 90))
@settings(deadline=None)
def test_a_cut_text_is_never_wider_than_asked(text: str, width: int) -> None:
    made = words.cut(text, width)
    assert len(made) <= width
    assert made == text or made.endswith("…")


def test_a_text_is_cut_after_a_whole_word() -> None:
    assert words.cut("paper boats that float for a while", 20) == "paper boats that…"
