"""The three template environments: HTML (always escaped), plain text, Slack (its own escaper).

The user's folder is looked at first, the bundled one second. Everything is compiled at construction. What the user has
no own of is the bundled one itself, the same for everybody, and not watched over as theirs are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import FunctionType, MappingProxyType, MethodType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from paperdigest.core import tally_words, update_words, words
from paperdigest.core.digest import Digest, Marked
from paperdigest.core.errors import TemplateError
from paperdigest.core.word_changes import word_diff
from paperdigest.render.attributes import ADDRESS, address, quoted
from paperdigest.render.bounded import Bounded, printed
from paperdigest.render.escaping import (
    NOT_IN_HTML,
    HtmlGenerator,
    OwnGenerator,
    SlackGenerator,
    close_filters,
)
from paperdigest.render.known import PUBLIC, Missing
from paperdigest.render.lines import addressed, coded
from paperdigest.render.mark import mark_of
from paperdigest.render.mistakes import MISTAKES, Files, told
from paperdigest.render.parted import VARYING, Parted
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
_HALF = re.compile("[\ud800-\udfff]")
#: What shows a paper whole, and what marks a piece of it as escaped already.
PAPERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {"entry.html.j2": Markup, "entry.txt.j2": str, "entry.slack.j2": Mrkdwn}
)

#: What stands in the place of a paper that a user's template says nothing of.
NOTHING_SHOWN = (
    "nothing is shown of a paper, though it counts as shown · write at least {{ title.text }}"
)

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
        if type(obj) in PUBLIC:
            return not attr.startswith("_")
        if attr == "translate" and isinstance(obj, Markup):
            return False  # it gives any sign for any other, and calls the whole escaped
        return super().is_safe_attribute(obj, attr, value)

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute in PUBLIC.get(type(obj), ()):
            return getattr(obj, attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        kind = type(called)
        if kind is FunctionType and called in _OURS:
            return called(*args, **_given(kwargs))
        if kind is MethodType and called.__func__ in _CUTS:
            return called()
        return super().call(context, called, *args, **kwargs)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        of = getattr(value, "__self__", None)
        if isinstance(of, Mrkdwn):
            # What is filled in is not ready for Slack, and so neither is the whole.
            value = getattr(str(of), value.__name__)
        return super().wrap_str_format(value)


class _Own(Bounded, _Environment):
    """The same for templates of a user's own: they must not run away, nor go round the escaper."""

    code_generator_class = OwnGenerator


class _OwnHtml(_Own):
    code_generator_class = HtmlGenerator

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = quoted(super()._parse(source, name, filename), name, filename)
        tree.set_environment(self)
        return tree


class _OwnSlack(_Own):
    code_generator_class = SlackGenerator

    def call(self, context: Any, called: Any, /, *args: Any, **kwargs: Any) -> Any:
        made = super().call(context, called, *args, **kwargs)
        return Mrkdwn(made) if isinstance(called, Macro) else made  # it escaped what it printed


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
    bundled = Files(data_dir("templates"))
    if folder is None:
        return bundled
    return jinja2.ChoiceLoader([Files(folder), bundled])


def _environment(
    loader: jinja2.BaseLoader,
    kind: type[_Own] = _Own,
    *,
    autoescape: bool = False,
    finalize: Callable[[Any], Any] | None = None,
) -> jinja2.Environment:
    own = isinstance(loader, jinja2.ChoiceLoader)
    environment = (kind if own else _Environment)(
        loader=loader,
        autoescape=autoescape,
        finalize=_counted(finalize) if own else finalize,
        undefined=Missing,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(_WORDS, dateline=dateline)
    close_filters(environment.filters)
    return environment


def _html(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = _environment(loader, _OwnHtml, autoescape=True)
    # Text that is trusted by its author is still text of a stranger: no way round the escaper.
    for name in NOT_IN_HTML:
        del environment.filters[name]
    environment.filters[ADDRESS] = address
    environment.globals.update(linked=linked, styled=styled)
    return environment


def _text(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = _environment(loader)
    if isinstance(environment, Bounded):
        environment.add_filter("wrap", wrap)
    else:
        environment.filters["wrap"] = wrap
    environment.globals.update(starred=starred, word_diff=word_diff)
    return environment


def _slack(loader: jinja2.BaseLoader) -> jinja2.Environment:
    environment = _environment(loader, _OwnSlack, finalize=_mrkdwn)
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
    except MISTAKES as error:
        raise told(where(name, folder), error) from error
    # Jinja copies these for every rendering; from its chain of maps that takes as long as the rest.
    template.globals = dict(template.globals)
    return template


def _in_parts(name: str, environment: jinja2.Environment, folder: Path | None) -> Parted:
    try:
        return Parted(environment, name, PAPERS[name])
    except MISTAKES as error:
        raise told(where(name, folder), error) from error


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
