"""Digests of twenty and of thirty papers to the bytes of a mail, and into the ledger, against a plain way to do the
same; and how large one of five hundred is.

Run: python benchmarks/digest_bytes.py. DIGESTS=1000 gives a quick look.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from digest_ledger import Ledger, PeerLedger
from digest_peer import Peer
from digest_values import NOW, PAPERS, Morning, recipient
from disk import fsyncs
from measure import Measured, table, verdict

from paperdigest.app import collect_less
from paperdigest.channels.email import EmailChannel
from paperdigest.core.digest import Digest
from paperdigest.core.ports import Form, Message, Part
from paperdigest.flow.compose import LANES_PER_TRANSACTION
from paperdigest.flow.drafting import Draft
from paperdigest.render import Renderer
from paperdigest.render.fragments import encoded_size

DIGESTS = int(os.environ.get("DIGESTS", "10000"))
#: Papers of a large digest, and of one that is far too large to be shown whole.
LARGE, FAR_TOO_LARGE = 30, 500
BLOCKS = 10  # the contenders take turns, a block each
_FORMS = frozenset({Form.TEXT, Form.HTML})
_KINDS = {"shared": "readers share hits", "own": "each has marks of its own"}
_GOALS = {"shared": 5, "own": 2}


class Ours:
    """The real path: rendered from pieces that readers share, encoded, frozen."""

    def __init__(self) -> None:
        self._renderer = Renderer()
        self._channel = EmailChannel(
            host="localhost", tls="none", auth="none", sender="Papers <papers@example.org>"
        )

    def message(self, digest: Digest) -> Message:
        return self._renderer.render(digest, _FORMS)[1]

    def mail(self, digest: Digest, number: int) -> Part:
        address = recipient(number).removeprefix("email:")
        (part,) = self._channel.prepare(self.message(digest), address, key=_key(number), at=NOW)
        return part


def _key(number: int) -> str:
    return f"{number:024x}"


def to_bytes(kind: str, papers: int = PAPERS) -> bool:
    """Measure digest values to finished bytes; what is made once for all is in the first block's time."""
    morning, ours, peer = Morning(shared=kind == "shared", count=papers), Ours(), Peer()
    _say_the_same(morning, ours, peer)
    ways: dict[str, Callable[[Digest, int], object]] = {
        "ours": ours.mail,
        "Jinja and EmailMessage": lambda digest, number: peer.mail(
            digest, recipient(number).removeprefix("email:"), _key(number), NOW
        ),
    }
    per, first = DIGESTS // BLOCKS, 0
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for block in range(BLOCKS):
        digests = list(morning.digests(first, per))
        for name in sorted(ways, reverse=bool(block % 2)):
            started = time.perf_counter()
            for number, digest in enumerate(digests, first):
                ways[name](digest, number)
            seconds[name].append(time.perf_counter() - started)
        first += per
    title = f"{first:,} digests of {papers} papers to bytes, {_KINDS[kind]}"
    return _told(title, seconds, per, _GOALS[kind])


def size() -> bool:
    """Measure a digest of far too many papers, of which every one is shown, named or counted."""
    (digest,) = Morning(shared=True, count=FAR_TOO_LARGE).digests(0, 1)
    shown, message = Renderer().render(digest, _FORMS)
    assert shown.papers == FAR_TOO_LARGE
    (section,) = shown.sections
    ways = (len(section.full), len(section.listed), len(section.counted))
    print(f"{FAR_TOO_LARGE} papers: {ways[0]} shown whole, {ways[1]} by title, {ways[2]} counted")
    return verdict("kB of its HTML as sent", encoded_size(message.html) / 1_000, at_most=90)


def _say_the_same(morning: Morning, ours: Ours, peer: Peer) -> None:
    """A peer that says less would be no peer."""
    for digest in morning.digests(0, 3):
        message = ours.message(digest)
        assert (message.html, message.text) == (peer.html(digest), peer.text(digest))


def recorded() -> bool:
    """Measure finished digests into the ledger: a transaction for a hundred, against one for each."""
    morning, ours = Morning(shared=True), Ours()
    per, first = DIGESTS // BLOCKS, 0
    with tempfile.TemporaryDirectory() as name:
        ledger, peer = Ledger(Path(name), DIGESTS), PeerLedger(Path(name), DIGESTS)
        ways: dict[str, Callable[[Sequence[Draft]], None]] = {
            "ours": ledger.write,
            "each by itself": peer.write,
        }
        seconds: dict[str, list[float]] = {way: [] for way in ways}
        for block in range(BLOCKS):
            digests = list(morning.digests(first, per))
            parts = [ours.mail(digest, number) for number, digest in enumerate(digests, first)]
            drafts = ledger.drafts(digests, parts, first)
            for way in sorted(ways, reverse=bool(block % 2)):
                started = time.perf_counter()
                ways[way](drafts)
                seconds[way].append(time.perf_counter() - started)
            first += per
        assert ledger.rows() == peer.rows()
        ledger.close()
        peer.close()
        fsync = median(fsyncs(Path(name)))
    met = _told(f"{first:,} digests into the ledger", seconds, per, 3)
    _tell_of_fsync(fsync, *(median(took) / per for took in seconds.values()))
    return met


def made_and_recorded() -> bool:
    """Measure digest values to rows of the ledger, bytes and all: ours, and the plain way from end to end."""
    morning, ours, peer = Morning(shared=True), Ours(), Peer()
    per, first = DIGESTS // BLOCKS, 0
    seconds: dict[str, list[float]] = {"ours": [], "Jinja, EmailMessage, each by itself": []}
    with tempfile.TemporaryDirectory() as name:
        ledger, plain = Ledger(Path(name), DIGESTS), PeerLedger(Path(name), DIGESTS)

        def by_us(digests: Sequence[Digest]) -> None:
            parts = [ours.mail(digest, number) for number, digest in enumerate(digests, first)]
            ledger.write(ledger.drafts(digests, parts, first))

        def by_peer(digests: Sequence[Digest]) -> None:
            for number, digest in enumerate(digests, first):
                address = recipient(number).removeprefix("email:")
                data = peer.mail(digest, address, _key(number), NOW)
                part = Part(address, 0, _key(number), data)
                plain.write(ledger.drafts([digest], [part], number))

        for _ in range(BLOCKS):
            digests = list(morning.digests(first, per))
            for way, do in zip(seconds, (by_us, by_peer), strict=True):
                started = time.perf_counter()
                do(digests)
                seconds[way].append(time.perf_counter() - started)
            first += per
        ledger.close()
        plain.close()
    return _told(f"{first:,} digests to bytes and into the ledger", seconds, per, 3)


def _tell_of_fsync(fsync: float, ours: float, peer: float) -> None:
    """Say what the disk has to do with it: packing and inserting cost both the same, and only the peer waits
    for the disk each time."""
    needed = max(0.0, (3 * ours - (peer - fsync)) / (1 - 3 / LANES_PER_TRANSACTION))
    print(
        f"  an fsync takes {fsync * 1e3:.2f} ms here; without any the peer is {(peer - fsync) / ours:.2f} times"
        f" ours, and 3 times where one takes {needed * 1e3:.1f} ms"
    )


def _told(title: str, seconds: dict[str, list[float]], per: int, goal: float) -> bool:
    rows = [Measured(name, tuple(took)) for name, took in seconds.items()]
    print(table(title, rows, per=per, unit="digest"))
    ours, peer = (sum(took) for took in seconds.values())
    return verdict("times as fast, all together", peer / ours, at_least=goal)


def memory() -> bool:
    """Measure how much more memory all digests take than a tenth of them, each number in a process of its own."""
    met = True
    for kind, said in _KINDS.items():
        few, all_ = (_peak(kind, count) for count in (DIGESTS // 10, DIGESTS))
        print(f"memory, {said}: {few:.0f} MB for {DIGESTS // 10:,}, {all_:.0f} for {DIGESTS:,}")
        met &= verdict("times the memory for ten times the digests", all_ / few, at_most=1.3)
    return met


def _peak(kind: str, count: int) -> float:
    """Return the peak in megabytes of a process that makes so many."""
    asked = [sys.executable, __file__, kind, str(count)]
    return float(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)


def make(kind: str, count: int) -> None:
    """Make so many digests, and print the peak of memory in megabytes."""
    morning, ours = Morning(shared=kind == "shared"), Ours()
    for number, digest in enumerate(morning.digests(0, count)):
        ours.mail(digest, number)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def main() -> int:
    """Print the tables; 1 if a goal is missed."""
    collect_less()
    if len(sys.argv) == 3:
        make(sys.argv[1], int(sys.argv[2]))
        return 0
    # Memory first: on Linux a process starts with the peak of the one it came from.
    met = [
        memory(),
        size(),
        to_bytes("shared", LARGE),
        to_bytes("shared"),
        to_bytes("own"),
        recorded(),
        made_and_recorded(),
    ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
