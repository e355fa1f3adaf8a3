"""A page within the budget of an e-mail. The bundled page is as large as its papers say; one that a user's own templates
write may show each paper three times, or the papers that are only counted, so there it is measured what they come to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from paperdigest.core.digest import Digest, Entry
from paperdigest.render.budget import BUDGET, Sizes, as_listed, trimmed
from paperdigest.render.by_day import as_shown
from paperdigest.render.condensed import are_many
from paperdigest.render.fragments import encoded_size, surely_within
from paperdigest.render.frame import narrowed

_ROUNDS = 7
_STEP = 60  # bytes; papers give way one at a time, and to ask for less may change nothing
_CLOSER, _WELL_USED = 5, 0.93  # tries to use more of the budget, until that much of it is used
_NEARLY = 0.05
_LEAST = 0.05  # never nothing: it would never be enough
_ALL = 1_000_000_000  # bytes; to save so much, every paper is only counted


@dataclass(frozen=True, slots=True)
class _Found:
    """A page of a digest `whole`, with less of it: `shown`. Of the estimates how much had to be saved for that, by these
    sizes, `enough` was enough and `wrong` was not."""

    whole: Digest
    sizes: Sizes
    shown: Digest
    html: str
    wrong: int = 0
    enough: int = 0


def within_budget(
    digest: Digest, page: Callable[[Digest], str], sizes: Sizes, *, own: bool
) -> tuple[Digest, str]:
    """Return the digest with as much as there is room for, and its page. `page` makes one; `own`: by templates of the
    user's own. What does not fit even where all papers are only counted comes back as it is."""
    html = page(digest)
    if is_within(html):
        return digest, html
    whole = narrowed(digest)
    found = _smaller(whole, html if whole is digest else page(whole), page, sizes, own=own)
    if are_many(as_shown(found.shown).sections):
        # A heading over nothing but a number takes the room of a paper or two.
        whole = replace(whole, condensed=True)
        found = _smaller(whole, page(whole), page, sizes, own=own)
    found = _fuller(found, page)
    return found.shown, found.html


def _smaller(
    digest: Digest, html: str, page: Callable[[Digest], str], sizes: Sizes, *, own: bool
) -> _Found:
    """Return a page that is small enough, where there is one. `html` is the page of the whole digest."""
    over = _over(html)
    if over <= 0:
        return _Found(digest, sizes, digest, html)
    if own:
        sizes = _measured(digest, encoded_size(html), page, sizes)
    wrong, excess, times = 0, over, 1
    for _ in range(_ROUNDS):
        shown = trimmed(digest, excess, sizes)
        html = page(shown)
        over = _over(html)
        if over <= 0:
            return _Found(digest, sizes, shown, html, wrong, excess)
        # Sizes are estimates: what is still too much is asked for twice over, and then four times.
        times *= 2
        wrong, excess = excess, excess + times * max(over, _STEP)
    shown = trimmed(digest, _ALL, sizes)
    return _Found(digest, sizes, shown, page(shown))


def _fuller(found: _Found, page: Callable[[Digest], str]) -> _Found:
    """Return a page with more of the digest, if the one that was found leaves much room."""
    for _ in range(_CLOSER if found.enough else 0):
        if encoded_size(found.html) >= _WELL_USED * BUDGET:
            break
        middle = (found.wrong + found.enough) // 2
        shown = trimmed(found.whole, middle, found.sizes)
        html = page(shown)
        if is_within(html):
            found = replace(found, shown=shown, html=html, enough=middle)
        else:
            found = replace(found, wrong=middle)
    return found


def is_within(html: str) -> bool:
    """Say whether a page is within the budget."""
    return _over(html) <= 0


def _over(html: str) -> int:
    """Return how many bytes of the page are too many; what surely fits is not looked at closely."""
    return 0 if surely_within(html, BUDGET) else encoded_size(html) - BUDGET


def _measured(digest: Digest, size: int, page: Callable[[Digest], str], sizes: Sizes) -> Sizes:
    """Return what papers come to in this page of `size` bytes, from pages that show them otherwise."""
    frame = encoded_size(page(trimmed(digest, _ALL, sizes)))
    full = [entry for section in digest.sections for entry in section.full]
    listed = [entry for section in digest.sections for entry in section.listed]
    by_title = encoded_size(page(_all_listed(digest)))
    lines = _times(by_title - frame, sizes.line, [*map(as_listed, full), *listed])
    wholes = _times(size - frame - lines * sum(map(sizes.line, listed)), sizes.full, full)
    return Sizes(
        lambda entry: round(wholes * sizes.full(entry)),
        lambda entry: round(lines * sizes.line(entry)),
    )


def _times(size: float, estimate: Callable[[Entry], int], entries: Iterable[Entry]) -> float:
    """Return how many times their estimates these papers take: once, if it is nearly that."""
    estimated = sum(map(estimate, entries))
    times = size / estimated if estimated else 1.0
    return 1.0 if abs(times - 1) < _NEARLY else max(times, _LEAST)


def _all_listed(digest: Digest) -> Digest:
    return digest.with_sections(
        tuple(
            replace(section, full=(), listed=(*map(as_listed, section.full), *section.listed))
            for section in digest.sections
        )
    )
