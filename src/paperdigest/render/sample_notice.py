"""An invented notice of updates, of every kind: what templates are tried on besides the sample digest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from paperdigest.core.digest import Digest, SourceLine
from paperdigest.core.entry import Desk, Find
from paperdigest.core.letter import Frame
from paperdigest.core.paper import Paper
from paperdigest.core.schedule import Slot
from paperdigest.core.subscription import Subscriber
from paperdigest.core.updates import Update, notice
from paperdigest.render.sample import SAMPLE_LINK

_AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_SENT_AT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
_REVISION = {
    "version": 2,
    "title": {
        "gone": "Bread starters as recurrent networks",
        "came": "Bread starters as deep recurrent networks",
    },
    "authors": {"gone": [], "came": ["Ottilie Brandvold"]},
    "abstract": {
        "gone": ["A starter remembers its last nine feedings.", "Rye was not tried."],
        "came": ["A starter remembers its last nineteen feedings, and forgets the flour."],
    },
}
_PAPERS: Mapping[str, Paper] = {
    "withdrawn": Paper(
        "Infinite experts in constant memory",
        id="arxiv:2610.90006",
        authors=("Caspar Vogelsang",),
        withdrawn=True,
    ),
    "published": Paper(
        "How long is a coastline in pixels", id="arxiv:2609.90011", authors=("Inga Strand",)
    ),
    "revised:1": Paper(
        "Bread starters as deep recurrent networks",
        id="arxiv:2610.90012",
        authors=("Aurelio Pan", "Ottilie Brandvold"),
        version=2,
    ),
    "cross-listed": Paper("A census of lighthouses by ear", id="arxiv:2610.90013"),
}
_SUMMARIES: Mapping[str, Mapping[str, object]] = {
    "published": {"where": "Journal of Patient Computing"},
    "revised:1": _REVISION,
    "cross-listed": {"categories": ["cs.SD"]},
}


def sample_notice() -> Digest:
    """Return the notice; its last paper is listed."""
    frame = Frame(
        Subscriber("ada"),
        Slot("2026-11-20T08:00 UTC", _AT),
        "digest",
        _AT,
        _AT - timedelta(days=1),
        _AT,
        sources=(SourceLine("arxiv-cs", "ok", 374),),
        seen=374,
        operator=("email:papers@example.org",),
        targets=("email:ada@example.org",),
        link=SAMPLE_LINK,
    )
    updates = [
        Update((Find(key, paper, reason, key, _AT),), _SENT_AT, (_SUMMARIES.get(reason, {}),))
        for key, (reason, paper) in enumerate(_PAPERS.items(), 1)
    ]
    return notice(frame, updates, Desk(), limit=len(updates) - 1)
