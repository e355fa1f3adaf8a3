"""Which stretches of a display text are set in a style: italic, bold, monospace, raised, lowered. Tags and TeX say so
(`core.styling` reads them), `core.text.display` alone decides what is shown. What cannot be placed for certain is plain.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from paperdigest.core.markup import decoded
from paperdigest.core.styling import SCRIPTS, Style, Styled, may_be_styled, styled
from paperdigest.core.tex_lost import restored
from paperdigest.core.text import clean, display

#: Where in a display text a style holds: start and end in code points.
Stretch = tuple[int, int, Style]

# A sign for where each style begins and one for where it ends, which pass through `display` as any letter does.
# They are private (Unicode 16, 23.5), so that a text which has them of its own is none of ours.
_OPENING: Final = {style: chr(0x10_FF00 + 2 * place) for place, style in enumerate(Style)}
_CLOSING: Final = {style: chr(0x10_FF01 + 2 * place) for place, style in enumerate(Style)}
_STYLE: Final = {sign: style for both in (_OPENING, _CLOSING) for style, sign in both.items()}
_SIGNS: Final = re.compile(f"([{''.join(_STYLE)}])")


class StyledPiece(NamedTuple):
    """A piece of a text, whether it is marked, and the styles that hold for it, in the order they enclose each other."""

    text: str
    is_hit: bool
    styles: tuple[Style, ...]


def styles_of(raw: str) -> tuple[Stretch, ...]:
    """Return the stretches of `display(raw)` that are styled, by where they begin; those of one style are disjoint.

    Linear in the text, never raises. A sub- or superscript that is shown flat, as in `x^(2/3)`, has the signs that
    say so in plain text as stretches of `Style.SIGN` beside it; one that Unicode has signs for is not styled.
    """
    if not may_be_styled(raw):
        return ()
    text = restored(decoded(clean(raw)))
    found = styled(text)
    if not found or _SIGNS.search(text):
        return ()
    shown = display(raw)
    # Fonts are less likely to make a difference to the text than scripts are.
    fonts = [one for one in found if one[2] not in SCRIPTS]
    for some in (found, fonts) if 0 < len(fonts) < len(found) else (found,):
        placed = _placed(_with_signs(text, some), shown)
        if placed is not None:
            return tuple(sorted(one for one in _stretches(placed, shown) if one[0] < one[1]))
    return ()


def cut(styles: Iterable[Stretch], start: int, end: int, *, at: int = 0) -> tuple[Stretch, ...]:
    """Return the stretches within [start, end), moved so that its beginning stands at `at`."""
    moved = at - start
    return tuple(
        (max(first, start) + moved, min(last, end) + moved, style)
        for first, last, style in styles
        if first < end and last > start
    )


def pieces(
    text: str, marks: Iterable[tuple[int, int]], styles: Iterable[Stretch]
) -> Iterator[StyledPiece]:
    """Yield the text cut wherever a mark or style begins or ends, in order; the pieces joined are the text.

    Marks are disjoint, and so are the stretches of one style. What shows nothing by itself, a blank between two styles
    or the sign of a script, is not marked.
    """
    edges: list[tuple[int, Style | None, int]] = []
    for start, end, style in (*((start, end, None) for start, end in marks), *styles):
        edges += (start, style, 1), (end, style, -1)
    edges.sort(key=itemgetter(0))
    holding: Counter[Style | None] = Counter()
    at = 0
    for place, changing in groupby([*edges, (len(text), None, 0)], key=itemgetter(0)):
        if at < place <= len(text):
            piece = text[at:place]
            styles_now = tuple(style for style in Style if holding[style] > 0)
            is_hit = holding[None] > 0 and Style.SIGN not in styles_now and not piece.isspace()
            yield StyledPiece(piece, is_hit, styles_now)
            at = place
        for _, style, change in changing:
            holding[style] += change


def _with_signs(text: str, found: Sequence[Styled]) -> tuple[str, list[str]]:
    """Return the text with signs in it, and these in their order."""
    signs = [(end, 0, _CLOSING[style]) for _, end, style in found]
    signs += [(start, 1, _OPENING[style]) for start, _, style in found]
    signs.sort()
    parts: list[str] = []
    at = 0
    for place, _, sign in signs:
        parts += text[at:place], sign
        at = place
    return "".join(parts) + text[at:], [sign for *_, sign in signs]


def _placed(given: tuple[str, list[str]], shown: str) -> list[tuple[str, int]] | None:
    """Return where in the text as shown each sign stands; None where the signs made a difference to it."""
    text, signs = given
    placed = []
    at = 0
    for piece in _SIGNS.split(display(text)):
        if piece in _STYLE:
            placed.append((piece, at))
            continue
        # A blank that is set beside a letter, as in `V_max 17`, is not set beside a sign.
        blank = not shown.startswith(piece, at)
        if blank and not shown.startswith(" " + piece, at):
            return None
        at += blank + len(piece)
    return placed if at == len(shown) and [sign for sign, _ in placed] == signs else None


def _stretches(placed: Iterable[tuple[str, int]], shown: str) -> Iterator[Stretch]:
    begun: dict[Style, int] = {}
    depth: Counter[Style] = Counter()
    for sign, place in placed:
        style = _STYLE[sign]
        if sign == _OPENING[style]:
            if not depth[style]:
                begun[style] = place
            depth[style] += 1
        else:
            depth[style] -= 1
            if not depth[style]:
                start, end = _stripped(shown, begun[style], place)
                if style in SCRIPTS:
                    yield from _script(shown, start, end, style)
                else:
                    yield start, end, style


def _stripped(shown: str, start: int, end: int) -> tuple[int, int]:
    inside = shown[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


def _script(shown: str, start: int, end: int, style: Style) -> Iterator[Stretch]:
    """Yield a script that is shown flat, and the signs that say in plain text that it is one."""
    if shown[start : start + 1] != SCRIPTS[style]:
        return
    enclosed = shown[start + 1 : start + 2] == "(" and shown[end - 1 : end] == ")"
    first, last = (start + 2, end - 1) if enclosed else (start + 1, end)
    yield start, first, Style.SIGN
    yield *_stripped(shown, first, last), style
    if enclosed:
        yield last, end, Style.SIGN
