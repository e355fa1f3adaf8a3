"""A user's template compiled so that what it does is counted: each round of a loop, what is joined, and the text that
stands in the file itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from paperdigest.render.allowance import Allowance, left, must_fit, take

T = TypeVar("T")
# Names with a blank: no template can say them.
_EACH, _JOINED, _BEGUN = " each", " joined", " begun"


class CountingGenerator(CodeGenerator):
    """Jinja's compiler, for an environment that has `COUNTING` among its filters."""

    def visit_Template(self, node: nodes.Template, frame: Frame | None = None) -> None:  # noqa: N802 - Jinja's name
        written = sum(len(data) for data in _texts(node))
        _Counted().visit(node)
        begun = nodes.Filter(
            nodes.Const("", lineno=1), _BEGUN, [_number(written, 1)], [], None, None, lineno=1
        )
        node.body.insert(0, nodes.Output([begun], lineno=1))
        node.set_environment(self.environment)
        super().visit_Template(node, frame)


class _Counted(NodeTransformer):
    """Puts the filters of `COUNTING` round whatever is gone through, and whatever is joined."""

    def visit_For(self, node: nodes.For) -> nodes.For:  # noqa: N802 - Jinja's name
        self.generic_visit(node)
        written = sum(len(data) for child in node.body for data in _texts(child))
        node.iter = _filtered(node.iter, _EACH, _number(written, node.lineno))
        return node

    def visit_Concat(self, node: nodes.Concat) -> nodes.Expr:  # noqa: N802 - likewise
        self.generic_visit(node)
        return _filtered(node, _JOINED)


def _filtered(node: nodes.Node, name: str, *args: nodes.Expr) -> nodes.Filter:
    return nodes.Filter(node, name, list(args), [], None, None, lineno=node.lineno)


def _number(value: int, line: int) -> nodes.Const:
    return nodes.Const(value, lineno=line)


def _texts(node: nodes.Node) -> Iterator[str]:
    if isinstance(node, nodes.TemplateData):
        yield node.data
    yield from (each.data for each in node.find_all(nodes.TemplateData))


def _each(iterable: Iterable[T], written: int) -> Iterable[T]:
    allowance = left()
    return iterable if allowance is None else _counting(iterable, allowance, written)


def _counting(iterable: Iterable[T], allowance: Allowance, written: int) -> Iterator[T]:
    for item in iterable:
        allowance.take(1, written)
        yield item


def _joined(text: str) -> str:
    must_fit(len(text))
    take(0, len(text))
    return text


@jinja2.pass_context  # so that it is not taken for a constant
def _begun(_: Any, nothing: str, written: int) -> str:
    take(1, written)
    return nothing


COUNTING: Mapping[str, Any] = MappingProxyType({_EACH: _each, _JOINED: _joined, _BEGUN: _begun})
