"""What the operator puts on every message stands where it is said to stand, and nowhere else."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import digest
from pages import RENDERER, Page, flat, rendered
from paperdigest.channels.slack_thread import thread
from paperdigest.core.imprint import Imprint
from paperdigest.core.ports import Message
from paperdigest.core.subscription import OPERATOR
from paperdigest.render.imprinted import Imprinted

IMPRINT = Imprint(
    "Vision lab papers",
    "[papers]",
    ("Vision lab, 1 Example Street", "Privacy: https://example.org/privacy."),
)


def imprinted(imprint: Imprint = IMPRINT, **over: object) -> Message:
    return Imprinted(RENDERER, imprint).render(digest(**over))[1]


def test_without_an_imprint_a_message_is_as_it_was() -> None:
    assert imprinted(Imprint()) == rendered(digest())


def test_the_name_stands_over_the_date() -> None:
    message = imprinted()
    assert "Vision lab papers Friday 20 Nov 2026" in flat(Page(message.html).text)
    assert message.text.splitlines()[1:3] == ["Vision lab papers", "Friday 20 Nov 2026"]


def test_slack_begins_its_small_line_with_the_name() -> None:
    assert imprinted().slack.context == "Vision lab papers · Friday 20 Nov 2026"


def test_the_prefix_stands_before_the_subject_and_nowhere_else() -> None:
    message = imprinted()
    assert message.subject == "[papers] 2 new papers: Paper folding"
    assert "[papers]" not in message.html + message.text + message.json
    assert message.slack.header == "2 new papers: Paper folding"


@pytest.mark.parametrize("kind", ["alert", "empty", "notice"])
def test_every_kind_of_message_has_the_prefix(kind: str) -> None:
    assert imprinted(kind=kind).subject.startswith("[papers] ")


@given(st.text(st.characters(categories=["L", "N", "Zs"]), min_size=1, max_size=200))
@settings(deadline=None, max_examples=30)
def test_a_subject_with_its_prefix_stays_within_a_line(title: str) -> None:
    subject = imprinted(Imprint(subject_prefix="x" * 30), title=title).subject
    assert subject.startswith("x" * 30)
    assert len(subject) <= 78


def test_the_footer_ends_the_page_and_its_addresses_are_links() -> None:
    page = Page(imprinted().html)
    assert flat(page.text).endswith(
        "that you opened it. Vision lab, 1 Example Street Privacy: https://example.org/privacy."
    )
    assert "https://example.org/privacy" in page.links


def test_the_footer_ends_the_text() -> None:
    assert imprinted().text.endswith(
        "opened it.\n\nVision lab, 1 Example Street\nPrivacy: https://example.org/privacy.\n"
    )


def test_the_footer_ends_the_message_in_slack() -> None:
    assert imprinted().slack.footer.endswith(
        "\nVision lab, 1 Example Street"
        "\nPrivacy: <https://example.org/privacy|https://example.org/privacy>."
    )


def test_the_longest_footer_loses_no_line_in_slack() -> None:
    lines = tuple(f"{number} {'x' * 297}" for number in range(10))
    *_, last = thread(imprinted(Imprint(footer=lines)).slack)
    said = json.dumps(last.blocks)
    assert all(line in said for line in lines)


def test_the_answer_in_json_names_both() -> None:
    shown = json.loads(imprinted().json)
    assert (shown["name"], tuple(shown["footer"])) == (IMPRINT.name, IMPRINT.footer)


def test_a_word_to_the_operator_has_the_prefix_alone() -> None:
    message = imprinted(subscriber=OPERATOR, kind="notice")
    assert message.subject.startswith("[papers] ")
    assert "Vision lab" not in message.html + message.text + message.slack.context


def test_what_is_hostile_in_it_is_text() -> None:
    bad = "<script>x</script> <!channel> \u202eabc `a` https://a@b.example/"
    message = imprinted(Imprint(bad, bad, (bad,)))
    assert "script" not in [tag for tag, _ in Page(message.html).elements]
    assert all("b.example" not in link for link in Page(message.html).links)
    assert "<!channel>" not in message.slack.context + message.slack.footer
    assert "\u202e" not in message.html + message.text + message.subject + message.slack.footer
