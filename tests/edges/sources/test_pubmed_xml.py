"""PubMed's XML: whole or refused, the article's own ids, the library's habits undone."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Paper
from paperdigest.core.ports import Parsed
from paperdigest.core.text import display
from paperdigest.sources.pubmed_xml import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "pubmed_efetch.xml"
DATA = (GOLDEN / "pubmed.xml").read_bytes()


def article(inner: str = "<ArticleTitle>Folding maps</ArticleTitle>", *, more: str = "") -> str:
    return (
        f"<PubmedArticle><MedlineCitation><PMID>9</PMID><Article>{inner}</Article></MedlineCitation>"
        f"{more}</PubmedArticle>"
    )


def document(*records: str, head: str = "") -> bytes:
    return f"{head}<PubmedArticleSet>{''.join(records)}</PubmedArticleSet>".encode()


def one(inner: str, more: str = "") -> Paper:
    title = "" if "ArticleTitle" in inner else "<ArticleTitle>Folding maps</ArticleTitle>"
    (paper,) = FORMAT.parse(document(article(title + inner, more=more))).papers
    return paper


def dated(pub_date: str, more: str = "", *, history: str = "") -> datetime | None:
    journal = f"<Journal><JournalIssue><PubDate>{pub_date}</PubDate></JournalIssue></Journal>{more}"
    entered = (
        f'<PubMedPubDate PubStatus="entrez">{history}</PubMedPubDate>'
        '<PubMedPubDate PubStatus="received"><Year>2001</Year><Month>1</Month></PubMedPubDate>'
    )
    return one(
        journal, f"<PubmedData><History>{entered}</History></PubmedData>" if history else ""
    ).published_at


def refusal(data: bytes) -> str:
    with pytest.raises(RefusedInput) as caught:
        FORMAT.parse(data)
    return str(caught.value)


def test_a_document_that_is_cut_at_any_byte_is_refused() -> None:
    for cut in range(len(DATA.rstrip())):
        with pytest.raises(RefusedInput):
            FORMAT.parse(DATA[:cut])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "cut off: no element found in line 1"),
        (b"\n\n<PubmedArticleSet><a>", "cut off: no element found in line 3"),
        (b"<PubmedArticleSet><a></b></PubmedArticleSet>", "broken: mismatched tag in line 1"),
        (b"<PubmedArticleSet>\xff</PubmedArticleSet>", "0xff at offset 18"),
        (b"<PubmedArticleSet/><more/>", "broken: junk"),
        (b"<html></html>", "root element <html>, not <PubmedArticleSet>"),
        (b"<?xml version='1.0' encoding='latin-1'?><PubmedArticleSet/>", 'says it is "latin-1"'),
        (document(head='<!DOCTYPE a [<!ENTITY b "c">]>'), "entities of its own"),
        (
            document(head='<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'),
            "entities of its own",
        ),
        (document(head='<!DOCTYPE a [<!ENTITY % b "c"> %b;]>'), "entities of its own"),
        (document("<a>&nbsp;</a>", head='<!DOCTYPE a SYSTEM "x.dtd">'), 'entity "&nbsp;"'),
        (document("<a>&nbsp;</a>"), "broken: undefined entity"),
        (document("<a>" * 200 + "</a>" * 200), "nested deeper than 100"),
        (document(article("<ArticleTitle/>")), "no article of this document has a title"),
    ],
)
def test_what_is_no_whole_set_is_refused_in_words(data: bytes, words: str) -> None:
    assert words in refusal(data)


def test_a_document_type_elsewhere_is_named_and_not_fetched() -> None:
    head = '<?xml version="1.0"?><!DOCTYPE x PUBLIC "-//NLM//X" "https://dtd.example.org/x.dtd">'
    assert len(FORMAT.parse(document(article(), head=head)).papers) == 1


def test_a_set_without_articles_is_well() -> None:
    assert FORMAT.parse(b"<PubmedArticleSet></PubmedArticleSet>") == Parsed("pubmed", ())


def test_an_answer_of_books_alone_is_no_failure() -> None:
    parsed = FORMAT.parse(document("<PubmedBookArticle/>"))
    assert (parsed.papers, [one.place for one in parsed.rejected]) == ((), [1])


def test_an_article_without_a_title_is_rejected_alone() -> None:
    parsed = FORMAT.parse(document(article(), article("<ArticleTitle> </ArticleTitle>")))
    assert len(parsed.papers) == 1
    assert [(one.place, one.reason) for one in parsed.rejected] == [
        (2, "an article without a title")
    ]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("Folding maps.", "Folding maps"),
        ("Do maps fold?", "Do maps fold?"),
        ("Maps in the U.S.", "Maps in the U.S."),
        ("Comment on Somerville et al.", "Comment on Somerville et al."),
        ("And so on...", "And so on..."),
        ("[Translated].", "[Translated]"),
        ("A<sub>2</sub>\n  and <i>B. c</i> x&lt;y.", "A<sub>2</sub> and <i>B. c</i> x&lt;y"),
        ("A &amp; B at x&lt;y.", "A & B at x<y"),
        ("[Not Available].", "Anders"),
        ("", "Anders"),
    ],
)
def test_the_title_is_the_papers_and_not_the_librarys(written: str, title: str) -> None:
    inner = f"<ArticleTitle>{written}</ArticleTitle><VernacularTitle>Anders.</VernacularTitle>"
    assert one(inner).title == title


def test_a_section_of_an_abstract_that_says_nothing_is_left_out() -> None:
    said = "<AbstractText>We fold.</AbstractText>"
    nothing = '<AbstractText Label="AIM"> </AbstractText>'
    assert one(f"<Abstract>{nothing}{said}</Abstract>").abstract == "We fold."


def test_an_abstract_that_the_library_cut_is_partial() -> None:
    text = "<Abstract><AbstractText>We fold. (ABSTRACT TRUNCATED AT 250 WORDS)</AbstractText></Abstract>"
    assert one(text).partial
    assert not one("<Abstract><AbstractText>We fold.</AbstractText></Abstract>").partial


@pytest.mark.parametrize(
    ("pub_date", "day"),
    [
        ("<Year>2026</Year><Month>May</Month><Day>7</Day>", (2026, 5, 7)),
        ("<Year>2026</Year><Month>05</Month><Day>07</Day>", (2026, 5, 7)),
        ("<Year>2026</Year><Month>May</Month>", (2026, 5, 1)),
        ("<Year>2026</Year>", (2026, 12, 31)),
        ("<Year>2026</Year><Season>Spring</Season>", (2026, 12, 31)),
        ("<MedlineDate>2021 Oct-Dec</MedlineDate>", (2021, 12, 1)),
        ("<MedlineDate>1998 Dec-1999 Jan</MedlineDate>", (1999, 1, 1)),
        ("<MedlineDate>2018 Apr 15-30</MedlineDate>", (2018, 4, 30)),
        ("<MedlineDate>2000-2001</MedlineDate>", (2001, 12, 31)),
        ("<MedlineDate>2018 1st Quarter</MedlineDate>", (2018, 12, 31)),
        ("<Year>1965</Year>", (1965, 12, 31)),
    ],
)
def test_the_day_of_an_issue_is_read_as_far_as_it_is_named(
    pub_date: str, day: tuple[int, int, int]
) -> None:
    assert dated(pub_date) == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize(
    "pub_date",
    [
        "<Year>2026</Year><Month>Feb</Month><Day>30</Day>",
        "<Year>0000</Year>",
        "<Year>20 26</Year>",
        "<Year>²²²²</Year>",
        "<MedlineDate>long ago</MedlineDate>",
        "",
    ],
)
def test_a_day_that_cannot_be_is_none(pub_date: str) -> None:
    assert dated(pub_date) is None


def test_the_day_online_comes_before_that_of_the_issue() -> None:
    online = "<ArticleDate><Year>2026</Year><Month>11</Month><Day>03</Day></ArticleDate>"
    assert dated("<Year>2027</Year><Month>Jan</Month>", online) == datetime(2026, 11, 3, tzinfo=UTC)


def test_an_issue_without_a_day_gives_way_to_the_day_of_entry_before_it() -> None:
    entered = "<Year>2026</Year><Month>11</Month><Day>5</Day>"
    day = datetime(2026, 11, 5, tzinfo=UTC)
    assert dated("<Year>2026</Year>", history=entered) == day
    assert dated("<Year>2026</Year><Month>Dec</Month>", history=entered) == day
    assert dated("", history=entered) == day
    old = datetime(2020, 5, 1, tzinfo=UTC)
    assert dated("<Year>2020</Year><Month>May</Month>", history=entered) == old
    exact = datetime(2026, 12, 1, tzinfo=UTC)
    full = "<Year>2026</Year><Month>Dec</Month><Day>1</Day>"
    assert dated(full, history=entered) == exact


def test_ids_that_are_no_longer_valid_or_someone_elses_are_left_out() -> None:
    ids = '<ELocationID EIdType="doi" ValidYN="N">10.5555/old</ELocationID>'
    other = (
        "<PubmedData><ArticleIdList><ArticleId IdType='doi'>no doi</ArticleId>"
        "<ArticleId IdType='pii'>10.5555/pii</ArticleId></ArticleIdList><ReferenceList><Reference>"
        "<ArticleIdList><ArticleId IdType='doi'>10.5555/theirs</ArticleId></ArticleIdList>"
        "</Reference></ReferenceList></PubmedData>"
    )
    assert one(ids, other).ids == ("pmid:9",)


def test_the_doi_of_arxiv_is_its_id() -> None:
    ids = '<ELocationID EIdType="doi">10.48550/arXiv.2611.00001</ELocationID>'
    assert one(ids).ids == ("arxiv:2611.00001", "pmid:9")


@pytest.mark.parametrize(
    ("journal", "kind", "venue"),
    [
        ("Folding letters", "Journal Article", "Folding letters"),
        ("bioRxiv : the preprint server for biology", "Preprint", "bioRxiv"),
        ("Research square", "Preprint", "preprint"),
    ],
)
def test_a_server_of_preprints_is_no_journal(journal: str, kind: str, venue: str) -> None:
    types = f"<PublicationTypeList><PublicationType>{kind}</PublicationType></PublicationTypeList>"
    assert one(f"<Journal><Title>{journal}</Title></Journal>{types}").venue == venue


def test_only_a_retracted_article_is_withdrawn_and_not_the_notice() -> None:
    types = "<PublicationTypeList><PublicationType>{}</PublicationType></PublicationTypeList>"
    assert one(types.format("Retracted Publication")).withdrawn
    assert not one(types.format("Retraction of Publication")).withdrawn


def test_at_most_two_thousand_authors_are_kept_and_long_texts_are_cut() -> None:
    names = "<Author><LastName>Fold</LastName><ForeName>A</ForeName></Author>" * 2_100
    text = f"<Abstract><AbstractText>{'fold ' * 9_000}</AbstractText></Abstract>"
    title = f"<ArticleTitle>{'map ' * 900}</ArticleTitle>"
    paper = one(f"{title}{text}<AuthorList>{names}</AuthorList>")
    assert len(paper.authors) == 2_000
    assert len(paper.title) <= 1_000
    assert len(paper.abstract) <= 32_000


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (DATA[:400], True),
        (b"\xef\xbb\xbf\n<!-- x --><PubmedArticleSet>", True),
        (b"<PubmedArticle", False),
        (b"<rss version='2.0'><PubmedArticleSet/></rss>", False),
        (b'{"a": "<PubmedArticleSet>"}', False),
        (b"\x00\xff", False),
        (b"", False),
    ],
)
def test_it_is_told_by_its_root_element(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


def test_no_other_kind_of_document_is_taken_for_it() -> None:
    others = [path for path in GOLDEN.iterdir() if path.name != "pubmed.xml"]
    assert not [path.name for path in others if FORMAT.recognise(path.read_bytes())]


@pytest.mark.skipif(not SAMPLE.exists(), reason="the real samples are not beside this checkout")
def test_a_real_answer_is_read() -> None:
    (paper,) = FORMAT.parse(SAMPLE.read_bytes()).papers
    assert [one.partition(":")[0] for one in paper.ids] == ["doi", "pmid"]
    assert (len(paper.authors), len(paper.keywords), paper.partial) == (10, 23, False)
    assert [label in paper.abstract for label in ("BACKGROUND: ", "METHODS: ")] == [True, True]
    assert paper.published_at == datetime(2018, 5, 17, tzinfo=UTC)
    assert "  " not in paper.abstract
    assert not paper.title.endswith(".")


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(DATA) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_any_change_to_a_document_is_read_or_refused(at: int, put: bytes, less: int) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(DATA[:at] + put + DATA[at + less :])


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(data)
    with suppress(RefusedInput):
        FORMAT.parse(document(article()) + data)


@pytest.mark.parametrize(
    "data",
    [
        b"<PubmedArticleSet><!--" + b"- " * 1_000_000,
        b"<PubmedArticleSet a='" + b"x" * 2_000_000,
        document("<a/>" * 60_000),
        document(article(f"<ArticleTitle>{'<i>a</i>' * 50_000}</ArticleTitle>")),
        b"<!DOCTYPE a [" + b"<!ELEMENT a (b)>" * 100_000,
    ],
    ids=["comment", "attribute", "records", "pieces", "declarations"],
)
def test_what_is_made_to_take_long_takes_no_time_to_speak_of(data: bytes) -> None:
    with at_most(10), suppress(RefusedInput):
        FORMAT.parse(data)


def test_numbers_above_and_below_the_line_stay_apart_from_those_before_them() -> None:
    """10 to the 6th is not 106."""
    paper = one(
        "<Abstract><AbstractText>10<sup>6</sup> cells of <b>CO<sub>2</sub></b>, R&amp;D at p &lt; 0.05."
        "</AbstractText></Abstract>"
    )
    assert display(paper.abstract) == "10⁶ cells of CO₂, R&D at p < 0.05."
