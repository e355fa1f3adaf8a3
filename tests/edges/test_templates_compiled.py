"""What Python's compiler refuses of a user's template, and what cannot even be read, is told with file and line like any
other mistake; in a part that is taken in with the part's own.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from digests import digest
from own_templates import own
from paperdigest.core.errors import TemplateError
from paperdigest.render import Renderer, check
from paperdigest.render.checks import tried

DEEP = 500
REFUSED = {
    "a macro with two arguments of one name": (
        "{% macro line(a, b, a) %}{{ a }}{% endmacro %}{{ title.text }}",
        "duplicate argument 'a' in function definition",
    ),
    "an argument given twice": ("{{ dict(a=1, a=2) }}{{ title.text }}", "keyword argument repeated: a"),
    "a filter's argument given twice": (
        "{{ title.text|truncate(length=9, length=8) }}",
        "keyword argument repeated: length",
    ),
    "loops in loops in loops": (
        "{% for i in [1] %}" * 60 + "{{ title.text }}" + "{% endfor %}" * 60,
        "too many statically nested blocks",
    ),
    "parentheses without an end": ("{{ " + "(" * 3_000 + "1" + ")" * 3_000 + " }}", "nested too deeply"),
    "lists without an end": ("{{ " + "[" * DEEP + "]" * DEEP + " }}{{ title.text }}", "nested too deeply"),
    "a sum without an end": ("{{ " + "1 + " * 3_000 + "1 }}{{ title.text }}", "nested too deeply"),
    "conditions without an end": ("{% if 1 %}" * DEEP + "{{ title.text }}" + "{% endif %}" * DEEP, "nested"),
    "a number of thousands of digits": ("{{ " + "9" * 5_000 + " }}{{ title.text }}", "digits"),
}  # fmt: skip


@pytest.mark.parametrize("name", ["entry.html.j2", "entry.txt.j2", "listed.slack.j2"])
@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_compiled_is_told_with_file_and_line(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    own(tmp_path, name, "\n\n" + text)
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / name}:3: ")
    assert said in str(problem)
    with pytest.raises(TemplateError):
        Renderer(tmp_path)
    renderer, problems = tried(tmp_path)
    assert renderer is None
    assert list(map(str, problems)) == [str(problem)]


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_in_a_part_that_is_taken_in_it_is_the_parts(tmp_path: Path, text: str, said: str) -> None:
    own(tmp_path, "part.html", "\n" + text)
    own(tmp_path, "entry.html.j2", "{{ title.text }}{% include 'part.html' %}")
    (problem,) = check(tmp_path)
    assert str(problem).startswith(f"{tmp_path / 'part.html'}:2: ")
    assert said in str(problem)


@pytest.mark.parametrize(
    ("taken_in", "part"),
    [
        ("{% include 'part.html' %}", "one\n\n{{ xyzzy }}"),
        ("{% import 'part.html' as part %}{{ part.line() }}", "{% macro line() %}\n\n{{ xyzzy }}{% endmacro %}"),
        ("{% from 'part.html' import line %}{{ line() }}", "{% macro line() %}\n\n{{ xyzzy }}{% endmacro %}"),
        ("{% extends 'part.html' %}", "{% block b %}{{ title.text }}\n\n{{ xyzzy }}{% endblock %}"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_part_is_told_with_its_file_and_line(
    tmp_path: Path, taken_in: str, part: str
) -> None:
    own(tmp_path, "part.html", part)
    own(tmp_path, "entry.html.j2", taken_in)
    (problem,) = check(tmp_path)
    assert str(problem) == f"{tmp_path / 'part.html'}:3: 'xyzzy' is undefined"
    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path).render(digest())
    assert str(caught.value) == str(problem)


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that opens and cannot be read")
@pytest.mark.parametrize("name", ["entry.html.j2", "digest.txt.j2"])
def test_a_file_that_cannot_be_read_is_told_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).symlink_to("/proc/self/mem")
    (problem,) = check(tmp_path)
    assert str(problem) == f"{tmp_path / name}: this cannot be read ({os.strerror(5)})"
