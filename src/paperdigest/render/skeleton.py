"""What one paper has in common for all its readers: its fields but the marks, cleaned and put into words once, and the
pieces of its templates that say them. Most readers of a morning share most papers, but hardly two the same marks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any

from paperdigest.core import why_words, words
from paperdigest.core.digest import Entry, Marked
from paperdigest.core.topic_words import also_in, in_topics
from paperdigest.render.clean import clean_entry, has_clean_marks
from paperdigest.render.excerpts import headed
from paperdigest.render.templates import Templates

#: The fields of an entry that may differ between two readers of one paper.
_MARKED = ("title", "excerpt", "why", "seen_on")
_COMMON = tuple(each.name for each in fields(Entry) if each.name not in _MARKED)
_common = attrgetter(*_COMMON)
_KEPT = 4_096  # about 5 kB each
TITLE_ROOM = 300  # a title is not to push everything else away; `entry.title` is the whole one


class Skeleton:
    """One paper without its marks. Each template's pieces are rendered when first asked for."""

    __slots__ = ("_same", "_templates", "_values", "is_clean")

    def __init__(self, common: tuple[Any, ...], templates: Templates) -> None:
        bare = Entry(title=Marked(""), **dict(zip(_COMMON, common, strict=True)))
        self.is_clean = _common(clean_entry(bare)) == common
        self._templates = templates
        self._values = _of_all(bare)
        self._same: dict[str, Mapping[str, object]] = {}

    def paper(self, name: str, mine: Mapping[str, object]) -> str:
        """Return one of `PAPERS` filled in for a reader, of whom `mine` is what `of_one` gives. Raises TemplateError."""
        same = self._same.get(name)
        if same is None:
            same = self._same[name] = self._templates.same(name, self._values)
        return self._templates.paper(name, {**same, **mine})

    def line(self, name: str, mine: Mapping[str, object]) -> str:
        """Return one of `LINES` filled in for a reader."""
        return self._templates.line(name, {**self._values, **mine})

    def whole(self, name: str, entry: Entry) -> str:
        """Return any template filled in with any paper."""
        return self._templates.render(name, **prepared(entry))


class Skeletons:
    """The skeletons of the papers that were asked for last."""

    def __init__(self, templates: Templates) -> None:
        self._of = lru_cache(maxsize=_KEPT)(lambda common: Skeleton(common, templates))

    def of(self, entry: Entry) -> tuple[Entry, Skeleton]:
        """Return a paper cleaned, and its skeleton."""
        skeleton = self._of(_common(entry))
        if skeleton.is_clean and has_clean_marks(entry):  # as nearly all are
            return entry, skeleton
        cleaned = clean_entry(entry)
        return cleaned, self._of(_common(cleaned))


def prepared(entry: Entry) -> dict[str, object]:
    """Return what a paper's template is given: the entry, and its lines as plain text."""
    return {**_of_all(entry), **of_one(entry)}


def of_one(entry: Entry) -> dict[str, object]:
    """Return what may differ between readers: the values that `parted.VARYING` names."""
    return {
        "entry": entry,
        "title": headed(entry.title, TITLE_ROOM),
        "excerpt": entry.excerpt,
        "matched": why_words.matched_in(entry.found_in, entry.why),
    }


def _of_all(entry: Entry) -> dict[str, object]:
    links = tuple(
        link for link in entry.links if not (link.rel == "abstract" and link.url == entry.url)
    )
    search = words.opens_search(entry.searches) if entry.searches and entry.url else ""
    topics = in_topics(entry.found_in)
    said = (entry.year, words.cut(entry.note, 200), topics, words.cut(search, 200))
    remarks = ", ".join(filter(None, said))
    return {
        "kind": entry.kind,
        "url": entry.url,
        "year": entry.year,
        "note": entry.note,
        "said": entry.said,
        "differences": entry.differences,
        "category": words.cut(entry.categories[0], 60) if entry.categories else "",
        "label": words.kind_label(entry.kind),
        "authors": words.authors(entry.authors, entry.more_authors),
        "who": words.cut(words.authors_short(entry.authors, entry.more_authors), 80),
        "facts": words.facts(entry),
        "search": search,
        "links": words.link_labels(links),
        "also": also_in(entry.also) if entry.also else "",
        "remark": f"({remarks})" if remarks else "",
    }
