"""A target as people write it: "ada@example.org" and "outbox" need no channel before them, all others keep theirs."""

from __future__ import annotations

from collections.abc import Sequence


def short(target: str) -> str:
    """Return a target ("email:ada@example.org") in as few words as tell it from every other."""
    channel, _, bare = target.partition(":")
    is_plain = channel == "email" if "@" in bare else channel == "file"
    return bare if is_plain else target


def named(written: str, targets: Sequence[str]) -> str:
    """Return which of the targets is meant, "" for none: the one that is written so in full or in short, else
    the first whose name on its channel it is."""
    ways = (lambda one: one, short, lambda one: one.partition(":")[2])
    return next((one for way in ways for one in targets if way(one) == written), "")
