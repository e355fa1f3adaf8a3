"""A digest as Slack text: what the renderer hands to the channels, which cut it into blocks and messages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SlackEntry:
    """One paper for Slack. `mrkdwn` is complete and escaped; `summary` is its one-line form; `paper` its key."""

    mrkdwn: str
    summary: str
    paper: int = 0


@dataclass(frozen=True, slots=True)
class SlackTopic:
    """What stands over a topic's papers in Slack, escaped: its `name`, its `note`, and how many stand `elsewhere`.

    `total` is how many papers it found, 0 where that is not to be said; `whole` how many of them are to be shown whole,
    `listed` by title. `rest` says where all stand that are not shown whole. `search` says that the titles of those that
    are open a search, `listed_search` those of the others: it is to be said in every message that has some.
    """

    name: str
    total: int
    whole: int = 0
    listed: int = 0
    elsewhere: str = ""
    note: str = ""
    rest: str = ""
    search: str = ""
    listed_search: str = ""


@dataclass(frozen=True, slots=True)
class SlackText:
    """A digest for Slack: mrkdwn already escaped, not yet cut into blocks.

    `sections` are the topics with papers shown whole. `listed_papers` says which paper each line of `listed` is, 0 for
    none; `listed_counts` how many papers it only counts; `listed_topics` under which of `topics` it stands. These are
    all topics, for messages that have a part of them; without them they are called as in `sections`. `best` are the places (section, entry) of the papers shown
    whole, the best first; without it each section's are taken in turn. `notes` are lines before all papers.
    """

    header: str
    context: str
    sections: tuple[tuple[str, tuple[SlackEntry, ...]], ...]
    listed: tuple[str, ...]
    footer: str
    listed_papers: tuple[int, ...] = ()
    listed_counts: tuple[int, ...] = ()
    listed_topics: tuple[int, ...] = ()
    topics: tuple[SlackTopic, ...] = ()
    best: tuple[tuple[int, int], ...] = ()
    notes: str = ""
