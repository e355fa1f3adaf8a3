"""How long 20 feeds take side by side, against one after the other. Run: python benchmarks/sources.py

The feeds come from a server on this machine, each answering after 0.2 s; everything from the first question to the
last commit counts. One after the other takes four seconds of waiting at least.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from feed import atom
from generate import papers
from ingest import NOW, Bench
from measure import Contender, interleaved, ratio, table, verdict

from paperdigest.flow.hands import Limits
from paperdigest.flow.ingest import ingest
from paperdigest.flow.taking import SourceRun
from paperdigest.sources.feed import FeedSource
from paperdigest.store.connection import Store

ROUNDS = 3
GOAL = 5.0


class Server:
    """Feeds by number, each with papers of its own; an answer comes after so many seconds."""

    def __init__(self, feeds: int, entries: int, latency: float) -> None:
        some = papers(feeds * entries)
        self.latency = latency
        self.bodies = [
            atom(some[start : start + entries]).encode() for start in range(0, len(some), entries)
        ]

    @contextmanager
    def running(self) -> Iterator[str]:
        """Yield the address, without a slash at its end."""
        served = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                time.sleep(served.latency)
                body = served.bodies[int(self.path.strip("/"))]
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


def reading(bench: Bench, address: str, feeds: int, at_once: int) -> Contender[Store]:
    """Return a contender that reads all feeds into an empty database, so many at once."""

    def run(store: Store) -> None:
        runs = [
            SourceRun(FeedSource(f"feed{number}", f"{address}/{number}"), "feed", max_age=None)
            for number in range(feeds)
        ]
        report = ingest(store, runs, NOW, limits=Limits(at_once=at_once))
        assert [one.status for one in report.sources] == ["ok"] * feeds, report

    name = "one after the other" if at_once == 1 else f"side by side, {at_once} at once"
    return Contender(name, bench.empty, run, bench.drop)


def main() -> int:
    """Print the table."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--feeds", type=int, default=20)
    words.add_argument("--entries", type=int, default=10)
    words.add_argument("--latency", type=float, default=0.2)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    asked = words.parse_args()
    server = Server(asked.feeds, asked.entries, asked.latency)
    with (
        tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as folder,
        server.running() as address,
    ):
        bench = Bench(Path(folder))
        one, many = interleaved(
            [reading(bench, address, asked.feeds, count) for count in (1, Limits().at_once)],
            asked.rounds,
        )
    title = f"{asked.feeds} feeds that answer after {asked.latency:g} s"
    print(table(title, [one, many], per=asked.feeds, unit="feed"))
    print(f"  {one.median:.2f} s one after the other, {many.median:.2f} s side by side")
    met = verdict("one after the other / side by side", ratio(one, many), at_least=GOAL)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
