"""What an expression says that may not be meant. Nothing is refused because of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from paperdigest.core.errors import QueryError
from paperdigest.core.expression_tokens import TERMS, Sign, Token, tokens

_WORDS: Final = frozenset({"and", "or", "not"})


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing to look at. `column` counts code points from 1."""

    message: str
    hint: str
    column: int
    length: int

    def __str__(self) -> str:
        return f"{self.message} · {self.hint}"


def remarks(text: str) -> tuple[Remark, ...]:
    """Return what may not be meant, in order of place; nothing for what is no expression at all."""
    try:
        found = list(tokens(text))
    except QueryError:
        return ()
    said = [*_small_operators(found), *_beside_or(text, found), *_neighbours(text, found)]
    return tuple(sorted(said, key=lambda remark: remark.column))


def _small_operators(found: list[Token]) -> Iterator[Remark]:
    for token in found:
        if token.sign is Sign.WORD and token.text in _WORDS and not token.literal:
            capitals = token.text.upper()
            hint = f'the operator is {capitals} in capitals; if the word is meant, write "{token.text}"'
            yield _remark(f'"{token.text}" is read as a word', hint, token.start, token.end)


def _neighbours(text: str, found: list[Token]) -> Iterator[Remark]:
    """Yield where two things that look like one are two."""
    for left, right in pairwise(found):
        if left.sign in TERMS and right.sign is Sign.OPEN and left.end == right.start:
            said = f'"{_shown(text, left)}(" is read as a word AND a group in brackets'
            yield _remark(said, "in quotes it is text", left.start, right.end)
    for by, given, family in zip(found, found[1:], found[2:], strict=False):
        names = given.sign is family.sign is Sign.WORD and family.text[:1].isupper()
        if by.sign is Sign.FIELD and by.text in {"author", "au"} and names:
            said = f'only "{_shown(text, given)}" is looked for among the authors'
            both = f"{given.text} {family.text}"
            yield _remark(said, f'write {by.text}:"{both}" if it is one name', by.start, family.end)


@dataclass(slots=True)
class _Branch:
    """What stands between two ORs of one level: how many parts, from where to where."""

    parts: int = 0
    start: int = 0
    end: int = 0


@dataclass(slots=True)
class _Level:
    """What stands in one pair of brackets. Of the part that is being read: where it starts, whether it
    is excluded, whether AND stands before it. `from_all`: the first `AND NOT x` of the top level.
    """

    top: bool = True
    branches: list[_Branch] = field(default_factory=lambda: [_Branch()])
    begun: int | None = None
    excluded: bool = False
    joined: bool = False
    from_all: tuple[int, int] | None = None

    def prefix(self, token: Token) -> None:
        self.begun = token.start if self.begun is None else self.begun
        self.excluded = self.excluded or token.sign is Sign.NOT

    def part(self, token: Token) -> None:
        self.prefix(token)
        branch = self.branches[-1]
        if not (self.top and self.excluded):
            branch.start = branch.start if branch.parts else self.begun or 0
            branch.parts, branch.end = branch.parts + 1, token.end
        elif self.joined and self.from_all is None:
            self.from_all = self.begun or 0, token.end
        self.begun, self.excluded, self.joined = None, False, False

    def remark(self, text: str) -> Iterator[Remark]:
        """Yield the first branch that only precedence holds together, and what looks like part of one."""
        if len(self.branches) == 1:
            return
        if self.from_all is not None:
            hint = "to exclude it from one side only, write brackets: a OR (b NOT c)"
            yield _remark("this excludes from the whole query", hint, *self.from_all)
        joined = [branch for branch in self.branches if branch.parts > 1]
        if joined:
            start, end = joined[0].start, joined[0].end
            together = " ".join(text[start:end].split())
            hint = f"read as ({together}) beside the OR: write these brackets, or others"
            yield _remark("AND binds tighter than OR", hint, start, end)


def _beside_or(text: str, found: list[Token]) -> Iterator[Remark]:
    """Yield where AND and OR stand in one level without brackets. At the top level an exclusion is
    one from everything and is no part of a branch."""
    levels = [_Level()]
    for token in found:
        level = levels[-1]
        match token.sign:
            case Sign.NOT | Sign.FIELD:
                level.prefix(token)
            case Sign.OPEN:
                level.prefix(token)
                levels.append(_Level(top=False))
            case Sign.CLOSE if len(levels) > 1:
                yield from levels.pop().remark(text)
                levels[-1].part(token)
            case Sign.AND:
                level.joined = True
            case Sign.OR:
                level.branches.append(_Branch())
            case sign if sign in TERMS:
                level.part(token)
    yield from levels[0].remark(text)


def _remark(message: str, hint: str, start: int, end: int) -> Remark:
    return Remark(message, hint, start + 1, max(1, end - start))


def _shown(text: str, token: Token) -> str:
    return text[token.start : token.end]
