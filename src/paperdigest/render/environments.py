"""The three template environments: HTML (always escaped), plain text, Slack (its own escaper).

The user's folder is looked at first, the bundled one second. What is compiled in them is `templates`' to hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType, MethodType
from typing import Any

import jinja2
from jinja2 import nodes
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from paperdigest.core import headline, tally_words, topic_words, update_words, words
from paperdigest.core.digest import Digest, Marked
from paperdigest.core.word_changes import word_diff
from paperdigest.render.attributes import ADDRESS, QUOTED, address, in_quotes, quoted
from paperdigest.render.bounded import Bounded, printed
from paperdigest.render.compiling import Compiling
from paperdigest.render.escaping import (
    NOT_IN_HTML,
    HtmlGenerator,
    OwnGenerator,
    SlackGenerator,
    close_filters,
)
from paperdigest.render.in_style import STYLE, in_style, texts_of
from paperdigest.render.known import PUBLIC, Missing
from paperdigest.render.lines import addressed, coded
from paperdigest.render.mistakes import Files
from paperdigest.render.readable import must_be_readable
from paperdigest.render.slack import Mrkdwn, slack_diff, slack_escape, slack_link, slack_marked
from paperdigest.render.styled import styled
from paperdigest.render.wrap import starred, wrap
from paperdigest.resources import data_dir

PAGE = "digest.html.j2"
HTML = (PAGE, "entry.html.j2", "listed.html.j2")
TEXT = ("subject.txt.j2", "digest.txt.j2", "entry.txt.j2", "listed.txt.j2")
SLACK = ("entry.slack.j2", "summary.slack.j2", "listed.slack.j2")
NAMES = HTML + TEXT + SLACK

_WORDS = {
    "headline": headline.headline,
    "topics_line": headline.topics_line,
    "how_many": words.how_many,
    "by_title": words.by_title,
    "one_site": words.one_site,
    "waiting": words.waiting,
    "to_see_now": topic_words.to_see_now,
    "searched_on": topic_words.searched_on,
    "titles_open": topic_words.titles_open,
    "shown_elsewhere": topic_words.shown_elsewhere,
    "the_rest": topic_words.the_rest,
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


class _Own(Compiling, Bounded, _Environment):
    """The same for templates of a user's own: they must not run away, nor go round the escaper."""

    code_generator_class = OwnGenerator


class _OwnHtml(_Own):
    code_generator_class = HtmlGenerator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._texts: set[str] = set()

    def in_style(self, value: object) -> str:
        """Return what is printed of a value in a style."""
        return in_style(value, self._texts)

    def looked_at(
        self, tree: nodes.Template, name: str | None, filename: str | None
    ) -> nodes.Template:
        self._texts.update(texts_of(tree))
        tree = quoted(tree, name, filename)
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
    return own if own is not None and is_file(own) else data_dir("templates") / name


def is_file(path: Path) -> bool:
    """Say whether there is such a file; in a folder that may not be looked into there is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def dateline(digest: Digest) -> str:
    """Return the line over the title: the day, for an alert also the time, and for whom."""
    day = words.full_date(digest.at)
    return f"{day}, {words.clock(digest.at)}" if digest.kind == "alert" else day


def linked(text: str, *, mail: bool = False) -> Markup:
    """Return our own line as HTML, with the addresses in it as links, and as code what stands between backticks. `mail`:
    mailboxes are links, too; not so in what others have written, which may hold any, as words of a reader's may."""
    code = Markup('<code style="font-size:13px">{}</code>')
    return Markup("").join(
        code.format(piece) if is_code else _with_links(piece, mail=mail)
        for piece, is_code in coded(text)
    )


def _with_links(text: str, *, mail: bool) -> Markup:
    if "//" not in text and not (mail and "@" in text):  # as in nearly all lines
        return Markup.escape(text)
    link = Markup('<a class="link" href="{}" style="color:#1b4f8f">{}</a>{}')
    return Markup(" ").join(
        link.format(url, shown, behind) if url else Markup.escape(shown)
        for shown, url, behind in addressed(text, mail=mail)
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
    environment.filters.update({ADDRESS: address, QUOTED: in_quotes})
    if isinstance(environment, _OwnHtml):
        environment.filters[STYLE] = environment.in_style
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
    if finalize is None:
        return lambda value: printed(must_be_readable(value))
    return lambda value: finalize(printed(must_be_readable(value)))


def _mrkdwn(value: object) -> Mrkdwn:
    return value if isinstance(value, Mrkdwn) else slack_escape(str(value))


def named(folder: Path | None) -> Iterator[tuple[str, jinja2.Environment]]:
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
