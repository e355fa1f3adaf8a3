"""A query as a program over numbered terms: evaluated on the bit sets of a whole batch of papers at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from paperdigest.core.tree import And, Node, Not, Or, Term

#: The number of a term; or one of the signs below, and what it works on. JSON keeps it as it is.
Code = int | Sequence["Code"]

ANY: Final = -1
ALL: Final = -2
NOT: Final = -3


def program(node: Node, number: Callable[[Term], int]) -> Code:
    """Return the program of a tree; `number` gives the number of a term."""
    match node:
        case Term():
            return number(node)
        case Not(part):
            return (NOT, program(part, number))
        case And(parts):
            return (ALL, *[program(part, number) for part in parts])
        case Or(parts):
            return (ANY, *[program(part, number) for part in parts])


def papers_taken(code: Code, papers: Sequence[int], everything: int) -> int:
    """Return the papers that fit, as a bit set. `papers` are those of each term, by its number."""
    if isinstance(code, int):
        return papers[code]
    if code[0] == NOT:
        return everything & ~papers_taken(code[1], papers, everything)
    if code[0] == ANY:
        bits = 0
        for part in code[1:]:
            bits |= papers[part] if type(part) is int else papers_taken(part, papers, everything)
        return bits
    bits = everything
    for part in code[1:]:
        bits &= papers_taken(part, papers, everything)
    return bits


def numbers(code: Code) -> Iterator[int]:
    """Yield the numbers of the terms in the order typed, excluded ones too."""
    for number, _ in _numbers(code, wanted=True):
        yield number


def wanted_numbers(code: Code) -> tuple[int, ...]:
    """Return the numbers of the terms that are looked for, each once, in the order typed."""
    return tuple(dict.fromkeys(number for number, wanted in _numbers(code, wanted=True) if wanted))


def _numbers(code: Code, *, wanted: bool) -> Iterator[tuple[int, bool]]:
    if isinstance(code, int):
        yield code, wanted
        return
    for part in code[1:]:
        yield from _numbers(part, wanted=wanted is not (code[0] == NOT))
