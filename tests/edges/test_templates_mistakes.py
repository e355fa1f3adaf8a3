"""What is wrong with a template is said in the words of its documentation, with what may have been meant; and a template
that shows nothing is wrong.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from digests import digest, entries, listed, section
from own_templates import TITLES, own
from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form
from paperdigest.render import Renderer, check
from paperdigest.render.checks import unusable
from paperdigest.render.environments import NAMES
from paperdigest.render.templates import LINES, PAPERS

PAGES = ("digest.html.j2", "digest.txt.j2")
EMPTY = {
    "no letter": "",
    "blanks": " \n\t\n",
    "a comment": "{#- mine -#}\n",
    "a condition that never holds": "{% if false %}x{% endif %}",
}


# ------------------------------------------------------------------ what is not there


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("entry.txt.j2", "{{ entry.nope }}", 'an entry has no "nope" · did you mean note?'),
        ("entry.html.j2", "{{ entry.titel }}", 'an entry has no "titel" · did you mean title?'),
        ("entry.slack.j2", "{{ title.txt }}", 'a marked text has no "txt" · did you mean text?'),
        ("digest.txt.j2", "{{ digest.xyzzy }}", 'a digest has no "xyzzy"'),
        ("digest.txt.j2", "{% for part in digest.sections %}{{ part.ful }}{% endfor %}", 'a section has no "ful" · did you mean full?'),
        ("digest.txt.j2", "{{ digest.sections[99] }}", "a list has no element 99"),
        ("digest.txt.j2", "{{ digest.title.text }}", 'a text has no "text"'),
        ("digest.txt.j2", "{{ digest.at.yaer }}", 'a time has no "yaer"'),
        ("digest.txt.j2", "{{ none.x }}", 'None (nothing is known) has no "x"'),
        ("entry.txt.j2", "{{ titel }}", "'titel' is undefined · did you mean title?"),
        ("entry.html.j2", "{{ exerpt }}", "'exerpt' is undefined · did you mean excerpt?"),
        ("digest.html.j2", "{{ papres([]) }}", "'papres' is undefined · did you mean papers?"),
        ("digest.txt.j2", "{{ datelin(digest) }}", "'datelin' is undefined · did you mean dateline?"),
        ("digest.txt.j2", "{{ xyzzy }}", "'xyzzy' is undefined"),
        ("digest.txt.j2", "{{ digest.title|warp }}", "No filter named 'warp'. · did you mean wrap?"),
        ("digest.txt.j2", "{% if 0 %}{{ 1|warp }}{% endif %}", "No filter named 'warp'. · did you mean wrap?"),
        ("digest.txt.j2", "{{ 1 is nmber }}", "No test named 'nmber'. · did you mean number?"),
        ("digest.html.j2", "{{ digest.title|safe }}", "No filter named 'safe'. · HTML is always escaped"),
        ("digest.html.j2", "{{ digest.title|urlize }}", "No filter named 'urlize'. · write linked(line)"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_said_in_the_words_of_the_docs(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    own(tmp_path, name, "\n" + text)
    assert [str(problem) for problem in check(tmp_path)] == [f"{tmp_path / name}:2: {said}"]


def test_the_digests_own_failure_says_the_same_as_the_check(tmp_path: Path) -> None:
    own(tmp_path, "entry.txt.j2", "{{ titel }}")
    (problem,) = check(tmp_path)
    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path).render(digest())
    assert str(caught.value) == str(problem)


# ------------------------------------------------------------------ files


@pytest.mark.parametrize("asked", ["/etc/passwd", "../secret.j2", "part.j2"])
def test_a_part_that_is_no_file_among_the_templates_is_said(tmp_path: Path, asked: str) -> None:
    own(tmp_path, "entry.txt.j2", f'\n{{% include "{asked}" %}}')
    (problem,) = check(tmp_path)
    place, _, said = str(problem).partition(": ")
    assert place == f"{tmp_path / 'entry.txt.j2'}:2"
    assert said == f'there is no file "{asked}" among the templates · put it into {tmp_path}'


def test_a_misspelt_part_is_asked_about(tmp_path: Path) -> None:
    own(tmp_path, "greeting.j2", "Hello")
    own(tmp_path, "digest.txt.j2", "{% include 'greting.j2' %}")
    (problem,) = check(tmp_path)
    assert str(problem).endswith('"greting.j2" among the templates · did you mean greeting.j2?')


def test_of_several_parts_all_are_named(tmp_path: Path) -> None:
    own(tmp_path, "digest.txt.j2", "{% include ['one.j2', 'two.j2'] %}")
    (problem,) = check(tmp_path)
    assert 'there is no file "one.j2" or "two.j2" among the templates' in str(problem)


@pytest.mark.parametrize("name", ["entry.html.j2", "digest.txt.j2"])
def test_a_file_that_is_not_utf_8_is_said_with_its_line(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes("one\n{{ title }} für\n".encode("latin-1"))
    (problem,) = check(tmp_path)
    said = "this is not UTF-8 · save the file in that encoding"
    assert str(problem) == f"{tmp_path / name}:2: {said}"


def test_so_is_a_part_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "part.j2").write_bytes(b"one\ntwo\n\xff")
    own(tmp_path, "digest.txt.j2", "{% include 'part.j2' %}")
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / 'part.j2'}:3: this is not UTF-8")


# ------------------------------------------------------------------ templates that show nothing


@pytest.mark.parametrize("text", EMPTY.values(), ids=EMPTY)
@pytest.mark.parametrize("name", NAMES)
def test_a_template_that_shows_nothing_is_a_mistake(tmp_path: Path, name: str, text: str) -> None:
    own(tmp_path, name, text)
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}:1: ")
    assert "· write at least {{ " in str(problem)


@pytest.mark.parametrize("name", ["entry.html.j2", "listed.html.j2", "digest.html.j2"])
@pytest.mark.parametrize(
    "text",
    [
        "<tr><td class='x'>&nbsp;</td></tr><!-- mine -->",
        "<style>p { color: red }</style>",
        "<div style='display:none'>a word</div>",
    ],
)
def test_elements_without_a_word_that_is_read_show_nothing(
    tmp_path: Path, name: str, text: str
) -> None:
    own(tmp_path, name, text)
    (problem,) = check(tmp_path)
    assert "· write at least {{ " in str(problem)


@pytest.mark.parametrize("name", [*LINES, *PAPERS])
def test_one_that_shows_nothing_of_some_papers_is_a_mistake(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, "{% if entry.authors %}{{ title.text }}{% endif %}")
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}:1: nothing is shown of a paper")


_WHOLE = "{% for s in digest.sections %}{{ papers(s.full) }}{{ lines(s.listed) }}{{ lines(s.earlier) }}{{ s.counted|length }} {% endfor %}"
_ITSELF = "{% for s in digest.sections %}{% for e in s.full + s.listed + s.earlier %}<p>{{ e.title.text|upper|truncate(60) }}</p>{% endfor %}{{ waiting(s.counted|length) }}{% endfor %}"


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ digest.title }}", "leaves out 7 of 7 papers, "),
        (_WHOLE.replace("{{ papers(s.full) }}", ""), "leaves out 5 of 7 papers, "),
        (_WHOLE.replace("{{ lines(s.listed) }}", ""), "leaves out 2 of 7 papers, "),
        (_WHOLE.replace("digest.sections", "digest.sections[:1]"), "leaves out 3 of 7 papers, "),
        (_WHOLE.replace("papers(s.full)", "papers(s.full[:1])"), "leaves out 2 of 7 papers, "),
        (_WHOLE.replace("papers(s.full)", "papers(s.full)|replace('fish', 'cat')"), "leaves out 1 of 7 papers, "),
    ],
)  # fmt: skip
def test_a_page_that_leaves_out_papers_of_the_sample_is_refused(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    own(tmp_path, name, text)
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}:1: {said}")
    assert list(map(str, unusable(tmp_path))) == [str(problem)]


@pytest.mark.parametrize("name", [*LINES, *PAPERS])
@pytest.mark.parametrize(
    "text", ["Mine", "{{ who }}{{ matched }}.", "{{ title.text if entry.authors else 'a paper' }}"]
)
def test_a_paper_of_which_neither_title_nor_link_is_shown_is_left_out(
    tmp_path: Path, name: str, text: str
) -> None:
    own(tmp_path, name, text)
    (problem,) = unusable(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}:1: shows neither the title of a paper nor")
    assert str(problem).endswith(" · write {{ title.text }}")


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (_WHOLE.replace("{{ lines(s.earlier) }}", ""), "· write {{ lines(section.earlier) }}"),
        (_WHOLE.replace("{{ s.counted|length }}", ""), "more papers wait · write {{ waiting(section.counted|length) }}"),
    ],
)  # fmt: skip
def test_a_page_without_what_is_sent_another_time_is_told_and_not_refused(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    own(tmp_path, name, text)
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}:1: ")
    assert str(problem).endswith(said)
    assert unusable(tmp_path) == []


def test_a_title_in_a_comment_is_on_no_page(tmp_path: Path) -> None:
    own(tmp_path, "digest.html.j2", f"{_WHOLE.replace('{{ papers(s.full) }}', '')}<!-- x -->")
    assert len(check(tmp_path)) == 1


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("text", [_WHOLE, _ITSELF])
def test_a_page_with_all_papers_is_right_however_it_writes_them(
    tmp_path: Path, name: str, text: str
) -> None:
    assert check(own(tmp_path, name, text)) == []


def test_a_subject_that_is_mostly_there_is_none(tmp_path: Path) -> None:
    assert check(own(tmp_path, "subject.txt.j2", "{{ digest.name }}")) == []


@pytest.mark.parametrize("text", [*EMPTY.values(), "{{ digest.name }}", "\u200b"])
def test_an_empty_subject_is_the_digests_title(tmp_path: Path, text: str) -> None:
    shown = digest()
    _, message = Renderer(own(tmp_path, "subject.txt.j2", text)).render(shown)
    assert message.subject == shown.title


@pytest.mark.parametrize("name", ["entry.txt.j2", "listed.txt.j2"])
def test_a_paper_that_would_not_be_seen_is_made_by_the_shipped_templates(
    tmp_path: Path, name: str
) -> None:
    shown = digest()
    part = shown.sections[0]
    own(
        tmp_path,
        name,
        "{{ title.text if '1:' not in title.text and 'number 1' not in title.text }}",
    )
    if name == "listed.txt.j2":
        shown = replace(shown, sections=(replace(part, full=(), listed=part.full),))
    _, message, fault = Renderer(tmp_path).safely(shown, frozenset({Form.TEXT}))
    assert fault.startswith(f"{tmp_path / name}:1: nothing is shown of a paper")
    assert message == Renderer().render(shown, frozenset({Form.TEXT}))[1]


@pytest.mark.parametrize("name", ["digest.html.j2", "entry.html.j2", "entry.txt.j2"])
def test_a_sign_that_is_written_in_halves_is_whole(tmp_path: Path, name: str) -> None:
    papers = TITLES if name in PAGES else "{{ title.text }}"
    own(tmp_path, name, r"{{ '\ud83d\ude00' }} words of a template" + papers)
    assert unusable(tmp_path) == []
    _, message = Renderer(tmp_path).render(digest())
    assert "😀 words" in message.html + message.text


@pytest.mark.parametrize("name", ["digest.html.j2", "entry.html.j2", "listed.txt.j2"])
def test_half_a_sign_is_a_mistake(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, r"{{ '\ud83d' }} words of a template")
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}: ")
    shown = digest(section(full=entries(1, 1), listed=(listed(2),)))
    assert Renderer(tmp_path).safely(shown)[2].startswith(f"{tmp_path / name}: ")
