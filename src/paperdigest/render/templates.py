"""All templates of a digest, compiled at construction. What the user has no own of is the bundled one itself, the same
for everybody, and not watched over as theirs are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from functools import cache
from pathlib import Path
from types import MappingProxyType

import jinja2
from markupsafe import Markup

from paperdigest.core.errors import TemplateError
from paperdigest.render.environments import named, where
from paperdigest.render.irregular import irregular
from paperdigest.render.mark import mark_of
from paperdigest.render.mistakes import MISTAKES, told
from paperdigest.render.parted import VARYING, Parted
from paperdigest.render.reads import Key, read_by
from paperdigest.render.slack import Mrkdwn

#: What says a paper in a line or two, whatever found it.
LINES = ("listed.html.j2", "listed.txt.j2", "listed.slack.j2", "summary.slack.j2")
_LINES_KEPT = 10_000  # about 0.5 kB each
_HALF = re.compile("[\ud800-\udfff]")
#: What shows a paper whole, and what marks a piece of it as escaped already.
PAPERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"entry.html.j2": Markup, "entry.txt.j2": str, "entry.slack.j2": Mrkdwn}
)

#: What stands in the place of a paper that a user's template says nothing of.
NOTHING_SHOWN = (
    "nothing is shown of a paper, though it counts as shown · write at least {{ title.text }}"
)


class Templates:
    """All templates of a digest, compiled; `without` some of the user's, in whose place are the bundled ones. Raises
    TemplateError for one that cannot be compiled."""

    __slots__ = ("_lines", "_parted", "_reads", "_templates", "folder", "mark", "own")

    def __init__(self, folder: Path | None = None, *, without: Set[str] = frozenset()) -> None:
        self.folder = folder
        for problem in irregular(folder):
            raise problem
        environments = {name: made for name, made in named(folder) if name not in without}
        #: Names of the templates that are the user's own.
        self.own = frozenset() if folder is None else frozenset(environments)
        #: Tells the user's files from what they were before; "" where there are none.
        self.mark = mark_of(folder) if self.own else ""
        self._templates = {
            name: _compiled(name, environment, folder) for name, environment in environments.items()
        }
        self._reads = {
            name: _picked(name, environments[name], folder)
            for name in LINES
            if name in environments
        }
        self._parted = {
            name: _in_parts(name, environments[name], folder)
            for name in PAPERS
            if name in environments
        }
        self._lines: dict[tuple[str, Key], str] = {}
        if folder is not None:
            others = bundled()
            self._templates = {**others._templates, **self._templates}
            self._reads = {**others._reads, **self._reads}
            self._parted = {**others._parted, **self._parted}

    def line(self, name: str, values: Mapping[str, object]) -> str:
        """Return one of `LINES` filled in, rendered once for all papers of which it reads the same."""
        key = (name, self._reads[name](values))
        line = self._lines.get(key)
        if line is None:
            if len(self._lines) >= _LINES_KEPT:
                self._lines.clear()
            line = self._lines[key] = self._shown(name, self.render(name, **values))
        return line

    def same(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return what `paper` is to be given of one of `PAPERS` for all readers of a paper. Raises TemplateError."""
        try:
            return self._parted[name].same(values)
        except MISTAKES as error:
            raise self._told(name, error, values) from error

    def paper(self, name: str, values: dict[str, object]) -> str:
        """Return one of `PAPERS` filled in: as `render` does, but with what `same` gave among its values."""
        try:
            return self._shown(name, self._whole(name, self._parted[name].fill(values)))
        except MISTAKES as error:
            raise self._told(name, error, values) from error

    def render(self, name: str, **values: object) -> str:
        """Return the template filled in. Raises TemplateError with the place of the mistake."""
        template = self._templates[name]
        try:
            return self._whole(name, template.render(values))
        except MISTAKES as error:
            raise self._told(name, error, values) from error

    def _whole(self, name: str, made: str) -> str:
        r"""Return the text; of a user's own with each sign whole that they wrote in halves, `\ud83d\ude00`. Raises
        UnicodeError for a half without its other one: it could not be sent."""
        if name not in self.own or made.isascii() or _HALF.search(made) is None:
            return made
        return type(made)(made.encode("utf-16", "surrogatepass").decode("utf-16"))

    def _shown(self, name: str, made: str) -> str:
        if name in self.own and not made.strip():
            raise TemplateError(f"{where(name, self.folder)}:1: {NOTHING_SHOWN}")
        return made

    def _told(self, name: str, error: Exception, values: Iterable[str]) -> TemplateError:
        names = {*values, *self._templates[name].globals, *(VARYING if name in PAPERS else ())}
        return told(where(name, self.folder), error, names)


@cache
def bundled() -> Templates:
    """Return the templates that are shipped, compiled once in a process: they are the same for everybody."""
    return Templates(None)


def broken(folder: Path | None) -> dict[str, TemplateError]:
    """Return which of a user's own cannot be compiled, by name, and why."""
    found = {}
    for name, environment in named(folder):
        try:
            _compiled(name, environment, folder)
        except TemplateError as error:
            found[name] = error
    return found


def _compiled(name: str, environment: jinja2.Environment, folder: Path | None) -> jinja2.Template:
    try:
        template = environment.get_template(name)
    except MISTAKES as error:
        raise told(where(name, folder), error) from error
    # Jinja copies these for every rendering; from its chain of maps that takes as long as the rest.
    template.globals = dict(template.globals)
    return template


def _picked(
    name: str, environment: jinja2.Environment, folder: Path | None
) -> Callable[[Mapping[str, object]], Key]:
    try:
        return read_by(environment, name)
    except MISTAKES as error:  # the file is another than it was a moment ago
        raise told(where(name, folder), error) from error


def _in_parts(name: str, environment: jinja2.Environment, folder: Path | None) -> Parted:
    try:
        return Parted(environment, name, PAPERS[name])
    except MISTAKES as error:
        raise told(where(name, folder), error) from error
