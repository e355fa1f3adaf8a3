"""Mails to a local sink: over the connection that our channel keeps, against one connection for each; and how
many a second the whole of delivering sends, every message settled on disk before the next.

Run: python benchmarks/smtp.py. MAILS=300 gives a quick look.
"""

from __future__ import annotations

import os
import smtplib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from disk import fsyncs
from measure import Contender, interleaved, ratio, table, verdict

from paperdigest.app import App
from paperdigest.channels.email import EmailChannel
from paperdigest.channels.mail_bytes import unpack
from paperdigest.core.ports import Message, Part, Sent
from paperdigest.core.slack_text import SlackText
from paperdigest.core.subscription import Subscriber
from paperdigest.store import deliveries, digests, subscribers
from paperdigest.store.connection import Store
from paperdigest.store.deliveries import NewDelivery
from paperdigest.store.digests import DigestRow

MAILS = int(os.environ.get("MAILS", "3000"))
A_ROUND = max(1, MAILS // 10)
NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
READER = "email:reader@example.org"
_CONFIG = """timezone = "UTC"
[email]
host = "127.0.0.1"
port = {port}
tls = "none"
auth = "none"
from = "Papers <papers@example.org>"
rate = 100000
"""


@contextmanager
def sink() -> Iterator[int]:
    """Yield the port of a sink in a process of its own."""
    asked = [sys.executable, str(Path(__file__).with_name("mail_sink.py"))]
    with subprocess.Popen(asked, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def channel(port: int) -> EmailChannel:
    """Return our channel to a sink."""
    return EmailChannel(
        host="127.0.0.1", port=port, tls="none", auth="none", sender="Papers <papers@example.org>"
    )


def parts(count: int) -> list[Part]:
    """Return so many small mails, finished: about 2 kB each."""
    text = "\n".join(f"Paper {number}: a study of folding maps" for number in range(10))
    page = f"<!doctype html>\n<p>{text}</p>\n"
    message = Message("10 new papers", text, page, "", SlackText("", "", (), (), ""), "reader")
    made = channel(25)
    return [
        made.prepare(message, "reader@example.org", key=f"{number:024x}", at=NOW)[0]
        for number in range(count)
    ]


def kept(port: int, mails: Sequence[Part]) -> Contender[EmailChannel]:
    """Return our channel, which keeps its connection."""

    def run(ours: EmailChannel) -> None:
        assert all(isinstance(ours.send(part, ""), Sent) for part in mails)

    return Contender("kept connection", lambda: channel(port), run, lambda ours: ours.close())


def one_each(port: int, mails: Sequence[Part]) -> Contender[EmailChannel]:
    """Return smtplib with a connection for each mail."""
    finished = [unpack(part.payload) for part in mails]

    def run(_: EmailChannel) -> None:
        for envelope, data in finished:
            with smtplib.SMTP("127.0.0.1", port) as client:
                client.sendmail(envelope.sender, [envelope.recipient], data)

    return Contender("one for each", lambda: channel(port), run)


def without_ledger(port: int) -> bool:
    """Measure sending alone."""
    mails = parts(A_ROUND)
    size = len(mails[0].payload) / 1000
    ours, peer = interleaved([kept(port, mails), one_each(port, mails)])
    print(table(f"small mails ({size:.1f} kB), no ledger", [ours, peer], per=A_ROUND, unit="mail"))
    print(f"  {A_ROUND / ours.median:,.0f} and {A_ROUND / peer.median:,.0f} a second")
    return verdict("times as fast over a kept connection", ratio(peer, ours), at_least=2)


def with_ledger(port: int) -> None:
    """Print how many mails a second delivering sends: claimed ten at a time, each settled by itself."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "paperdigest.toml"
        path.write_text(_CONFIG.format(port=port))
        app = App.at(path)
        with app.open_store() as store:
            for number, part in enumerate(parts(MAILS)):
                _put(store, number, part)
            started = time.perf_counter()
            report = app.deliver(store)
            took = time.perf_counter() - started
        app.close()
        fsync = median(fsyncs(Path(name)))
    assert report.states == {"sent": MAILS}, report.states
    commits = 1 + 1 / 10
    print(
        f"the whole of delivering: {MAILS / took:,.0f} mails a second on one connection (300 expected),"
        f" {took / MAILS * 1e3:.2f} ms each"
    )
    print(f"  {commits:.1f} commits for each, an fsync takes {fsync * 1e3:.2f} ms here")


def _put(store: Store, number: int, part: Part) -> None:
    """Write a digest with its one row, each for a reader of its own."""
    with store.transaction():
        reader = Subscriber(f"reader{number:05}", deliver=(READER,))
        id_ = subscribers.register(store, reader, change=0, now=NOW)
        subscribers.open_lane(store, id_, subscribers.MAIN, bookmark=0, now=NOW)
        row = DigestRow(0, id_, id_, "slot", "digest", "10 new papers", 10, 0, 0, NOW, NOW, NOW)
        digest_id = digests.insert_digest(store, row)
        new = NewDelivery(part.key, digest_id, id_, id_, "slot", READER, 0, part.payload)
        deliveries.put(store, [new], NOW)


def main() -> int:
    """Print the tables; 1 if the goal is missed."""
    with sink() as port:
        met = without_ledger(port)
        with_ledger(port)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
