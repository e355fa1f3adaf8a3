"""One paper in every form, rendered once and kept: most digests of a morning share most papers."""

from __future__ import annotations

import binascii
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from markupsafe import Markup

from paperdigest.core.digest import Entry, Marked
from paperdigest.core.paper import Link
from paperdigest.core.slack_text import SlackEntry
from paperdigest.render.excerpts import shortened
from paperdigest.render.json_form import entry_json
from paperdigest.render.skeleton import Skeletons, of_one

SLACK_ROOM = 2_900  # a section block takes 3,000 characters


class Fragments:
    """All forms of one paper. `entry` is the paper cleaned; each form is made when first asked for."""

    def __init__(self, entry: Entry, skeletons: Skeletons) -> None:
        self._skeletons = skeletons
        self.entry, self._skeleton = skeletons.of(entry)

    @property
    def without_search(self) -> Fragments:
        """Return the forms of the paper where words over it say that its title opens a search."""
        return self._bare if self.entry.searches else self

    @cached_property
    def _bare(self) -> Fragments:
        return Fragments(replace(self.entry, searches=""), self._skeletons)

    @cached_property
    def _mine(self) -> Mapping[str, object]:
        return of_one(self.entry)

    @cached_property
    def html(self) -> Markup:
        html = self._skeleton.paper("entry.html.j2", self._mine)
        return Markup(html.strip("\n"))  # noqa: S704 - rendered with autoescape

    @cached_property
    def html_line(self) -> Markup:
        line = self._skeleton.line("listed.html.j2", self._mine)
        return Markup(line.strip("\n"))  # noqa: S704 - rendered with autoescape

    @cached_property
    def text(self) -> str:
        return self._skeleton.paper("entry.txt.j2", self._mine).strip("\n")

    @cached_property
    def text_line(self) -> str:
        return self._skeleton.line("listed.txt.j2", self._mine).strip("\n")

    @cached_property
    def slack(self) -> SlackEntry:
        return SlackEntry(
            mrkdwn=self._slack(),
            summary=self._one_line("summary.slack.j2"),
            paper=self.entry.paper_key,
        )

    @cached_property
    def slack_line(self) -> str:
        return self._one_line("listed.slack.j2")

    @cached_property
    def json(self) -> str:
        return entry_json(self.entry, "full")

    @cached_property
    def json_line(self) -> str:
        return entry_json(self.entry, "listed")

    @cached_property
    def size(self) -> int:
        return encoded_size(self.html)

    @cached_property
    def size_of_line(self) -> int:
        return encoded_size(self.html_line)

    def _one_line(self, name: str) -> str:
        return " ".join(self._skeleton.line(name, self._mine).split())

    def _slack(self) -> str:
        """Return the whole paper, or less and less of it until it fits one block."""
        said = self._skeleton.paper("entry.slack.j2", self._mine).strip()
        for entry in _ever_shorter(self.entry):
            if slack_width(said) <= SLACK_ROOM:
                return said
            said = self._skeleton.whole("entry.slack.j2", entry).strip()
        return said if slack_width(said) <= SLACK_ROOM else self._one_line("summary.slack.j2")


def encoded_size(html: str) -> int:
    """Return how many bytes the text takes in a mail: UTF-8, quoted-printable, every line ended by CRLF."""
    encoded = binascii.b2a_qp(html.encode(), istext=True)
    return len(encoded) + encoded.count(b"\n") + 2


def surely_within(html: str, budget: int) -> bool:
    """Say whether the text encoded is within the budget, as far as a quick look can tell."""
    data = html.encode()
    beyond_ascii = 2 * (
        len(data) - len(html)
    )  # at most: a letter of two bytes has one that is extra
    encoded = len(data) + 2 * (data.count(b"=") + beyond_ascii)
    lines = data.count(b"\n") + 1
    return encoded + 3 * (encoded // 72 + lines) + 4 * lines <= budget


def slack_width(text: str) -> int:
    """Return the length in UTF-16 units, as Slack may count it."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _ever_shorter(entry: Entry) -> Iterator[Entry]:
    yield replace(entry, excerpt=shortened(entry.excerpt, 160))
    entry = replace(entry, excerpt=Marked(""))
    yield entry
    entry = replace(entry, links=_short(entry.links)[:3], why=entry.why[:2], also=entry.also[:3])
    yield entry
    entry = replace(entry, links=(), why=(), also=(), categories=entry.categories[:5])
    yield entry
    yield replace(entry, authors=(), categories=(), sources=(), venue="")


def _short(links: tuple[Link, ...]) -> tuple[Link, ...]:
    return tuple(link for link in links if len(link.url) <= 200)
