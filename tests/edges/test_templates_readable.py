"""What is easily written and no reader could read is told before anybody gets it; and files as editors leave them are taken
for what they are.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digests import digest, entry, section
from own_templates import TITLES, hostile, own
from paperdigest.core.digest import Marked
from paperdigest.core.ports import Form
from paperdigest.render import Renderer, check
from paperdigest.render.checks import unusable
from paperdigest.render.environments import NAMES
from paperdigest.render.mark import mark_of
from paperdigest.resources import data_dir

LIST = "a list is printed as it is · print what is in it, as "
BOM = "\ufeff"


# ------------------------------------------------------------------ printed as it is


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("entry.txt.j2", "{{ entry.authors }}", LIST),
        ("entry.html.j2", "{{ links }}", LIST),
        ("entry.slack.j2", "{{ entry.why }}", LIST),
        ("entry.txt.j2", "{{ entry.votes }}", "None (nothing is known) is printed as it is · ask with {% if %} before you print it"),
        ("entry.txt.j2", "{{ title.spans() }}", "is printed as it is"),
        ("entry.txt.j2", "{{ {'a': kind} }}", "a dictionary is printed as it is"),
        ("entry.html.j2", "{{ entry }}", "an entry is printed as it is"),
        ("digest.txt.j2", "{{ digest }}", "a digest is printed as it is"),
        ("digest.html.j2", "{% for part in digest.sections %}{{ part }}{% endfor %}", "a section is printed as it is"),
        ("digest.txt.j2", "{{ dateline }}", "a function is printed as it is · call it, as {{ dateline(digest) }}"),
        ("digest.html.j2", "{{ papers }}", "a function is printed as it is"),
    ],
)  # fmt: skip
def test_what_no_reader_could_read_is_told(tmp_path: Path, name: str, text: str, said: str) -> None:
    papers = TITLES if name.startswith("digest") else "{{ title.text }}"
    own(tmp_path, name, f"{papers}\n{text}")
    (problem,) = map(str, unusable(tmp_path))
    assert problem.startswith(f"{tmp_path / name}:2: ")
    assert said in problem


@pytest.mark.parametrize("text", ["{{ entry }}", "{{ entry.links }}", "{{ [entry.why[0]] }}"])
def test_a_value_of_ours_reaches_no_reader(tmp_path: Path, text: str) -> None:
    own(tmp_path, "entry.txt.j2", f"{{{{ title.text }}}}{{% if 'sea' in title.text %}}{text}{{% endif %}}")  # fmt: skip
    assert check(tmp_path) == []
    at_sea = digest(section(full=(entry(title=Marked("A boat at sea")),)))
    renderer = Renderer(tmp_path)
    assert renderer.safely(digest())[2] == ""
    assert "entry.txt.j2:1: " in renderer.safely(at_sea)[2]


@pytest.mark.parametrize("name", ["entry.html.j2", "entry.txt.j2", "entry.slack.j2"])
@pytest.mark.parametrize("text", ["{{ title }}", "{{ entry.title }}", "{{ title|trim }}", "{{ title ~ '' }}"])  # fmt: skip
def test_a_marked_text_is_printed_as_its_text_and_escaped(
    tmp_path: Path, name: str, text: str
) -> None:
    own(tmp_path, name, f"[{text}]")
    assert check(tmp_path) == []
    _, message, fault = Renderer(tmp_path).safely(hostile("A <b> & c"))
    made = message.html + message.text + message.slack.sections[0][1][0].mrkdwn
    assert fault == ""
    assert "[A &lt;b&gt; &amp; c]" in made or name == "entry.txt.j2"
    assert "[A <b> & c]" in made or name != "entry.txt.j2"
    assert "Marked(" not in made


def test_what_goes_into_itself_is_said_so(tmp_path: Path) -> None:
    own(tmp_path, "digest.html.j2", '{% extends "digest.html.j2" %}')
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / 'digest.html.j2'}:1: this goes into itself")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("entry.txt.j2", "{{ title|wrap }}", "a marked text is not iterable · write its text, as title.text"),
        ("entry.txt.j2", "{{ title|truncate(60) }}", "a marked text has no len() · write its text, as title.text"),
        ("digest.txt.j2", "{% for part in digest.sections %}{{ papers(part) }}{% endfor %}", "a section is not iterable · write which papers of it, as section.full"),
        ("digest.txt.j2", "{{ papers(digest) }}", "a digest is not iterable · write what of it, as digest.entries"),
    ],
)  # fmt: skip
def test_what_python_says_of_our_values_is_said_in_our_words(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    own(tmp_path, name, text)
    (problem,) = map(str, check(tmp_path))
    assert problem.startswith(f"{tmp_path / name}:1: ")
    assert problem.endswith(said)


def test_nobody_has_meant_what_jinja_gives_every_template(tmp_path: Path) -> None:
    own(tmp_path, "entry.txt.j2", "{{ title.text }}{{ digest.title }}")
    (problem,) = check(tmp_path)
    assert str(problem).endswith(": 'digest' is undefined")


# ------------------------------------------------------------------ files as editors leave them


@pytest.mark.parametrize("name", NAMES)
def test_the_mark_some_editors_begin_a_file_with_is_not_of_it(tmp_path: Path, name: str) -> None:
    text = (data_dir("templates") / name).read_text(encoding="utf-8")
    own(tmp_path, name, BOM + text.replace("\n", "\r\n"))
    assert check(tmp_path) == []
    given = replace(digest(), name="Boats")
    assert Renderer(tmp_path).safely(given) == (*Renderer().render(given), "")


def test_nor_of_a_part(tmp_path: Path) -> None:
    own(tmp_path, "part.j2", f"{BOM}Hello")
    own(tmp_path, "digest.txt.j2", "{% include 'part.j2' %}" + TITLES)
    _, message = Renderer(tmp_path).render(digest(), frozenset({Form.TEXT}))
    assert message.text.startswith("HelloPapers:")


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("digest.html.j2.txt", "digest.html.j2"),  # as Notepad saves it
        ("entry.html", "entry.html.j2"),
        ("entry.txt.jinja2", "entry.txt.j2"),
        ("Listed.HTML.j2", "listed.html.j2"),
        ("summary.slack", "summary.slack.j2"),
        ("subjct.txt.j2", "subject.txt.j2"),
    ],
)
def test_a_file_that_is_nearly_a_template_is_asked_about(
    tmp_path: Path, name: str, meant: str
) -> None:
    own(tmp_path, name, "x")
    assert [str(one) for one in check(tmp_path)] == [
        f"{tmp_path / name}: no template of this name · did you mean {meant}?"
    ]


@pytest.mark.parametrize("ending", ["~", ".bak", ".orig", ".swp", ".txt"])
def test_what_an_editor_keeps_beside_a_template_is_nobodys_mistake(
    tmp_path: Path, ending: str
) -> None:
    own(tmp_path, "entry.txt.j2", "{{ title.text }}")
    own(tmp_path, f"entry.txt.j2{ending}", "{% if %}")
    assert check(tmp_path) == []


@pytest.mark.parametrize("name", ["part.html", "base.html.j2", "footer.txt", "header.slack"])
def test_parts_are_not_asked_about(tmp_path: Path, name: str) -> None:
    assert check(own(tmp_path, name, "x")) == []


def test_what_is_hidden_makes_no_other_templates_of_them(tmp_path: Path) -> None:
    own(tmp_path, "entry.txt.j2", "x")
    before = mark_of(tmp_path)
    own(tmp_path, ".entry.txt.j2.swp", "x")
    own(tmp_path / ".git", "config", "x")
    assert mark_of(tmp_path) == before
    own(tmp_path / "parts", "footer.txt", "x")
    assert mark_of(tmp_path) != before
