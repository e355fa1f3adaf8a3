"""Words of a reader's topics that find nothing any more: which words are asked about, when it is said, and how.

Pure; whether history holds a word is `flow.dormant`'s to find out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from paperdigest.core.digest import Digest
from paperdigest.core.subscription import Topic
from paperdigest.core.tree import TEXT_FIELDS, Term, wanted_terms
from paperdigest.core.words import cut, how_long, number

SPAN = timedelta(days=30)
ADVICE = "Edit them, or see what may be meant: `paperdigest check`"
_MOST_TOPICS = 5
_MOST_WORDS = 5
_LONGEST = 80  # code points of a word or a topic's name


def keywords_of(topic: Topic) -> tuple[Term, ...]:
    """Return the words that a topic looks for in texts. An author who wrote nothing for a month is nothing to say, and
    a source that is silent is said elsewhere. Raises QueryError."""
    query = topic.query
    if query is None:
        return ()
    return tuple(term for term in wanted_terms(query.root) if set(TEXT_FIELDS) & set(term.fields))


def is_time(last_digest_at: datetime | None, now: datetime) -> bool:
    """Say whether this is a lane's first digest of a calendar week (ISO 8601: from Monday on). `now` is the reader's
    local time, whose zone counts."""
    if last_digest_at is None:
        return True
    return last_digest_at.astimezone(now.tzinfo).isocalendar()[:2] != now.isocalendar()[:2]


def found_here(digest: Digest) -> frozenset[str]:
    """Return the words that found something in this very digest."""
    named = (entry for part in digest.sections for entry in (*part.full, *part.listed))
    return frozenset(reason.term for entry in named for reason in entry.why)


def lines(
    silent: Sequence[tuple[str, Sequence[Term]]], *, shared: bool = False, ask: str = ""
) -> tuple[str, ...]:
    """Return a line for each topic with words that found nothing, `Nothing in 30 days: “state-space modell”
    (Experts)`, and last one that says what to do about it, but for `shared` digests, whose readers cannot; none where
    there are none. `ask` are the addresses of who can, if that is not the reader. A command stands between backticks, and
    nothing else does."""
    told = [(topic, terms) for topic, terms in silent if terms]
    if not told:
        return ()
    said = [
        _plain(f"Nothing in {how_long(SPAN)}: {_listed(terms)} ({cut(topic, _LONGEST)})")
        for topic, terms in told[:_MOST_TOPICS]
    ]
    more = sum(len(terms) for _, terms in told[_MOST_TOPICS:])
    if more:
        said.append(f"and {number(more)} more in other topics")
    advice = _plain(f"Ask {ask} to change them") if ask else ADVICE
    return (*said, *(() if shared else (advice,)))


def _plain(text: str) -> str:
    return text.replace("`", "'")


def _listed(terms: Iterable[Term]) -> str:
    names = ["“" + cut(term.name.strip('"'), _LONGEST) + "”" for term in terms]
    more = len(names) - _MOST_WORDS
    return ", ".join(names[:_MOST_WORDS]) + (f" and {number(more)} more" if more > 0 else "")
