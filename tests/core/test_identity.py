"""Which paper a record is about: ids in every spelling, keys made of text, who may be one with whom."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import paper
from paperdigest.core.identity import (
    arxiv_id,
    contradict,
    doi,
    family_name,
    normal_id,
    own_id,
    preferred_first,
    record_ids,
    same_first_author,
    short_key,
    title_key,
    title_words,
)


def test_of_a_record_with_ids_without_end_the_preferred_ones_are_taken() -> None:
    many = tuple(f"own:{number}" for number in range(2_000))
    ids = record_ids(paper(id="", ids=(*many, "doi:10.1234/x")), "shelf")
    assert (len(ids), ids[0]) == (51, "doi:10.1234/x")


@pytest.mark.parametrize(
    ("text", "id_", "version"),
    [
        ("2611.00001", "2611.00001", None),
        ("2611.00001v3", "2611.00001", 3),
        ("arXiv:2611.00001", "2611.00001", None),
        ("arxiv: 2611.00001v2", "2611.00001", 2),
        ("arXiv:2611.00001v2 [cs.LG]", "2611.00001", 2),
        ("oai:arXiv.org:2611.00001v1", "2611.00001", 1),
        ("https://arxiv.org/abs/2611.00001v2", "2611.00001", 2),
        ("http://export.arxiv.org/pdf/2611.00001v2.pdf", "2611.00001", 2),
        ("https://arxiv.org/html/2611.00001?context=cs", "2611.00001", None),
        ("arxiv.org/abs/2611.00001/", "2611.00001", None),
        ("https://huggingface.co/papers/2611.00001", "2611.00001", None),
        ("https://mirror.example.org/papers/2611.00001#community", "2611.00001", None),
        ("https://www.alphaxiv.org/abs/2611.00001", "2611.00001", None),
        ("https://ar5iv.labs.arxiv.org/html/2611.00001", "2611.00001", None),
        ("10.48550/arXiv.2611.00001", "2611.00001", None),
        ("https://doi.org/10.48550/ARXIV.2611.00001", "2611.00001", None),
        ("doi:10.48550/arXiv.2611.00001", "2611.00001", None),
        ("0704.0001", "0704.0001", None),
        ("astro-ph/0601001", "astro-ph/0601001", None),
        ("https://arxiv.org/abs/astro-ph/0601001v1", "astro-ph/0601001", 1),
        ("arXiv:hep-th/9901001v3", "hep-th/9901001", 3),
        ("math.GT/0309136", "math/0309136", None),
    ],
)
def test_an_arxiv_id_is_read_in_every_spelling(text: str, id_: str, version: int | None) -> None:
    assert arxiv_id(text) == (id_, version)
    assert normal_id(text) == f"arxiv:{id_}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1234.5678",
        "9999.99999",
        "2611.001",
        "3.14159",
        "10.1000/x",
        "see 2611.00001",
        "foo/0601001",
        "v1",
    ],
)
def test_what_only_looks_like_an_arxiv_id_is_none(text: str) -> None:
    assert arxiv_id(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("10.1000/ABC", "10.1000/abc"),
        ("doi:10.1000/x", "10.1000/x"),
        ("DOI 10.1000/x", "10.1000/x"),
        ("https://doi.org/10.1000/x.", "10.1000/x"),
        ("http://dx.doi.org/10.1000%2Fx", "10.1000/x"),
        (
            "https://doi.org/10.1000/a:1%3C9::aid-x%3E2.0.co%3B2-q",
            "10.1000/a:1<9::aid-x>2.0.co;2-q",
        ),
        ("https://doi.org/10.1000/A%3CB%3Ec%41?source=x%3F", "10.1000/a<b>ca"),
        ("https://doi.org/10.1000/a%3Fb", "10.1000/a?b"),
        ("https://doi.org/10.1000/a%0Ab", "10.1000/a%0ab"),  # no sign that could stand in one
        ("10.1000/x);", "10.1000/x"),
        ("10.1000/s0140-6736(20)30183-5", "10.1000/s0140-6736(20)30183-5"),
        (
            "10.1000/(SICI)1097(1998)17:15<1661::AID>3.0.CO;2-2",
            "10.1000/(sici)1097(1998)17:15<1661::aid>3.0.co;2-2",
        ),
        ("https://journal.example.org/doi/abs/10.1000/x?journal=y", "10.1000/x"),
        (
            "https://www.biorxiv.org/content/10.1101/2026.11.01.123456v2.full.pdf",
            "10.1101/2026.11.01.123456",
        ),
    ],
)
def test_a_doi_is_read_in_every_spelling(text: str, name: str) -> None:
    assert doi(text) == name
    assert normal_id(text) == f"doi:{name}"


@pytest.mark.parametrize(
    "text", ["", "10.1/x", "11.1000/x", "doi:", "10.1000/", "https://example.org/a"]
)
def test_what_only_looks_like_a_doi_is_none(text: str) -> None:
    assert doi(text) is None


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("arxiv:2611.00001v2", "arxiv:2611.00001"),
        ("PMID: 00123", "pmid:123"),
        ("https://pubmed.ncbi.nlm.nih.gov/123/?utm_source=x", "pmid:123"),
        ("https://openreview.net/forum?id=aB-c_1", "openreview:aB-c_1"),
        ("https://openalex.org/w12", "openalex:W12"),
        ("https://www.semanticscholar.org/paper/A-Title/" + "a1" * 20, "s2:" + "a1" * 20),
        ("feed:https://example.org/f#17", "feed:https://example.org/f#17"),
        ("42", "42"),
    ],
)
def test_other_ids_get_their_normal_form(text: str, id_: str) -> None:
    assert normal_id(text) == id_


@given(st.text(max_size=60))
@settings(deadline=None)
def test_the_normal_form_is_its_own_normal_form(text: str) -> None:
    once = normal_id(text)
    assert normal_id(once) == once


#: Frozen: a change here parts every history from its papers.
@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Folding paper maps with graph neural networks", "title1:1293c336bbcf006e"),
        (r"{\bf F}olding Paper-Maps with Graph Neural Networks", "title1:1293c336bbcf006e"),
        ("Folding  paper maps\nwith graph neural networks.", "title1:1293c336bbcf006e"),
        ("Über die Faltung von Straßenkarten", "title1:62febebf0e0ac9f2"),
        ("$\\alpha$-folding of H$_2$O & other maps", "title1:546c2c16ae027fe6"),
        ("関係データの折り畳み", "title1:108d03c54dea7be8"),
    ],
)
def test_title_keys_never_change(title: str, key: str) -> None:
    assert title_key(title) == key


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Attention", 1),
        ("GPT-9 Technical Report", 3),
        ("Multi-modal maps & more", 3),
        ("One two three four", 4),
        (r"{\bf P}re-{\bf T}raining of maps", 3),
        ("基于图神经网络的地图折叠", 6),
        ("", 0),
        ("— ? —", 0),
    ],
)
def test_words_of_a_title_are_counted_as_blanks_part_them(title: str, words: int) -> None:
    assert title_words(title) == words


@pytest.mark.parametrize(
    ("author", "name"),
    [
        ("Ada Lovelace", "lovelace"),
        ("Lovelace, Ada", "lovelace"),
        ("Lovelace A", "lovelace"),
        ("A. Lovelace", "lovelace"),
        ("Laurens van der Maaten", "maaten"),
        ("van der Maaten, L.", "maaten"),
        (r"J\"urgen M\"uller", "muller"),
        ("Jürgen Müller", "muller"),
        ("Sammy Davis Jr.", "davis"),
        ("The ATLAS Collaboration", ""),
        ("", ""),
    ],
)
def test_the_family_name_is_found_in_every_order(author: str, name: str) -> None:
    assert family_name(author) == name


def test_first_authors_agree_where_a_side_names_nobody() -> None:
    assert same_first_author((), ("Ada Lovelace",))
    assert same_first_author(("Lovelace, A.", "x"), ("Ada Lovelace",))
    assert not same_first_author(("Grace Hopper",), ("Ada Lovelace",))


def test_the_ids_of_a_record_are_preferred_first_and_end_with_its_text() -> None:
    record = paper(id="doi:10.1000/x", ids=("pmid:7", "arxiv:2611.00001v2"))
    ids = record_ids(record, "s")
    assert ids[:3] == ("arxiv:2611.00001", "doi:10.1000/x", "pmid:7")
    assert ids[3] == title_key(record.title)


def test_a_record_without_ids_is_known_by_its_title() -> None:
    record = paper(id="", ids=(), url="")
    assert own_id(record, "s") == title_key(record.title)


def test_a_source_calls_all_versions_of_a_doi_by_one_name() -> None:
    first, then = (paper(id=f"doi:10.21203/rs.3.rs-9123456/v{n}", ids=()) for n in (1, 2))
    assert own_id(then, "s") == own_id(first, "s")
    assert record_ids(then, "s")[0] == then.id


def test_an_address_gives_the_id_of_a_record_that_brings_none() -> None:
    assert (
        own_id(paper(id="", ids=(), url="https://arxiv.org/abs/2611.00009v1"), "s")
        == "arxiv:2611.00009"
    )


def test_an_id_without_origin_means_something_in_its_source_only() -> None:
    assert own_id(paper(id="42", ids=()), "one") != own_id(paper(id="42", ids=()), "two")


def test_no_id_is_taken_from_the_abstract() -> None:
    record = paper(
        id="", ids=(), url="", abstract="As in arXiv:2611.00002 and doi:10.1000/x we fold."
    )
    assert record_ids(record, "s") == (title_key(record.title),)


def test_keys_made_of_text_are_not_taken_from_others() -> None:
    record = paper(ids=("title1:0123456789abcdef",))
    assert "title1:0123456789abcdef" not in record_ids(record, "s")


def test_a_short_title_is_told_apart_by_how_the_abstract_begins() -> None:
    one = short_key("Paper maps", "We fold.", "s")
    assert one.startswith("text1:")
    assert one == short_key("Paper Maps", "We fold!", "another source")
    assert one != short_key("Paper maps", "We tear.", "s")


def test_a_short_title_alone_means_something_in_its_source_only() -> None:
    assert short_key("Paper maps", "", "one") != short_key("Paper maps", "", "two")


def test_link_hosts_do_not_change_the_key_of_a_short_title() -> None:
    one = short_key("Paper maps", "Code at https://github.com/a/b for all maps.", "s")
    assert one == short_key(
        "Paper maps", "Code at https://mirror.example.org/a/b for all maps.", "s"
    )


@pytest.mark.parametrize(
    ("a", "b", "so"),
    [
        ({"arxiv:1"}, {"arxiv:2"}, True),
        ({"arxiv:1"}, {"doi:2"}, False),
        ({"arxiv:1", "doi:x"}, {"arxiv:2", "doi:x"}, True),
        ({"arxiv:1", "doi:x"}, {"arxiv:1", "doi:y"}, False),
        ({"doi:x", "pmid:1"}, {"doi:x", "pmid:2"}, False),
        ({"doi:10.21203/rs.3.rs-9123456/v1"}, {"doi:10.21203/rs.3.rs-9123456/v2"}, False),
        ({"doi:10.7554/elife.91234"}, {"doi:10.7554/elife.91234.2"}, False),
        ({"doi:10.21203/rs.3.rs-9123456/v1"}, {"doi:10.21203/rs.3.rs-9123457/v1"}, True),
        ({"doi:10.1000/x.v1"}, {"doi:10.1000/x.v2"}, True),
        ({"feed:a"}, {"feed:b"}, False),
        ({"title1:a"}, {"title1:b"}, False),
        (set(), {"arxiv:1"}, False),
    ],
)
def test_two_ids_of_one_registry_are_two_papers(a: set[str], b: set[str], so: bool) -> None:
    assert contradict(a, b) is so
    assert contradict(b, a) is so


def test_preferred_ids_come_first() -> None:
    ids = [
        "title1:a",
        "x:1",
        "feed:f",
        "openalex:W1",
        "s2:1",
        "openreview:o",
        "pmid:1",
        "doi:d",
        "arxiv:a",
    ]
    assert preferred_first(ids) == (*reversed(ids[2:]), "x:1", "title1:a")
