"""A paper's template taken apart says what the whole one says, and what all readers share is rendered once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import digest, entry, section
from pages import TEMPLATES
from paperdigest.core.digest import Entry, Marked, Why
from paperdigest.core.errors import TemplateError
from paperdigest.core.paper import Link
from paperdigest.core.styling import Style
from paperdigest.render import Renderer
from paperdigest.render.clean import clean_entry
from paperdigest.render.fragments import Fragments
from paperdigest.render.parted import Parted
from paperdigest.render.skeleton import Skeletons, prepared
from paperdigest.render.templates import PAPERS

SKELETONS = Skeletons(TEMPLATES)  # one for all examples, as papers come to one renderer
_TEXT = st.text(alphabet="ab <&>*_|·é\u200b\u202e\n", max_size=30)
_WORDS = st.lists(_TEXT, max_size=3).map(tuple)


@st.composite
def marked(draw: st.DrawFn) -> Marked:
    text = draw(_TEXT)
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
    styles = [
        (*place, draw(st.sampled_from(Style)))
        for place in zip(edges[::2], edges[1::2], strict=False)
    ]
    return Marked(text, tuple(zip(cuts[::2], cuts[1::2], strict=False)), tuple(styles))


ENTRIES = st.builds(
    Entry,
    paper_key=st.integers(1, 3),
    reason=st.just("new"),
    id=st.sampled_from(["arxiv:1", "title1:2"]),
    title=marked(),
    kind=st.sampled_from(["new", "withdrawn"]),
    url=st.sampled_from(["", "https://example.org/a?b=c&d", "javascript:alert(1)"]),
    searches=st.sampled_from(["", "example.org"]),
    year=st.sampled_from(["", "2014"]),
    authors=_WORDS,
    more_authors=st.integers(0, 2),
    sources=_WORDS,
    categories=_WORDS,
    venue=_TEXT,
    date=st.sampled_from(["", "18 Nov 2026"]),
    votes=st.none() | st.integers(0, 3),
    version=st.none() | st.integers(1, 3),
    excerpt=marked(),
    why=st.lists(st.builds(Why, _TEXT, st.just("title"), _TEXT), max_size=2).map(tuple),
    links=st.lists(
        st.builds(Link, st.sampled_from(["code", "abstract"]), st.just("https://example.org/l")),
        max_size=3,
    ).map(tuple),
    also=_WORDS,
    note=_TEXT,
)


@given(ENTRIES)
@settings(deadline=None, max_examples=300)
def test_each_form_says_what_the_whole_template_says(paper: Entry) -> None:
    forms = Fragments(paper, SKELETONS)
    values = prepared(clean_entry(paper))
    whole = {name: TEMPLATES.render(name, **values) for name in PAPERS}

    assert forms.html == whole["entry.html.j2"].strip("\n")
    assert forms.text == whole["entry.txt.j2"].strip("\n")
    assert forms.slack.mrkdwn == whole["entry.slack.j2"].strip()


@given(ENTRIES)
@settings(deadline=None)
def test_a_paper_is_cleaned_as_if_it_were_nobodys_before(paper: Entry) -> None:
    assert Fragments(paper, SKELETONS).entry == clean_entry(paper)


# ------------------------------------------------------------------ what is taken apart


def parted(folder: Path, text: str, ready: Callable[[str], str] = str) -> Parted:
    (folder / "entry.txt.j2").write_text(text, encoding="utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder), undefined=jinja2.StrictUndefined
    )
    return Parted(environment, "entry.txt.j2", ready)


def test_what_all_readers_share_is_rendered_once(tmp_path: Path) -> None:
    template = parted(tmp_path, "{{ facts }}{% if excerpt %}, {{ excerpt }}{% endif %} {{ facts }}")
    same = template.same({"facts": "once"})

    for excerpt in ("mine", "yours"):
        told = template.fill({**same, "facts": "again", "excerpt": excerpt})
        assert told == f"once, {excerpt} once"


@pytest.mark.parametrize(
    "text",
    [
        "{% set name = facts %}{{ name }}: {{ excerpt }}",
        "{% if excerpt %}{% set name = facts %}{% endif %}{{ name }}: {{ excerpt }}",
        "{% macro say(what) %}{{ what }}: {{ excerpt }}{% endmacro %}{{ say(facts) }}",
        "{% include 'part.j2' %}: {{ excerpt }}",
        "{% block one %}{{ facts }}: {% endblock %}{{ excerpt }}",
    ],
)
def test_pieces_that_act_on_each_other_are_left_together(tmp_path: Path, text: str) -> None:
    (tmp_path / "part.j2").write_text("{{ facts }}")
    template = parted(tmp_path, text)
    same = template.same({"facts": "once"})

    assert template.fill({**same, "facts": "again", "excerpt": "mine"}) == "again: mine"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ title.text }}\n{{ 1 / 0 }}", ":2: division by zero"),
        ("{{ facts }}\n\n{{ title.text / 0 }}", ":3: "),
        ("{{ facts }}\n{{ nothing }}", ":2: 'nothing' is undefined"),
    ],
)
def test_a_mistake_in_a_piece_is_told_with_file_and_line(
    tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "entry.html.j2").write_text(text)

    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path).render(digest())

    assert str(caught.value).startswith(str(tmp_path / "entry.html.j2"))
    assert said in str(caught.value)


def test_two_papers_that_differ_in_more_than_their_marks_are_told_apart() -> None:
    """Also where a later version of a paper comes under the same number."""
    renderer = Renderer()
    for venue in ("The first", "The second"):
        paper = replace(entry(), venue=venue)
        assert venue in renderer.render(digest(section(full=(paper,))))[1].text
