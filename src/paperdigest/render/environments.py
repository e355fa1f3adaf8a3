"""The three template environments: HTML (always escaped), plain text, Slack (its own escaper).

The user's folder is looked at first, the bundled one second. Everything is compiled at construction. What the user has
no own of is the bundled one itself, the same for everybody, and not watched over as theirs are.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType, MappingProxyType, MethodType, TracebackType
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from paperdigest.core import tally_words, update_words, words
from paperdigest.core.digest import (
    DayCount,
    Difference,
    Digest,
    Entry,
    Marked,
    Section,
    SourceLine,
    TopicWeeks,
    Why,
)
from paperdigest.core.errors import TemplateError
from paperdigest.core.paper import Link
from paperdigest.core.word_changes import Piece, word_diff
from paperdigest.render.bounded import Bounded, printed
from paperdigest.render.lines import addressed, coded
from paperdigest.render.mark import mark_of
from paperdigest.render.parted import Parted
from paperdigest.render.reads import Key, read_by
from paperdigest.render.slack import Mrkdwn, slack_diff, slack_escape, slack_link, slack_marked
from paperdigest.render.styled import styled
from paperdigest.render.wrap import starred, wrap
from paperdigest.resources import data_dir

PAGE = "digest.html.j2"
HTML = (PAGE, "entry.html.j2", "listed.html.j2")
TEXT = ("subject.txt.j2", "digest.txt.j2", "entry.txt.j2", "listed.txt.j2")
SLACK = ("entry.slack.j2", "summary.slack.j2", "listed.slack.j2")
NAMES = HTML + TEXT + SLACK
#: What says a paper in a line or two, whatever found it.
LINES = ("listed.html.j2", "listed.txt.j2", "listed.slack.j2", "summary.slack.j2")
_LINES_KEPT = 10_000  # about 0.5 kB each
#: What shows a paper whole, and what marks a piece of it as escaped already.
PAPERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"entry.html.j2": Markup, "entry.txt.j2": str, "entry.slack.j2": Mrkdwn}
)

# What an expression in a user's template can raise besides Jinja's own errors. A part that it takes in may be gone, or
# take itself in for ever.
_MISTAKES = (
    jinja2.TemplateError,
    ArithmeticError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
    RuntimeError,
    MemoryError,
    OSError,
)

#: What templates may read of our own values: all that is public.
_PUBLIC = {
    kind: frozenset(name for name in dir(kind) if not name.startswith("_"))
    for kind in (
        *(Digest, Section, Entry, Marked, Why, Difference, Piece),
        *(SourceLine, Link, DayCount, TopicWeeks),
    )
}

_WORDS = {
    "how_many": words.how_many,
    "by_title": words.by_title,
    "waiting": words.waiting,
    "shown_elsewhere": words.shown_elsewhere,
    "already_sent": words.already_sent,
    "changed_in": update_words.changed_in,
    "day_chart": tally_words.day_chart,
    "per_day_line": tally_words.per_day_line,
    "week_table": tally_words.week_table,
    "week_lines": tally_words.week_lines,
    "no_tracking": words.NO_TRACKING,
    "number": words.number,
    "short_date": words.short_date,
    "day_and_year": words.day_and_year,
    "weekday": words.weekday,
    "clock": words.clock,
}


class Templates:
    """All templates of a digest, compiled. Raises TemplateError for one that cannot be."""

    __slots__ = ("_lines", "_parted", "_reads", "_templates", "folder", "mark", "own")

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        environments = dict(_named(folder))
        #: Names of the templates that are the user's own.
        self.own = frozenset() if folder is None else frozenset(environments)
        #: Tells the user's files from what they were before; "" where there are none.
        self.mark = mark_of(folder) if self.own else ""
        self._templates = {
            name: _compiled(name, environment, folder) for name, environment in environments.items()
        }
        self._reads = {
            name: read_by(environments[name], name) for name in LINES if name in environments
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
            line = self._lines[key] = self.render(name, **values)
        return line

    def same(self, name: str, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return what `paper` is to be given of one of `PAPERS` for all readers of a paper. Raises TemplateError."""
        try:
            return self._parted[name].same(values)
        except _MISTAKES as error:
            raise _told(name, self.folder, error) from error

    def paper(self, name: str, values: dict[str, object]) -> str:
        """Return one of `PAPERS` filled in: as `render` does, but with what `same` gave among its values."""
        try:
            return self._parted[name].fill(values)
        except _MISTAKES as error:
            raise _told(name, self.folder, error) from error

    def render(self, name: str, **values: object) -> str:
        """Return the template filled in. Raises TemplateError with the place of the mistake."""
        template = self._templates[name]
        try:
            return template.render(values)
        except _MISTAKES as error:
            raise _told(name, self.folder, error) from error


@cache
def bundled() -> Templates:
    """Return the templates that are shipped, compiled once in a process: they are the same for everybody."""
    return Templates(None)


def broken(folder: Path | None) -> list[TemplateError]:
    """Return what cannot be compiled of a user's own, all of it at once."""
    found = []
    for name, environment in _named(folder):
        try:
            _compiled(name, environment, folder)
        except TemplateError as error:
            found.append(error)
    return found


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox that knows our own values: their public fields are safe without a closer look."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if type(obj) in _PUBLIC:
            return not attr.startswith("_")
        return super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute in _PUBLIC.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        kind = type(called)
        if kind is FunctionType and called in _OURS:
            return called(*args, **_given(kwargs))
        if kind is MethodType and called.__func__ in _CUTS:
            return called()
        return super().call(context, called, *args, **kwargs)


class _Own(Bounded, _Environment):
    """The same for templates of a user's own: they must not run away."""


def _given(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments a template gave, without what Jinja adds for functions that ask for it."""
    return {name: value for name, value in kwargs.items() if name[0] != "_"} if kwargs else kwargs


def where(name: str, folder: Path | None) -> Path:
    """Return the file that `name` is read from: the user's, or the bundled one."""
    own = folder / name if folder is not None else None
    return own if own is not None and own.is_file() else data_dir("templates") / name


def dateline(digest: Digest) -> str:
    """Return the line over the title: the day, for an alert also the time, and for whom."""
    day = words.full_date(digest.at)
    return f"{day}, {words.clock(digest.at)}" if digest.kind == "alert" else day


def linked(text: str) -> Markup:
    """Return our own line as HTML, with the addresses in it as links, and as code what stands between backticks."""
    code = Markup('<code style="font-size:13px">{}</code>')
    return Markup("").join(
        code.format(piece) if is_code else _with_links(piece) for piece, is_code in coded(text)
    )


def _with_links(text: str) -> Markup:
    if "//" not in text:  # as in nearly all lines
        return Markup.escape(text)
    link = Markup('<a class="link" href="{}" style="color:#1b4f8f">{}</a>{}')
    return Markup(" ").join(
        link.format(url, shown, behind) if url else Markup.escape(shown)
        for shown, url, behind in addressed(text)
    )


def _loader(folder: Path | None) -> jinja2.BaseLoader:
    bundled = jinja2.FileSystemLoader(data_dir("templates"))
    if folder is None:
        return bundled
    return jinja2.ChoiceLoader([jinja2.FileSystemLoader(folder), bundled])


def _environment(
    loader: jinja2.BaseLoader,
    *,
    autoescape: bool = False,
    finalize: Callable[[Any], Any] | None = None,
) -> jinja2.Environment:
    own = isinstance(loader, jinja2.ChoiceLoader)
    environment = (_Own if own else _Environment)(
        loader=loader,
        autoescape=autoescape,
        finalize=_counted(finalize) if own else finalize,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(_WORDS, dateline=dateline)
    return environment


def _html(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = _environment(loader, autoescape=True)
    # Text that is trusted by its author is still text of a stranger: no way round the escaper.
    del environment.filters["safe"]
    environment.globals.update(linked=linked, styled=styled)
    return environment


def _text(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = _environment(loader)
    environment.filters["wrap"] = wrap
    environment.globals.update(starred=starred, word_diff=word_diff)
    return environment


def _slack(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = _environment(loader, finalize=_mrkdwn)
    environment.globals.update(link=slack_link, marked=slack_marked, word_diff=slack_diff)
    return environment


def _counted(finalize: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    return printed if finalize is None else lambda value: finalize(printed(value))


def _mrkdwn(value: object) -> Mrkdwn:
    return value if isinstance(value, Mrkdwn) else slack_escape(str(value))


def _named(folder: Path | None) -> Iterator[tuple[str, jinja2.Environment]]:
    """Yield what is to be compiled, each with its environment: all that is bundled, or what the user has of it."""
    loader = _loader(folder)
    for names, environment in (
        (HTML, _html(loader)),
        (TEXT, _text(loader)),
        (SLACK, _slack(loader)),
    ):
        for name in names:
            if folder is None or where(name, folder).parent == folder:
                yield name, environment


def _compiled(name: str, environment: jinja2.Environment, folder: Path | None) -> jinja2.Template:
    try:
        template = environment.get_template(name)
    except _MISTAKES as error:
        raise _told(name, folder, error) from error
    # Jinja copies these for every rendering; from its chain of maps that takes as long as the rest.
    template.globals = dict(template.globals)
    return template


def _in_parts(name: str, environment: jinja2.Environment, folder: Path | None) -> Parted:
    try:
        return Parted(environment, name, PAPERS[name])
    except _MISTAKES as error:
        raise _told(name, folder, error) from error


def _told(name: str, folder: Path | None, error: Exception) -> TemplateError:
    if isinstance(error, jinja2.TemplateSyntaxError):
        file = error.filename or os.fspath(where(error.name or name, folder))
        return TemplateError(f"{file}:{error.lineno}: {error.message}")
    file, line = _place(error.__traceback__) or (os.fspath(where(name, folder)), 0)
    said = str(error) or type(error).__name__
    return TemplateError(f"{file}:{line}: {said}" if line else f"{file}: {said}")


def _place(traceback: TracebackType | None) -> tuple[str, int] | None:
    """Return the innermost template line of a traceback; Jinja maps its code back to the files."""
    found = None
    while traceback is not None:
        file = traceback.tb_frame.f_code.co_filename
        if file.endswith(".j2"):
            found = (file, traceback.tb_lineno)
        traceback = traceback.tb_next
    return found


#: Methods that cut a marked text up.
_CUTS = frozenset({Marked.spans, Marked.pieces})
#: Functions that templates may call without a closer look.
_OURS = frozenset(
    {
        dateline,
        linked,
        styled,
        starred,
        word_diff,
        slack_link,
        slack_marked,
        slack_diff,
        *filter(callable, _WORDS.values()),
    }
)
