"""No template of a user's runs away: what would take for ever, or all memory, is refused with file and line, and what a
digest needs is not.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from jinja2.sandbox import MAX_RANGE

from digests import digest, entries, section
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


def own(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("text", RUNAWAYS.values(), ids=RUNAWAYS)
def test_what_would_run_away_is_refused_with_file_and_line(tmp_path: Path, text: str) -> None:
    own(tmp_path, "digest.txt.j2", "one\n" + text)
    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path).render(sample_digest(), frozenset({Form.TEXT}))
    assert str(caught.value).startswith(f"{tmp_path / 'digest.txt.j2'}:")


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
        ("{{ digest.at.replace(hour=9).strftime('%H:%M') }}", "09:00"),
        ("{{ ', '.join(['a', 'b']) }} {{ 'x-y'.replace('-', '+') }}", "a, b x+y"),
    ],
)  # fmt: skip
def test_what_templates_are_for_is_as_ever(tmp_path: Path, text: str, made: str) -> None:
    own(tmp_path, "digest.txt.j2", text)
    shown = sample_digest()
    assert Renderer(tmp_path).render(shown, frozenset({Form.TEXT}))[1].text == made + "\n"


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
    assert f"may be {LARGEST:,} long, a width {GREATEST:,}, a `range` {MAX_RANGE:,}" in said


def test_a_part_that_is_gone_when_it_is_wanted_is_told(tmp_path: Path) -> None:
    own(tmp_path, "part.j2", "x")
    own(tmp_path, "digest.txt.j2", "{% include 'part.j2' %}")
    renderer = Renderer(tmp_path)
    (tmp_path / "part.j2").unlink()
    with pytest.raises(TemplateError, match=r"digest\.txt\.j2:1: "):
        renderer.render(sample_digest())


def test_after_three_digests_that_ran_away_no_other_is_tried(tmp_path: Path) -> None:
    text = "{% if digest.subscriber == 'ada' %}{{ 'x' * 10**9 }}{% endif %}Mine"
    renderer = Renderer(own(tmp_path, "digest.txt.j2", text))
    bob = replace(digest(), subscriber="bob")

    assert renderer.safely(bob)[2] == ""
    for _ in range(3):
        assert "digest.txt.j2:1" in renderer.safely(digest())[2]
    _, message, fault = renderer.safely(bob)

    assert "not tried again until your templates change" in fault
    assert "Mine" not in message.text
