"""Titles without an address of their own open a search: said once where it holds for all, and on each where it does not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from builders import NOW
from digests import digest, entries, entry, listed, section
from own_templates import own
from pages import Page, flat, rendered, slack_of
from paperdigest.channels.slack import SlackChannel
from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.core.secret import Secret
from paperdigest.render import BUDGET, Renderer
from paperdigest.render.fragments import encoded_size

SITE = "huggingface.co"
SAID = f"opens a search on {SITE}"


def searched(paper: Entry, site: str = SITE) -> Entry:
    return replace(paper, url=f"https://{site}/papers?q={paper.paper_key}", searches=site)


def whole(*sites: str) -> Section:
    """Return a topic of papers shown whole, each of which is searched on a site, or has an address of its own: ""."""
    found = zip(entries(1, len(sites)), sites, strict=True)
    return section(full=tuple(searched(paper, site) if site else paper for paper, site in found))


def forms(shown: Digest, folder: Path | None = None) -> tuple[str, str]:
    """Return what the page and the text say."""
    message = Renderer(folder).render(shown)[1]
    return flat(Page(message.html).text), flat(message.text)


def test_papers_shown_whole_that_are_all_searched_on_one_site_have_it_said_over_them_once() -> None:
    shown = digest(whole(*[SITE] * 30))
    for said in forms(shown):
        assert said.count(SAID) == 1
        heading, title = f"Each title {SAID}", "Paper boats"
        assert said.index(heading) < said.index(title, said.index("30 papers"))


@pytest.mark.parametrize(
    ("sites", "times"), [([SITE, ""], 1), ([SITE, SITE, "arxiv.org"], 2), ([SITE], 1)]
)
def test_else_each_of_them_says_it_itself(sites: list[str], times: int) -> None:
    for said in forms(digest(whole(*sites))):
        assert said.count(f"{SAID}") == times
        assert "Each title" not in said


def test_each_topic_speaks_for_its_own_papers() -> None:
    other = section("Others", full=(searched(entry(8)), entry(9)))
    for said in forms(digest(whole(SITE, SITE), other)):
        assert said.count(SAID) == 2
        assert said.count("Each title") == 1


def test_papers_you_already_have_say_it_once_too() -> None:
    told = tuple(searched(listed(key, note="sent at once today")) for key in range(1, 21))
    shown = digest(section(full=(), earlier=told, more_earlier=10))
    heading = f"30 papers you already have, the newest 20 of them (each title {SAID})"
    for said in (*forms(shown), flat(slack_of(rendered(shown)))):
        assert heading in said
        assert said.count(SAID) == 1
        assert said.count("(sent at once today)") == 20


def slack_posts(shown: Digest) -> list[str]:
    message = rendered(shown)
    parts = SlackChannel(Secret("xoxb-canary")).prepare(message, "#papers", key="k", at=NOW)
    return [json.dumps(json.loads(part.payload)["blocks"], ensure_ascii=False) for part in parts]


def test_each_slack_message_says_it_once_over_a_topic() -> None:
    parent, *below = slack_posts(digest(whole(*[SITE] * 45)))
    assert len(below) > 1
    assert [post.count("a search on") for post in (parent, *below)] == [1] * (1 + len(below))
    assert f"*Paper folding* · 5 of 45 papers · titles open a search on {SITE}" in parent
    assert f"*Paper folding* · continued · titles open a search on {SITE}" in below[1]


def test_in_slack_too_each_paper_says_it_itself_where_not_all_do() -> None:
    (parent,) = slack_posts(digest(whole(SITE, "", "arxiv.org")))
    assert parent.count(f"Title {SAID}") == 1
    assert parent.count("a search on") == 2


def test_titles_in_slack_that_go_on_in_the_next_message_have_it_said_again() -> None:
    found = tuple(searched(listed(n, f"Paper boats {n}: " + "b" * 200)) for n in range(90))
    _, *below = slack_posts(digest(section("Maps", full=(), listed=found)))
    assert len(below) > 1
    for post in below[1:]:
        assert f"*Maps:* continued · titles open a search on {SITE}" in post


def test_what_is_said_once_leaves_room_for_papers() -> None:
    """A page dump: of 45 such papers all stand whole, and shorter by what each would have said."""
    once = encoded_size(rendered(digest(whole(*[SITE] * 20))).html)
    each = encoded_size(rendered(digest(whole(*[SITE] * 19, ""))).html)
    assert each - once > 19 * 40
    assert once < BUDGET


OLDER = """\
{% for section in digest.sections %}
{{ section.name }}
{{ papers(section.full) }}
{{ already_sent(section.earlier|length, section.more_earlier) }}
{{ lines(section.earlier) }}
{% endfor %}
"""


def test_a_page_of_the_users_own_that_knows_of_no_site_has_it_at_each_paper(tmp_path: Path) -> None:
    shown = digest(section(full=whole(SITE, SITE).full, earlier=(searched(listed(9)),)))
    folder = own(tmp_path / "templates", "digest.txt.j2", OLDER)
    own(folder, "digest.html.j2", OLDER)
    for said in forms(shown, folder):
        assert said.count(SAID) == 3
        assert "Each title" not in said
