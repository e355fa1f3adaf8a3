"""A user's template compiled so that what it does is counted: each round of a loop, what is joined, compared, sliced or put
into a list, and the text that stands in the file itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import jinja2
from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.runtime import markup_join, str_join
from jinja2.visitor import NodeTransformer

from paperdigest.render.allowance import Allowance, left, must_fit, take
from paperdigest.render.weights import must_be_light, total, weight

T = TypeVar("T")
# Names with a blank: no template can say them.
_EACH, _JOINED, _BEGUN = " each", " joined", " begun"
_IN, _THAN, _SLICED, _LISTED = " in", " than", " sliced", " listed"
#: So many characters are compared, or gone through for others, while an empty loop takes a round.
_COMPARED, _SEARCHED = 1_000, 200
_COPIED = 20  # places of a list
_ONE_OF = 4  # of the weight of a list


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
        return _filtered(node.nodes[0], _JOINED, *node.nodes[1:])

    def visit_Operand(self, node: nodes.Operand) -> nodes.Operand:  # noqa: N802 - likewise
        self.generic_visit(node)
        if not _is_small(node.expr):
            node.expr = _filtered(node.expr, _IN if node.op in ("in", "notin") else _THAN)
        return node

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Expr:  # noqa: N802 - likewise
        self.generic_visit(node)
        if not isinstance(node.arg, nodes.Slice):
            return node
        ends = (node.arg.start, node.arg.stop, node.arg.step)
        nothing = nodes.Const(None, lineno=node.lineno)
        return _filtered(node.node, _SLICED, *(end or nothing for end in ends))

    def visit_List(self, node: nodes.List) -> nodes.Expr:  # noqa: N802 - likewise
        self.generic_visit(node)
        return node if _is_small(node) else _filtered(node, _LISTED)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Expr:  # noqa: N802 - likewise
        self.generic_visit(node)
        return node if node.ctx != "load" or _is_small(node) else _filtered(node, _LISTED)

    def visit_Dict(self, node: nodes.Dict) -> nodes.Expr:  # noqa: N802 - likewise
        self.generic_visit(node)
        return _filtered(node, _LISTED) if node.items else node


def _is_small(node: nodes.Expr) -> bool:
    """Say whether a value stands in the file, and needs no counting."""
    if isinstance(node, nodes.List | nodes.Tuple):
        return all(isinstance(item, nodes.Const) for item in node.items)
    return isinstance(node, nodes.Const)


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


@jinja2.pass_eval_context
def _joined(context: nodes.EvalContext, *pieces: Any) -> str:
    must_fit(total(pieces))
    text = (markup_join if context.autoescape else str_join)(pieces)
    must_fit(len(text))
    take(0, len(text))
    return text


def _looked_into(value: T) -> T:
    """Return what something may be in, once it is counted that all of it may be looked at."""
    if isinstance(value, str):
        take(len(value) // _SEARCHED)
    elif not isinstance(value, range):
        take(weight(value) // _ONE_OF)
    return value


def _compared(value: T) -> T:
    if isinstance(value, str):
        take(len(value) // _COMPARED)
    else:
        take(weight(value) // _ONE_OF)
    return value


def _sliced(value: Any, *ends: Any) -> Any:
    cut = slice(*ends)
    if isinstance(value, str | list | tuple):
        size = len(range(*cut.indices(len(value))))
        take(size // (_COMPARED if isinstance(value, str) else _COPIED), size)
    return value[cut]


def _listed(value: T) -> T:
    must_be_light(value)
    return value


@jinja2.pass_context  # so that it is not taken for a constant
def _begun(_: Any, nothing: str, written: int) -> str:
    take(1, written)
    return nothing


COUNTING: Mapping[str, Any] = MappingProxyType(
    {_EACH: _each, _JOINED: _joined, _BEGUN: _begun}
    | {_IN: _looked_into, _THAN: _compared, _SLICED: _sliced, _LISTED: _listed}
)
