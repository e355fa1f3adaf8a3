"""Open groups and waiting commands while TeX is read: the stack under `core.tex`. Knows braces, no names."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from paperdigest.core.tex_tables import ALPHABETS, CLOSING_BRACE, MARKS
from paperdigest.core.typography import in_alphabet, primed

DEEPEST = 60  # more nested groups lose their braces only: each level may copy its text once
# Behind a word an apostrophe may be one: `\text{Ada's}`.
_PRIMES = re.compile(
    rf"(?<=[\w)\]}}{CLOSING_BRACE}])(?<![A-Za-z]{{2}})'{{1,4}}(?!')|(?<=[A-Za-z]{{2}})'{{1,4}}(?![A-Za-z'])"
)
# Braces round these were never TeX's; what shows one of them by a command, `{\textless}`, is no set.
_IS_SET = re.compile(r"[,;|=…<>±∓≤≥≠∈∉⊂⊆∣→]")
# What stands beside sets: an index that is set already, or what joins sets.
_BESIDE = re.compile(rf"[{MARKS}]?[_^]\(|[⁰¹²³⁴-⁹ⁿᵏᵐ₀-₉ₐ-ₜᵢⱼ∪∩∖⊂⊆]")

Make = Callable[[list[str]], str]


@dataclass(slots=True)
class _Want:
    """A command that still waits for `count` arguments."""

    count: int
    make: Make
    got: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Group:
    """What stands between two braces. `kind` is top, plain, argument, font, unknown or more.

    `alphabet` names the letters it is set in; `name` is shown where an unknown command has no argument.
    """

    kind: str
    start: int = 0
    name: str = ""
    alphabet: str = ""
    out: list[str] = field(default_factory=list)
    wants: list[_Want] = field(default_factory=list)

    def strip(self) -> None:
        """Take away the blanks at its end; what waits has nothing at its end yet."""
        if self.out and not self.wants and self.out[-1][-1:].isspace():
            self.out[-1] = self.out[-1].rstrip()


class Groups:
    """A text being read, up to `at`, and the stack of its open groups."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.math = False
        self.aligned = "\\begin" in text and "&" in text
        self.groups = [Group("top")]
        self.ignored = 0  # braces open beyond DEEPEST

    @property
    def group(self) -> Group:
        """The innermost open group."""
        return self.groups[-1]

    def run(self, text: str) -> None:
        """Take in plain text; a command that waits gets its next character."""
        group = self.group
        at = 0
        while group.wants and at < len(text):
            if not text[at].isspace():
                self.item(text[at])
            at += 1
        text = text[at:]
        if self.math and self.aligned:
            text = text.replace("&", " ")
        if self.math and "'" in text:
            last = self.last()
            text = _PRIMES.sub(lambda found: primed(found[0]), last + text)[len(last) :]
        if text:
            group.out.append(text)

    def item(self, piece: str) -> None:
        """Take in one complete piece: the argument of what waits, or text."""
        group = self.group
        while group.wants:
            want = group.wants[-1]
            want.got.append(piece)
            if len(want.got) < want.count:
                return
            group.wants.pop()
            piece = want.make(want.got)
            if (
                len(piece) > 2
                and piece[0] in "^_"
                and piece[-1].isalnum()
                and self.ahead().isalnum()
            ):
                piece += " "  # `V_{max}17` stays two words
        if piece:
            group.out.append(piece)

    def want(self, count: int, make: Make) -> None:
        if len(self.group.wants) >= DEEPEST:
            self.settle()
        self.group.wants.append(_Want(count, make))

    def settle(self) -> None:
        """End what waits for arguments, with those it has: a formula or group is over."""
        piece = ""
        group = self.group
        while group.wants:
            want = group.wants.pop()
            piece = want.make(want.got + [piece] * bool(piece))
        if piece:
            group.out.append(piece)

    def leave(self) -> tuple[Group, str]:
        """Close the innermost group and return it with its text."""
        self.settle()
        group = self.groups.pop()
        return group, "".join(group.out)

    def finish(self) -> str:
        """Close what was never closed: a text cut short keeps all it had."""
        while len(self.groups) > 1:
            group, text = self.leave()
            lost = group.kind == "plain" and not self.group.wants
            self.item("{" + text if lost else text)
        return self.leave()[1]

    def last(self) -> str:
        """Return the last character taken in, or nothing."""
        for group in reversed(self.groups):
            if group.out:
                return group.out[-1][-1:]
        return ""

    def ahead(self, count: int = 1) -> str:
        return self.text[self.at : self.at + count]

    def argument(self, kind: str = "argument", name: str = "") -> bool:
        """Open the group that a command's name announces, if there is one."""
        blank = 1 if self.ahead(2) == " {" and kind == "argument" else 0
        if self.text[self.at + blank : self.at + blank + 1] != "{" or len(self.groups) > DEEPEST:
            return False
        self.at += blank + 1
        self.groups.append(Group(kind, self.at - 1, name))
        return True

    def close(self) -> None:
        group, text = self.leave()
        if group.alphabet:
            text = in_alphabet(ALPHABETS[group.alphabet], [text])
        if group.kind in ("unknown", "more"):
            text = text if text.strip() or group.kind == "more" else group.name
            if self.argument("more"):
                self.groups[-2].out.append(text + " ")
                return
        elif group.kind == "plain" and not self.group.wants:
            text = self.ungrouped(text, group)
        self.item(text)

    def is_beside_sets(self, text: str, start: int) -> bool:
        """Say whether a group is a set by what is beside it, as in `{xᵢ}ᵢ₌₁ⁿ`, `v₂{4}` and `{a}∪{b}`, not in `{CO}₂`."""
        if len(text) > 1 and text.isascii() and text.isalpha():
            return False
        before = start > 0 and _BESIDE.match(self.text, start - 1, start)
        return bool(before or _BESIDE.match(self.text, self.at))

    def is_all(self, start: int) -> bool:
        """Say whether the group just closed is the whole text, in braces once or twice."""
        return (start < 3 and self.text[: start + 1] in ("{", "{{", "{{{")) and self.text[
            self.at : self.at + 3
        ] in ("", "}", "}}")

    def ungrouped(self, text: str, group: Group) -> str:
        """Drop the braces of a group, or keep them where they were never TeX: `{-1, 0, 1}`."""
        if self.math or not text.strip() or self.is_all(group.start):
            return text
        is_set = _IS_SET.search(text) and _IS_SET.search(self.text, group.start, self.at)
        if is_set or self.is_beside_sets(text, group.start):
            return "{" + text + "}"
        glued = (
            self.text[group.start - 1 : group.start].isalnum()
            and text[0].isalnum()
            and group.start > 0
        )
        short = len(text) <= 2 or text.isupper() or self.ahead().isalnum()
        return "{" + text + "}" if glued and not short else text
