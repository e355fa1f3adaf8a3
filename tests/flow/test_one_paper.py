"""One paper is one paper, however often and by whomever it is told."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from house import House, titles_of
from paperdigest.core.ports import Document
from paperdigest.flow.ingest import ingest
from paperdigest.flow.taking import SourceRun
from paperdigest.sources.single import SingleSource
from paperdigest.store import history
from paperdigest.store.connection import Store, open_memory

NOW = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
TITLES = (
    "Folding Paper Maps with $\\alpha$-Stable Creases",
    "A Short Survey of Paper Maps",
    "Tearing Maps: {\\em Why} and How Often",
)
ABSTRACT = (
    "We fold paper maps along their creases, again and again, and count what is lost of the ink."
)
#: Of the middle one: it came out in a journal as well.
JOURNAL = "10.1000/maps.2026.7"


def hugging_face() -> bytes:
    def item(number: int, title: str) -> dict[str, object]:
        paper = {
            "id": f"2611.1000{number}",
            "title": title,
            "summary": ABSTRACT.replace(" again ", "\n  again "),
            "upvotes": 7 + number,
            "publishedAt": "2026-11-19T10:00:00.000Z",
            "submittedOnDailyAt": "2026-11-20T08:00:00.000Z",
            "authors": [{"name": "Ada Lovelace"}, {"name": "Grace Hopper"}],
        }
        return {"paper": paper, "title": title, "summary": ABSTRACT}

    return json.dumps([item(n, title) for n, title in enumerate(TITLES)]).encode()


def announcements() -> bytes:
    entries = "".join(
        f"<item><title>{title}</title><link>https://arxiv.org/abs/2611.1000{n}</link>"
        f"<description>arXiv:2611.1000{n}v1 Announce Type: new\nAbstract: {ABSTRACT}</description>"
        f'<guid isPermaLink="false">oai:arXiv.org:2611.1000{n}v1</guid><category>cs.CV</category>'
        "<pubDate>Fri, 20 Nov 2026 00:00:00 -0500</pubDate>"
        "<arxiv:announce_type>new</arxiv:announce_type>"
        "<dc:creator>Ada Lovelace (University of Maps), Grace Hopper</dc:creator></item>"
        for n, title in enumerate(TITLES)
    )
    head = (
        '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' version="2.0"><channel><title>cs.CV</title>'
    )
    return f"{head}{entries}</channel></rss>".encode()


def api() -> bytes:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/2611.1000{n}v1</id><title>{title}</title>"
        f"<summary>  {ABSTRACT}</summary><published>2026-11-19T10:00:00Z</published>"
        "<updated>2026-11-19T10:00:00Z</updated><category term='cs.CV'/><category term='cs.CG'/>"
        + (f"<arxiv:doi>{JOURNAL}</arxiv:doi>" if n == 1 else "")
        + "<author><name>Ada Lovelace</name></author><author><name>Grace Hopper</name></author></entry>"
        for n, title in enumerate(TITLES)
    )
    head = '<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">'
    return f"{head}<title>query</title>{entries}</feed>".encode()


def page() -> bytes:
    shown = (
        "Folding Paper Maps with α-Stable Creases",
        TITLES[1],
        "Tearing Maps: Why and How Often",
    )
    return "".join(f"{title}\n{ABSTRACT}\n" for title in shown).encode()


SOURCES = {"hf": hugging_face(), "feed": announcements(), "api": api(), "page": page()}


def take(store: Store, name: str, data: bytes, at: datetime = NOW) -> None:
    document = Document(name, sha256(data).hexdigest(), data)
    (report,) = ingest(store, [SourceRun(SingleSource(name, document), "inbox")], at).sources
    assert report.status != "failed"
    assert not report.total("rejected")


@pytest.fixture
def store() -> Iterator[Store]:
    with open_memory() as opened:
        yield opened


@pytest.mark.parametrize("order", list(itertools.permutations(SOURCES)), ids="-".join)
def test_the_same_day_by_four_ways_in_any_order_is_the_same_papers_with_all_their_ids(
    store: Store, order: Sequence[str]
) -> None:
    for name in order:
        take(store, name, SOURCES[name])

    papers = history.papers(store, history.paper_keys(store)).values()

    assert sorted(paper.id for paper in papers) == [f"arxiv:2611.1000{n}" for n in range(3)]
    found = {paper.id: paper for paper in papers}
    assert f"doi:{JOURNAL}" in found["arxiv:2611.10001"].ids
    for number in range(3):
        paper = found[f"arxiv:2611.1000{number}"]
        assert set(paper.sources) == set(SOURCES)
        assert paper.votes == 7 + number
        assert paper.authors == ("Ada Lovelace", "Grace Hopper")
        assert paper.categories[:1] == ("cs.CV",)
        assert not paper.partial
    changes = history.changes_after(store, 0, history.newest_change(store))
    new = [one.paper_key for one in changes if one.kind == "new" and not one.completes]
    assert len(new) == len(set(new)) == 3
    assert not [one for one in changes if one.kind == "revised"]


def test_two_sources_that_differ_honestly_revise_nothing_in_ten_days(store: Store) -> None:
    for day in range(10):
        at = NOW + timedelta(days=day)
        votes = json.loads(SOURCES["hf"])
        for item in votes:
            item["paper"]["upvotes"] += day
            item["paper"]["summary"] = ABSTRACT.replace("paper maps", "maps of paper")
        take(store, "hf", json.dumps(votes).encode(), at)
        take(
            store,
            "feed",
            announcements().replace(b"<channel>", b"<channel><ttl>%d</ttl>" % day),
            at,
        )

    changes = history.changes_after(store, 0, history.newest_change(store))

    assert [str(one.kind) for one in changes if one.kind == "revised"] == []
    (first, *_) = history.papers(store, history.paper_keys(store)).values()
    assert first.votes == 7 + 9


def test_a_title_that_is_told_in_full_a_day_later_reaches_whom_it_matches_now_once(
    house: House,
) -> None:
    house.drop("monday.jsonl", {"title": "On an Old Question of Folds", "id": "arxiv:2611.10009"})
    house.run()
    assert house.titles() == []
    house.wait(days=1)
    house.drop(
        "tuesday.jsonl",
        {
            "title": "On an Old Question of Folds",
            "id": "arxiv:2611.10009",
            "abstract": "How often can a paper map be folded?",
        },
    )
    house.run()
    house.wait(days=1)
    house.run()

    assert [title for digest in house.digests() for title in titles_of(digest)] == [
        "On an Old Question of Folds"
    ]
