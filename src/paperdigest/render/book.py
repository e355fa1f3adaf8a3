"""The papers of one digest in all their forms. Found by identity: a paper's value is hashed once a digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from markupsafe import Markup

from paperdigest.core.digest import Digest, Entry, Section
from paperdigest.render.clean import clean_entry, clean_frame
from paperdigest.render.fragments import Fragments


class Book:
    """What the templates call for each paper. `of` gives a paper's forms, from the cache if it can."""

    __slots__ = ("_kept", "_known", "_of")

    def __init__(self, of: Callable[[Entry], Fragments]) -> None:
        self._of = of
        self._known: dict[int, Fragments] = {}
        self._kept: list[Entry] = []  # an id is only good while its object lives

    def cleaned(self, digest: Digest) -> Digest:
        """Return the digest as templates may see it."""
        framed = clean_frame(digest)
        return framed.with_sections(tuple(self._cleaned(section) for section in framed.sections))

    def html(self, entries: Iterable[Entry], site: str = "") -> Markup:
        """Return each paper whole. That it opens a search on `site` is said over them, as with lines."""
        return _joined([forms.html for forms in self.under(entries, site)])

    def html_lines(self, entries: Iterable[Entry], site: str = "") -> Markup:
        return _joined([forms.html_line for forms in self.under(entries, site)])

    def text(self, entries: Iterable[Entry], site: str = "") -> str:
        return "\n\n".join([forms.text for forms in self.under(entries, site)])

    def text_lines(self, entries: Iterable[Entry], site: str = "") -> str:
        return "\n".join([forms.text_line for forms in self.under(entries, site)])

    def under(self, entries: Iterable[Entry], site: str) -> list[Fragments]:
        """Return the forms of papers that stand under words about `site`."""
        all_forms = map(self.forms, entries)
        if not site:
            return list(all_forms)
        return [
            forms.without_search if forms.entry.searches == site else forms for forms in all_forms
        ]

    def json(self, entry: Entry) -> str:
        return self.forms(entry).json

    def json_line(self, entry: Entry) -> str:
        return self.forms(entry).json_line

    def size(self, entry: Entry) -> int:
        """Return what a paper takes at least: that it opens a search may be said over it."""
        return self.forms(entry).without_search.size

    def size_of_line(self, entry: Entry) -> int:
        return self.forms(entry).without_search.size_of_line

    def forms(self, entry: Entry) -> Fragments:
        """Return all forms of a paper."""
        found = self._known.get(id(entry))
        if found is None:
            found = self._known[id(entry)] = self._of(entry)
            self._kept.append(entry)
        return found

    def _cleaned(self, section: Section) -> Section:
        return replace(
            section,
            full=tuple(map(self._clean, section.full)),
            listed=tuple(map(self._clean, section.listed)),
            counted=tuple(map(clean_entry, section.counted)),
            earlier=tuple(map(self._clean, section.earlier)),
        )

    def _clean(self, entry: Entry) -> Entry:
        forms = self._of(entry)
        self._known[id(forms.entry)] = forms
        return forms.entry


def _joined(pieces: list[Markup]) -> Markup:
    return Markup("\n".join(pieces))  # noqa: S704 - every piece is markup already
