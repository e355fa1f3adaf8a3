"""Whole digests, byte for byte. After a wanted change: `pytest tests/flow/test_golden_digests.py --update-golden`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest

from digests import AT, OK, digest, entries, entry, listed, notice, section, update
from paperdigest.core import dormancy, words
from paperdigest.core.digest import Digest, Entry, Marked, SourceLine
from paperdigest.core.ports import Message
from paperdigest.core.tallies import Sent, counted
from paperdigest.core.tree import Term
from paperdigest.render import Renderer, sample_digest, sample_notice

FOLDER = Path(__file__).parents[1] / "golden" / "digests"


def daily_with_two_topics() -> Digest:
    return digest(
        section("Paper folding", full=entries(1, 2)),
        section(
            "Floating",
            full=(entry(3, also=("Paper folding",)),),
            elsewhere=1,
            elsewhere_in=("Paper folding",),
        ),
    )


def first_digest() -> Digest:
    return digest(notes=(words.first_digest(timedelta(days=7)),))


def bare_papers() -> Digest:
    no_link = entry(1, url="", links=())
    no_authors = entry(2, authors=(), more_authors=0)
    no_date = entry(3, date="first seen 20 Nov", votes=None, place="", version=None)
    a_search = entry(
        4, url="https://huggingface.co/papers?q=boats", searches="huggingface.co", links=()
    )
    nothing = Entry(5, "new", "title1:0011223344556677", Marked("A title and nothing else"))
    return digest(section(full=(no_link, no_authors, no_date, a_search, nothing)))


def listed_and_counted() -> Digest:
    return digest(
        section(
            full=entries(1, 1),
            listed=(listed(2, year="1987"), listed(3, url="")),
            counted=tuple(listed(key) for key in range(10, 22)),
            earlier=(listed(4, note="sent at once on Tuesday"),),
            note="New keyword: paper boat",
        )
    )


def empty_digest() -> Digest:
    sources = (replace(OK[0], said="nothing since Tuesday"), SourceLine("hf", "ok", 3))
    return digest(
        kind="empty",
        title=words.nothing_matched(1912, timedelta(days=7)),
        sections=(),
        preheader="",
        sources=sources,
        looked_at=words.looked_at(sources, 1912),
    )


def alert() -> Digest:
    parts = (section(full=(entry(1),)),)
    title = words.title_of(1, ["Paper folding"], "alert")
    return digest(*parts, kind="alert", title=title, at=AT.replace(hour=14, minute=5), shared=True)


def withdrawn() -> Digest:
    return notice(update(1, "withdrawn"))


def revised() -> Digest:
    return notice(update(1, "revised:1", version=3))


def updates_of_every_kind() -> Digest:
    return notice(
        update(1, "revised:1", version=2),
        update(2, "withdrawn"),
        update(3, "published"),
        update(4, "cross-listed"),
        update(5, "revised:2", version=3),
        update(6, "revised:1", version=2),
        limit=5,
    )


def weekly() -> Digest:
    """Return a weekly by topic: its days, its weeks, a word that finds nothing."""
    found = [entry(key, seen_on=AT.date() - timedelta(days=key)) for key in (1, 2, 7)]
    line = listed(6, seen_on=AT.date() - timedelta(days=2))
    parts = (
        section("Paper folding", full=tuple(found[:2]), listed=(line,)),
        section("Floating", full=(replace(found[2], also=("Paper folding",)),)),
    )
    sent = (Sent(AT.date() - timedelta(days=7), "Floating", 12),)
    dormant = dormancy.lines([("Floating", [Term("papier boat")])], ask="ops@example.org")
    whole = digest(*parts, covers_from=AT - timedelta(days=7), dormant=dormant)
    return counted(whole, sent, ["Paper folding", "Floating"])


def weekly_by_day() -> Digest:
    return replace(weekly(), group="day")


def of_a_lab() -> Digest:
    footer = ("Vision lab, 1 Example Street", "Privacy: https://example.org/privacy.")
    return digest(section(full=entries(1, 1)), name="Vision lab papers", footer=footer)


CASES: dict[str, Callable[[], Digest]] = {
    "daily": daily_with_two_topics,
    "first": first_digest,
    "bare": bare_papers,
    "listed": listed_and_counted,
    "empty": empty_digest,
    "alert": alert,
    "withdrawn": withdrawn,
    "revised": revised,
    "updates": updates_of_every_kind,
    "weekly": weekly,
    "weekly-by-day": weekly_by_day,
    "imprint": of_a_lab,
    "sample": sample_digest,
    "sample-notice": sample_notice,
}
FORMS: dict[str, Callable[[Message], str]] = {
    "html": lambda message: message.html,
    "txt": lambda message: f"Subject: {message.subject}\n\n{message.text}",
    "json": lambda message: message.json,
    "slack.json": lambda message: (
        json.dumps(asdict(message.slack), indent=1, ensure_ascii=False) + "\n"
    ),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("case", CASES)
def test_a_digest_looks_as_it_did(case: str, form: str, request: pytest.FixtureRequest) -> None:
    _, message = Renderer().render(CASES[case]())
    made = FORMS[form](message)
    path = FOLDER / f"{case}.{form}"
    if request.config.getoption("--update-golden"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made, encoding="utf-8", newline="\n")
    assert made == path.read_text(encoding="utf-8")


def test_every_golden_file_is_used() -> None:
    used = {f"{case}.{form}" for case in CASES for form in FORMS}
    assert {path.name for path in FOLDER.iterdir()} == used
