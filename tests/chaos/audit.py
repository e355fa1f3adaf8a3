"""The servers' logs against the ledger: what is lost, what was repeated, what nobody wrote down."""

from __future__ import annotations

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

from chaos.papers import READERS, is_alert, token, wanted
from chaos.seen import Seen, row_bytes, row_tokens, tokens
from chaos.world import World

#: Channels that are asked what they have: nothing may be there twice.
READ_BACK = ("slack",)


@dataclass(frozen=True, slots=True)
class Row:
    """A delivery of the ledger."""

    id: int
    key: str
    digest: int
    kind: str
    reader: str
    target: str
    part: int
    state: str
    resent: int
    packed: bytes

    @property
    def channel(self) -> str:
        """Return the name of its channel."""
        return self.target.partition(":")[0]

    @property
    def payload(self) -> bytes:
        """Return its frozen bytes."""
        return zlib.decompress(self.packed)


@dataclass
class Audit:
    """What was found in one world. Nothing may stand in `faults`; the rest are figures."""

    lost: list[str] = field(default_factory=list)
    repeated: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)
    again: Counter[str] = field(default_factory=Counter)
    said_again: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    pairs: int = 0

    @property
    def faults(self) -> list[str]:
        """Return everything that breaks the promise."""
        return [*self.lost, *self.repeated, *self.other]


class _Auditing:
    """One world, looked at once everything in it has come to its end."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen = Seen.by(world)
        self.audit = Audit()
        with closing(world.ledger()) as ledger:
            self.rows = [
                Row(*row)
                for row in ledger.execute(
                    "SELECT d.id, d.key, d.digest_id, g.kind, s.name, d.target, d.part, d.state, d.resent, d.payload"
                    " FROM deliveries d JOIN subscribers s ON s.id = d.subscriber_id"
                    " JOIN digests g ON g.id = d.digest_id"
                )
            ]
            self.outcomes: list[tuple[Any, ...]] = ledger.execute(
                "SELECT s.name, p.title, o.outcome, o.digest_id FROM outcomes o"
                " JOIN subscribers s ON s.id = o.subscriber_id JOIN papers p ON p.key = o.paper_key"
            ).fetchall()
        self.by_digest = defaultdict[int, list[Row]](list)
        for row in self.rows:
            self.by_digest[row.digest].append(row)

    def run(self) -> Audit:
        for row in self.rows:
            self._look_at_row(row)
        self._look_at_servers()
        self._look_at_papers()
        self._look_for_twins()
        return self.audit

    # ---------------------------------------------------------------- rows

    def _look_at_row(self, row: Row) -> None:
        self.audit.states[row.state] += 1
        if row.channel == "file":
            self.audit.sent["file"] += row.state == "sent"
            return
        place = self.seen.place(row.key, row.target, row.payload)
        times = self.seen.counts[place]
        self._count(row, times)
        if row.state == "sent" and not times:
            self.audit.lost.append(f"{_name(row)} is sent, and the server never took it")
        if times > 1 + row.resent or row.resent > 1 or (times > 1 and row.channel in READ_BACK):
            self.audit.repeated.append(f"{_name(row)} was taken {times} times, resent={row.resent}")
        if times and self.seen.bytes_of[place] != {row_bytes(row.target, row.payload)}:
            self.audit.other.append(f"{_name(row)}: what the server took is not what was frozen")
        if row.channel == "email" and times and len(self.seen.who[place]) != 1:
            self.audit.other.append(f"{_name(row)} went to {self.seen.who[place]}")

    def _count(self, row: Row, times: int) -> None:
        self.audit.sent[row.channel] += times > 0
        self.audit.again[row.channel] += max(times - 1, 0)
        self.audit.said_again[row.channel] += row.resent

    def _look_at_servers(self) -> None:
        known = {
            self.seen.place(row.key, row.target, row.payload)
            for row in self.rows
            if row.channel != "file"
        }
        for place in self.seen.counts.keys() - known:
            self.audit.other.append(f"a server has {place}, and the ledger does not know of it")

    # ---------------------------------------------------------------- papers

    def _look_at_papers(self) -> None:
        found = {
            (reader, *tokens(title)): (outcome, digest)
            for reader, title, outcome, digest in self.outcomes
        }
        for reader in READERS:
            for number in range(self.world.tally.papers):
                if wanted(reader, number):
                    self.audit.pairs += 1
                    self._look_at_paper(reader, token(number), found.get((reader, token(number))))

    def _look_at_paper(self, reader: str, word: str, found: tuple[str, int] | None) -> None:
        if found is None or found[0] not in ("sent", "listed"):
            self.audit.lost.append(f"{word} for {reader}: its outcome is {found and found[0]}")
            return
        rows = [row for row in self.by_digest[found[1]] if word in self._tokens(row)]
        if not rows:
            self.audit.lost.append(f"{word} for {reader} is {found[0]}, and no message names it")
        elif not any(self._has(row, word) for row in rows):
            self.audit.lost.append(
                f"{word} for {reader} is {found[0]}, and nobody has it: {rows[0].state}"
            )

    def _has(self, row: Row, word: str) -> bool:
        """Say whether the reader has this message, and in it this paper."""
        if row.channel == "file":
            return any(word in text for text in self._folders(row))
        return word in self.seen.tokens_of[self.seen.place(row.key, row.target, row.payload)]

    def _folders(self, row: Row) -> Iterator[str]:
        for path in self.world.folder.glob(
            f"{row.target.partition(':')[2]}/*-{row.key[:8]}/digest.txt"
        ):
            yield path.read_text("utf-8")

    def _look_for_twins(self) -> None:
        """A paper comes to a target with one digest, and never with a second one. (What an alert brought is
        named by the next digest, in one line that says so.)
        """
        alerts = {token(number) for number in range(self.world.tally.papers) if is_alert(number)}
        came = defaultdict[tuple[str, str], set[int]](set)
        for row in self.rows:
            for word in self._tokens(row):
                named = word in alerts and row.kind != "alert"
                if not named and self._has(row, word):
                    came[(row.target, word)].add(row.digest)
        for (target, word), digests in came.items():
            if len(digests) > 1:
                self.audit.repeated.append(
                    f"{word} came to {target} with the digests {sorted(digests)}"
                )

    def _tokens(self, row: Row) -> set[str]:
        return row_tokens(row.target, row.payload)


def audit(world: World) -> Audit:
    """Compare. Changes nothing."""
    return _Auditing(world).run()


def _name(row: Row) -> str:
    return f"delivery {row.id} ({row.reader}, {row.target}, part {row.part})"
