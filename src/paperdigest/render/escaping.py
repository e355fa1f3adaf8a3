"""What keeps a paper's words from becoming markup, whatever a user's template does with them: Jinja's ways round the
escaper are closed as a template is compiled, or refused with file and line.

The escapers themselves are Jinja's for HTML and `slack` for Slack.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from functools import wraps
from types import MappingProxyType
from typing import Any

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.runtime import Macro
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from paperdigest.render.clean import clean_text
from paperdigest.render.counted import CountingGenerator
from paperdigest.render.known import unknown
from paperdigest.render.slack import Mrkdwn

#: Filters that HTML does without: they make markup of what a paper says.
NOT_IN_HTML: Mapping[str, str] = MappingProxyType(
    {
        "safe": "HTML is always escaped",
        "urlize": "write linked(line)",
        "xmlattr": 'write the attribute out, as title="{{ title.text }}"',
    }
)
_SWITCHES = (nodes.ScopedEvalContextModifier, nodes.EvalContextModifier)
_SWITCHED = "{% autoescape %} is not for templates of a digest: what a paper says is always escaped · take it out"
_FILTERED = (
    "a {% filter %} block would take the links of Slack apart, or escape twice"
    " · write the filter behind the value: {{ title.text|upper }}"
)
# Names with a blank: no template can say them.
_A_MACRO, _READY = " a macro", " ready"
_BLOCK = "_block"


class OwnGenerator(CountingGenerator):
    """Compiles a user's template of plain text. Nothing switches the escaper, as a part of plain text may be taken
    into HTML; filters and tests that are none are told at once, and what may have been meant."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        for each in node.find_all(_SWITCHES):
            self.fail(_SWITCHED, each.lineno)
        for named in node.find_all((nodes.Filter, nodes.Test)):
            said = unknown(named, self.environment, NOT_IN_HTML)
            if said:
                self.fail(said, named.lineno)
        self.close(node)
        super().visit_Template(node, frame)

    def close(self, node: nodes.Template) -> None:
        """Close the ways round this escaper; plain text has none."""


class HtmlGenerator(OwnGenerator):
    """The same of HTML."""

    def close(self, node: nodes.Template) -> None:
        """Let nothing be printed, or kept for it, that was filtered after it was escaped."""
        _Closed().visit(node)


class SlackGenerator(OwnGenerator):
    """The same of Slack."""

    def close(self, node: nodes.Template) -> None:
        """Refuse filtered blocks; what is kept is ready, and not escaped again."""
        for each in node.find_all(nodes.FilterBlock):
            self.fail(_FILTERED, each.lineno)
        _Closed(ready=True).visit(node)


class _Closed(NodeTransformer):
    """Jinja writes out what a `{% filter %}` or `{% call %}` block gives as it is, and takes `{% set x|filter %}` for
    escaped; there is no telling what a filter does. So the block is kept by itself, and what a filter or a call makes
    of it is a value like any other. `ready`: whether what is kept has to be marked as escaped."""

    def __init__(self, *, ready: bool = False) -> None:
        self._ready = ready

    def visit_FilterBlock(self, node: nodes.FilterBlock) -> nodes.Node:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        line = node.lineno
        filtered = _through(node.filter, nodes.Name(_BLOCK, "load", lineno=line))
        return nodes.Scope(
            [_kept(node.body, line), nodes.Output([filtered], lineno=line)], lineno=line
        )

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node | list[nodes.Node]:  # noqa: N802 - likewise
        self.generic_visit(node)
        if node.filter is None and not self._ready:
            return node
        line = node.lineno
        value: nodes.Expr = nodes.Name(_BLOCK, "load", lineno=line)
        if self._ready:
            value = nodes.Filter(value, _READY, [], [], None, None, lineno=line)
        if node.filter is not None:
            value = _through(node.filter, value)
        return [_kept(node.body, line), nodes.Assign(node.target, value, lineno=line)]

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802 - likewise
        self.generic_visit(node)
        call = node.call
        call.node = nodes.Filter(call.node, _A_MACRO, [], [], None, None, lineno=node.lineno)
        return node


def _kept(body: list[nodes.Node], line: int) -> nodes.AssignBlock:
    return nodes.AssignBlock(nodes.Name(_BLOCK, "store", lineno=line), None, body, lineno=line)


def _through(filters: nodes.Filter, value: nodes.Expr) -> nodes.Filter:
    """Return the filters of a block, one round the other, with the value in the innermost."""
    innermost = filters
    while isinstance(innermost.node, nodes.Filter):
        innermost = innermost.node
    innermost.node = value
    return filters


def _a_macro(called: Any) -> Macro:
    if not isinstance(called, Macro):
        raise TypeError("{% call %} is for macros · print anything else: {{ … }}")
    return called


def close_filters(filters: MutableMapping[str, Callable[..., Any]]) -> None:
    """Put in place of Jinja's filters that trust what they are given such as do not."""
    filters["indent"] = _indented(filters["indent"])
    filters["striptags"] = _stripped(filters["striptags"])
    filters["tojson"] = _plain(filters["tojson"])
    filters.update({_A_MACRO: _a_macro, _READY: Mrkdwn})


def _indented(filter_: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(filter_)
    def indented(value: Any, width: Any = 4, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, Markup) and isinstance(width, str):
            width = escape(width)  # Jinja takes it for escaped
        return filter_(value, width, *args, **kwargs)

    return indented


def _stripped(filter_: Callable[..., str]) -> Callable[..., str]:
    @wraps(filter_)
    def stripped(value: Any) -> str:
        return clean_text(filter_(value))  # of "&#x202e;" it makes a sign that turns lines round

    return stripped


def _plain(filter_: Callable[..., Any]) -> Callable[..., str]:
    @wraps(filter_)
    def plain(*args: Any, **kwargs: Any) -> str:
        # Jinja takes it for escaped, but its quotes would end an attribute.
        return str(filter_(*args, **kwargs))

    return plain
