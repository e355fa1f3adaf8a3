"""A user's own templates: they go first, cannot reach out of the sandbox, and mistakes are told by place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from digests import digest, entries, section
from own_templates import CONFIG, MARK, TITLES, own
from paperdigest import __version__
from paperdigest.cli import run_command
from paperdigest.core.errors import TemplateError
from paperdigest.render import BUDGET, Renderer, check, sample_digest
from paperdigest.render.copies import ORIGINALS
from paperdigest.render.environments import NAMES
from paperdigest.render.fragments import encoded_size
from paperdigest.resources import data_dir


def test_a_template_of_the_users_goes_before_the_bundled_one(tmp_path: Path) -> None:
    own(tmp_path, "subject.txt.j2", "[papers] {{ digest.title }}")
    assert Renderer(tmp_path).render(digest())[1].subject == "[papers] 2 new papers: Paper folding"


def test_a_folder_that_is_not_there_changes_nothing(tmp_path: Path) -> None:
    assert Renderer(tmp_path / "none").render(digest()) == Renderer().render(digest())


def test_every_bundled_template_is_known_and_right() -> None:
    assert {path.name for path in data_dir("templates").glob("*.j2")} == set(NAMES)
    assert check() == []


@pytest.mark.parametrize("name", NAMES)
def test_a_syntax_error_is_told_with_file_and_line(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, "first\n{% if %}\n")
    with pytest.raises(TemplateError) as caught:
        Renderer(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / name}:2: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\n\n{{ digest.titel }}", ":3: "),
        ("{{ nothing }}", ":1: 'nothing' is undefined"),
        ("\n{{ 1 / 0 }}", ":2: division by zero"),
        ("{{ digest.__class__ }}", ":1: "),
        ("{{ digest.title.__class__.__mro__ }}", ":1: "),
        ("{{ digest.sections[99].name }}", ":1: "),
        ("{{ digest.title|safe }}", ":1: No filter named 'safe'"),
        ("{% include 'missing.j2' %}", "missing.j2"),
        ("{{ papers(digest) }}", ":1: "),
    ],
)
def test_a_mistake_that_shows_only_when_filled_in_is_told_with_file_and_line(
    tmp_path: Path, text: str, said: str
) -> None:
    own(tmp_path, "digest.html.j2", text)
    (problem,) = check(tmp_path)
    assert str(problem).startswith(str(tmp_path / "digest.html.j2"))
    assert said in str(problem)
    with pytest.raises(TemplateError):
        Renderer(tmp_path).render(digest())


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    own(tmp_path, "digest.html.j2", "{% if %}")
    own(tmp_path, "digest.txt.j2", "{{ }")
    assert len(check(tmp_path)) == 2


def test_one_that_cannot_be_compiled_hides_no_mistake_of_another(tmp_path: Path) -> None:
    own(tmp_path, "subject.txt.j2", "{% if %}")
    own(tmp_path, "digest.html.j2", "{{ digest.titel }}")
    said = [str(problem) for problem in check(tmp_path)]
    assert [each.partition(":")[0] for each in said] == [
        str(tmp_path / "subject.txt.j2"),
        str(tmp_path / "digest.html.j2"),
    ]
    assert "did you mean title?" in said[1]


def test_a_template_that_forgets_what_may_be_missing_is_found(tmp_path: Path) -> None:
    own(tmp_path, "entry.txt.j2", "{{ entry.authors[0] }}")
    (problem,) = check(tmp_path)
    assert "entry.txt.j2:1: " in str(problem)


def test_a_misspelt_file_name_is_asked_about(tmp_path: Path) -> None:
    own(tmp_path, "digset.html.j2", "x")
    own(tmp_path, "my_footer.j2", "a part to include is nobody's mistake")
    (problem,) = check(tmp_path)
    assert str(problem).endswith("no template of this name · did you mean digest.html.j2?")


def test_a_users_html_template_is_escaped_whatever_its_name_says(tmp_path: Path) -> None:
    own(tmp_path, "entry.html.j2", "<tr><td>{{ title.text }}</td></tr>")
    shown = digest(section("<b>&"))
    html = Renderer(tmp_path).render(shown)[1].html
    assert "&lt;b&gt;&amp;" in html
    assert "<b>&" not in html


def test_a_users_page_that_writes_papers_itself_keeps_to_the_budget(tmp_path: Path) -> None:
    own(
        tmp_path,
        "digest.html.j2",
        "{% for part in digest.sections %}{% for entry in part.full %}"
        "<p>{{ entry.title.text * 20 }}</p>\n{% endfor %}{{ lines(part.listed) }}{{ part.counted|length }}{% endfor %}",
    )
    given = digest(section(full=entries(1, 200)))
    shown, message = Renderer(tmp_path).render(given)
    assert encoded_size(message.html) <= BUDGET
    assert shown.papers == given.papers


def test_a_template_can_take_in_a_part_of_the_users(tmp_path: Path) -> None:
    own(tmp_path, "greeting.j2", "Hello {{ digest.subscriber }}")
    own(tmp_path, "digest.txt.j2", "{% include 'greeting.j2' %}" + TITLES)
    _, message = Renderer(tmp_path).render(sample_digest())
    assert message.text.startswith(f"Hello ada{MARK} ")


def test_a_template_that_is_no_text_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "digest.html.j2").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TemplateError, match=r"digest\.html\.j2"):
        Renderer(tmp_path)


# -------------------------------------------------------------------- the command


@pytest.fixture
def templates(tmp_path: Path) -> Callable[..., int]:
    """Run `paperdigest templates …` over a config of its own; returns the exit code."""
    path = tmp_path / "paperdigest.toml"
    path.write_text(CONFIG, encoding="utf-8")
    (tmp_path / "inbox").mkdir()

    def run(*words: str) -> int:
        return run_command(["--config", str(path), "templates", *words])

    return run


def test_list_names_every_template(
    templates: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert templates("list", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in told["templates"]] == list(NAMES)
    assert not any(row["own"] for row in told["templates"])


def test_copy_puts_a_template_into_the_users_folder_and_list_says_so(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert templates("copy", "subject.txt.j2") == 0
    copied = tmp_path / "templates" / "subject.txt.j2"
    head, text = copied.read_text(encoding="utf-8").split("\n", 1)
    assert head == f"{{#- Copied from paperdigest {__version__} -#}}"
    assert text == (data_dir("templates") / "subject.txt.j2").read_text(encoding="utf-8")
    templates("list")
    assert str(copied) in capsys.readouterr().out


def test_copies_of_all_templates_make_the_same_digests(
    templates: Callable[..., int], tmp_path: Path
) -> None:
    for name in NAMES:
        templates("copy", name)
    assert Renderer(tmp_path / "templates").render(sample_digest()) == Renderer().render(
        sample_digest()
    )


@pytest.fixture
def copied_before(templates: Callable[..., int], tmp_path: Path) -> Path:
    """A copy of the line of a paper, of which the bundled one has one line more since; and of the subject."""
    templates("copy", "listed.txt.j2")
    templates("copy", "subject.txt.j2")
    folder = tmp_path / "templates"
    original = folder / ORIGINALS / "listed.txt.j2"
    lines = original.read_text(encoding="utf-8").splitlines(keepends=True)
    original.write_text("".join(lines[:-1]), encoding="utf-8")
    return folder


def test_check_shows_what_changed_in_the_bundled_ones_since_they_were_copied(
    templates: Callable[..., int], copied_before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = (data_dir("templates") / "listed.txt.j2").read_text(encoding="utf-8").splitlines()[-1]
    assert templates("check") == 0
    said = capsys.readouterr().out
    assert (
        f"listed.txt.j2: the bundled one has changed since yours was copied from paperdigest {__version__}"
        in said
    )
    assert f"\n+{last}\n" in said
    assert "subject.txt.j2" not in said


def test_what_changed_is_not_told_again_once_it_was_seen(
    templates: Callable[..., int], copied_before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert templates("check", "--seen") == 0
    capsys.readouterr()
    templates("check", "--json")
    assert json.loads(capsys.readouterr().out)["changed"] == []


def test_a_copy_that_says_no_longer_where_it_came_from_is_compared_all_the_same(
    templates: Callable[..., int], copied_before: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own(copied_before, "listed.txt.j2", "{{ title.text }}")
    templates("check", "--json")
    (changed,) = json.loads(capsys.readouterr().out)["changed"]
    assert (changed["name"], changed["since"]) == ("listed.txt.j2", "")


def test_copy_never_overwrites(templates: Callable[..., int], tmp_path: Path) -> None:
    own(tmp_path / "templates", "subject.txt.j2", "mine")
    assert templates("copy", "subject.txt.j2") == 2
    assert (tmp_path / "templates" / "subject.txt.j2").read_text(encoding="utf-8") == "mine"


def test_copy_of_an_unknown_name_asks_what_was_meant(
    templates: Callable[..., int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert templates("copy", "digest.html") == 2
    assert "did you mean digest.html.j2?" in capsys.readouterr().err


def test_copy_takes_no_path(templates: Callable[..., int]) -> None:
    assert templates("copy", "../paperdigest.toml") == 2


def test_check_ends_with_3_and_names_the_place(
    templates: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert templates("check") == 0
    own(tmp_path / "templates", "digest.txt.j2", "\n{{ digest.titel }}")
    assert templates("check") == 3
    assert f"{tmp_path / 'templates' / 'digest.txt.j2'}:2: " in capsys.readouterr().err
    assert templates("check", "--json") == 3
    assert json.loads(capsys.readouterr().out)["ok"] is False
