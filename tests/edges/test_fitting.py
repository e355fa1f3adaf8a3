"""A user's own templates keep to the budget of an e-mail whatever they write for each paper, with as many papers as there
is room for; and what they say of the rest is the truth.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from digests import digest, entries, listed, section
from paperdigest.core.digest import Digest
from paperdigest.core.errors import TemplateError
from paperdigest.core.imprint import Imprint
from paperdigest.render import BUDGET, Renderer, check
from paperdigest.render.budget import Sizes
from paperdigest.render.checks import tried
from paperdigest.render.fitting import within_budget
from paperdigest.render.fragments import encoded_size
from paperdigest.render.imprinted import Imprinted

#: Says how many are shown in each way, for whoever reads the page: "12 / 3 / 40".
COUNTS = "{{ part.full|length }} / {{ part.listed|length }} / {{ part.counted|length }}\n"
THREE_TIMES = (
    "{% for part in digest.sections %}"
    + COUNTS
    + "{{ papers(part.full) }}\n{{ papers(part.full) }}\n{{ papers(part.full) }}\n"
    "{{ lines(part.listed) }}\n{% endfor %}"
)
LONG_SECTIONS = (
    "{% for part in digest.sections %}"
    + COUNTS
    + "x" * 9_000
    + "\n{{ papers(part.full) }}\n{{ lines(part.listed) }}\n{% endfor %}"
)
COUNTED_TOO = (
    "{% for part in digest.sections %}"
    + COUNTS
    + "{{ papers(part.full) }}\n{{ lines(part.listed) }}"
    "{% for entry in part.counted %}<p>{{ entry.title.text }}</p>\n{% endfor %}{% endfor %}"
)
LONG_FRAME = "<p>The imprint</p>\n" * 6_000 + "{{ lines(digest.entries) }}"


def page(folder: Path, text: str, name: str = "digest.html.j2") -> Renderer:
    (folder / name).write_text(text, encoding="utf-8")
    return Renderer(folder)


def ways(shown: Digest) -> list[tuple[int, int, int]]:
    return [(len(part.full), len(part.listed), len(part.counted)) for part in shown.sections]


def said(html: str) -> list[tuple[int, ...]]:
    return [tuple(map(int, one)) for one in re.findall(r"^(\d+) / (\d+) / (\d+)$", html, re.M)]


MANY = digest(section("A", full=entries(1, 40)), section("B", full=entries(100, 30)))


@pytest.mark.parametrize("text", [THREE_TIMES, LONG_SECTIONS])
def test_a_page_that_writes_much_fits_and_its_counts_are_true(tmp_path: Path, text: str) -> None:
    shown, message = page(tmp_path, text).render(MANY)
    assert encoded_size(message.html) <= BUDGET
    assert shown.papers == MANY.papers
    assert said(message.html) == ways(shown)


def test_a_page_that_writes_papers_three_times_shows_as_many_as_it_has_room_for(
    tmp_path: Path,
) -> None:
    """Not a third of that, as if what gives way were as small as one paper."""
    shown, message = page(tmp_path, THREE_TIMES).render(MANY)
    assert encoded_size(message.html) > 0.85 * BUDGET
    assert all(full >= 5 for full, _, _ in ways(shown))


def test_long_headings_of_many_topics_fit_and_no_paper_goes_untold(tmp_path: Path) -> None:
    many = digest(*(section(f"Topic {n}", full=entries(1 + 2 * n, 2)) for n in range(30)))
    shown, message = page(tmp_path, LONG_SECTIONS).render(many)
    assert encoded_size(message.html) <= BUDGET
    assert shown.papers == many.papers
    assert sum(map(sum, said(message.html))) == 60
    assert shown.sections[0].full or shown.sections[0].listed


def test_a_paper_written_at_length_gives_way_to_its_title(tmp_path: Path) -> None:
    text = (
        "<tr><td>{% for _ in range(9) %}{{ title.text }} {{ excerpt.text }}\n{% endfor %}</td></tr>"
    )
    shown, message = page(tmp_path, text, "entry.html.j2").render(MANY)
    assert 0.85 * BUDGET < encoded_size(message.html) <= BUDGET
    assert shown.papers == MANY.papers


def test_counted_papers_that_are_written_out_fit_while_they_can(tmp_path: Path) -> None:
    some = digest(section("A", full=entries(1, 70)))
    shown, message = page(tmp_path, COUNTED_TOO).render(some)
    assert encoded_size(message.html) <= BUDGET
    assert said(message.html) == ways(shown)


def test_where_counted_papers_are_written_out_and_too_many_the_shipped_page_takes_over(
    tmp_path: Path,
) -> None:
    titles = tuple(listed(key) for key in range(10, 2_010))
    many = digest(section("A", full=entries(1, 3), listed=titles))
    renderer = page(tmp_path, COUNTED_TOO)
    shown, message, fault = renderer.safely(many)
    assert (shown, message) == Renderer().render(many)
    assert re.fullmatch(
        rf"{tmp_path / 'digest.html.j2'}: [\d,]+ bytes with every paper only counted, and 90,000 is the most"
        " · shorten the page",
        fault,
    )


def test_a_frame_that_is_too_large_by_itself_is_a_mistake(tmp_path: Path) -> None:
    renderer = page(tmp_path, LONG_FRAME)
    with pytest.raises(TemplateError, match="90,000 is the most"):
        renderer.render(digest())


def test_what_the_shipped_page_takes_over_carries_the_imprint(tmp_path: Path) -> None:
    imprint = Imprint(name="Our papers", subject_prefix="[ours]")
    _, message, fault = Imprinted(page(tmp_path, LONG_FRAME), imprint).safely(digest())
    assert fault
    assert message.subject.startswith("[ours] ")
    assert "Our papers" in message.html


def test_check_finds_a_frame_that_is_too_large(tmp_path: Path) -> None:
    page(tmp_path, LONG_FRAME)
    (problem,) = check(tmp_path)
    assert "with every paper only counted, and 90,000 is the most" in str(problem)
    assert tried(tmp_path)[0] is None


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    times=st.integers(1, 12),
    lines=st.integers(0, 4),
    frame=st.integers(0, 80_000),
    papers=st.integers(0, 90),
    titles=st.integers(0, 60),
)
def test_whatever_a_page_writes_it_fits_and_no_paper_is_lost(
    tmp_path: Path, times: int, lines: int, frame: int, papers: int, titles: int
) -> None:
    text = (
        "{% for part in digest.sections %}"
        + COUNTS
        + "{{ papers(part.full) }}\n" * times
        + "{{ lines(part.listed) }}\n" * lines
        + "{% endfor %}"
        + "=" * (frame // 3)
    )
    short = tuple(listed(key) for key in range(1_000, 1_000 + titles))
    given_digest = digest(section("A", full=entries(1, papers), listed=short))
    # Asked for no form, so that a page without the papers by title is made as well; nobody is sent it.
    shown, message = page(tmp_path, text).render(given_digest, frozenset())
    assert encoded_size(message.html) <= BUDGET
    assert shown.papers == given_digest.papers
    assert said(message.html) == ways(shown)


def of_size(size: int) -> str:
    """Return a text that takes so many bytes in a mail."""
    rows, left = divmod(size - 2, 72)
    return ("a" * 70 + "\n") * rows + "a" * left


def test_a_page_that_is_a_byte_too_large_gives_up_a_title_more_and_not_all() -> None:
    """Papers give way one at a time: to ask for a few bytes more may change nothing."""
    steps: list[int] = []

    def page(shown: Digest) -> str:
        steps.append(len(shown.sections[0].counted))
        first = next(filter(None, steps), 0)
        over = 1 if steps[-1] == first else -1_000 * (steps[-1] - first)
        return of_size(BUDGET + (over if first else 50_000))

    crowd = digest(section(full=(), listed=tuple(listed(key) for key in range(200))))
    sizes = Sizes(lambda _: 1_000, lambda _: 1_000)
    shown, _ = within_budget(crowd, page, sizes, own=False)

    first = next(filter(None, steps))
    assert encoded_size(of_size(BUDGET + 1)) == BUDGET + 1
    assert first < len(shown.sections[0].counted) <= first + 3
