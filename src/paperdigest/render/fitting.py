"""A page within the budget of an e-mail. The bundled page is as large as its papers say; one that a user's own templates
write may show each paper three times, or the papers that are only counted, so there it is measured what they come to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from paperdigest.core.digest import Digest, Entry
from paperdigest.render.budget import BUDGET, Sizes, as_listed, trimmed
from paperdigest.render.fragments import encoded_size, surely_within

_ROUNDS = 5
_NEARLY = 0.05
_LEAST = 0.05  # never nothing: it would never be enough
_ALL = 1_000_000_000  # bytes; to save so much, every paper is only counted


def within_budget(
    digest: Digest, page: Callable[[Digest], str], sizes: Sizes, *, own: bool
) -> tuple[Digest, str]:
    """Return the digest with as much as there is room for, and its page. `page` makes one; `own`: by templates of the
    user's own. What does not fit even where all papers are only counted comes back as it is."""
    shown, html = digest, page(digest)
    over = _over(html)
    if over <= 0:
        return shown, html
    if own:
        sizes = _measured(digest, encoded_size(html), page, sizes)
    excess, times = 0, 1
    for _ in range(_ROUNDS):
        # Sizes are estimates: what is still too much is asked for twice over, and then four times.
        excess, times = excess + times * over, 2 * times
        shown = trimmed(digest, excess, sizes)
        html = page(shown)
        over = _over(html)
        if over <= 0:
            return shown, html
    shown = trimmed(digest, _ALL, sizes)
    return shown, page(shown)


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
