"""A digest within the budget of an e-mail: what gives way first, and that no paper is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digests import digest, entries, entry, listed, section
from pages import RENDERER, rendered
from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.render import BUDGET, Renderer, sample_digest
from paperdigest.render.excerpts import shortened
from paperdigest.render.fragments import encoded_size, surely_within

# -------------------------------------------------------- the budget


def papers_of(shown: Digest) -> dict[int, str]:
    """Return where each paper ended, and fail for one that stands twice."""
    places: dict[int, str] = {}
    for part in shown.sections:
        for name in ("full", "listed", "counted"):
            for one in getattr(part, name):
                assert one.paper_key not in places
                places[one.paper_key] = name
    return places


def as_sent(html: str) -> bytes:
    """Return the HTML part as the standard library encodes it for the wire."""
    mail = EmailMessage()
    mail.set_content(html, subtype="html", cte="quoted-printable")
    return mail.as_bytes().partition(b"\n\n")[2].replace(b"\n", b"\r\n")


def long_one(key: int) -> Entry:
    return entry(key, excerpt=Marked(f"{key} " + "Über Äpfel = naïve " * 15, ((0, 1),)))


CROWDS: dict[str, Callable[[], Digest]] = {
    "40 in two topics": lambda: digest(
        section("A", full=entries(1, 20)), section("B", full=entries(21, 20))
    ),
    "60 with accents": lambda: digest(section("A", full=tuple(map(long_one, range(60))))),
    "500 in full": lambda: digest(section("A", full=entries(1, 500))),
    "500 listed": lambda: digest(
        section("A", full=entries(1, 5), listed=tuple(listed(key) for key in range(10, 510)))
    ),
    "2,000 in 10 topics": lambda: digest(
        *(
            section(
                f"Topic {n}",
                full=entries(1000 * n, 100),
                listed=tuple(listed(1000 * n + 500 + k) for k in range(100)),
            )
            for n in range(10)
        )
    ),
    "540 in 6 topics": lambda: digest(
        *(section(f"Topic {n}", full=entries(1 + 90 * n, 90)) for n in range(6))
    ),
    "200 in Chinese": lambda: digest(
        section(
            "中文",
            full=tuple(entry(n, title=Marked(f"{n} " + "多模态预训练" * 12)) for n in range(200)),
        )
    ),
}


@pytest.mark.parametrize("crowd", CROWDS)
def test_html_fits_its_budget_and_no_paper_is_lost(crowd: str) -> None:
    given_digest = CROWDS[crowd]()
    shown, message = RENDERER.render(given_digest)
    assert len(as_sent(message.html)) <= BUDGET
    assert papers_of(shown).keys() == papers_of(given_digest).keys()
    assert shown.papers == given_digest.papers
    counted = sum(1 for place in papers_of(shown).values() if place == "counted")
    assert counted == sum(map(int, re.findall(r"^([\d,]+) more wait", message.text, re.M)))


def test_a_digest_that_fits_is_not_touched() -> None:
    given_digest = CROWDS["40 in two topics"]()
    assert RENDERER.render(given_digest)[0] == given_digest


def test_excerpts_give_way_before_papers() -> None:
    shown, _ = RENDERER.render(CROWDS["60 with accents"]())
    whole = [one for part in shown.sections for one in part.full]
    assert any(part.listed for part in shown.sections)
    assert all(len(one.excerpt.text) <= 114 for one in whole)


def test_a_paper_shown_whole_never_loses_its_whole_excerpt() -> None:
    shown, _ = RENDERER.render(CROWDS["60 with accents"]())
    assert all(one.excerpt for part in shown.sections for one in part.full)


def test_the_last_papers_give_way_first() -> None:
    given_digest = digest(section("Long", full=entries(1, 50)))
    shown, _ = RENDERER.render(given_digest)
    lengths = [len(one.excerpt.text) for one in shown.sections[0].full]
    rooms = [
        next(room for room in (110, 160, 220, 304) if length <= room + 4) for length in lengths
    ]
    assert rooms[0] > rooms[-1]
    assert rooms == sorted(rooms, reverse=True)


def test_whole_papers_give_way_from_the_end_of_the_longest_topic() -> None:
    short, long = section("Short", full=entries(1, 3)), section("Long", full=entries(100, 200))
    shown, _ = RENDERER.render(digest(short, long))
    assert len(shown.sections[0].full) == 3
    kept, named = shown.sections[1].full, shown.sections[1].listed
    assert [one.paper_key for one in (*kept, *named)] == list(range(100, 300))
    assert kept
    assert named


@pytest.mark.parametrize("crowd", ["500 listed", "540 in 6 topics", "200 in Chinese"])
def test_the_best_of_each_topic_stay_whole_and_titles_are_counted_instead(crowd: str) -> None:
    shown, _ = RENDERER.render(CROWDS[crowd]())
    assert [len(part.full) for part in shown.sections] == [5] * len(shown.sections)
    for part in shown.sections:
        places = list(papers_of(digest(part)).values())
        assert places == sorted(places, key=["full", "listed", "counted"].index)


def test_where_not_even_the_best_have_room_they_are_listed_too() -> None:
    many = [section(f"Topic {n}", full=entries(1 + 9 * n, 9)) for n in range(60)]
    shown, message = RENDERER.render(digest(*many))
    assert encoded_size(message.html) <= BUDGET
    assert all(len(part.full) <= 5 for part in shown.sections)
    assert sum(len(part.full) for part in shown.sections) < 300


@pytest.mark.parametrize(
    "crowd", [name for name in CROWDS if name not in ("60 with accents", "40 in two topics")]
)
def test_a_budget_is_used_and_not_just_kept(crowd: str) -> None:
    _, message = RENDERER.render(CROWDS[crowd]())
    assert encoded_size(message.html) > 0.95 * BUDGET


@pytest.mark.parametrize("crowd", CROWDS)
def test_the_measured_size_is_the_size_on_the_wire(crowd: str) -> None:
    html = rendered(CROWDS[crowd]()).html
    assert abs(encoded_size(html) - len(as_sent(html))) < 0.005 * len(as_sent(html))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"])).map(lambda text: text + "\n"))
@settings(deadline=None)
def test_the_quick_look_never_calls_fitting_what_does_not_fit(text: str) -> None:
    size = encoded_size(text)
    assert not surely_within(text, size - 1)


def test_the_same_digest_gives_the_same_bytes() -> None:
    assert Renderer().render(sample_digest()) == RENDERER.render(sample_digest())


@given(
    st.text(alphabet="abcdef éß…", min_size=1, max_size=400),
    st.integers(0, 399),
    st.integers(1, 60),
    st.integers(20, 300),
)
@settings(deadline=None)
def test_a_shortened_excerpt_keeps_its_first_mark(
    text: str, start: int, length: int, room: int
) -> None:
    start = min(start, len(text) - 1)
    mark = (start, min(start + min(length, room // 2), len(text)))
    made = shortened(Marked(text, (mark,)), room)
    assert len(made.text) <= room + 4
    first, last = made.marks[0]
    assert made.text[first:last] == text[mark[0] : mark[1]]


@pytest.mark.parametrize(
    ("end", "begins"),
    [("of commonsense", "… In contrast"), ("of it or me", "… go of it or me. In")],
)
def test_a_shortened_excerpt_does_not_begin_with_the_last_words_of_a_sentence(
    end: str, begins: str
) -> None:
    text = f"{'a long way to go ' * 9}{end}. In contrast, a large hit. {'And so on ' * 20}"
    first = text.index("hit")
    made = shortened(Marked(text, ((first, first + 3),)), 120)
    assert made.text.startswith(begins)


def test_titles_of_what_was_sent_before_give_way_first_and_are_counted() -> None:
    sent_before = tuple(
        listed(key, f"A paper of yesterday, number {key}, " + "with a long name " * 12)
        for key in range(1_000, 1_400)
    )
    shown, message = RENDERER.render(
        digest(section(full=entries(1, 10), earlier=sent_before, more_earlier=7))
    )

    (part,) = shown.sections
    assert part.full == digest(section(full=entries(1, 10))).sections[0].full
    assert part.more_earlier == 7 + 400 - len(part.earlier)
    assert part.earlier == sent_before[400 - len(part.earlier) :]
    assert encoded_size(message.html) <= BUDGET
    assert f"407 papers you already have, the newest {len(part.earlier)} of them" in message.html
