"""The pieces that a template is made of, as Jinja's tree has them: taken apart, put together, and what they can say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise

from jinja2 import nodes

_KEPT = "_kept"
_PLAIN = re.compile(r"[\w -]*")


def apart(body: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    """Yield the nodes, each thing that is printed by itself."""
    for node in body:
        if isinstance(node, nodes.Output):
            yield from (nodes.Output([each], lineno=each.lineno) for each in node.nodes)
        else:
            yield node


def text_of(node: nodes.Node) -> nodes.TemplateData | None:
    """Return the text that a node of `apart` is; None where it is another one."""
    if isinstance(node, nodes.Output) and isinstance(node.nodes[0], nodes.TemplateData):
        return node.nodes[0]
    return None


def cut_at(text: nodes.TemplateData, cuts: Sequence[int]) -> Iterator[nodes.TemplateData]:
    """Yield the pieces of a text between the cuts."""
    for begins, ends in pairwise((0, *cuts, len(text.data))):
        line = text.lineno + text.data.count("\n", 0, begins)
        yield nodes.TemplateData(text.data[begins:ends], lineno=line)


def through(name: str, body: list[nodes.Node], line: int) -> nodes.Node:
    """Return what prints a piece of a template through a filter."""
    kept = nodes.AssignBlock(nodes.Name(_KEPT, "store", lineno=line), None, body, lineno=line)
    printed = filtered(nodes.Name(_KEPT, "load", lineno=line), name)
    return nodes.Scope([kept, nodes.Output([printed], lineno=line)], lineno=line)


def filtered(value: nodes.Expr, name: str) -> nodes.Filter:
    """Return a value with a filter without arguments behind it."""
    return nodes.Filter(value, name, [], [], None, None, lineno=value.lineno)


def joined(body: list[nodes.Node]) -> list[nodes.Node]:
    """Return the nodes, with what is printed side by side as one."""
    made: list[nodes.Node] = []
    for is_output, some in groupby(body, lambda node: isinstance(node, nodes.Output)):
        found = list(some)
        if is_output:
            each = printed_in(found)
            found = [nodes.Output(each, lineno=each[0].lineno)]
        made += found
    return made


def printed_in(body: list[nodes.Node]) -> list[nodes.Expr]:
    """Return all that is printed, whatever node it is in; not what branches and loops hold."""
    return [each for node in body if isinstance(node, nodes.Output) for each in node.nodes]


def outcomes(value: nodes.Expr) -> tuple[str, ...]:
    """Return all that can be printed of a value, where the file says it; else nothing."""
    if isinstance(value, nodes.Const):
        return (str(value.value),)
    if isinstance(value, nodes.CondExpr) and value.expr2 is not None:
        one, other = outcomes(value.expr1), outcomes(value.expr2)
        return (*one, *other) if one and other else ()
    return ()


def words_of(value: nodes.Node) -> tuple[str, ...]:
    """Return what a piece of text says, or what can be printed of a value that is one of a few plain words."""
    if isinstance(value, nodes.TemplateData):
        return (value.data,)
    said = outcomes(value) if isinstance(value, nodes.Expr) else ()
    return said if all(map(_PLAIN.fullmatch, said)) else ()
