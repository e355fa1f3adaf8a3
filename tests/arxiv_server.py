"""arXiv on loopback: a feed that holds one day's announcements, and the API that finds papers by submission date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from http_server import HttpServer, Reply, Request, http_server

_FEED = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
    ' xmlns:arxiv="http://arxiv.org/schemas/atom"'
    ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
)


@dataclass(frozen=True, slots=True)
class Submitted:
    """A paper. It is announced on the next weekday."""

    id: str
    title: str
    on: date
    version: int = 1
    abstract: str = "We fold paper maps along their creases, again and again."

    @property
    def announced(self) -> date:
        """Return the day on which the feed names it."""
        day = self.on + timedelta(days=1)
        while day.weekday() > 4:
            day += timedelta(days=1)
        return day


@dataclass
class Arxiv:
    """What is there to be read, and the day the feed is of."""

    http: HttpServer
    papers: list[Submitted] = field(default_factory=list)
    today: date = date(2026, 11, 20)
    page: int = 200
    #: What the API answers instead, as often as given: to break it.
    instead: list[Reply] = field(default_factory=list)

    @property
    def options(self) -> str:
        """Return the lines of a `[[source]]` that reads this server."""
        return (
            'kind = "arxiv"\ncategories = ["cs.CV"]\n'
            f'feed_url = "{self.http.url}/atom/"\napi_url = "{self.http.url}/api/query"\n'
        )

    @property
    def asked(self) -> list[str]:
        """Return what the API was asked, a start each."""
        paths = [urlsplit(one.path) for one in self.http.requests]
        return [parse_qs(one.query)["start"][0] for one in paths if one.path == "/api/query"]

    def feed(self, request: Request) -> Reply:
        """Return the announcements of today."""
        entries = [_announced(one) for one in self.papers if one.announced == self.today]
        return _reply(entries, "")

    def api(self, request: Request) -> Reply:
        """Return a page of the papers submitted in a span of days."""
        if self.instead:
            return self.instead.pop(0)
        asked = parse_qs(urlsplit(request.path).query)
        since, until = asked["search_query"][0].partition("submittedDate:[")[2][:-1].split(" TO ")
        found = [one for one in self.papers if since[:8] <= f"{one.on:%Y%m%d}" <= until[:8]]
        start = int(asked["start"][0])
        some = found[start : start + min(self.page, int(asked["max_results"][0]))]
        head = f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>"
        return _reply([_submitted(one) for one in some], head)


@contextmanager
def arxiv_server() -> Iterator[Arxiv]:
    """Serve an arXiv until the end of the block."""
    with http_server() as server:
        arxiv = Arxiv(server)
        server.replies |= {"/atom/cs.CV": arxiv.feed, "/api/query": arxiv.api}
        yield arxiv


def _reply(entries: list[str], head: str) -> Reply:
    body = _FEED + f"<title>cs.CV</title><id>x</id>{head}{''.join(entries)}</feed>"
    return Reply(body.encode(), headers={"Content-Type": "application/atom+xml"})


def _announced(one: Submitted) -> str:
    return (
        f"<entry><id>oai:arXiv.org:{one.id}v1</id><title>{escape(one.title)}</title>"
        f'<link href="https://arxiv.org/abs/{one.id}" rel="alternate"/>'
        f"<summary>arXiv:{one.id}v1 Announce Type: new\nAbstract: {one.abstract}</summary>"
        '<category term="cs.CV"/><arxiv:announce_type>new</arxiv:announce_type>'
        f"<published>{one.announced}T00:00:00-04:00</published></entry>"
    )


def _submitted(one: Submitted) -> str:
    return (
        f"<entry><id>http://arxiv.org/abs/{one.id}v{one.version}</id><title>{escape(one.title)}</title>"
        f"<summary>  {one.abstract}</summary><published>{one.on}T10:00:00Z</published>"
        f"<updated>{one.on + timedelta(days=one.version - 1)}T10:00:00Z</updated>"
        '<category term="cs.CV"/><author><name>Ada Lovelace</name></author></entry>'
    )
