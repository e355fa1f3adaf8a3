"""What a user's HTML prints in a style is a number, a plain word or a text of their own: of what a paper says no declaration is
made, no address and no function.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import digest
from own_templates import hostile, html_of, own
from paperdigest.render import Renderer, check
from paperdigest.render.checks import tried
from paperdigest.render.in_style import in_style

HOSTILE = (
    "red;position:fixed;top:0;background:url(https://e.org/x)",
    "red/**/;behavior:url(x)",
    "expression(alert(1))",
    "\\75rl(https://e.org/x)",
    "x}body{display:none",
    "@import 'https://e.org/x'",
    '"onmouseover="x',
    "javascript:x !important",
)
#: Ways to print a paper's words there.
WAYS = {
    "printed": '<td style="color:{{ TEXT }}">x</td>',
    "all of it": '<td style="{{ TEXT }}">x</td>',
    "in capitals": "<td STYLE = '{{ TEXT }}'>x</td>",
    "in a condition": '<td style="{% if kind %}{{ TEXT }}{% endif %}">x</td>',
    "in a loop": '<td style="{% for sign in TEXT %}{{ sign }}{% endfor %}">x</td>',
    "put together": "<td style=\"{{ 'color:' ~ TEXT }}\">x</td>",
    "by a macro": '{% macro cell(how) %}<td style="{{ how }}">x</td>{% endmacro %}{{ cell(TEXT) }}',
    "kept": '{% set how %}{{ TEXT }}{% endset %}<td style="{{ how }}">x</td>',
    "of a part": "<td style=\"{% include 'part.j2' %}\">x</td>",
    "as markup": '<td style="{{ TEXT|e }}">x</td>',
    "in a filtered block": '<td style="{% filter trim %}{{ TEXT }}{% endfilter %}">x</td>',
    "of one of two attributes": '<td {% if kind %}style="{% else %}title="{% endif %}{{ TEXT }}">x</td>',
}  # fmt: skip


def styles_of(html: str) -> list[str]:
    """Return what the styles of a page behind the mark say, without what the template itself writes."""
    mine = html.partition("Mine")[2].partition("</table>")[0]
    return [each.removeprefix("color:") for _, each in re.findall(r"style *= *([\"'])(.*?)\1", mine, re.IGNORECASE)]  # fmt: skip


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("title", HOSTILE)
def test_of_a_papers_words_only_words_are_left(tmp_path: Path, way: str, title: str) -> None:
    own(tmp_path, "part.j2", "{{ title.text }}")
    own(tmp_path, "entry.html.j2", "Mine " + way.replace("TEXT", "title.text"))
    html = html_of(tmp_path, hostile(title))
    found = styles_of(html)
    assert len(found) >= 1
    assert re.fullmatch(r"[\w#.%+, -]*", found[0], re.ASCII)
    assert 'onmouseover="' not in html


@given(st.text())
def test_of_any_text_only_words_are_left(text: str) -> None:
    assert re.fullmatch(r"[\w#.%+, -]*", in_style(text, frozenset()), re.ASCII)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_whoever_prints_there_what_is_not_kept_is_told_the_line(tmp_path: Path, way: str) -> None:
    """The first paper of the sample has a colon in its title."""
    own(tmp_path, "part.j2", "{{ title.text }}")
    own(tmp_path, "entry.html.j2", "{{ title.text }}\n" + way.replace("TEXT", "title.text"))
    (problem,) = check(tmp_path)
    assert re.search(r"(entry\.html\.j2:2|part\.j2:1): ", str(problem))
    assert "of what is printed in a style" in str(problem)
    assert tried(tmp_path)[0] is None


def test_nobody_is_told_of_a_paper(tmp_path: Path) -> None:
    text = '<i style="color:{{ note }}">{{ title.text }}</i>'
    renderer = Renderer(own(tmp_path, "entry.html.j2", text))
    given = hostile("A title")
    (section,) = given.sections
    (paper,) = section.full
    odd = replace(paper, note="red;x:y")
    shown = given.with_sections((replace(section, full=(odd,)),))
    _, message, fault = renderer.safely(shown)
    assert fault == ""
    assert '<i style="color:redxy">A title</i>' in message.html


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('<td style="color:{{ "red" if kind else "blue" }};x:{{ kind }}">x</td>', '<td style="color:red;x:new">x</td>'),
        ('<td style="width:{{ entry.votes }}px;margin:-{{ 1.5 }}em">x</td>', '<td style="width:41px;margin:-1.5em">x</td>'),
        ('<td style="color:{{ "#" ~ "abc" }};width:{{ "50%" }}">x</td>', '<td style="color:#abc;width:50%">x</td>'),
        ('{% set how = "color:red;font:12px/1 Arial" %}<td style="{{ how }}">x</td>', '<td style="color:red;font:12px/1 Arial">x</td>'),
        ("{% set how = \"font-family:'Segoe UI',Arial\" %}<td style=\"{{ how }}\">x</td>", '<td style="font-family:&#39;Segoe UI&#39;,Arial">x</td>'),
        ('{% set how %}color:red;a:b{% endset %}<td style="{{ how }}">x</td>', '<td style="color:red;a:b">x</td>'),
        ('{% set of = {"new": "rgb(1,2,3)"} %}<td style="color:{{ of.get(kind, "red") }}">x</td>', '<td style="color:rgb(1,2,3)">x</td>'),
        ('{% macro cell(how="a:b") %}<td style="{{ how }}">x</td>{% endmacro %}{{ cell() }}{{ cell("color:red") }}', '<td style="a:b">x</td><td style="color:red">x</td>'),
        ('{% import "part.j2" as part %}{{ part.cell("color:red;c:d") }}', '<td style="color:red;c:d">x</td>'),
        ('{% for how in ["a:b", "c:d"] %}<i style="{{ how }}">x</i>{% endfor %}', '<i style="a:b">x</i><i style="c:d">x</i>'),
        ('<td title="{{ "a:b;" ~ kind }}" data-style="a:{{ "b;" ~ kind }}">x</td>', '<td title="a:b;new" data-style="a:b;new">x</td>'),
    ],
)  # fmt: skip
def test_whatever_is_well_written_is_as_it_is_written(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "part.j2", '{% macro cell(how) %}<td style="{{ how }}">x</td>{% endmacro %}')
    own(tmp_path, "entry.html.j2", f"[{text}]{{{{ title.text }}}}")
    assert check(tmp_path) == []
    assert f"[{made}]" in html_of(tmp_path, digest())
