"""A page with hundreds of topics, sources, notes and weeks: within the budget of an e-mail, and its numbers still add up."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import AT, digest, entries, entry, listed, notice, section, update
from pages import RENDERER, Page, flat, rendered, slack_of
from paperdigest.channels.slack import payload_of
from paperdigest.channels.slack_draft import MOST_BLOCKS
from paperdigest.channels.slack_single import single
from paperdigest.channels.slack_thread import thread
from paperdigest.core import closing_words, dormancy, words
from paperdigest.core.digest import Digest, SourceLine
from paperdigest.core.ports import Message
from paperdigest.core.subscription import Subscriber
from paperdigest.core.tallies import Sent, counted
from paperdigest.core.tree import Term
from paperdigest.render import BUDGET
from paperdigest.render.fragments import encoded_size

WAITING = re.compile(r"([\d,]+) more waits? for the next digest")


def many(topics: int, papers: int = 2, *, name: str = "Topic", **over: object) -> Digest:
    """Return a digest of that many topics with so many papers each."""
    keys = count(1)
    parts = [
        section(
            f"{number} {name}",
            full=tuple(
                entry(key, seen_on=AT.date() - timedelta(days=key % 7))
                for key, _ in zip(keys, range(papers), strict=False)
            ),
        )
        for number in range(topics)
    ]
    return digest(*parts, **over)


def number(text: str) -> int:
    return int(text.replace(",", ""))


def waiting_in(text: str) -> int:
    return sum(map(number, WAITING.findall(flat(text))))


def counted_in(shown: Digest) -> int:
    return sum(len(part.counted) for part in shown.sections)


def keys_of(shown: Digest) -> list[int]:
    parts = (one for part in shown.sections for one in (part.full, part.listed, part.counted))
    return sorted(one.paper_key for some in parts for one in some)


def headings(message: Message) -> list[str]:
    return re.findall(r"<h2 [^>]*>(.*?)(?: <span|</h2>)", message.html)


def assert_all_is_told(given_digest: Digest, shown: Digest, message: Message) -> None:
    """Fail where a form is too large, or leaves out a paper or a topic, or says another number than the others."""
    assert encoded_size(message.html) <= BUDGET
    assert keys_of(shown) == keys_of(given_digest)
    left = counted_in(shown)
    assert waiting_in(Page(message.html).text) == left
    assert waiting_in(message.text) == left
    assert waiting_in("\n".join(message.slack.listed)) == left
    for page in (*thread(message.slack), single(message.slack)):
        assert payload_of(page)  # Slack would take it
        assert len(page.blocks) <= 50
    topics = json.loads(message.json)["topics"]
    assert sum(len(one["papers"]) + one["counted"] for one in topics) == given_digest.papers
    assert len(topics) == len(given_digest.sections)


@pytest.mark.parametrize("group", ["topic", "day"])
@pytest.mark.parametrize(
    ("topics", "papers", "name"),
    [(300, 2, "Topic"), (800, 1, "t" * 190), (500, 2, "图" * 190), (150, 5, "<&=>" * 20)],
)
def test_hundreds_of_topics_fit_and_nothing_is_left_untold(
    topics: int, papers: int, name: str, group: str
) -> None:
    crowd = many(topics, papers, name=name, group=group)
    assert_all_is_told(crowd, *RENDERER.render(crowd))


def test_topics_of_which_only_a_number_is_left_stand_together_at_the_end() -> None:
    shown, message = RENDERER.render(many(300))
    named = [part for part in shown.sections if part.full or part.listed]
    rest = [part for part in shown.sections if not (part.full or part.listed)]
    *heads, last = headings(message)
    assert heads == [part.name for part in named]
    assert last == f"{len(rest)} more topics"
    papers = sum(len(part.counted) for part in rest)
    for page in (flat(message.text), flat(Page(message.html).text), flat(slack_of(message))):
        assert f"{words.count(len(rest), 'more topic')}" in page
        assert f"{papers} more wait for the next digest" in page


def test_the_first_of_them_are_named_with_their_numbers_and_the_others_counted() -> None:
    shown, message = RENDERER.render(many(300))
    rest = [part for part in shown.sections if not (part.full or part.listed)]
    for page in (flat(message.text), flat(Page(message.html).text), flat(slack_of(message))):
        (told,) = re.findall(r"(\d+ Topic \(2\)(?:, \d+ Topic \(2\))*) and (\d+) more topics", page)
        names = [one.removesuffix(" (2)") for one in told[0].split(", ")]
        assert names == [part.name for part in rest[: len(names)]]
        assert len(names) + int(told[1]) == len(rest)


def test_where_there_is_no_room_for_a_single_paper_all_topics_stand_together() -> None:
    long = "https://example.org/" + "a" * 1_900
    keys = count(1)
    parts = [
        section(
            f"Topic {at}",
            full=tuple(
                entry(key, url=long, links=()) for key, _ in zip(keys, range(60), strict=False)
            ),
        )
        for at in range(3)
    ]
    shown, message = RENDERER.render(digest(*parts))
    assert_all_is_told(digest(*parts), shown, message)


@pytest.mark.parametrize("waiting", [1, 12])
def test_of_few_topics_as_well_the_command_stands_once_and_is_explained(waiting: int) -> None:
    parts = (section(f"Boats {at}", full=(), counted=entries(at, 1)) for at in range(waiting))
    _, message = RENDERER.render(digest(*parts, section("Last", full=entries(90, 1))))
    what = "them" if waiting == 1 else "all that wait"
    for page in (flat(message.text), flat(Page(message.html).text), flat(slack_of(message))):
        assert page.replace("`", "").count(f". To see {what} now: paperdigest preview ada") == 1
        assert page.count("paperdigest preview") == 1


def test_the_command_that_shows_them_stands_once() -> None:
    _, message = RENDERER.render(many(300))
    for page in (flat(message.text), flat(Page(message.html).text), flat(slack_of(message))):
        assert page.count("paperdigest preview ada") == 1


def test_papers_of_the_first_topics_are_still_named() -> None:
    """Not a page of headings over numbers: whoever has three hundred topics gets to see papers, too."""
    shown, message = RENDERER.render(many(300))
    assert len(shown.entries) > 60
    assert shown.sections[0].full or shown.sections[0].listed
    assert encoded_size(message.html) > 0.85 * BUDGET


def test_by_day_nothing_but_the_days_and_what_waits_has_a_heading() -> None:
    shown, message = RENDERER.render(many(300, group="day"))
    *days, last = headings(message)
    assert len(days) == 7
    assert last == f"{sum(1 for part in shown.sections if part.counted)} topics"
    assert len(shown.entries) > 100


def test_a_digest_that_fits_has_all_its_headings() -> None:
    shown, message = RENDERER.render(many(20))
    assert len(headings(message)) == 20
    assert not shown.condensed


def test_topics_with_nothing_but_papers_sent_already_stand_together_too() -> None:
    keys = count(1_000)
    parts = [
        section(
            f"{at} Topic",
            full=(),
            earlier=tuple(listed(key) for key, _ in zip(keys, range(3), strict=False)),
        )
        for at in range(400)
    ]
    crowd = digest(*parts, section("Last", full=(entry(1),)))
    shown, message = RENDERER.render(crowd)
    assert_all_is_told(crowd, shown, message)
    assert keys_of(shown) == [1]
    assert shown.sections[-1].full
    assert "Under all of them are papers you already have" in flat(message.text)
    assert re.search(r"^\d+ more topics$", message.text, re.MULTILINE)


def test_a_webhook_is_told_what_only_waits_as_well() -> None:
    _, message = RENDERER.render(many(300))
    page = single(message.slack)
    assert len(page.blocks) <= MOST_BLOCKS
    said = json.dumps(page.blocks, ensure_ascii=False)
    named = len(re.findall(r"study of folding", said))
    (left,) = re.findall(r"… and ([\d,]+) more that found no room here", said)
    assert named + waiting_in(said) + number(left) == 600


# ------------------------------------------------------------------ what else can be long


def test_a_paper_that_hundreds_of_topics_found_names_a_few_and_counts_the_others() -> None:
    topics = tuple(f"Topic {at}" for at in range(145))
    by_topic = rendered(digest(section(full=(entry(1, also=topics),))))
    by_day = rendered(
        digest(section(full=(entry(1, also=topics[1:], seen_on=AT.date()),)), group="day")
    )
    assert "Also in Topic 0, Topic 1," in flat(by_topic.text)
    assert "Topic 7 and 137 more topics" in flat(by_topic.text)
    assert "Topic 7 and 137 more topics" in flat(by_day.text)


def test_so_does_a_topic_whose_papers_stand_under_hundreds_of_others() -> None:
    topics = tuple(f"Topic {at}" for at in range(145))
    part = section(full=(entry(1),), elsewhere=300, elsewhere_in=topics)
    assert "300 under Topic 0, Topic 1," in flat(rendered(digest(part)).text)
    assert "Topic 7 and 137 more topics" in flat(rendered(digest(part)).html)


def test_the_weeks_say_how_many_topics_they_are_of() -> None:
    topics = [f"Topic {at}" for at in range(500)]
    sent = [
        Sent(AT.date() - timedelta(days=days), topic, 1 + at % 9)
        for at, topic in enumerate(topics)
        for days in (1, 8)
    ]
    crowd = counted(digest(covers_from=AT - timedelta(days=7)), sent, topics)
    message = rendered(crowd)
    assert len(crowd.weeks) == 12
    assert crowd.more_weeks == 488
    for page in (flat(message.text), flat(Page(message.html).text)):
        assert "Papers under each topic, last 8 weeks: the 12 with the most, of 500" in page


def test_long_words_that_find_nothing_are_cut() -> None:
    long = [Term("very long words " * 60 + str(at)) for at in range(30)]
    lines = dormancy.lines(
        [(f"{at} " + "t" * 200, long) for at in range(137)], ask="ops@example.org"
    )
    assert all(len(line) < 600 for line in lines)
    assert "and 25 more" in lines[0]
    assert f"and {132 * 30:,} more in other topics" in lines


def test_the_frame_gives_way_before_the_papers_do() -> None:
    notes = tuple(f"Note {at} " + "图" * 300 for at in range(137))
    shown, message = RENDERER.render(digest(notes=notes))
    assert encoded_size(message.html) <= BUDGET
    assert len(shown.sections[0].full) == 2
    told = re.findall(r"and (\d+) more lines", flat(message.text))
    assert len(told) == 1
    assert len(re.findall(r"Note \d+ ", flat(message.text))) + int(told[0]) == 137
    assert json.loads(message.json)["notes"] == list(notes)


def test_a_word_to_the_operator_with_hundreds_of_lines_is_within_the_budget_too() -> None:
    lines = tuple(f"subscriptions/{at}.toml:1:1: " + "=é" * 200 for at in range(500))
    message = rendered(digest(kind="notice", sections=(), notes=lines, manage=(), looked_at=()))
    assert encoded_size(message.html) <= BUDGET
    assert re.search(r"and \d+ more lines", flat(message.text))


def test_slack_counts_the_lines_that_it_has_no_room_for() -> None:
    lines = tuple(f"file {at}: it is broken, " + "and so on " * 30 for at in range(21))
    message = rendered(digest(kind="notice", sections=(), notes=lines))
    told = re.findall(r"and (\d+) more lines", message.slack.notes)
    assert len(told) == 1
    assert len(re.findall(r"file \d+:", message.slack.notes)) + int(told[0]) == 21
    (page,) = thread(message.slack)
    assert told[0] in json.dumps(page.blocks)


def test_the_lines_about_stopping_are_in_slack_whatever_else_is_said() -> None:
    trouble = tuple(f"feed {at}: could not be read since Tuesday (" + "x" * 120 for at in range(12))
    lines = tuple("Nothing in 30 days: " + "w" * 400 for _ in range(5))
    crowd = digest(looked_at=trouble, dormant=lines, footer=("An imprint",))
    for page in (thread(rendered(crowd).slack)[-1], single(rendered(crowd).slack)):
        said = json.dumps(page.blocks, ensure_ascii=False)
        manage = closing_words.without_mail(crowd.manage)
        assert manage
        assert all(line.split("`")[0] in said for line in manage)


LETTERS = st.sampled_from(["a", "é", "图", "🗺", "=", "&", "<"])
NAMES = st.builds(lambda letter, times: letter * times, LETTERS, st.integers(1, 200))


@settings(max_examples=15, deadline=None)
@given(
    topics=st.integers(0, 800),
    papers=st.integers(1, 3),
    name=NAMES,
    line=NAMES,
    sources=st.integers(0, 500),
    notes=st.integers(0, 300),
    weeks=st.integers(0, 500),
    dormant=st.integers(0, 40),
    group=st.sampled_from(["topic", "day"]),
)
def test_whatever_there_is_much_of_the_page_fits_and_the_numbers_add_up(
    topics: int,
    papers: int,
    name: str,
    line: str,
    sources: int,
    notes: int,
    weeks: int,
    dormant: int,
    group: str,
) -> None:
    states = tuple(SourceLine(f"{at} {name}", "failed", 0, line) for at in range(sources))
    crowd = replace(
        many(topics, papers, name=name, group=group, covers_from=AT - timedelta(days=7)),
        title=words.cut(f"{topics} {line}", words.SUBJECT_WIDTH),
        notes=(line,) * notes,
        sources=states,
        looked_at=words.looked_at(states, 412),
        dormant=dormancy.lines([(name, [Term(line)] * 9)] * dormant),
        footer=(line,) * 4,
    )
    of = [f"{at} {name}" for at in range(weeks)]
    sent = [Sent(AT.date() - timedelta(days=7 * (at % 8)), topic, 1) for at, topic in enumerate(of)]
    crowd = counted(crowd, sent, of)
    assert_all_is_told(crowd, *RENDERER.render(crowd))


def test_how_to_stop_stays_whole_whatever_there_is_besides() -> None:
    link = "https://papers.example.org/unsubscribe/12.pPbnMiS5R0H2vDRUF4gCUw"
    reader, targets = Subscriber("ada"), ("email:ada@example.org", "file:outbox", "slack:#papers")
    lines = closing_words.manage(reader, targets, operator=("email:ops@example.org",), link=link)
    noise = ("A word about sources, again and again. " * 12,) * 300
    message = rendered(replace(many(200), notes=noise, dormant=noise, manage=lines))
    assert link in flat(message.text)
    assert f'href="{link}"' in message.html
    assert message.elsewhere is not None
    for page in (*message.elsewhere, slack_of(message)):
        assert "nsubscribe" not in page
        assert "To change, pause or stop this digest, write to" in flat(page)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 300), st.integers(1, 9))
def test_where_no_mail_program_shows_it_the_same_papers_stand_within_the_budget(
    topics: int, papers: int
) -> None:
    shown, message = RENDERER.render(many(topics, papers))
    assert message.elsewhere is not None
    text, html = message.elsewhere
    assert encoded_size(html) <= BUDGET
    assert all(flat(entry.title.text) in flat(text.replace("*", "")) for entry in shown.entries)
    assert {link for link in Page(html).links if link.startswith("http")} == {
        link for link in Page(message.html).links if link.startswith("http")
    }


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 600), st.integers(0, 30))
def test_a_notice_of_any_number_of_updates_fits_and_counts_them_all(
    amount: int, limit: int
) -> None:
    crowd = notice(*(update(key, "revised:1", version=2) for key in range(amount)), limit=limit)
    assert_all_is_told(crowd, *RENDERER.render(crowd))
