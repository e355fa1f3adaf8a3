"""A stranger's text stays text in every form, and Slack's too."""

from __future__ import annotations

import json
import re
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import AT, digest, entry, listed, section
from pages import OUR_TOKEN, TEMPLATES, Page, rendered, slack_of
from paperdigest.core import words
from paperdigest.core.columns import columns
from paperdigest.core.digest import Digest, Marked, Section, SourceLine, Why
from paperdigest.core.paper import Link
from paperdigest.core.ports import Message
from paperdigest.render.clean import clean_entry, clean_marked, clean_text, safe_url
from paperdigest.render.fragments import Fragments
from paperdigest.render.skeleton import Skeletons
from paperdigest.render.slack import slack_escape, slack_link, slack_marked
from paperdigest.render.wrap import WIDTH

# ------------------------------------------------- a stranger's text

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <!here> <@U012345> <!subteam^S1> <#C1> <!date^1^x|y>",
    "<https://evil.example|arxiv.org>",
    "[x](javascript:alert(1)) javascript:alert(1)",
    "data:text/html,<b>",
    "{{ 7*7 }} {% include '/etc/passwd' %} {# x #}",
    "a\r\nBcc: x@example.org\r\n\r\n.\r\n",
    "\u202eevil\u202c \u2066x\u2069 \u200b\ufeff\x00\x07\x1b[31m\x9b\u2028\u2029\x85",
    "&lt;b&gt; &amp;amp; &#60;script&#62;",
    "*bold* _it_ ~no~ `code` ```pre```",
    "]]> --> <!-- <![endif]-->",
    "\ud800 lone",
    "</td></tr></table></body></html>",
    "'; DROP TABLE papers; --",
    "<style>*{display:none}</style><a href=//x>",
)


def poisoned(text: str) -> Digest:
    """Return a digest with the text in every field that a dump, a feed or a config may fill."""
    bad = f"x {text} x"
    address = "https://example.org/" + text
    paper = entry(
        title=Marked(bad, ((0, 1), (2, len(bad)))),
        id=bad,
        note=bad,
        url=address,
        searches=bad,
        year="1999",
        authors=(bad, bad),
        sources=(bad,),
        categories=(bad,),
        venue=bad,
        date=bad,
        place=bad,
        excerpt=Marked(bad, ((0, 1),)),
        why=(Why(bad, bad, bad),),
        links=(Link(bad, address),),
        also=(bad,),
    )
    short = listed(2, bad, note=bad, url=address, searches=bad)
    part = Section(bad, 3, (paper,), (short,), (listed(3, bad),), earlier=(short,), note=bad)
    source = SourceLine(bad, "failed", 0, bad)
    return Digest(
        subscriber="ada",
        slot="2026-11-20T08:00 UTC",
        kind="digest",
        title=bad,
        at=AT,
        covers_from=AT,
        covers_until=AT,
        preheader=bad,
        sections=(part,),
        notes=(bad,),
        sources=(source,),
        looked_at=words.looked_at((source,), 1),
        manage=("Ask whoever runs this.",),
        more="paperdigest preview ada",
    )


BENIGN = Page(rendered(poisoned("harmless")).html).elements


def assert_harmless(message: Message) -> None:
    page = Page(message.html)
    assert page.elements == BENIGN
    assert all(re.match(r"https?://", link) for link in page.links)
    assert {name for name, _ in page.attributes if name.startswith("on")} == set()
    rest = OUR_TOKEN.sub("", slack_of(message))
    assert not set("<>") & set(rest)
    for form in (
        message.html,
        message.text,
        slack_of(message).replace("\u200b", ""),
        message.subject,
    ):
        shown = {letter for letter in form if unicodedata.category(letter) in ("Cc", "Cs")}
        assert shown <= {"\n"}
        assert not set(
            "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\ufeff"
        ) & set(form)
    assert "\n" not in message.subject
    assert all(columns(line) <= WIDTH or "://" in line for line in message.text.splitlines())
    json.loads(message.json)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_stranger_becomes_anything_but_text(text: str) -> None:
    assert_harmless(rendered(poisoned(text)))


@given(st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=4).map("".join))
@settings(deadline=None, max_examples=60)
def test_no_mixture_of_hostile_texts_becomes_anything_but_text(text: str) -> None:
    assert_harmless(rendered(poisoned(text)))


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/relative",
        "mailto:a@example.org",
        "https://",
        "https:///x",
        "https://arxiv.org@evil.example/",
        "https://user:word@evil.example/",
        "https:\\\\evil.example",
        "",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_what_is_no_plain_web_address_is_no_link(url: str) -> None:
    assert safe_url(url) == ""
    message = rendered(digest(section(full=(entry(url=url, links=(Link("code", url),)),))))
    links = {link.partition("?subject=unsubscribe%20ada")[0] for link in Page(message.html).links}
    assert links == {"mailto:ops@example.org"}  # the operator's, below
    assert "|" not in message.slack.sections[0][1][0].mrkdwn


@pytest.mark.parametrize(
    ("url", "made"),
    [
        ("https://example.org", "https://example.org"),
        ("HTTP://Example.org/a?b=c&d=e#f", "HTTP://Example.org/a?b=c&d=e#f"),
        ("https://example.org/a b\"c'd<e>f|g", "https://example.org/a%20b%22c%27d%3Ce%3Ef%7Cg"),
        ("https://example.org/論文", "https://example.org/論文"),
        ("https://example.org:8080/@me", "https://example.org:8080/@me"),
        ("  https://example.org/\n", "https://example.org/"),
        ("https://example.org/a\nb", "https://example.org/a%20b"),
    ],
)
def test_a_web_address_is_made_fit_for_any_attribute(url: str, made: str) -> None:
    assert safe_url(url) == made


@given(st.text())
@settings(deadline=None)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)
    marked = clean_marked(Marked(text, ((0, len(text)),) if text else ()))
    assert marked.text == clean_text(text)


def test_marks_move_with_their_words_when_controls_go() -> None:
    made = clean_marked(Marked("\u202ea\x00 pap\x07er boat", ((4, 10),)))
    assert [piece for piece, is_hit in made.spans() if is_hit] == ["paper"]


def test_a_title_of_nothing_visible_is_shown_by_its_id() -> None:
    assert clean_entry(entry(7, title=Marked("\u202e\x00"))).title.text == "arxiv:2611.00007"


def test_a_text_of_absurd_length_is_cut() -> None:
    paper = clean_entry(entry(authors=("x" * 9_000,), title=Marked("y " * 9_000)))
    assert len(paper.authors[0]) <= 1_000
    assert len(paper.title.text) <= 1_004


def test_a_clean_paper_is_left_as_it_is() -> None:
    paper = entry()
    assert clean_entry(paper) is paper


# ------------------------------------------------------------- Slack


def test_slack_text_is_escaped_exactly_once() -> None:
    once = slack_escape("a < b & c > d")
    assert once == "a &lt; b &amp; c &gt; d"
    assert slack_escape(once) == once


def test_formatting_signs_in_a_title_are_inert() -> None:
    assert slack_escape("C*-algebra *x*").replace("\u034f", "") == "C*-algebra *x*"
    assert not re.search(r"(?<!\u034f)[*_~`]", slack_escape("*a* _b_ ~c~ `d`"))


@pytest.mark.parametrize("text", ["1:100:1", "a :fire: b", ":x:", ":+1:", ":café-art:", ":a_b:"])
def test_no_text_becomes_an_emoji(text: str) -> None:
    assert slack_escape(text).replace("\u034f", "") == text
    assert not re.search(r"(?<!\u034f):[\w+'-]+:", slack_escape(text))


def test_a_slack_link_cannot_be_broken_out_of() -> None:
    made = slack_link("https://example.org/a|b>c d", "x | y\n<z>")
    assert made == "<https://example.org/a%7Cb%3Ec%20d|x ¦ y &lt;z&gt;>"


def test_a_slack_link_escapes_the_ampersand_of_its_address() -> None:
    assert slack_link("https://example.org/?a=1&b=2", "x") == "<https://example.org/?a=1&amp;b=2|x>"


def test_a_long_label_is_cut_before_it_is_escaped() -> None:
    made = slack_link("https://example.org/", "&" * 2_000)
    assert re.fullmatch(r"<https://example\.org/\|(&amp;)+…>", made)


def test_a_mark_inside_a_word_still_becomes_bold() -> None:
    made = slack_marked(Marked("pretraining", ((3, 8),)))
    assert made == "pre\u200b*train*\u200bing"


def test_a_line_that_starts_with_a_bracket_is_no_quotation() -> None:
    assert not slack_marked(Marked("> 90 % accuracy")).startswith("&gt;")


@given(st.text(max_size=400), st.integers(0, 2_000))
@settings(deadline=None, max_examples=40)
def test_one_paper_always_fits_one_slack_block(text: str, length: int) -> None:
    much = ("&" * length + text) or "x"
    paper = entry(
        title=Marked(much),
        authors=(much,) * 5,
        categories=(much,),
        venue=much,
        excerpt=Marked(much),
        why=tuple(Why(much[n:], "title", "x") for n in range(2)),
        links=tuple(
            Link("code", f"https://example.org/{n}" + "&" * min(length, 900)) for n in range(9)
        ),
        also=(much,) * 2,
    )
    shown = Fragments(paper, Skeletons(TEMPLATES)).slack
    assert len(shown.mrkdwn) <= 2_900
    assert "\n" not in shown.summary
