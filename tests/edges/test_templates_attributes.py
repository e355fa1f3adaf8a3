"""A user's HTML prints in the text of a page and in the values of attributes in quotes, whatever branches, macros and parts it
is made of; and what an attribute opens is an http or https address, or nothing.
"""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markupsafe import Markup
from turbohtml import Token, TokenType, tokenize

from digests import digest
from own_templates import hostile, html_of, own
from paperdigest.core.errors import TemplateError
from paperdigest.render import Renderer, check
from paperdigest.render.attributes import in_quotes
from paperdigest.render.environments import HTML
from paperdigest.render.places import START, Kind, Place, read
from paperdigest.resources import data_dir

OPENS = 'javascript:alert(1)//" onmouseover="x <script>\' onmouseover=x'
TEXT = "title.text"
#: Each of them was a way for a paper's words to be opened by a click, or to become an attribute.
REFUSED = {
    "a value without quotes, in a condition": "<td title={% if 1 %}{{ TEXT }}{% endif %}>x</td>",
    "behind the beginning of one": "<td title=a{{ TEXT }}>x</td>",
    "behind another in the same": '<td title={{ "a" }}{{ TEXT }}>x</td>',
    "a tag": "<td {{ TEXT }}>x</td>",
    "a tag, in a loop": "<td {% for i in [1] %}{{ TEXT }}{% endfor %}>x</td>",
    "behind a value": '<td title="a"{{ TEXT }}>x</td>',
    "the name of a tag": "<{{ TEXT }}>x</td>",
    "the rest of a name": "<td{{ TEXT }}>x</td>",
    "the name of an attribute": "<td data-{{ TEXT }}='1'>x</td>",
    "behind a name": "<td title {{ TEXT }}>x</td>",
    "a tag that ends": "</td {{ TEXT }}>",
    "a comment": "<!-- {{ TEXT }} -->x",
    "a comment of Outlook's": "<!--[if mso]>{{ TEXT }}<![endif]-->x",
    "a declaration": "<!DOCTYPE {{ TEXT }}>x",
    "a script": "<script>{{ TEXT }}</script>x",
    "a style": "<STYLE type='text/css'>\n{{ TEXT }}</STYLE>x",
    "what runs": "<td onclick=\"say('{{ TEXT }}')\">x</td>",
    "a page in a page": '<iframe srcdoc="{{ TEXT }}"></iframe>x',
    "a title with a tag in it": "<svg><title><a href='{{ TEXT }}'></title></svg>",
    "a kept tag that does not end": '{% set q %}<a href="{% endset %}{{ q }}{{ TEXT }}">x</a>',
    "a macro that does not end": '{% macro m() %}<a href="{% endmacro %}{{ m() }}{{ TEXT }}">x</a>',
    "a block that does not end": '{% block b %}<a href="{% endblock %}{{ TEXT }}">x</a>',
    "a called block that does not": '{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}<a href="{% endcall %}x',
    "a filtered block that does not": '{% filter trim %}<a href="{% endfilter %}{{ TEXT }}">x</a>',
    "an address begun in a branch": '{% if 1 %}<a href="{% else %}<a class="b" href="{% endif %}{{ TEXT }}">x</a>',
    "one of two attributes": '<a {% if 1 %}href="{% else %}title="{% endif %}{{ TEXT }}">x</a>',
    "a name in two parts": '<a {% if 1 %}h{% endif %}ref="{{ TEXT }}">x</a>',
    "an address that ends in a branch": '<a href="{% if 1 %}{{ TEXT }}">x{% else %}">x{% endif %}</a>',
    "an attribute in one branch, text in the other": '{% if 1 %}<a title="{% endif %}{{ TEXT }}">x</a>',
    "a part in a tag": "<td {% include 'part.html' %}>x</td>",
    "a call in an attribute": '{% macro m() %}x{% endmacro %}<td title="{% call m() %}{% endcall %}">x</td>',
    "a block in an attribute": '<td title="{% block b %}{{ TEXT }}{% endblock %}">x</td>',
    "a loop that leaves a quote open": '{% for i in [1, 2] %}{{ TEXT }}<a title="{% endfor %}">x</a>',
    "a loop that begins where it ended": "<td {% for i in [1, 2] %}{% if loop.last %}{{ TEXT }}{% endif %} a=\"b\"{% endfor %}>x</td>",
    "the whole file": '{{ TEXT }}<a href="x',
    "a comment that does not end": "{{ TEXT }}<!-- x",
}  # fmt: skip
#: Here it is only text between quotes, or opens nothing.
HARMLESS = {
    "a condition": '<a href="{% if entry.title %}{{ TEXT }}{% endif %}">x</a>',
    "a loop": '<a href="{% for i in [1] %}{{ TEXT }}{% endfor %}">x</a>',
    "a loop of its letters": '<a href="{% for i in TEXT %}{{ i }}{% endfor %}">x</a>',
    "two branches": '<a href="{% if not kind %}https://e.org/{% else %}{{ TEXT }}{% endif %}">x</a>',
    "a part of two branches": '<a href="{% if not kind %}https://e.org/{% endif %}{{ TEXT }}">x</a>',
    "a filtered block": '<a href="{% filter trim %}{{ TEXT }}{% endfilter %}">x</a>',
    "a filtered block that takes the quotes away": '<td title="{% filter striptags %}{{ TEXT }}{% endfilter %}">x</td>',
    "a part": "<a href=\"{% include 'part.html' %}\">x</a>",
    "a part between quotes": "<td title=\"{% include 'part.html' %}\">x</td>",
    "a part in the page's title": "<title>{% include 'part.html' %}</title>x",
    "a with": '<a href="{% with x = TEXT %}{{ x }}{% endwith %}">x</a>',
    "a set": '<a href="{% set x = TEXT %}{{ x }}">x</a>',
    "a macro": '{% macro m(x) %}{{ x }}{% endmacro %}<a href="{{ m(TEXT) }}">x</a>',
    "a macro that writes quotes": '{% macro m(x) %}" onmouseover="{{ x }}{% endmacro %}<td title="{{ m(1) }}">x</td>',
    "what is kept and has quotes": '{% set q %}" onmouseover="{% endset %}<td title="{{ q }}{{ TEXT }}">x</td>',
    "a blank in signs": '<a href="&#32;{{ TEXT }}">x</a>',
    "the beginning of a sign": '<a href="&#{{ "106;avascript:x" }}{{ TEXT }}">x</a>',
    "a scheme begun": '<a href="java{{ "script:x" }}{{ TEXT }}">x</a>',
    "no scheme of ours": '<a href="javascript:{{ TEXT }}">x</a>',
    "the same in signs": '<a href="&#106;ava&Tab;script&colon;{{ TEXT }}">x</a>',
    "a link in a drawing": '<svg><a xlink:href="{{ TEXT }}">x</a></svg>',
    "an object": '<object data="{{ TEXT }}">x</object>',
    "in single quotes": "<a href='{{ TEXT }}'>x</a>",
    "in capitals": '<A CLASS=b HREF = "{{ TEXT }}">x</A>',
    "behind attributes in conditions": '<a{% if kind %} class="b"{% endif %}{% if url %} id="c"{% endif %} href="{{ TEXT }}">x</a>',
    "behind an attribute without a value": '<a hidden href="{{ TEXT }}">x</a>',
    "behind a quote in a value": "<a title='\"' href=\"{{ TEXT }}\">x</a>",
    "behind a comment": '<!-- <a title=" --><a href="{{ TEXT }}">x</a>',
    "behind a comment at once over": '<!--><a href="{{ TEXT }}">x</a>',
    "behind a script": '<script>"<a title=\'"</script><a href="{{ TEXT }}">x</a>',
    "a tag in a condition": '{% if url %}<a href="{{ TEXT }}">{% endif %}x{% if url %}</a>{% endif %}',
    "text": "<p>{{ TEXT }} 1 < 2 </p>",
}  # fmt: skip


class Tags(HTMLParser):
    """What another reader finds in a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str]] = []
        self.scripts = 0
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.attributes += [(name, value or "") for name, value in attrs]

    @property
    def ran(self) -> list[tuple[str, str]]:
        """Return the attributes that run something, or open something that is no address."""
        return [
            (name, value)
            for name, value in self.attributes
            if name.startswith("on")
            or (name in ("href", "xlink:href", "src", "data") and "script:" in value)
        ]


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_where_nothing_may_be_printed_is_refused_with_file_and_line(
    tmp_path: Path, text: str
) -> None:
    own(tmp_path, "part.html", "{{ title.text }}")
    own(tmp_path, "entry.html.j2", "{{ title.text }}\n" + text.replace("TEXT", TEXT))
    problems = list(map(str, check(tmp_path)))
    assert [problem.startswith(f"{tmp_path / 'entry.html.j2'}:") for problem in problems] == [True]
    assert problems[0].startswith(f"{tmp_path / 'entry.html.j2'}:{3 if 'STYLE' in text else 2}: ")
    with pytest.raises(TemplateError):
        Renderer(tmp_path)


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
@pytest.mark.parametrize("title", [OPENS, "javascript:alert(1)", "&#106;avascript:x", "script:x"])
def test_what_is_printed_in_quotes_stays_in_them_and_opens_nothing(
    tmp_path: Path, text: str, title: str
) -> None:
    own(tmp_path, "part.html", "{{ title.text }}")
    own(tmp_path, "entry.html.j2", "Mine " + text.replace("TEXT", TEXT))
    mine = html_of(tmp_path, hostile(title)).partition("Mine")[2]
    found = Tags(mine)
    assert found.ran == []
    assert found.scripts == text.count("<script>")


def test_it_is_refused_in_a_part_with_its_own_file(tmp_path: Path) -> None:
    own(tmp_path, "part.html", "\n<td title={{ title.text }}>x</td>")
    own(tmp_path, "entry.html.j2", "{{ title.text }}{% include 'part.html' %}")
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / 'part.html'}:2: put the value of an attribute")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('<a href="{% if url %}{{ url }}{% endif %}">x</a>', '<a href="https://arxiv.org/abs/2611.00001">x</a>'),
        ('<a href="{% filter trim %} {{ url }} {% endfilter %}">x</a>', '<a href="https://arxiv.org/abs/2611.00001">x</a>'),
        ('<a href="https://e.org/{% if kind %}{{ kind }}/{% endif %}{{ \'a"b\' }}">x</a>', '<a href="https://e.org/new/a&#34;b">x</a>'),
        ('<a href="{{ "https" }}://e.org/{{ kind }}">x</a>', '<a href="https://e.org/new">x</a>'),
        ('<a href="#p{{ kind }}">x</a>', '<a href="#pnew">x</a>'),
        ('<a href="mailto:{{ kind }}@e.org?subject={{ kind }}">x</a>', '<a href="mailto:new@e.org?subject=new">x</a>'),
        ('<td{% if 3 > 1 %} colspan="{{ 3 }}"{% endif %} style="a:b">x</td>', '<td colspan="3" style="a:b">x</td>'),
        ('<td style="color:{{ "red" if kind else "blue" }};x:{{ kind }}">x</td>', '<td style="color:red;x:new">x</td>'),
        ('<td{{ " nowrap" if kind }}>x</td>'.replace(" if kind", ' if kind else ""'), "<td nowrap>x</td>"),
        ("<h{{ 3 if kind else 4 }}>x</h{{ 3 if kind else 4 }}>", "<h3>x</h3>"),
        ("<td width={{ 50 }}>x</td>", "<td width=50>x</td>"),
        ("<p>{{ styled('x', ['bold']) }}{{ linked('https://e.org/') }}</p>", '<p><b>x</b><a class="link" href="https://e.org/" style="color:#1b4f8f">https://e.org/</a></p>'),
        ("{% macro cell(x, w=2) %}<td width=\"{{ w }}\"><b>{{ x }}</b></td>{% endmacro %}{{ cell('<') }}", '<td width="2"><b>&lt;</b></td>'),
        ("{% set x %}<b>{{ kind }}</b>{% endset %}<i>{{ x }}</i>", "<i><b>new</b></i>"),
        ('{% set x %}a &amp; "b"{% endset %}<i title="{{ x }}">{{ x }}</i>', '<i title="a &amp; &#34;b&#34;">a &amp; "b"</i>'),
        ("{% for i in [1, 2] %}<i{% if loop.first %} class='a'{% endif %}>{{ i }}</i>{% endfor %}", "<i class='a'>1</i><i>2</i>"),
        ("<!--[if mso]><i x='<![endif]--><i>{{ kind }}</i>", "<!--[if mso]><i x='<![endif]--><i>new</i>"),
        ("<!--[if !mso]><!--><i>{{ kind }}</i><!--<![endif]-->", "<!--[if !mso]><!--><i>new</i><!--<![endif]-->"),
        ("<style>a > b { c: url('x') }</style><i>{{ kind }}</i>", "<style>a > b { c: url('x') }</style><i>new</i>"),
        ("<title>{{ kind }} &lt; x</title>", "<title>new &lt; x</title>"),
        ("1 < 2 <3 {{ kind }} a<>b", "1 < 2 <3 new a<>b"),
    ],
)  # fmt: skip
def test_whatever_is_well_written_is_as_it_is_written(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "entry.html.j2", f"[{text}]")
    assert f"[{made}]" in html_of(tmp_path, digest())


def test_very_many_conditions_in_one_tag_are_refused_and_not_gone_through(tmp_path: Path) -> None:
    many = "".join(f"{{% if {n} %}}a{n}{{% endif %}}" for n in range(99))
    own(tmp_path, "entry.html.j2", f"<i {many}>{{{{ title.text }}}}</i>")
    (problem,) = check(tmp_path)
    assert str(problem).endswith("too many conditions in one tag · put them round whole tags")


def test_loops_in_loops_in_a_tag_take_no_time(tmp_path: Path) -> None:
    text = "{% for i in [1] %} a='b'" * 15 + "{% endfor %}" * 15
    own(tmp_path, "entry.html.j2", f"<i {text}>{{{{ title.text }}}}</i>")
    assert check(tmp_path) == []


# ------------------------------------------------------------------ where one stands


def _behind(text: str, at: int) -> Place:
    """Return where one stands behind a text that comes in two pieces."""
    return read(read(START, text[:at], 1)[0], text[at:], 1)[0]


_PIECES = st.lists(
    st.sampled_from(
        ["<", ">", '"', "'", "=", "/", " ", "!", "-", "--", "a", "href", "title", "style", "</style>", "</title", "&#32;", "http:", "\n", "?", "<!--", "-->", "<a ", "</a ", "<style>", "<title>", "<title ", "<script>", "</script>", 'x="']
    ),
    max_size=20,
).map("".join)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(_PIECES, st.integers(0, 60))
def test_it_matters_not_where_a_text_is_taken_apart(text: str, at: int) -> None:
    assert _behind(text, at) == _behind(text, len(text))


_MARK = "MARK"
_IN_TEXT = (Kind.TEXT, Kind.OPENING, Kind.RAW, Kind.TITLE)
_IS_TAG = (TokenType.START_TAG, TokenType.END_TAG)


def _marked(page: str) -> list[Token]:
    """Return the pieces of a page that hold the mark, as a reader that keeps to the standard takes it apart."""
    return [
        each
        for each in tokenize(page)
        if _MARK in (each.data or "")
        or any(_MARK in (value or "") for _, value in each.attrs or ())
    ]


@settings(max_examples=400, deadline=None)
@given(_PIECES)
def test_it_stands_in_a_value_where_another_reader_does(text: str) -> None:
    place, _ = read(START, text, 1)
    if place.kind is Kind.VALUE:
        page = f"{text}{_MARK}{place.quote}>"
        last = [tag for tag in tokenize(page) if tag.type in _IS_TAG][-1]
        values = [value or "" for name, value in last.attrs or () if name.startswith(place.name)]
        # The second attribute of a name is none: it has the first one's value.
        assert any(value.endswith(_MARK) for value in values) or (values and not _marked(page))
        assert place.closes is (last.type is TokenType.END_TAG)


@settings(max_examples=400, deadline=None)
@example("<!--!>")
@example("<!---!>")
@example("<!-->")
@example("</title/<=")
@example("<script><!--<script></script>")
@given(_PIECES)
def test_it_stands_in_text_where_another_reader_does(text: str) -> None:
    place, _ = read(START, text, 1)
    if place.kind is Kind.VALUE:
        return
    found = [each.type for each in _marked(text + _MARK)]
    never_ends = place.kind is Kind.RAW and place.name != ""
    assert (
        (found == [TokenType.TEXT]) is (place.kind in _IN_TEXT)
        or place.kind is Kind.OPENING
        or never_ends
    )


def test_a_script_that_holds_another_never_ends() -> None:
    """Whether one in a comment ends the outer one browsers tell by states; nothing may be printed behind it, to be sure."""
    place, _ = read(START, "<script><!--<script></script>x</script>", 1)
    assert place.kind is Kind.RAW


@pytest.mark.parametrize("name", HTML)
def test_copies_of_the_shipped_ones_are_right(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, (data_dir("templates") / name).read_text(encoding="utf-8"))
    assert check(tmp_path) == []


def test_markup_ends_no_quotes() -> None:
    assert in_quotes(Markup("<b title=\"x\">'&amp;'</b>")) == Markup(
        "&lt;b title=&#34;x&#34;&gt;&#39;&amp;&#39;&lt;/b&gt;"
    )
    assert in_quotes('"') == '"'  # to be escaped yet
