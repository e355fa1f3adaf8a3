"""Lines of our own in each output: commands as code, addresses as links, and nothing else out of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import digest
from pages import Page, rendered
from paperdigest.core import dormancy
from paperdigest.core.tree import Term
from paperdigest.render.environments import linked
from paperdigest.render.lines import addressed, coded
from paperdigest.render.slack import slack_line

COMMAND = "Stop: `paperdigest stop ada_b`, or ask"


def test_a_command_is_code_in_html() -> None:
    assert linked(COMMAND) == (
        'Stop: <code style="font-size:13px">paperdigest stop ada_b</code>, or ask'
    )


def test_a_command_stands_in_text_as_it_is_written() -> None:
    assert COMMAND in rendered(digest(manage=(COMMAND,))).text


def test_a_command_is_code_in_slack_and_can_be_copied_as_it_is() -> None:
    assert rendered(digest(manage=(COMMAND,))).slack.footer.splitlines()[1] == COMMAND


def test_what_is_in_a_command_is_escaped() -> None:
    line = "`a <b> & <!channel>`"
    assert linked(line) == (
        '<code style="font-size:13px">a &lt;b&gt; &amp; &lt;!channel&gt;</code>'
    )
    assert slack_line(line) == "`a &lt;b&gt; &amp; &lt;!channel&gt;`"


def test_a_backtick_alone_is_a_sign_like_any_other() -> None:
    assert linked("it`s `a` and ` more") == (
        'it<code style="font-size:13px">s </code>a<code style="font-size:13px"> and </code> more'
    )
    assert linked("it`s") == "it`s"
    assert slack_line("it`s") == "it\u034f`s"


def test_an_address_is_a_link_without_the_sign_that_ends_the_sentence() -> None:
    line = "Privacy: https://example.org/privacy?a=1&b=2."
    assert Page(linked(line)).links == ["https://example.org/privacy?a=1&b=2"]
    assert slack_line(line) == (
        "Privacy: <https://example.org/privacy?a=1&amp;b=2|https://example.org/privacy?a=1&amp;b=2>."
    )


@pytest.mark.parametrize(
    ("word", "address"),
    [
        ("https://example.org/a_(b)", "https://example.org/a_(b)"),
        ("https://example.org/a_(b).", "https://example.org/a_(b)"),
        ("https://example.org/a_(b)),", "https://example.org/a_(b)"),
        ("https://example.org/a).", "https://example.org/a"),
        ("https://example.org/a:)", "https://example.org/a"),
    ],
)
def test_a_bracket_that_closes_one_in_an_address_belongs_to_it(word: str, address: str) -> None:
    assert Page(linked(f"See {word}")).links == [address]


def test_a_mailbox_is_a_link_that_writes_to_it_where_that_is_asked_for() -> None:
    assert linked("Write to ops@example.org.") == "Write to ops@example.org."
    assert linked("Write to ops@example.org.", mail=True) == (
        'Write to <a class="link" href="mailto:ops@example.org" style="color:#1b4f8f">'
        "ops@example.org</a>."
    )
    assert slack_line("Write to ops@example.org.") == "Write to ops@example.org."


def test_a_letter_has_the_subject_that_is_told() -> None:
    line = "Or write “unsubscribe ada b” to ops@example.org."
    assert linked(line, mail=True) == (
        'Or write <a class="link" href="mailto:ops@example.org?subject=unsubscribe%20ada%20b"'
        ' style="color:#1b4f8f">“unsubscribe ada b” to ops@example.org</a>.'
    )
    assert "mailto:" not in linked(line)


def test_an_unsubscribe_link_is_named_by_where_it_leads_and_not_by_its_code() -> None:
    link = "https://papers.example.org/lab/unsubscribe/12.pPbnMiS5R0H2vDRUF4gCUw"
    assert linked(f"Or open {link}", mail=True) == (
        f'Or open <a class="link" href="{link}" style="color:#1b4f8f">'
        "papers.example.org/lab/unsubscribe</a>"
    )
    assert link in rendered(digest(manage=(f"Or open {link}",))).text


def test_who_changes_words_that_find_nothing_can_be_written_to() -> None:
    lines = dormancy.lines([("me@evil.example", [Term("you@evil.example")])], ask="ops@example.org")
    page = rendered(digest(dormant=lines)).html
    assert "mailto:ops@example.org" in page
    assert "evil.example" in page
    assert "mailto:you" not in page
    assert "mailto:me" not in page


def test_where_nobody_is_named_words_stay_words() -> None:
    """A reader of a shared digest is told nothing behind them, and of very many lines only how many there are."""
    silent = [("Maps", [Term("you@evil.example")])] * 5
    shared = dormancy.lines(silent, shared=True)
    assert "mailto:you" not in rendered(digest(dormant=shared, shared=True)).html
    many = dormancy.lines(silent, ask="ops@example.org") * 99
    assert "mailto:you" not in rendered(digest(dormant=many)).html


@pytest.mark.parametrize(
    "word", ["@ada", "ada@", "a@b", "x@evil.example?cc=y", "a@b@c.de", "<a@b.de>"]
)
def test_what_is_hardly_a_mailbox_is_none(word: str) -> None:
    assert "mailto:" not in linked(word, mail=True)


def test_an_address_in_a_command_is_not_a_link() -> None:
    assert "<a" not in linked("`curl https://example.org/`")
    assert "<http" not in slack_line("`curl https://example.org/`")


@pytest.mark.parametrize(
    "address", ["javascript://a", "ftp://example.org/", "https://a@b.example/"]
)
def test_no_other_address_is_a_link(address: str) -> None:
    assert Page(linked(f"See {address}")).links == []
    assert not re.search(r"<\S+\|", slack_line(f"See {address}"))


@given(st.text(st.sampled_from("ab `:/.<&")) | st.text())
@settings(deadline=None)
def test_taking_apart_loses_no_letter(line: str) -> None:
    kept = "".join(piece for piece, _ in coded(line))
    assert kept.replace("`", "") == line.replace("`", "")
    words = (shown if not url else shown + behind for shown, url, behind in addressed(line))
    assert " ".join(words) == line
