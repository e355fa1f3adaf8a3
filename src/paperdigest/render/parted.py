"""A paper's template taken apart: what every reader of the paper is shown is rendered once, and for each reader only
what may differ, the marks and why they are there.

Taken apart is what stands side by side in a template, where no piece can act on another. One that sets names, or takes
in other files, is left whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby

import jinja2
from jinja2 import nodes

#: The values that may differ between two readers of one paper.
VARYING = frozenset({"entry", "title", "excerpt", "matched"})
#: What may let one piece act on another, or on the whole.
_ACTING: tuple[type[nodes.Node], ...] = (
    nodes.Assign,
    nodes.AssignBlock,
    nodes.Block,
    nodes.CallBlock,
    nodes.Extends,
    nodes.FromImport,
    nodes.Import,
    nodes.Include,
    nodes.Macro,
)


class Parted:
    """One template of a paper. `ready` marks a rendered piece as escaped already. Raises Jinja's errors."""

    __slots__ = ("_globals", "_read", "_ready", "_rest", "_same")

    def __init__(
        self, environment: jinja2.Environment, name: str, ready: Callable[[str], str]
    ) -> None:
        self._ready = ready
        self._globals = dict(environment.globals)
        self._same: dict[str, jinja2.Template] = {}
        rest: list[nodes.Node] = []
        tree, file = _parsed(environment, name)
        acting = any(True for _ in tree.find_all(_ACTING))
        for differs, some in groupby(
            _pieces(tree), lambda piece: acting or not VARYING.isdisjoint(_names([piece]))
        ):
            pieces = list(some)
            if not differs:
                # A number is no name that a template could say.
                place = str(len(self._same))
                self._same[place] = _compiled(environment, pieces, name, file)
                pieces = [nodes.Output([nodes.Name(place, "load")], lineno=pieces[0].lineno)]
            rest += pieces
        self._rest = _compiled(environment, rest, name, file)
        #: What the rest may look up; a file that is taken in may look up anything.
        self._read = None if acting else _names(rest)

    def same(self, values: Mapping[str, object]) -> dict[str, object]:
        """Return what `fill` is to be given for all readers of a paper. `values` are all but those that vary."""
        pieces = {place: self._ready(each.render(values)) for place, each in self._same.items()}
        known = {**self._globals, **values, **pieces}
        if self._read is None:
            return known
        return {name: known[name] for name in self._read if name in known}

    def fill(self, values: dict[str, object]) -> str:
        """Return the paper for one reader. `values` is what `same` gave, and what varies."""
        rest = self._rest
        try:
            return "".join(rest.root_render_func(rest.new_context(values, shared=True)))
        except Exception:  # noqa: BLE001 - Jinja raises it again, with the template's own lines
            rest.environment.handle_exception()


def _parsed(environment: jinja2.Environment, name: str) -> tuple[nodes.Template, str | None]:
    assert environment.loader is not None  # noqa: S101 - all of ours are made with one
    source, file, _ = environment.loader.get_source(environment, name)
    return environment.parse(source, name, file), file


def _pieces(tree: nodes.Template) -> Iterator[nodes.Node]:
    """Yield what stands side by side at the top, each thing that is printed by itself."""
    for node in tree.body:
        if isinstance(node, nodes.Output):
            yield from (nodes.Output([each], lineno=each.lineno) for each in node.nodes)
        else:
            yield node


def _names(body: list[nodes.Node]) -> set[str]:
    """Return the names in these pieces."""
    return {each.name for each in nodes.Template(body, lineno=1).find_all(nodes.Name)}


def _compiled(
    environment: jinja2.Environment, body: list[nodes.Node], name: str, file: str | None
) -> jinja2.Template:
    tree = nodes.Template(body, lineno=1)
    tree.set_environment(environment)
    code = environment.compile(tree, name, file)
    return environment.template_class.from_code(environment, code, dict(environment.globals))
