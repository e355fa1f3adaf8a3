"""A digest in every form: the forms agree, what is missing leaves no trace, everyone can read it."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import OPTIONAL, digest, entries, entry, listed, section
from pages import RENDERER, Page, flat, rendered, slack_of
from paperdigest.core import closing_words, topic_words, why_words, words
from paperdigest.core.columns import columns
from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.core.headline import headline, topics_line
from paperdigest.render import sample_digest
from paperdigest.render.sample import SAMPLE_LINK
from paperdigest.render.slack import slack_escape
from paperdigest.render.wrap import WIDTH, starred, wrap

# --------------------------------------------------- the forms agree


def said_of(paper: Entry) -> list[str]:
    """Return every line that must be told of a paper shown in full."""
    return [
        paper.title.text,
        words.authors(paper.authors, paper.more_authors),
        paper.date,
        paper.place,
        paper.note,
        paper.searches,
        paper.year,
        words.kind_label(paper.kind),
        words.facts(paper),
        why_words.matched(paper.why),
        paper.excerpt.text,
        topic_words.also_in(paper.also) if paper.also else "",
        *(label for label, _ in words.link_labels(paper.links)),
    ]


def said_in(shown: Digest) -> list[str]:
    said = [shown.title, *shown.notes, *shown.looked_at, *shown.manage, words.NO_TRACKING]
    for part in shown.sections:
        said += [part.name, words.how_many(part), part.note]
        said += [line for paper in part.full for line in said_of(paper)]
        said += [
            line for paper in part.listed + part.earlier for line in (paper.title.text, paper.note)
        ]
        if part.counted:
            now = topic_words.to_see_now(shown, part)
            told = f". {now}: {shown.more}" if now else ""
            said.append(words.waiting(len(part.counted)) + told)
        if part.elsewhere:
            said.append(topic_words.shown_elsewhere(part.elsewhere, part.elsewhere_in))
    return said


def addresses_in(shown: Digest) -> set[str]:
    papers = [one for part in shown.sections for one in part.full + part.listed + part.earlier]
    found = {paper.url for paper in papers} | {link.url for paper in papers for link in paper.links}
    return found - {""}


def test_text_and_html_say_the_same() -> None:
    shown, message = RENDERER.render(sample_digest())
    html = flat(Page(message.html).text)
    text = flat(message.text.replace("*", ""))
    assert flat(headline(shown)) in text
    assert flat(headline(shown)) in html
    for name, papers in topics_line(shown):
        assert f"{flat(name)} {papers}" in html
    for line in said_in(shown)[1:]:
        seen = line.replace("`", "")  # a command is code there, and a link to leave by has a name
        assert flat(seen.replace(SAMPLE_LINK, "papers.example.org/unsubscribe")) in html
        assert flat(line) in text


def test_text_html_and_slack_link_to_the_same_addresses() -> None:
    shown, message = RENDERER.render(sample_digest())
    wanted = addresses_in(shown)
    mailed = wanted | {SAMPLE_LINK}  # Slack has no way to leave
    assert {link for link in Page(message.html).links if link.startswith("http")} == mailed
    assert set(re.findall(r"https?://\S+", message.text)) == mailed
    assert set(re.findall(r"<(https?://[^|>]+)\|", slack_of(message))) == wanted


def test_slack_says_what_html_says() -> None:
    shown, message = RENDERER.render(sample_digest())
    said = flat(re.sub("[*_`]", "", slack_of(message))) + message.slack.header
    manage = closing_words.without_mail(shown.manage)  # Slack is no mail program
    for line in said_in(replace(shown, manage=manage)):
        assert flat(slack_escape(line.replace("`", ""))) in said


def test_a_topic_without_a_paper_in_full_still_says_its_note_in_slack() -> None:
    part = section(
        full=(), listed=(listed(1),), note="New keyword: boat", elsewhere=2, elsewhere_in=("A", "B")
    )
    lines = rendered(digest(part)).slack.listed
    assert lines[0] == "*Paper folding* · 3 papers · 2 under A and B · New keyword: boat"
    assert lines[1] == "*Paper folding:* 1 by title"


def test_the_other_topics_of_a_paper_stand_before_its_links_in_every_form() -> None:
    message = rendered(digest(section(full=(entry(also=("Floating",)),))))
    for page in (flat(Page(message.html).text), flat(message.text), slack_of(message)):
        matched, also = page.index("Matched: "), page.index("Also in Floating")
        assert matched < also < page.index("code", also)
        assert "Also in Floating · " not in page
        assert "code" not in page[matched:also]


def test_a_place_says_of_what_it_is_one() -> None:
    message = rendered(digest(section(full=(entry(place="68th of 96"),))))
    for page in (flat(Page(message.html).text), flat(message.text), slack_of(message)):
        assert "68th of 96 on its page" in page.replace("\u00a0", " ")


def test_matched_words_are_marked_in_every_form() -> None:
    message = rendered(digest(section(full=entries(1, 1))))
    assert ">Paper boats</b>" in message.html
    assert "*Paper boats* 1:" in message.text
    assert "we fold *paper boats* from" in message.slack.sections[0][1][0].mrkdwn


def test_the_finished_message_names_its_list() -> None:
    message = rendered(digest(subscriber="lab", shared=True))
    assert (message.list_name, message.shared) == ("lab", True)


# ----------------------------------- what is missing leaves no trace


@pytest.mark.parametrize("missing", [*((name,) for name in OPTIONAL), tuple(OPTIONAL)])
def test_what_is_missing_leaves_no_trace(missing: tuple[str, ...]) -> None:
    less = replace(entry(), **{name: OPTIONAL[name] for name in missing}, more_authors=0)  # type: ignore[arg-type]  # the names are Entry's
    message = rendered(digest(section(full=(less,)), more="", manage=("Ask.",)))
    everything = Page(message.html).text + "\n" + message.text + "\n" + slack_of(message)
    assert not re.search(r"None|unknown|· *·|^ *·|· *$|, *,|\(\)|, *\+0", everything, re.M)
    assert not re.search(r"<(div|p|span)[^>]*>\s*</\1>", message.html)
    assert "\n\n\n\n" not in message.text
    assert not re.search(r"\n\n", message.slack.sections[0][1][0].mrkdwn)
    assert not re.search(r"[ \t]$", message.text, re.M)


def test_an_entry_of_a_title_alone_is_its_title_alone() -> None:
    nothing = Entry(1, "new", "", Marked("Only a title"))
    message = rendered(digest(section(full=(nothing,))))
    assert message.slack.sections[0][1][0].mrkdwn == "*Only a title*"
    assert message.slack.sections[0][1][0].summary == "Only a title"
    assert "\n\nOnly a title\n\n---" in message.text


def test_a_first_version_is_not_worth_a_word() -> None:
    assert "v1" not in rendered(digest(section(full=(entry(version=1),)))).text


def test_an_empty_digest_has_no_topics_and_still_says_what_was_looked_at() -> None:
    message = rendered(digest(kind="empty", sections=()))
    assert message.slack.sections == ()
    assert "3 sources, 412 new papers, all up to date" in message.text


# ------------------------------------------------------- the subject


def test_a_subject_is_one_line_of_78_characters_cut_at_a_word() -> None:
    message = rendered(digest(title="7 new papers:\r\nBcc: x@example.org " + "word " * 40))
    assert message.subject.startswith("7 new papers: Bcc: x@example.org word")
    assert message.subject.endswith("word…")
    assert len(message.subject) <= words.SUBJECT_WIDTH


# -------------------------------------------------------- plain text


@given(st.text(), st.integers(0, 8), st.integers(0, 8))
@settings(deadline=None)
def test_wrapping_keeps_every_letter_within_72_columns(
    text: str, indent: int, hanging: int
) -> None:
    made = wrap(text, indent, hanging)
    assert "".join(made.split()) == "".join(text.split())
    if "://" not in text:
        assert all(columns(line) <= WIDTH for line in made.split("\n"))


def test_an_address_is_never_broken() -> None:
    url = "https://example.org/" + "long/" * 30
    assert url in wrap(f"see {url} for more").split("\n")


def test_wide_letters_count_as_two_columns() -> None:
    lines = wrap("多模态" * 40).split("\n")
    assert [columns(line) for line in lines] == [72, 72, 72, 24]


def test_marks_hug_their_words() -> None:
    assert starred(Marked("a paper boat b", ((1, 13),))) == "a *paper boat* b"


def test_text_lines_stay_within_72_columns() -> None:
    message = rendered(sample_digest())
    assert all(len(line) <= WIDTH or "://" in line for line in message.text.split("\n"))


# -------------------------------------------------------------- JSON


def test_json_is_one_object_of_version_1_that_names_every_paper() -> None:
    shown, message = RENDERER.render(sample_digest())
    told = json.loads(message.json)
    assert told["version"] == 1
    assert told["papers"] == shown.papers
    titles = [paper["title"] for topic in told["topics"] for paper in topic["papers"]]
    assert titles == [paper.title.text for paper in shown.entries]
    assert [topic["counted"] for topic in told["topics"]] == [
        len(part.counted) for part in shown.sections
    ]


def test_marks_in_json_count_code_points() -> None:
    paper = entry(title=Marked("𝛼-boats float", ((2, 7),)))
    told = json.loads(rendered(digest(section(full=(paper,)))).json)
    title, marks = (
        told["topics"][0]["papers"][0]["title"],
        told["topics"][0]["papers"][0]["title_marks"],
    )
    assert title[marks[0][0] : marks[0][1]] == "boats"


def test_every_paper_has_the_same_keys_in_json() -> None:
    told = json.loads(rendered(sample_digest()).json)
    shapes = {
        tuple(paper) for topic in told["topics"] for paper in topic["papers"] + topic["earlier"]
    }
    assert len(shapes) == 1


# ---------------------------------------------------------- the page


def test_nothing_is_fetched_and_nothing_is_run() -> None:
    html = rendered(sample_digest()).html
    tags = {tag for tag, _ in Page(html).elements}
    assert not tags & {"img", "link", "script", "iframe", "object", "video", "form", "svg", "base"}
    assert not re.search(r"url\(|@import|src=|background=", html)


def test_the_page_is_read_in_order_by_a_screen_reader() -> None:
    page = Page(rendered(sample_digest()).html)
    assert ("html", ("lang", "dir")) in page.elements
    tables = [names for tag, names in page.elements if tag == "table"]
    captions = [tag for tag, _ in page.elements if tag == "caption"]
    assert sum("role" not in names for names in tables) == len(captions) == 1  # that of the weeks
    headings = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert headings[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(headings))


def test_every_colour_that_is_set_inline_has_a_dark_twin() -> None:
    html = rendered(sample_digest()).html
    dark = html[html.index("prefers-color-scheme: dark") : html.index("</style>")]
    known = set(re.findall(r"\.(\w+)", dark))
    body = html[html.index("<body") :]
    for tag in re.findall(r"<[a-z][^>]*color[^>]*>", body):
        classes = set(re.findall(r'class="([^"]*)"', tag)[0].split())
        assert classes <= known
        assert classes
