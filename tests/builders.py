"""Values that are valid by default: a test overrides only what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from paperdigest.core.paper import Paper

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def paper(**over: Any) -> Paper:
    """Return an invented paper."""
    valid = Paper(
        title="Folding paper maps with graph neural networks",
        abstract="We fold maps along their creases with a small graph network and measure the loss of ink.",
        id="arxiv:2611.00001",
        ids=("arxiv:2611.00001",),
        authors=("Ada Lovelace", "Charles Babbage"),
        categories=("cs.LG",),
        url="https://arxiv.org/abs/2611.00001",
        published_at=datetime(2026, 11, 19, tzinfo=UTC),
        version=1,
    )
    return replace(valid, **over)
