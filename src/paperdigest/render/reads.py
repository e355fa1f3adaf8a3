"""What a template reads of a paper: where all of that is equal, what it writes is equal too.

One line stands for hundreds of readers; whole papers differ in their marks and are kept elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import jinja2
from jinja2 import meta, nodes

from paperdigest.core.digest import Marked

Key = tuple[object, ...]
#: What of a marked text says nothing of its marks.
_BARE = frozenset({"text", "styles", "unmarked"})


def read_by(environment: jinja2.Environment, name: str) -> Callable[[Mapping[str, object]], Key]:
    """Return what picks from a template's values those that it reads.

    A template with parts in other files may read anything. Raises Jinja's errors.
    """
    assert environment.loader is not None  # noqa: S101 - all of ours are made with one
    source, _, _ = environment.loader.get_source(environment, name)
    tree = environment.parse(source, name)
    if any(True for _ in meta.find_referenced_templates(tree)):
        return _everything
    names = sorted(meta.find_undeclared_variables(tree))
    texts = _only_texts(tree)
    whole = [name for name in names if name not in texts]
    unmarked = [name for name in names if name in texts]

    def pick(values: Mapping[str, object]) -> Key:
        # A name that is not there is the template's mistake, told when it is rendered.
        return (
            *[values.get(name) for name in whole],
            *[_common(values.get(name)) for name in unmarked],
        )

    return pick


def _everything(values: Mapping[str, object]) -> Key:
    return tuple(values.values())


def _common(marked: object) -> Key:
    """Return what two marked texts have in common that differ in their marks alone."""
    return (marked.text, marked.styles) if isinstance(marked, Marked) else (marked,)


def _only_texts(tree: nodes.Template) -> set[str]:
    """Return the names of which nothing but the text and its styles are read: their marks do not matter."""
    read = Counter(each.name for each in tree.find_all(nodes.Name))
    texts = Counter(
        each.node.name
        for each in tree.find_all(nodes.Getattr)
        if each.attr in _BARE and isinstance(each.node, nodes.Name)
    )
    return {name for name, times in texts.items() if read[name] == times}
