"""What a process remembers of readers' words: which find something, and which do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from paperdigest.core.dormancy import keywords_of
from paperdigest.core.errors import QueryError
from paperdigest.core.subscription import Topic
from paperdigest.core.tree import Term

_TOPICS_KEPT: Final = 50_000  # about 1 kB each
_WORDS_KEPT: Final = 500_000  # about 200 bytes each


@dataclass(slots=True)
class Memory:
    """What is known of words: until when one has found something, or when and up to where in which generation of the
    index it had not."""

    keywords: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    found_until: dict[Term, datetime] = field(default_factory=dict)
    silent: dict[Term, tuple[datetime, str, int]] = field(default_factory=dict)

    def of(self, topic: Topic) -> tuple[Term, ...]:
        """Return the words that a topic looks for in texts."""
        wants = topic.wants
        known = self.keywords.get(wants)
        if known is None:
            if len(self.keywords) >= _TOPICS_KEPT:
                self.keywords.clear()
            known = self.keywords[wants] = _keywords_of(topic)
        return known

    def make_room(self) -> None:
        """Forget everything rather than grow for ever."""
        if len(self.found_until) + len(self.silent) > _WORDS_KEPT:
            self.found_until.clear()
            self.silent.clear()


@lru_cache(maxsize=8)
def memory_of(database: Path | None) -> Memory:
    """Return what this process remembers about a database."""
    return Memory()


def _keywords_of(topic: Topic) -> tuple[Term, ...]:
    try:
        return keywords_of(topic)
    except QueryError:  # of a last good version that this program reads otherwise: said elsewhere
        return ()
