"""Why papers are here, in a line: what of the reader's words was found, and where; or that they are the highest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from paperdigest.core.digest import Why
from paperdigest.core.topic_words import in_topics, topics_in_line
from paperdigest.core.words import DOT, how_long


def why_lines(reasons: Sequence[Why]) -> tuple[str, ...]:
    """Return `state space model, Mamba · title, abstract`: what each of the reader's own words found, as it stands
    there first; those found at the same places together, in the order of the first of them."""
    if len(reasons) == 1:  # as of most papers
        (reason,) = reasons
        return (_found([reason.text], [reason.where] if reason.where else []),)
    shown: dict[str, str] = {}
    places: dict[str, list[str]] = {}
    keys: dict[str, str] = {}  # by what was found, and by the reader's word for it
    for reason in reasons:
        text, term = reason.text.casefold(), reason.term.casefold()
        key = keys.get(text) or keys.get(term) or text
        keys[text] = keys[term or text] = key
        where = places.get(key)
        if where is None:
            shown[key], places[key] = reason.text, [reason.where] if reason.where else []
        elif reason.where and reason.where not in where:
            where.append(reason.where)
    together: dict[frozenset[str], list[str]] = {}
    for key, where in places.items():
        together.setdefault(frozenset(where), []).append(key)
    return tuple(
        _found([shown[key] for key in keys], places[keys[0]]) for keys in together.values()
    )


def _found(texts: Sequence[str], where: Sequence[str]) -> str:
    return DOT.join(", ".join(some) for some in (texts, where) if some)


def matched(reasons: Sequence[Why]) -> str:
    """Return one line of all reasons: `Matched: state space model · title; cs.LG · category`."""
    return "Matched: " + "; ".join(why_lines(reasons)) if reasons else ""


def matched_in(topics: Sequence[str], reasons: Sequence[Why]) -> str:
    """Return the same of a paper that stands under its day, behind the topics that found it: `Experts · matched: MoE ·
    title, abstract`; where no word is asked of a paper, `In Experts`."""
    if not topics or not reasons:
        return in_topics(topics) or matched(reasons)
    return f"{topics_in_line(topics)}{DOT}matched: {'; '.join(why_lines(reasons))}"


def highest(*, by_votes: bool, within: timedelta) -> str:
    """Return why papers are on a trending list, which holds none that the reader was sent, but may hold some that came
    before the last digest."""
    how = "by votes" if by_votes else "on their page"
    return f"The highest {how} in the last {how_long(within)} that you have not been sent yet"
