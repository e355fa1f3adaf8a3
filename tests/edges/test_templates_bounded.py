"""No template of a user's runs away: what would take for ever, or all memory, is refused with file and line, and what a
digest needs is not.
"""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from jinja2.sandbox import MAX_RANGE

from digests import digest, entries, section
from own_templates import MARK, TITLES, own
from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form
from paperdigest.render import Renderer, check, sample_digest
from paperdigest.render.allowance import CHARACTERS, LARGEST, STEPS
from paperdigest.render.bounded import CALL, GREATEST
from paperdigest.render.environments import NAMES
from paperdigest.resources import data_dir

_GROWS = (
    "{% set it = namespace(x='ab') %}{% for _ in range(99) %}{% set it.x = GROWN %}{% endfor %}"
)
RUNAWAYS = {
    "a range of a thousand million": "{% for i in range(10**9) %}x{% endfor %}",
    "a loop in a loop": "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
    "the same over texts": "{% for i in 'x' * 9999 %}{% for j in 'x' * 9999 %}{% endfor %}{% endfor %}",
    "a loop that writes": "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}",
    "a loop in a macro": "{% macro m() %}{% for i in range(99999) %}"
    + "x" * 9_999
    + "{% endfor %}{% endmacro %}{{ m() }}",
    "a long text": "{{ 'x' * 10**9 }}",
    "a long list": "{{ ([0] * 10**9)|length }}",
    "a great power": "{{ 10**(10**9) }}",
    "a text that doubles": _GROWS.replace("GROWN", "it.x + it.x"),
    "the same by joining": _GROWS.replace("GROWN", "it.x ~ it.x"),
    "a number that squares": _GROWS.replace("'ab'", "7").replace("GROWN", "it.x * it.x"),
    "a wide %": "{{ '%999999999d' % 1 }}",
    "a width that is filled in": "{{ '%*d' % (999999999, 1) }}",
    "a wide format": "{{ '{:999999999}'.format(1) }}",
    "the same by a filter": "{{ '%999999999d'|format(1) }}",
    "a format within a format": "{{ '{:{}}'.format(1, 999999999) }}",
    "a wide filter": "{{ 'x'|center(999999999) }}",
    "a wide method": "{{ 'x'.zfill(999999999) }}",
    "many bytes": "{{ (1).to_bytes(999999999, 'big')|length }}",
    "bytes in place of a text": "{{ 'x'.encode() * 4000000 }}",
    "a wide indent": "{{ ('x\n' * 99999)|indent(99999) }}",
    "a long replacement": "{{ ('x' * 99999)|replace('x', 'y' * 99999) }}",
    "the same by a method": "{{ ('x' * 99999).replace('x', 'y' * 99999) }}",
    "a long joint": "{{ range(99999)|join('y' * 99999) }}",
    "a part that takes itself in": "{% include 'digest.txt.j2' %}",
    "a macro that calls itself": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "one that calls itself twice": "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}"
    "{% endmacro %}{{ m(60) }}",
    "a loop that goes into itself": "{% for i in [1, 2] recursive %}{% if loop.depth < 60 %}"
    "{{ loop([1, 2]) }}{% endif %}{% endfor %}",
}
_LONG = "{% set a = 'ab' * 2400000 %}{% set b = a|upper|lower %}{% set l = range(99999)|list %}"
_AGAIN = _LONG + "{% for i in range(99999) %}{% set x = WORK %}{% endfor %}"
_DOUBLED = "{% set it = namespace(x=['x'], y=['x']) %}{% for _ in range(60) %}{% set it.x = [it.x, it.x] %}{% endfor %}"
_NESTED = "{% set it = namespace(x=namespace()) %}{% for _ in range(40) %}{% set n = namespace() %}{% set n.l = it.x %}{% set n.r = it.x %}{% set it.x = n %}{% endfor %}"
#: What would take minutes, or all memory, in a single operation or by doing a slow one again and again.
SLOW = {
    "a look into a long list": _AGAIN.replace("WORK", "-1 in l"),
    "the same by a test": _AGAIN.replace("WORK", "-1 is in l"),
    "a look into a long text": _AGAIN.replace("WORK", "'c' not in a"),
    "long texts compared": _AGAIN.replace("WORK", "a == b"),
    "long lists compared": _LONG + "{% set m = l|list %}{% for i in range(99999) %}{% if l < m %}{% endif %}{% endfor %}",
    "texts compared by a test": _AGAIN.replace("WORK", "a is eq b"),
    "a slice": _AGAIN.replace("WORK", "a[1:]"),
    "a slice of a list": _AGAIN.replace("WORK", "l[1:]"),
    "a count": _AGAIN.replace("WORK", "a.count('c')"),
    "a search": _AGAIN.replace("WORK", "a.find('c')"),
    "a replacement of nothing": _AGAIN.replace("WORK", "a.replace('c', 'd')"),
    "a search in a list": _AGAIN.replace("WORK", "l.count(-1)"),
    "a test of each letter": _AGAIN.replace("WORK", "a is lower"),
    "a text in pieces": "{{ ('a ' * 2400000).split()|length }}",
    "a text in letters": "{{ ('😀' * 2400000)|list|length }}",
    "a list that is sorted": _AGAIN.replace("WORK", "l|sort(reverse=true)"),
    "one that is mapped": _AGAIN.replace("WORK", "l|map('string')|list"),
    "filters of filters": "{% for i in range(999) %}{{ range(99999)" + "|select" * 20 + "|list|length }}{% endfor %}",
    "lists added up": "{% for i in range(99) %}{{ ([[0] * 500] * 900)|sum(start=[])|length }}{% endfor %}",
    "a word wrapped letter by letter": "{{ ('a' * 400000)|wordwrap(1)|length }}",
    "every word in capitals": "{{ ('a-' * 2400000)|title|length }}",
    "words counted": "{{ ('a ' * 2400000)|wordcount }}",
    "tags that do not end": "{% for i in range(99) %}{{ ('<!--' * 99999)|striptags|length }}{% endfor %}",
    "numbers of many digits": "{% for i in range(99999) %}{{ ('9' * 4000)|int }}{% endfor %}",
    "what filters give, joined": "{{ range(99999)|map('string')|join('y' * 99999) }}",
    "the same by a method": "{{ ('y' * 99999).join(range(99999)|map('string')) }}",
    "a list that doubles": _DOUBLED + "{{ it.x }}",
    "a text of one": _DOUBLED.replace("60", "16") + "{% for i in range(99) %}{% set y = it.x|string %}{% endfor %}",
    "a tuple that doubles": _DOUBLED.replace("[it.x, it.x]", "(it.x, it.x)"),
    "a dictionary that doubles": _DOUBLED.replace("[it.x, it.x]", "{1: it.x, 2: it.x}"),
    "namespaces that double": _NESTED + "{{ it.x }}",
    "the same put together": _NESTED + "{{ 'x' ~ it.x }}",
    "the same by a filter": _NESTED + "{{ it.x|string|length }}",
    "the same in a pattern": _NESTED + "{{ '%s' % (it.x,) }}",
    "the same in a format": _NESTED + "{{ '{}'.format(it.x) }}",
    "a list in a list in a list": _DOUBLED.replace("[it.x, it.x]", "[it.x]"),
    "a line of ours": "{% for i in range(99) %}{{ ('a b ' * 99999)|wrap }}{% endfor %}",
}  # fmt: skip


@pytest.mark.parametrize("text", RUNAWAYS.values(), ids=RUNAWAYS)
def test_what_would_run_away_is_refused_with_file_and_line(tmp_path: Path, text: str) -> None:
    own(tmp_path, "digest.txt.j2", "one\n" + text)
    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path).render(sample_digest(), frozenset({Form.TEXT}))
    assert str(caught.value).startswith(f"{tmp_path / 'digest.txt.j2'}:")


@pytest.mark.parametrize("name", ["digest.txt.j2", "digest.html.j2"])
@pytest.mark.parametrize("text", SLOW.values(), ids=SLOW)
def test_what_takes_long_is_refused_before_it_does(tmp_path: Path, name: str, text: str) -> None:
    if name == "digest.html.j2":
        text = text.replace("|wrap }}", "|upper|title }}")
    own(tmp_path, name, text)
    begun = time.process_time()
    with pytest.raises(TemplateError, match=rf"{name}:1: .* · look for "):
        Renderer(tmp_path).render(sample_digest(), frozenset({Form.TEXT}))
    assert (
        time.process_time() - begun < 40
    )  # about two seconds where nothing else is done; else minutes


def test_a_check_takes_no_longer_for_all_its_papers(tmp_path: Path) -> None:
    own(
        tmp_path,
        "entry.txt.j2",
        "{% for i in range(90000) %}{% for j in range(30) %}{% endfor %}{% endfor %}x",
    )
    begun = time.process_time()
    assert "10,000,000 rounds for one digest" in str(check(tmp_path)[0])
    assert time.process_time() - begun < 40


def test_check_names_what_would_run_away(tmp_path: Path) -> None:
    own(tmp_path, "entry.html.j2", "\n{{ title.text * 10**9 }}")
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / 'entry.html.j2'}:2: ")
    assert str(problem).endswith("longer than 5,000,000 · look for what is repeated too often")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("{{ '=' * 72 }}", "=" * 72),
        ("{% for i in range(3) %}{{ loop.index }}/{{ loop.length }} {% endfor %}", "1/3 2/3 3/3 "),
        ("{% for i in [] %}{% else %}none{% endfor %}", "none"),
        ("{% for i in [1, [2, 3]] recursive %}{{ loop(i) if i is iterable else i }}{% endfor %}", "123"),
        ("{{ 2 + 3 * 4 ** 2 % 7 }} {{ 1.5 * 2 }}", "8 3.0"),
        ("{{ '%05.1f' % 3.14159 }} {{ '%s-%s'|format('a', 'b') }}", "003.1 a-b"),
        ("{{ '{:>4}|{}'.format(7, 'x') }}", "   7|x"),
        ("{{ ['b', 'a']|sort|join(', ') }} {{ [1, 2]|sum }} {{ 'ab'|center(4)|replace(' ', '.') }}", "a, b 3 .ab."),
        ("{{ digest.sections|map(attribute='name')|first }}", "Multimodal pretraining"),
        ("{{ 'a' ~ 1 ~ none }} {{ ('x', 'y') + ('z',) }}", "a1None ('x', 'y', 'z')"),
        ("{% filter upper %}loud{% endfilter %} {{ 'a\nb'|indent(2) }}", "LOUD a\n  b"),
        ("{% set word %}set{% endset %}{{ word }}", "set"),
        ("{{ '{:,}'.format(12345678) }} {{ '%d'|format(12345678) }}", "12,345,678 12345678"),
        ("{{ number(12345678) }} {{ none|default(2345678, true) }}", "12,345,678 2345678"),
        ("{{ 'b' in ['a', digest.kind] }} {{ 'b' in 'abc' }} {{ 3 in range(5) }} {{ 'subscriber' in {'subscriber': 1} }}", "False True True True"),
        ("{{ 1 < 2 < 3 }} {{ 'a' != digest.kind }} {{ [1, [2]] == [1, [2]] }}", "True True True"),
        ("{{ 'abcdef'[1:4] }} {{ [1, 2, 3][::-1] }} {{ (1, 2, digest.kind)[:2] }} {{ 'abc'[-1] }}", "bcd [3, 2, 1] (1, 2) c"),
        ("{{ 'a b'.split() }} {{ ['x', digest.kind] }} {{ {'k': digest.kind} }} {{ (digest.kind,) }}", "['a', 'b'] ['x', 'digest'] {'k': 'digest'} ('digest',)"),
        ("{{ digest.kind is eq 'digest' }} {{ digest.kind is in ['digest'] }} {{ 3 is divisibleby 3 }}", "True True True"),
        ("{{ [[1], [2]]|sum(start=[]) }} {{ ['a', 'b']|map('upper')|join('-') }} {{ '-'.join(['a', 'b']|map('upper')) }}", "[1, 2] A-B A-B"),
        ("{% set ns = namespace(n=0, l=[]) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.n }}{{ ns.l }}", "3[1, 2]"),
        ("{% for one in [digest, digest]|map(attribute='kind') %}{{ loop.length }}{{ one }} {% endfor %}", "2digest 2digest "),
        ("{{ digest.at.replace(hour=9).strftime('%H:%M') }}", "09:00"),
        ("{{ ', '.join(['a', 'b']) }} {{ 'x-y'.replace('-', '+') }}", "a, b x+y"),
    ],
)  # fmt: skip
def test_what_templates_are_for_is_as_ever(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "digest.txt.j2", text + TITLES)
    _, message = Renderer(tmp_path).render(sample_digest(), frozenset({Form.TEXT}))
    assert message.text.partition(MARK)[0] == made


def test_copies_of_the_bundled_templates_have_room_for_very_many_papers(tmp_path: Path) -> None:
    for name in NAMES:
        own(tmp_path, name, (data_dir("templates") / name).read_text(encoding="utf-8"))
    many = digest(*(section(f"Topic {n}", full=entries(1_000 * n, 100)) for n in range(8)))
    assert Renderer(tmp_path).render(many) == Renderer().render(many)


def test_the_limits_stand_in_the_docs() -> None:
    page = Path(__file__).parents[2] / "docs" / "templates.md"
    said = " ".join(page.read_text(encoding="utf-8").split())
    assert f"may go {STEPS:,} rounds through loops (a call counts as {CALL})" in said
    assert f"write {CHARACTERS:,} characters a page" in said
    assert (
        f"written out, may be {LARGEST:,} long, a width {GREATEST:,}, a `range` {MAX_RANGE:,}"
        in said
    )


def test_a_part_that_is_gone_when_it_is_wanted_is_told(tmp_path: Path) -> None:
    own(tmp_path, "part.j2", "x")
    own(tmp_path, "digest.txt.j2", "{% include 'part.j2' %}")
    renderer = Renderer(tmp_path)
    (tmp_path / "part.j2").unlink()
    with pytest.raises(TemplateError, match=r"digest\.txt\.j2:1: "):
        renderer.render(sample_digest())


def test_after_three_digests_that_ran_away_no_other_is_tried(tmp_path: Path) -> None:
    text = "{% if digest.subscriber == 'ada' %}{{ 'x' * 10**9 }}{% endif %}Mine"
    renderer = Renderer(own(tmp_path, "digest.txt.j2", text + TITLES))
    bob = replace(digest(), subscriber="bob")

    assert renderer.safely(bob)[2] == ""
    for _ in range(3):
        assert "digest.txt.j2:1" in renderer.safely(digest())[2]
    _, message, fault = renderer.safely(bob)

    assert "not tried again until your templates change" in fault
    assert "Mine" not in message.text
