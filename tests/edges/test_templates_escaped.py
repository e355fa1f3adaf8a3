"""Whatever a template of a user's own does with what a paper says, none of it comes out as markup: not as an element or an
attribute in HTML, not as a mention or a link in Slack. What would go round the escaper is refused, or escaped all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digests import digest
from own_templates import MARK, TITLES, hostile, html_of, own
from paperdigest.core.digest import Digest
from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form
from paperdigest.render import Renderer
from paperdigest.render.environments import NAMES, SLACK

HOSTILE = (
    '<script>alert(1)</script> <!channel> <a href="x"> " onload="x &#60;b&#62; {0} %s &#x202e;'
)
RAW = ("<script", "<!channel", "<a href", '" onload="', "\u202e")
#: Each with `TEXT` where the title stands.
WAYS = {
    "printed": "{{ TEXT }}",
    "autoescape": "{% autoescape false %}{{ TEXT }}{% endautoescape %}",
    "autoescape by a paper": "{% autoescape TEXT == 'x' %}{{ TEXT }}{% endautoescape %}",
    "autoescape in a macro": "{% macro m() %}{% autoescape false %}{{ TEXT }}{% endautoescape %}{% endmacro %}{{ m() }}",
    "safe": "{{ TEXT|safe }}",
    "safe by its name": "{{ [TEXT]|map('safe')|first }}",
    "safe that never runs": "{% if 1 %}{{ TEXT|safe }}{% endif %}",
    "forceescape": "{{ TEXT|forceescape }}",
    "escaped and stripped": "{{ TEXT|escape|striptags }}",
    "stripped": "{{ TEXT|striptags }}",
    "unescaped by a method": "{{ (TEXT|escape).unescape() }}",
    "stripped by a method": "{{ (TEXT|escape).striptags() }}",
    "translated": "{{ (('_' ~ TEXT)|escape).translate({95: TEXT}) }}",
    "joined": "{{ [('<b>'|escape), TEXT]|join(TEXT) }}",
    "joined by a method": "{{ ('-'|escape).join([TEXT, TEXT]) }}",
    "added": "{{ ('x'|escape) + TEXT }}",
    "added in front": "{{ TEXT + ('x'|escape) }}",
    "put together": "{{ ('x'|escape) ~ TEXT }}",
    "per cent": "{{ ('%s'|escape) % TEXT }}",
    "per cent by a filter": "{{ ('%s'|escape)|format(TEXT) }}",
    "format": "{{ ('{}'|escape).format(TEXT) }}",
    "format_map": "{{ ('{x}'|escape).format_map({'x': TEXT}) }}",
    "a format that a paper gives": "{{ (TEXT|escape).format(TEXT) }}",
    "replaced": "{{ ('x'|escape)|replace('x', TEXT) }}",
    "replaced by a method": "{{ ('x'|escape).replace('x', TEXT) }}",
    "indented by a paper": "{{ ('x'|escape)|indent(TEXT, true) }}",
    "indented by a paper's name": "{{ ('x'|escape)|indent(width=TEXT, first=true) }}",
    "wrapped by a paper": "{{ ('x y'|escape)|wordwrap(1, wrapstring=TEXT) }}",
    "cut with a paper at its end": "{{ ('x y z w a b c d e f g h'|escape)|truncate(20, end=TEXT[:20]) }}",
    "centred": "{{ (TEXT|escape).center(200) }}",
    "reversed": "{{ TEXT|escape|reverse|reverse }}",
    "a list": "{{ [TEXT, TEXT|escape] }}",
    "a dictionary": "{{ {TEXT: TEXT} }}",
    "the value itself": "{{ title }}{{ entry }}",
    "its own methods": "{{ TEXT.__html__() }}",
    "its own methods by a filter": "{{ TEXT|attr('__html__') }}",
    "json": '<p title="{{ TEXT|tojson }}">{{ TEXT|tojson }}</p>',
    "attributes": "<p{{ {'title': TEXT}|xmlattr }}>",
    "a name of attributes": "<p{{ {'onload': TEXT}|xmlattr }}>",
    "made links of": "{{ TEXT|urlize }}",
    "made links of any kind": "{{ TEXT|urlize(extra_schemes=['javascript:'], target=TEXT) }}",
    "a block that is kept": "{% set x %}{{ TEXT }}{% endset %}{{ x }}",
    "a block kept and stripped": "{% set x|striptags %}{{ TEXT }}{% endset %}{{ x }}",
    "a block kept by two filters": "{% set x|upper|striptags %}{{ TEXT|e }}{% endset %}{{ x|lower }}",
    "a block that a paper fills": "{% set x|default(TEXT, true) %}{% endset %}{{ x }}",
    "a kept block replaced": "{% set x|replace('X', TEXT) %}X{% endset %}{{ x }}",
    "a kept block of a namespace": "{% set n = namespace() %}{% set n.x|striptags %}{{ TEXT }}{% endset %}{{ n.x }}",
    "a filtered block": "{% filter striptags %}{{ TEXT }}{% endfilter %}",
    "a filtered block that a paper fills": "{% filter default(TEXT, true) %}{% endfilter %}",
    "a filtered block replaced": "{% filter replace('X', TEXT) %}X{% endfilter %}",
    "a block filtered in a block": "{% filter lower %}{% filter striptags %}{{ TEXT }}{% endfilter %}{% endfilter %}",
    "a filtered block in a macro": "{% macro m() %}{% filter striptags %}{{ TEXT }}{% endfilter %}{% endmacro %}{{ m() }}",
    "a macro": "{% macro m(x) %}<p>{{ x }}</p>{% endmacro %}{{ m(TEXT) }}",
    "a macro with a caller": "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ TEXT }}{% endcall %}",
    "a call of a format": "{% call '{0}'.format(TEXT) %}{% endcall %}",
    "a call of what hands over": "{% call joiner(TEXT) %}{% endcall %}",
    "a block": "{% block b %}{{ TEXT }}{% endblock %}{{ self.b() }}",
    "a loop over its letters": "{% for sign in TEXT|escape %}{{ sign }}{% endfor %}",
    "a loop that goes into itself": "{% for x in [[TEXT]] recursive %}{{ loop(x) if x is not string else x }}{% endfor %}",
    "a cycle": "{{ cycler(TEXT).next() }}{% set j = joiner(TEXT) %}{{ j() }}{{ j() }}",
    "a namespace": "{{ namespace(x=TEXT).x }}",
    "what is given instead": "{{ none|default(TEXT, true) }}",
    "our own link, filled in": "{{ link('', '{}').format(TEXT) }}",
    "the same with names": "{{ link('', '{x}').format_map({'x': TEXT}) }}",
    "our own link, per cent": "{{ link('', '%s') % TEXT }}",
    "our own link, replaced": "{{ link('', 'x').replace('x', TEXT) }}{{ link('', 'x')|replace('x', TEXT) }}",
    "our own link, put together": "{{ link('', 'x') ~ TEXT }}{{ link('', 'x') + TEXT }}",
    "our own link, translated": "{{ link('', 'x').translate({120: TEXT}) }}",
    "our own link, of a paper": "{{ link(TEXT, TEXT) }}",
    "our own line, of a paper": "{{ linked(TEXT) }}{{ styled(TEXT, ['bold']) }}",
    "our own line, filled in": "{{ linked('{0}').format(TEXT) }}{{ linked('%s') % TEXT }}",
}  # fmt: skip


def slack_of(folder: Path, given: Digest) -> str:
    sections = Renderer(folder).render(given, frozenset({Form.SLACK}))[1].slack.sections
    return "\n".join(paper.mrkdwn for _, papers in sections for paper in papers)


def tried(make: Callable[[Path, Digest], str], folder: Path) -> tuple[str, str]:
    """Return why the template was refused, or what it made of a hostile paper."""
    try:
        return "", make(folder, hostile(HOSTILE))
    except TemplateError as error:
        return str(error), ""


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("text", ["title.text", "excerpt.text"])
def test_nothing_of_a_paper_is_markup_in_html(tmp_path: Path, way: str, text: str) -> None:
    own(tmp_path, "entry.html.j2", "Mine " + way.replace("TEXT", text))
    refused, made = tried(html_of, tmp_path)
    assert not refused or "entry.html.j2:1: " in refused
    assert [raw for raw in RAW if raw in made.partition("Mine")[2].partition("</table>")[0]] == []


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_nothing_of_a_paper_is_a_mention_or_a_link_in_slack(tmp_path: Path, way: str) -> None:
    own(
        tmp_path,
        "entry.slack.j2",
        "Mine " + way.replace("TEXT", "title.text") + "{{ link(url, 'it') }}",
    )
    refused, made = tried(slack_of, tmp_path)
    assert not refused or "entry.slack.j2:1: " in refused
    assert [raw for raw in ("<script", "<!channel", "<a") if raw in made] == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["false", "true", "1 == 2"])
def test_switching_the_escaper_is_refused_with_file_and_line(
    tmp_path: Path, name: str, value: str
) -> None:
    own(tmp_path, name, f"one\n{{% autoescape {value} %}}x{{% endautoescape %}}")
    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / name}:2: ")
    assert "autoescape" in str(caught.value)


def test_it_is_refused_in_a_part_that_is_taken_in(tmp_path: Path) -> None:
    own(tmp_path, "part.j2", "{% autoescape false %}{{ title.text }}{% endautoescape %}")
    own(tmp_path, "entry.html.j2", "{% include 'part.j2' %}")
    with pytest.raises(TemplateError, match=r"part\.j2:1: .*autoescape"):
        html_of(tmp_path, hostile(HOSTILE))


_PARTS = st.lists(
    st.sampled_from(["<", ">", '"', "'", "&", "&lt;", "&#60;", "script", "!channel", "{0}", "%s", "|", " "]),
    min_size=1, max_size=8,
).map("".join)  # fmt: skip
#: Of each way what may come of it is a text: put back together it is what the paper said.
_WHOLE = {
    name: WAYS[name]
    for name in (
        *("printed", "added", "put together", "format", "a block that is kept"),
        *("a filtered block that a paper fills", "a macro", "a macro with a caller"),
    )
}


@pytest.mark.parametrize("way", _WHOLE.values(), ids=_WHOLE)
def test_of_any_title_only_text_comes_out(
    tmp_path_factory: pytest.TempPathFactory, way: str
) -> None:
    text = f"<i>{way.replace('TEXT', 'title.text')}</i>"
    renderer = Renderer(own(tmp_path_factory.mktemp("own"), "entry.html.j2", text))

    @given(_PARTS)
    def of_any(title: str) -> None:
        html = renderer.render(hostile(f"a{title}b"), frozenset())[1].html
        shown = html.partition("<i>")[2].partition("</i>")[0]
        assert re.sub(r"&(amp|lt|gt|#34|#39);|</?p>|[^<>\"'&]", "", shown) == ""

    of_any()


# ------------------------------------------------------------------ attributes


@pytest.mark.parametrize(
    "text",
    [
        "<td title={{ title.text }}>x</td>",
        '<td class="a b" title = {{ title.text }}>x</td>',
        '<td class="{{ kind }}" title={{ title.text }}>x</td>',
        "{% for i in [1] %}<td title={{ title.text }}>x</td>{% endfor %}",
    ],
)
def test_an_attribute_without_quotes_is_refused(tmp_path: Path, text: str) -> None:
    own(tmp_path, "entry.html.j2", "\n" + text)
    with pytest.raises(TemplateError, match=r"entry\.html\.j2:2: put the value of an attribute"):
        Renderer(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        '<a href="{{ title.text }}">x</a>',
        "<a class='b' HREF = '{{ title.text }}'>x</a>",
        '<a {% if kind %}class="b"{% endif %} href="{{ title.text }}">x</a>',
        '<a href="{{ none or title.text }}">x</a>',
        "<a href=\"{{ '' }}{{ title.text }}\">x</a>",
        '<a href="{{ title.text|e }}">x</a>',
        '<a href=" {{ title.text }}">x</a>',
        '<img src="{{ title.text }}">x',
    ],
)
def test_no_paper_opens_anything_but_http(tmp_path: Path, text: str) -> None:
    own(tmp_path, "entry.html.j2", text)
    html = html_of(tmp_path, hostile("javascript:alert(1)"))
    assert "javascript:" not in html.partition("<h2")[2]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('<a href="{{ url }}">x</a>', '<a href="https://arxiv.org/abs/2611.00001">x</a>'),
        ('<a href="{{ url|e }}">x</a>', '<a href="https://arxiv.org/abs/2611.00001">x</a>'),
        ('<a href="{{ url }}{{ \'?a=1&b\' }}">x</a>', '<a href="https://arxiv.org/abs/2611.00001?a=1&amp;b">x</a>'),
        ('<a href="https://e.org/?q={{ \'a b\'|urlencode }}">x</a>', '<a href="https://e.org/?q=a%20b">x</a>'),
        ('<a href="mailto:{{ \'a@e.org\' }}">x</a>', '<a href="mailto:a@e.org">x</a>'),
        ("<td>n={{ 1 }}, href={{ 2 }}</td>", "<td>n=1, href=2</td>"),
        ('<td style="x: y; z={{ 1 }}">x</td>', '<td style="x: y; z=1">x</td>'),
    ],
)  # fmt: skip
def test_other_values_are_as_they_are_written(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "entry.html.j2", text)
    assert made in html_of(tmp_path, digest())


# ------------------------------------------------------------------ what templates need is as ever


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{% filter upper %}<b>x</b>&amp;{% endfilter %}", "<B>X</B>&AMP;"),
        ("{% set x|upper %}<b>x</b>{% endset %}{{ x }}", "<B>X</B>"),
        ("{% set x %}<b>{{ '<' }}</b>{% endset %}{{ x }}", "<b>&lt;</b>"),
        ("{% macro m() %}<b>{{ caller() }}</b>{% endmacro %}{% call m() %}<i>x</i>{% endcall %}", "<b><i>x</i></b>"),
        ("{% for i in [1, 2] %}{% filter trim %} {{ i }} {% endfilter %}{% endfor %}", "12"),
        ("{% set x = 1 %}{% filter trim %}{% set x = 2 %}{{ x }} {% endfilter %}{{ x }}", "21"),
        ("{{ '<b>\nx'|indent(2) }}", "&lt;b&gt;\n  x"),
        ("{{ {'a': '<'}|tojson }}", "{&#34;a&#34;: &#34;\\u003c&#34;}"),
        ("{{ '<p>one &amp; two</p>'|striptags }}", "one &amp; two"),
    ],
)  # fmt: skip
def test_what_html_templates_are_for_is_as_ever(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "digest.html.j2", f"[{text}]")
    assert f"[{made}]" in html_of(tmp_path, digest())


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{% set x %}{{ '<' }}{{ link('https://e.org/', 'x') }}{% endset %}{{ x }}", "&lt;<https://e.org/|x>"),
        ("{% macro m(x) %}{{ x }}{{ link('https://e.org/', 'x') }}{% endmacro %}{{ m('<') }}", "&lt;<https://e.org/|x>"),
        ("{% macro m() %}*{{ caller() }}*{% endmacro %}{% call m() %}{{ '<' }}{% endcall %}", "*&lt;*"),
        ("{{ '{}'.format('<') }} {{ '<'|upper }}", "&lt; &lt;"),
    ],
)  # fmt: skip
def test_slack_text_is_escaped_exactly_once(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "entry.slack.j2", f"[{text}]{{{{ title.text }}}}")
    assert f"[{made}]" in slack_of(tmp_path, digest())


def test_a_filtered_block_in_plain_text_is_as_ever(tmp_path: Path) -> None:
    own(tmp_path, "digest.txt.j2", f"{{% filter wrap(2) %}}one < two{{% endfilter %}}{TITLES}")
    assert Renderer(tmp_path).render(digest())[1].text.startswith(f"  one < two{MARK}")


@pytest.mark.parametrize("name", SLACK)
def test_a_filtered_block_in_slack_is_refused_with_what_to_write(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, "\n{% filter upper %}x{% endfilter %}")
    with pytest.raises(TemplateError, match=r":2: .*\{\{ title\.text\|upper \}\}"):
        Renderer(tmp_path)
