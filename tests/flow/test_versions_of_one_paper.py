"""Versions of a preprint that have a DOI each are one paper: new once, then revised, found by any of their DOIs."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from house import ADA, CONFIG, House, titles_of
from paperdigest.core.paper import Paper
from paperdigest.flow.indexing import fill
from paperdigest.store import history
from program import Program

#: The first and the second version as their servers write them.
VERSIONS = [
    ("10.26434/chemrxiv-2026-ab1de", "10.26434/chemrxiv-2026-ab1de-v2"),
    ("10.26434/chemrxiv.95001234/v1", "10.26434/chemrxiv.95001234/v2"),
    ("10.21203/rs.3.rs-9123456/v1", "10.21203/rs.3.rs-9123456/v2"),
    ("10.20944/preprints202611.9001.v1", "10.20944/preprints202611.9001.v2"),
    ("10.22541/au.179000000.90345678/v1", "10.22541/au.179000000.90345678/v2"),
    ("10.31234/osf.io/ab1de_v1", "10.31234/osf.io/ab1de_v2"),
    ("10.31234/osf.io/ab1de", "10.31234/osf.io/ab1de_v2"),
    ("10.12688/f1000research.90123.1", "10.12688/f1000research.90123.2"),
    ("10.7554/eLife.91234.1", "10.7554/eLife.91234.2"),
    ("10.32388/AB1DEF", "10.32388/AB1DEF.2"),
]
ONE, TWO = VERSIONS[2]
FIRST: dict[str, Any] = {
    "id": f"doi:{ONE}",
    "title": "Folding paper maps again",
    "abstract": "We fold a paper map. It stays flat for an hour.",
    "authors": ["Ada Lovelace"],
    "url": f"https://doi.org/{ONE}",
    "links": [{"rel": "doi", "url": f"https://doi.org/{ONE}"}],
}
SECOND = {
    **FIRST,
    "id": f"doi:{TWO}",
    "title": "Folding paper maps once more",
    "abstract": "We fold a paper map. It stays flat for a whole week.",
    "url": f"https://doi.org/{TWO}",
    "links": [{"rel": "doi", "url": f"https://doi.org/{TWO}"}],
}
ALL = 'include = ["new", "withdrawn", "revised", "published", "cross-listed"]\n'
#: A second source beside the first.
OTHER = """
[[source]]
name = "others"
kind = "inbox"
path = "others"
"""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.built(tmp_path, ada=ALL + ADA)
    yield house
    house.close()


@dataclass
class Days:
    """Files with names of their own, a day apart."""

    house: House
    number: int = 0

    def pass_with(self, *papers: dict[str, Any]) -> None:
        self.house.wait(days=1)
        self.number += 1
        self.house.drop(f"day-{self.number}.jsonl", *papers)
        self.house.run()


@pytest.fixture
def days(house: House) -> Days:
    return Days(house)


def papers(house: House) -> list[Paper]:
    with house.app.open_store() as store:
        return list(history.papers(store, history.paper_keys(store)).values())


def only(house: House) -> Paper:
    (paper,) = papers(house)
    return paper


def told(house: House) -> list[tuple[str, list[str]]]:
    return [
        (one["kind"], titles_of(one))
        for one in sorted(house.digests(), key=lambda one: (one["at"], one["kind"]))
    ]


def older(paper: dict[str, Any], id_: str) -> dict[str, Any]:
    return {**paper, "id": f"doi:{id_}"}


# ------------------------------------------------------------------ one paper


@pytest.mark.parametrize(("one", "two"), VERSIONS, ids=[one for one, _ in VERSIONS])
def test_the_second_version_is_a_revision_of_the_first(
    house: House, days: Days, one: str, two: str
) -> None:
    days.pass_with(older(FIRST, one))
    days.pass_with(older(SECOND, two))

    assert told(house) == [
        ("digest", ["Folding paper maps again"]),
        ("notice", ["Folding paper maps once more"]),
    ]
    paper = only(house)
    assert (paper.id, paper.version) == (f"doi:{two.lower()}", 2)
    assert set(paper.ids) >= {f"doi:{one.lower()}", f"doi:{two.lower()}"}


def test_the_notice_names_the_version(house: House, days: Days) -> None:
    days.pass_with(FIRST)
    days.pass_with(SECOND)

    (notice,) = (one for one in house.digests() if one["kind"] == "notice")
    ((paper,),) = (topic["papers"] for topic in notice["topics"])
    assert paper["note"] == "Sent to you on 21 Nov, version 2 is out."


def test_a_second_version_that_says_the_same_is_no_news(house: House, days: Days) -> None:
    days.pass_with(FIRST)
    days.pass_with({**FIRST, "id": f"doi:{TWO}"})

    assert told(house) == [("digest", ["Folding paper maps again"])]
    assert only(house).version == 2


@pytest.mark.parametrize(("one", "two"), VERSIONS, ids=[one for one, _ in VERSIONS])
def test_a_first_version_that_comes_later_changes_nothing_of_what_is_shown(
    house: House, days: Days, one: str, two: str
) -> None:
    days.pass_with(older(SECOND, two))
    days.pass_with(older(FIRST, one))

    assert told(house) == [("digest", ["Folding paper maps once more"])]
    paper = only(house)
    assert (paper.title, paper.version) == ("Folding paper maps once more", 2)


@pytest.mark.parametrize("order", list(itertools.permutations((FIRST, SECOND))))
def test_a_list_of_both_versions_brings_one_paper_in_its_newest_and_is_quiet_afterwards(
    house: House, days: Days, order: tuple[dict[str, Any], ...]
) -> None:
    for day in range(3):
        days.pass_with(*order, {"title": f"Something else altogether, part {day}"})

    assert told(house) == [("digest", ["Folding paper maps once more"])]


@pytest.mark.parametrize("order", list(itertools.permutations((FIRST, SECOND))))
def test_another_source_may_tell_of_another_version(
    tmp_path: Path, order: tuple[dict[str, Any], ...]
) -> None:
    house = House.built(tmp_path, config=CONFIG + OTHER, ada=ALL + ADA)
    (tmp_path / "others").mkdir()
    for name, record in zip(("one.jsonl", "../others/two.jsonl"), order, strict=True):
        house.wait(days=1)
        house.drop(name, record)
        house.run()

    paper = only(house)
    assert (paper.title, paper.version) == ("Folding paper maps once more", 2)
    assert paper.url == f"https://doi.org/{TWO}"
    house.close()


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_versions_in_any_order_come_to_the_same_paper(
    house: House, days: Days, order: tuple[int, ...]
) -> None:
    for number in order:
        days.pass_with(numbered("doi:10.20944/preprints202611.9001.v", number))

    paper = only(house)
    assert (paper.title, paper.version) == ("Folding paper maps, told 3 times", 3)
    assert [id_[-3:] for id_ in paper.ids[:3]] == [".v3", ".v2", ".v1"]


# ------------------------------------------------------------------ who hears of it

IDS = [
    "doi:10.20944/preprints202611.9001.v",
    "doi:10.7287/peerj.preprints.90123v",
    "arxiv:2611.00001v",
]


def numbered(beginning: str, number: int) -> dict[str, Any]:
    return {
        "id": f"{beginning}{number}",
        "title": f"Folding paper maps, told {number} times",
        "authors": ["Ada Lovelace"],
        "published_at": "2026-11-19T00:00:00Z",
    }


@pytest.fixture
def later(days: Days) -> Days:
    """The days after a first digest, which looks back whatever is news."""
    days.pass_with({"title": "Another paper map"})
    return days


def heard(house: House) -> list[tuple[str, list[str]]]:
    first, *others = told(house)
    assert first == ("digest", ["Another paper map"])
    return others


@pytest.mark.parametrize("beginning", IDS)
@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_versions_in_files_of_any_name_are_told_the_same(
    house: House, later: Days, beginning: str, order: tuple[int, ...]
) -> None:
    house.wait(days=1)
    for place, number in enumerate(order):
        house.drop(f"{place}.jsonl", numbered(beginning, number))
    house.run()

    assert heard(house) == [("digest", ["Folding paper maps, told 3 times"])]


@pytest.mark.parametrize("beginning", IDS)
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
def test_versions_of_two_sources_are_told_the_same(
    tmp_path: Path, beginning: str, order: tuple[int, ...]
) -> None:
    house = House.built(tmp_path, config=CONFIG + OTHER, ada=ALL + ADA)
    (tmp_path / "others").mkdir()
    Days(house).pass_with({"title": "Another paper map"})
    house.wait(days=1)
    for name, number in zip(("one.jsonl", "../others/two.jsonl"), order, strict=True):
        house.drop(name, numbered(beginning, number))
    house.run()

    assert heard(house) == [("digest", ["Folding paper maps, told 2 times"])]
    house.close()


@pytest.mark.parametrize("beginning", IDS)
@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_a_paper_is_new_once_in_whatever_order_its_versions_come(
    house: House, later: Days, beginning: str, order: tuple[int, ...]
) -> None:
    for number in order:
        later.pass_with(numbered(beginning, number))
    later.pass_with(*(numbered(beginning, number) for number in order))

    assert [kind for kind, _ in heard(house)].count("digest") == 1


def test_a_page_without_versions_makes_news_of_what_it_lists(house: House, later: Days) -> None:
    later.pass_with(numbered(IDS[-1], 2))
    later.pass_with({"id": "arxiv:2611.00001", "title": "Folding paper maps"})

    assert [kind for kind, _ in heard(house)] == ["digest"]


def test_what_a_baseline_took_in_stays_without_news(
    house: House, later: Days, program: Program
) -> None:
    record = json.dumps(numbered(IDS[0], 2))
    program("ingest", "--file", str(house.write("archive.jsonl", record)), "--baseline")
    later.pass_with(numbered(IDS[0], 1))

    assert heard(house) == []


def test_a_first_version_in_a_baseline_makes_the_paper_old(
    house: House, later: Days, program: Program
) -> None:
    later.pass_with(numbered(IDS[0], 2))
    record = json.dumps(numbered(IDS[0], 1))
    program("ingest", "--file", str(house.write("archive.jsonl", record)), "--baseline")
    later.pass_with({**numbered(IDS[0], 1), "abstract": "We fold a paper map."})

    assert heard(house) == []


def test_a_first_version_of_long_ago_is_no_news_and_makes_the_paper_old(
    house: House, later: Days
) -> None:
    first = numbered(IDS[0], 1)
    later.pass_with(numbered(IDS[0], 2))
    later.pass_with({**first, "published_at": "2026-09-01T00:00:00Z"})
    later.pass_with({**first, "published_at": None})

    assert heard(house) == []


@pytest.mark.parametrize(("days_later", "kinds"), [(30, ["digest"]), (31, [])])
def test_a_first_version_is_news_for_30_days(
    house: House, later: Days, days_later: int, kinds: list[str]
) -> None:
    later.pass_with({**numbered(IDS[0], 2), "published_at": None})
    house.wait(days=days_later - 1)
    later.pass_with({**numbered(IDS[0], 1), "published_at": None})

    assert [kind for kind, _ in heard(house) if kind == "digest"] == kinds


def test_a_later_version_elsewhere_makes_no_news_of_a_later_one_on_arxiv(
    house: House, later: Days
) -> None:
    later.pass_with(numbered(IDS[-1], 2))
    later.pass_with({**numbered(IDS[-1], 2), "id": f"{IDS[0]}2"})

    assert len(papers(house)) == 2
    assert heard(house) == []


@pytest.mark.parametrize("at_first", [True, False])
def test_a_paper_that_two_are_joined_to_stays_without_news_if_one_was_of_a_baseline(
    house: House, later: Days, program: Program, at_first: bool
) -> None:
    one = {**numbered(IDS[-1], 2), "title": "A paper map under another name"}
    record = json.dumps(one)
    if at_first:
        program("ingest", "--file", str(house.write("archive.jsonl", record)), "--baseline")
    later.pass_with(numbered(IDS[0], 2))
    if not at_first:
        program("ingest", "--file", str(house.write("archive.jsonl", record)), "--baseline")
    later.pass_with({**one, "ids": [numbered(IDS[0], 2)["id"]]})
    later.pass_with(numbered(IDS[0], 1), numbered(IDS[-1], 1))

    assert heard(house) == []


def test_a_first_digest_looks_back_over_later_versions_too(house: House, later: Days) -> None:
    later.pass_with(numbered(IDS[0], 2))
    house.write("subscriptions/zoe.toml", ADA.replace("file:outbox", "file:of-zoe"))
    house.reload()
    later.pass_with()

    (titles,) = house.titles("of-zoe")
    assert "Folding paper maps, told 2 times" in titles
    later.pass_with(numbered(IDS[0], 1))
    assert len(house.titles("of-zoe")) == 1


def test_a_second_version_that_history_does_not_know_is_old(house: House, days: Days) -> None:
    days.pass_with(SECOND)
    assert told(house) == []


def test_an_article_that_indexes_take_up_after_review_is_new_in_any_version(
    house: House, days: Days
) -> None:
    days.pass_with(older(SECOND, "10.12688/f1000research.90123.2"))
    assert told(house) == [("digest", ["Folding paper maps once more"])]


def test_the_article_of_a_journal_with_a_doi_of_its_own_is_a_paper_of_its_own(
    house: House, days: Days
) -> None:
    days.pass_with(FIRST)
    days.pass_with(older(FIRST, "10.1000/maps.2026.2"))

    assert len(papers(house)) == 2


def test_other_prefixes_with_such_an_ending_are_two_papers(house: House, days: Days) -> None:
    days.pass_with(older(FIRST, "10.1000/xyz.v1"))
    days.pass_with(older(SECOND, "10.1000/xyz.v2"))

    assert len(papers(house)) == 2


def test_the_record_of_all_versions_never_takes_the_words_of_a_numbered_one(
    house: House, days: Days
) -> None:
    record = older(FIRST, "10.7554/eLife.91234")
    days.pass_with(older(SECOND, "10.7554/eLife.91234.2"), record)
    days.pass_with(record, older(SECOND, "10.7554/eLife.91234.2"))
    days.pass_with({**record, "votes": 3}, older(SECOND, "10.7554/eLife.91234.2"))

    assert [kind for kind, _ in told(house)] == ["digest"]
    assert only(house).title == "Folding paper maps once more"


def crossref(doi: str, title: str) -> bytes:
    """Return Crossref's answer about one preprint, with the DOI as some servers register it: in capitals."""
    work = {
        "DOI": doi.upper(),
        "type": "posted-content",
        "title": [title],
        "abstract": "<jats:p>We fold a paper map.</jats:p>",
        "author": [{"given": "Ada", "family": "Lovelace"}],
        "URL": f"https://doi.org/{doi}",
        "created": {"date-time": "2026-11-19T10:00:00Z"},
    }
    return json.dumps({"status": "ok", "message-type": "work", "message": work}).encode()


def test_what_crossref_tells_of_two_versions_is_one_paper(house: House) -> None:
    for doi, title in ((ONE, "Folding paper maps"), (TWO, "Folding paper maps again")):
        house.wait(days=1)
        house.drop_bytes(f"{doi[-2:]}.json", crossref(doi, title))
        house.run()

    assert told(house) == [
        ("digest", ["Folding paper maps"]),
        ("notice", ["Folding paper maps again"]),
    ]
    assert only(house).ids[:2] == (f"doi:{TWO}", f"doi:{ONE}")


# ------------------------------------------------------------------ what is shown


def linked(paper: dict[str, Any], id_: str, address: str) -> dict[str, Any]:
    doi = {"rel": "doi", "url": f"https://doi.org/{id_}"}
    return {**older(paper, id_), "url": address.format(id_), "links": [doi]}


@pytest.mark.parametrize(("one", "two"), VERSIONS, ids=[one for one, _ in VERSIONS])
def test_address_and_links_are_those_of_the_newest_version(
    house: House, days: Days, one: str, two: str
) -> None:
    days.pass_with(linked(FIRST, one, "https://doi.org/{}"))
    days.pass_with(linked(SECOND, two, "https://doi.org/{}"))

    paper = only(house)
    assert paper.url == f"https://doi.org/{two}"
    assert [link.url for link in paper.links] == [f"https://doi.org/{two}"]


@pytest.mark.parametrize(("one", "two"), VERSIONS, ids=[one for one, _ in VERSIONS])
def test_a_notice_links_the_doi_of_the_newest_version_alone(
    house: House, days: Days, one: str, two: str
) -> None:
    days.pass_with(linked(FIRST, one, "https://preprints.example.org/{}"))
    days.pass_with(linked(SECOND, two, "https://preprints.example.org/{}"))

    (notice,) = (one for one in house.digests() if one["kind"] == "notice")
    ((paper,),) = (topic["papers"] for topic in notice["topics"])
    assert paper["url"] == f"https://preprints.example.org/{two}"
    assert [link["url"] for link in paper["links"]] == [f"https://doi.org/{two}"]


@pytest.mark.parametrize(("one", "two"), VERSIONS, ids=[one for one, _ in VERSIONS])
def test_the_address_of_the_newest_version_wins_wherever_it_leads(
    house: House, days: Days, one: str, two: str
) -> None:
    days.pass_with(linked(FIRST, one, "https://doi.org/{}"))
    days.pass_with({**older(SECOND, two), "url": "https://preprints.example.org/newest"})

    assert only(house).url == "https://preprints.example.org/newest"


@pytest.mark.parametrize("form", ["bibtex", "ris"])
def test_a_citation_has_the_newest_doi_as_it_was_given(
    house: House, days: Days, program: Program, form: str
) -> None:
    days.pass_with(FIRST)
    days.pass_with(SECOND)

    said = program("show", ONE, "--cite", form).out

    assert said.count(TWO) == 2  # the DOI and the address
    assert ONE not in said


def test_an_export_reads_back_as_the_same_paper(
    house: House, days: Days, program: Program, tmp_path: Path
) -> None:
    days.pass_with(FIRST)
    days.pass_with(SECOND)
    said = json.loads(program("export").out)

    assert (said["id"], said["ids"], said["version"]) == (f"doi:{TWO}", [f"doi:{ONE}"], 2)
    again = House.built(tmp_path / "again")
    again.drop("export.jsonl", said)
    again.ingest()
    assert only(again).ids[:2] == only(house).ids[:2]
    again.close()


@pytest.mark.parametrize("version", [1, 2, 3, 40])
@pytest.mark.parametrize("form", ["{}", "doi:{}", "https://doi.org/{}", "HTTP://DX.DOI.ORG/{}"])
@pytest.mark.parametrize("command", [("show",), ("why",)])
def test_commands_take_the_doi_of_any_version(
    house: House, days: Days, program: Program, command: tuple[str, ...], form: str, version: int
) -> None:
    days.pass_with(FIRST)
    days.pass_with(SECOND)

    name = form.format(TWO.replace("/v2", f"/v{version}"))
    for one in (name, name.upper()):
        said = program(*command, one, "--json")
        assert said.code == 0, said.err
        assert said.json["title"] == "Folding paper maps once more"


@pytest.mark.parametrize("part", [".sa2", ".001", ".3.sa0"])
def test_a_part_that_has_a_doi_of_its_own_is_no_version(
    house: House, days: Days, program: Program, part: str
) -> None:
    work = "10.7554/eLife.91234"
    days.pass_with(older(SECOND, f"{work}.2"))
    days.pass_with({"id": f"doi:{work}{part}", "title": "What reviewers said of folding"})

    assert len(papers(house)) == 2
    for version in (1, 3):
        said = program("show", f"{work}.{version}", "--json")
        assert said.code == 0, said.err
        assert said.json["title"] == "Folding paper maps once more"


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_search_finds_a_paper_by_the_doi_of_any_version(
    house: House, days: Days, program: Program, version: int, indexed: bool
) -> None:
    days.pass_with(SECOND, older(FIRST, "10.21203/rs.3.rs-91234567/v2"))
    if indexed:
        with house.app.open_store() as store:
            fill(store)

    said = program("search", f"id:10.21203/RS.3.rs-9123456/v{version}", "--json").json

    assert [one["id"] for one in said["papers"]] == [f"doi:{TWO}"]


# ------------------------------------------------------------------ databases from before


def _as_before(house: House, name: str, doi: str) -> None:
    """Make a paper of one that was called `name` what history had before DOIs were known to tell versions."""
    with house.app.open_store() as store, store.transaction():
        (key,) = (
            key for key, paper in history.find_papers(store, f"doi:{name}") if paper.version is None
        )
        for table, column in (("paper_ids", "id"), ("records", "own_id"), ("papers", "id")):
            where = f"UPDATE {table} SET {column} = ? WHERE {column} = ?"
            store.write(where, [f"doi:{doi}", f"doi:{name}"])
        store.write(
            "UPDATE papers SET url = replace(url, ?, ?), links = replace(links, ?, ?) WHERE key = ?",
            [name, doi, name, doi, key],
        )


@pytest.fixture
def before(house: House, days: Days) -> Days:
    """Two papers for two versions, both of them sent."""
    for paper, name, doi in ((FIRST, "10.1000/one", ONE), (SECOND, "10.1000/two", TWO)):
        days.pass_with(older(paper, name))
        _as_before(house, name, doi)
    house.reload()
    assert len(papers(house)) == 2
    return days


@pytest.mark.parametrize("order", [(FIRST, SECOND), (SECOND, FIRST), (SECOND,), (FIRST,)])
@pytest.mark.parametrize("at_once", [True, False])
def test_two_papers_from_before_are_joined_when_they_are_met_and_nobody_hears_of_it(
    house: House, before: Days, order: tuple[dict[str, Any], ...], at_once: bool
) -> None:
    was = told(house)
    for batch in [order] if at_once else [(one,) for one in order]:
        before.pass_with(*batch)
    before.pass_with({"title": "Something else altogether, and nothing of it"})

    assert told(house) == was
    (paper,) = (one for one in papers(house) if one.id.startswith("doi:"))
    assert (paper.id, paper.title, paper.version) == (
        f"doi:{TWO}",
        "Folding paper maps once more",
        2,
    )
    assert set(paper.ids) >= {f"doi:{ONE}", f"doi:{TWO}"}


def test_a_third_version_of_two_papers_from_before_is_one_revision(
    house: House, before: Days
) -> None:
    was = told(house)
    third = older({**SECOND, "title": "Folding paper maps at last"}, TWO.replace("/v2", "/v3"))
    before.pass_with(third)

    assert told(house) == [*was, ("notice", ["Folding paper maps at last"])]
    assert only(house).version == 3


def test_a_paper_from_before_shows_the_version_that_its_doi_tells(
    house: House, days: Days, program: Program
) -> None:
    days.pass_with(older(SECOND, "10.1000/two"))
    _as_before(house, "10.1000/two", TWO)

    assert program("show", ONE, "--json").json["version"] == 2


def test_the_second_version_of_a_paper_from_before_is_a_revision(house: House, days: Days) -> None:
    days.pass_with(older(FIRST, "10.1000/one"))
    _as_before(house, "10.1000/one", ONE)
    house.reload()
    days.pass_with(SECOND)

    assert told(house)[1:] == [("notice", ["Folding paper maps once more"])]
    assert only(house).version == 2


def test_what_a_second_version_leaves_out_of_one_from_before_is_a_revision(
    house: House, days: Days
) -> None:
    cut = {**FIRST, "abstract": "We fold a paper map. It stays flat for an hour"}
    days.pass_with(older(cut, "10.1000/one"))
    _as_before(house, "10.1000/one", ONE)
    house.reload()
    days.pass_with({**FIRST, "id": f"doi:{TWO}", "abstract": "We fold a paper map."})

    assert [kind for kind, _ in told(house)] == ["digest", "notice"]
    assert only(house).abstract == "We fold a paper map."


def test_what_waits_of_two_papers_from_before_is_sent_once(house: House, days: Days) -> None:
    house.wait(days=1)
    for paper, name, doi in ((FIRST, "10.1000/one", ONE), (SECOND, "10.1000/two", TWO)):
        house.drop(f"{name[-3:]}.jsonl", older(paper, name))
        house.ingest()
        _as_before(house, name, doi)
    house.reload()
    days.pass_with(SECOND)

    assert told(house) == [("digest", ["Folding paper maps once more"])]


def test_papers_that_a_person_parted_stay_parted(
    house: House, before: Days, program: Program
) -> None:
    before.pass_with(SECOND)
    program("paper", "split", TWO)
    before.pass_with({**SECOND, "votes": 7})

    assert len(papers(house)) == 2


def test_versions_of_one_work_are_no_contradiction(
    house: House, days: Days, program: Program
) -> None:
    days.pass_with(FIRST)
    days.pass_with(SECOND)

    assert "none has two ids of one registry" in program("doctor").out


# ------------------------------------------------------------------ papers that arXiv has as well

ARXIV = {**FIRST, "id": "arxiv:2611.00001v1", "url": "https://arxiv.org/abs/2611.00001v1"}
ARXIV_AGAIN = {**SECOND, "id": "arxiv:2611.00001v2", "url": "https://arxiv.org/abs/2611.00001v2"}
ELSEWHERE = {**FIRST, "id": f"doi:{TWO}", "abstract": "We fold a paper map, as told elsewhere."}


@pytest.mark.parametrize("order", list(itertools.permutations((ARXIV, ELSEWHERE))))
def test_versions_of_a_preprint_on_arxiv_are_counted_by_arxiv(
    house: House, days: Days, order: tuple[dict[str, Any], ...]
) -> None:
    for record in order:
        days.pass_with(record)

    paper = only(house)
    assert (paper.id, paper.version) == ("arxiv:2611.00001", 1)
    assert paper.abstract == FIRST["abstract"]
    days.pass_with(ARXIV_AGAIN | {"ids": [f"doi:{TWO}"]})
    assert only(house).version == 2
    assert only(house).title == SECOND["title"]


BARE = {"id": "arxiv:2611.00001", "title": FIRST["title"], "authors": FIRST["authors"]}


def test_a_version_elsewhere_that_completes_a_title_of_arxiv_counts_for_none(
    house: House, days: Days
) -> None:
    days.pass_with(BARE)
    days.pass_with(ELSEWHERE)

    paper = only(house)
    assert (paper.abstract, paper.version) == (ELSEWHERE["abstract"], None)


@pytest.mark.parametrize("order", list(itertools.permutations((BARE, ELSEWHERE))))
def test_the_text_of_arxiv_wins_over_any_version_elsewhere(
    house: House, days: Days, order: tuple[dict[str, Any], ...]
) -> None:
    for record in order:
        days.pass_with(record)
    days.pass_with(ARXIV)

    paper = only(house)
    assert (paper.abstract, paper.version) == (FIRST["abstract"], 1)


def test_a_later_version_elsewhere_revises_nothing_that_arxiv_shows(
    house: House, days: Days
) -> None:
    days.pass_with(ARXIV)
    days.pass_with(ELSEWHERE)
    days.pass_with({**ELSEWHERE, "id": f"doi:{TWO.replace('/v2', '/v3')}", "abstract": "Anew."})

    assert told(house) == [("digest", ["Folding paper maps again"])]


@pytest.mark.parametrize("is_first_on_arxiv", [True, False])
def test_two_papers_of_both_counts_that_are_one_are_counted_by_arxiv(
    house: House, days: Days, is_first_on_arxiv: bool
) -> None:
    pair = [ARXIV, {**ELSEWHERE, "title": "Folding paper maps under another name"}]
    for record in pair if is_first_on_arxiv else reversed(pair):
        days.pass_with(record)
    assert len(papers(house)) == 2
    days.pass_with({**ARXIV, "ids": [f"doi:{TWO}"]})

    paper = only(house)
    assert (paper.version, paper.abstract) == (1, FIRST["abstract"])
