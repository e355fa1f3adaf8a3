"""Saved pages: every paper found, in order, whatever is missing, doubled, cut or wrapped round them."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core.errors import RefusedInput
from paperdigest.core.ports import Parsed
from paperdigest.sources.page_dump import FORMAT

DUMPS = Path(__file__).parents[4] / "shared" / "dumps"

PAPERS = (
    (
        "FoldNet: Folding Paper Maps with Graph Neural Networks",
        (
            "Paper maps are hard to fold back along their creases. We propose FoldNet, a small graph network that learns the"
            " order of folds from 2,000 videos of hikers. It folds 93% of the maps in our collection without a tear, and we"
            " show that the loss of ink is below that of a careful human. Code is available at https://example.org/foldnet"
        ),
    ),
    (
        "What matters when feeding sourdough to a language model?",
        (
            "Sourdough starters are alive, and language models are not. In this work, we study which of the two gains more"
            " from regular feeding. Over twelve weeks the starter doubled its size each day while the model did not change."
        ),
    ),
    (
        "mBread: Efficient Bootstrapping of Multilingual Bakeries",
        (
            "Modular bakeries (Fig.~reffig:oven) share one oven among many recipes. However, the oven is the bottleneck."
            " This paper introduces mBread, which bakes M^2 loaves with sim24\\% less heat at the same crust."
        ),
    ),
    (
        "A Survey of Knots and Their Untying",
        (
            "Knots come undone. We review 140 years of papers on why they do, from sailors to proteins, and list what"
            " is still open: knots in headphones, in long ropes, and in arguments."
        ),
    ),
    (
        "3D Origami: (Almost) Free Folding Under Two Constraints",
        (
            "3D origami needs paper with two sides and patience. We remove the second requirement. Our method plans the"
            " creases ahead and hands them to a robot, which achieves state-of-the-art cranes in 40 seconds."
        ),
    ),
    (
        "Too Large; Shrinking Libraries Without Losing a Book",
        (
            "Libraries grow by 2% a year while their shelves do not. We investigate shrinking by reading: books that were"
            " read often enough are known by heart and can be lent for ever. The approach scales with the number of readers."
        ),
    ),
)
SPACED_HEADER = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\nMar 11\n\n"
DENSE_HEADER = "Get trending papers in your email inbox once a day!\nGet trending papers in your email inbox!\nSubscribe"


def page(*papers: tuple[str, str], header: str = "", between: str = "\n", end: str = "\n") -> bytes:
    lines = [line for paper in papers for line in paper if line]
    return (header + between.join(lines) + end).encode()


def pairs(parsed: Parsed) -> list[tuple[str, str]]:
    return [(paper.title, paper.abstract) for paper in parsed.papers]


def without_abstract(*places: int) -> list[tuple[str, str]]:
    return [(title, "" if place in places else text) for place, (title, text) in enumerate(PAPERS)]


HEADERS = {
    "spaced": (SPACED_HEADER, "\n\n"),
    "dense": (DENSE_HEADER, "\n"),
    "none, spaced": ("", "\n\n"),
    "none, dense": ("", "\n"),
    "doubled": (SPACED_HEADER * 2, "\n\n"),
    "another order": ("Mar 11\n\nSubscribe\n\nnew\n\nbyAK and the research community\n\n", "\n\n"),
    "a year": ("Daily Papers\n\nby AK and the research community\n\nMar 11, 2026\n\n", "\n\n"),
    "an ISO date": ("Get trending papers in your email inbox!\n2026-03-11\n", "\n"),
    "dense, subscribe apart": (DENSE_HEADER + "\n", "\n"),
    "dense, all glued": ("Get trending papers in your email inbox once a day!Subscribe", "\n"),
    "glued with a date": ("byAK and the research communityMar 11", "\n"),
    "buttons": (
        "Hugging Face\nModels\nDatasets\nSpaces\nDocs\nPricing\nLog In\nSign Up\nDaily\nWeekly\nMonthly\nnew\n",
        "\n",
    ),
    "blank lines first": ("\n\n\n" + SPACED_HEADER, "\n\n"),
    "subscribe only": ("Subscribe", "\n"),
}


@pytest.mark.parametrize("kind", HEADERS)
def test_a_page_is_read_whatever_its_header(kind: str) -> None:
    header, between = HEADERS[kind]
    data = page(*PAPERS, header=header, between=between)
    assert FORMAT.recognise(data)
    parsed = FORMAT.parse(data)
    assert (pairs(parsed), parsed.rejected) == (list(PAPERS), ())


@pytest.mark.parametrize("between", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "places", [(0,), (2,), (5,), (1, 2), (0, 1), (4, 5), (0, 2, 4), (0, 1, 2, 3, 4)]
)
def test_a_missing_abstract_shifts_nothing(places: tuple[int, ...], between: str) -> None:
    kept = without_abstract(*places)
    parsed = FORMAT.parse(
        page(*kept, header=DENSE_HEADER if between == "\n" else SPACED_HEADER, between=between)
    )
    assert (pairs(parsed), parsed.rejected) == (kept, ())
    assert [paper.partial for paper in parsed.papers] == [
        place in places for place in range(len(PAPERS))
    ]


@pytest.mark.parametrize("mark", ["N/A", "No abstract available.", "-"])
def test_a_line_that_only_says_there_is_no_abstract_is_none(mark: str) -> None:
    kept = without_abstract(2)
    lines = [(title, text or mark) for title, text in kept]
    assert pairs(FORMAT.parse(page(*lines))) == kept


def test_places_count_from_one_over_all_papers_with_or_without_abstract() -> None:
    papers = FORMAT.parse(page(*without_abstract(1))).papers
    assert [(paper.rank, paper.rank_of) for paper in papers] == [
        (place, 6) for place in range(1, 7)
    ]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_do_not_matter(ends: str) -> None:
    data = page(*PAPERS, header=SPACED_HEADER, between="\n\n").replace(b"\n", ends.encode())
    assert pairs(FORMAT.parse(data)) == list(PAPERS)


def test_a_byte_order_mark_does_not_matter() -> None:
    assert pairs(FORMAT.parse(b"\xef\xbb\xbf" + page(*PAPERS, header=DENSE_HEADER))) == list(PAPERS)


def test_a_missing_last_line_end_does_not_matter() -> None:
    assert pairs(FORMAT.parse(page(*PAPERS, end=""))) == list(PAPERS)


def test_one_paper_is_a_page() -> None:
    assert pairs(FORMAT.parse(page(PAPERS[0], header=DENSE_HEADER))) == [PAPERS[0]]


@pytest.mark.parametrize(
    "foot",
    [
        "Load more",
        "Previous 1 2 3 ... 100 Next",
        "© 2026 Hugging Face",
        "TOS\nPrivacy\nAbout\nJobs",
        "12\n-\n3",
    ],
)
def test_the_foot_of_a_page_is_no_paper(foot: str) -> None:
    assert pairs(FORMAT.parse(page(*PAPERS, end="\n" + foot + "\n"))) == list(PAPERS)


def test_votes_dates_and_counts_between_papers_are_no_papers() -> None:
    lines = [
        line
        for title, text in PAPERS
        for line in ("128", title, text, "· 9 authors", "Mar 11", "-")
    ]
    assert pairs(FORMAT.parse("\n".join(lines).encode())) == list(PAPERS)


def test_a_title_saved_twice_is_one_paper() -> None:
    title, text = PAPERS[1]
    data = page(PAPERS[0], (title, title), ("", text), PAPERS[2])
    assert pairs(FORMAT.parse(data)) == list(PAPERS[:3])


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_an_abstract_of_one_sentence_is_an_abstract(between: str) -> None:
    short = [(title, text.split(". ")[0].rstrip(".") + ".") for title, text in PAPERS]
    assert pairs(FORMAT.parse(page(*short, between=between))) == short


@pytest.mark.parametrize(
    "title",
    [
        "Attention Is All You Need",
        "Folding is all you need.",
        "Are We There Yet? A Long Look at Short Roads",
        "LEGO: Language Enhanced Graph Origami",
        "GPT-4",
        "{bf P}re-{bf T}raining for M^2RAG",
        "On " + "the Folding of Very Long Titles and " * 7 + "Their End",
        "12-in-1: Folding Twelve Maps in One Go",
        "Subscribers Who Never Read: a Study of Newsletters",
    ],
)
def test_titles_of_every_kind_are_titles(title: str) -> None:
    papers = [PAPERS[0], (title, PAPERS[1][1]), PAPERS[2]]
    assert pairs(FORMAT.parse(page(*papers))) == papers


def test_a_title_wrapped_after_a_small_word_is_one_title() -> None:
    data = page(
        PAPERS[0],
        ("A Very Long Survey of the Folding of Maps and", "Other Sheets of Paper"),
        ("", PAPERS[1][1]),
    )
    assert (
        FORMAT.parse(data).papers[1].title
        == "A Very Long Survey of the Folding of Maps and Other Sheets of Paper"
    )


@pytest.mark.parametrize("words", [4, 12, 25])
def test_an_abstract_cut_over_two_lines_is_one_abstract(words: int) -> None:
    title, text = PAPERS[0]
    cut = text.split()
    data = page((title, " ".join(cut[:words])), ("", " ".join(cut[words:])), *PAPERS[1:])
    parsed = FORMAT.parse(data)
    assert (pairs(parsed), parsed.rejected) == (list(PAPERS), ())


@pytest.mark.parametrize("width", [72, 80, 100])
@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_page_whose_lines_were_wrapped_is_unwrapped(width: int, between: str) -> None:
    def wrapped(text: str) -> str:
        return "\n".join(wrap(text, width, break_on_hyphens=False, break_long_words=False))

    data = page(*[(wrapped(title), wrapped(text)) for title, text in PAPERS], between=between)
    parsed = FORMAT.parse(data)
    assert (pairs(parsed), parsed.rejected) == (list(PAPERS), ())


def test_an_address_on_a_line_of_its_own_belongs_to_the_abstract_that_needs_it() -> None:
    title, text = PAPERS[0]
    start, address = text.rsplit(" ", 1)
    data = page((title, start), ("", address), *PAPERS[1:])
    assert pairs(FORMAT.parse(data)) == list(PAPERS)
    assert pairs(
        FORMAT.parse(page(PAPERS[1], ("", "https://example.org/button"), PAPERS[2]))
    ) == list(PAPERS[1:3])


def test_an_abstract_without_title_is_rejected_with_its_line_and_the_rest_stays_right() -> None:
    data = page(*PAPERS[:2], ("", PAPERS[2][1]), *PAPERS[3:])
    parsed = FORMAT.parse(data)
    assert pairs(parsed) == [*PAPERS[:2], *PAPERS[3:]]
    assert [(item.place, item.reason) for item in parsed.rejected] == [
        (5, "an abstract without a title above it")
    ]


def test_a_page_that_begins_with_an_abstract_loses_only_that_one() -> None:
    parsed = FORMAT.parse(page(("", PAPERS[0][1]), *PAPERS[1:]))
    assert pairs(parsed) == list(PAPERS[1:])
    assert [item.place for item in parsed.rejected] == [1]


def test_a_cut_abstract_makes_a_partial_record() -> None:
    assert FORMAT.parse(page((PAPERS[0][0], PAPERS[0][1][:90] + " …"), PAPERS[1])).papers[0].partial


@pytest.mark.parametrize(
    "header", [SPACED_HEADER, DENSE_HEADER, SPACED_HEADER.replace("\n", "\r\n"), "Daily Papers\n"]
)
def test_a_header_alone_is_refused(header: str) -> None:
    with pytest.raises(RefusedInput, match="no papers found"):
        FORMAT.parse(header.encode())


def test_a_page_of_abstracts_only_is_refused() -> None:
    with pytest.raises(RefusedInput):
        FORMAT.parse(page(*[("", text) for _, text in PAPERS]))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b'{"title": "x"}',
        b"[1]",
        b"<rss version='2.0'/>",
        b"TY  - JOUR\nTI  - A title of a paper\nAB  - We fold maps. It is long.\nER  - \n",
        b"@article{x,\n title={Folding Paper Maps},\n abstract={We fold maps. They are long.}\n}\n",
        b"milk\nbread\neggs\n",
        b"From: ada@example.org\nTo: b@example.org\nSubject: Folding Paper Maps\n\nWe fold maps. They are long.\n",
    ],
)
def test_other_texts_are_no_pages(data: bytes) -> None:
    assert not FORMAT.recognise(data)


@settings(deadline=None, max_examples=60)
@given(
    missing=st.sets(st.integers(0, 11)),
    order=st.permutations(range(12)),
    header=st.sampled_from([header for header, _ in HEADERS.values()]),
)
def test_any_page_with_any_abstracts_missing_is_read_right(
    missing: set[int], order: list[int], header: str
) -> None:
    twelve = [*PAPERS, *((title.replace(" ", " New ", 1), text) for title, text in PAPERS)]
    kept = [(twelve[place][0], "" if place in missing else twelve[place][1]) for place in order]
    parsed = FORMAT.parse(page(*kept, header=header))
    if len(missing) < 12:
        assert (pairs(parsed), parsed.rejected) == (kept, ())


@settings(deadline=None, max_examples=80)
@given(st.lists(st.text(max_size=60), max_size=30))
def test_any_text_is_read_or_refused(lines: list[str]) -> None:
    data = "\n".join(lines).encode("utf-8", "replace")
    FORMAT.recognise(data)
    try:
        parsed = FORMAT.parse(data)
    except RefusedInput:
        return
    assert all(paper.title for paper in parsed.papers)


@pytest.mark.skipif(not DUMPS.is_dir(), reason="the real dumps are not beside this checkout")
@pytest.mark.parametrize(
    ("name", "papers"), [("hf-papers-a", 96), ("hf-papers-b", 266), ("hf-papers-c", 119)]
)
def test_the_real_pages_hold_the_papers_they_are_known_to_hold(name: str, papers: int) -> None:
    data = (DUMPS / f"{name}.txt").read_bytes()
    assert FORMAT.recognise(data[: 64 * 1024])
    parsed = FORMAT.parse(data)
    assert (len(parsed.papers), parsed.rejected) == (papers, ())
    assert not any(paper.partial for paper in parsed.papers)
    assert max(len(paper.title) for paper in parsed.papers) <= 140
    assert min(len(paper.abstract) for paper in parsed.papers) >= 500


@pytest.mark.skipif(not DUMPS.is_dir(), reason="the real dumps are not beside this checkout")
@pytest.mark.parametrize("name", ["hf-papers-a", "hf-papers-b", "hf-papers-c"])
def test_the_real_pages_without_every_seventh_abstract_keep_the_rest(name: str) -> None:
    known = pairs(FORMAT.parse((DUMPS / f"{name}.txt").read_bytes()))
    kept = [(title, "" if place % 7 == 0 else text) for place, (title, text) in enumerate(known)]
    parsed = FORMAT.parse(page(*kept))
    assert (pairs(parsed), parsed.rejected) == (kept, ())


def test_a_note_in_markdown_is_no_page() -> None:
    words = (
        "In this note we say at some length what the folder holds and why, so that it can be found. "
        * 4
    )
    note = f"# Our reading list\n\nWhat is here\n\n{words}\n\n## How to read it\n\n{words}\n"
    assert not FORMAT.recognise(note.encode())
    assert FORMAT.recognise(note.replace("#", "").encode())


def test_one_title_with_a_number_sign_does_not_hide_a_page() -> None:
    words = (
        "In this paper we count hash signs in titles and find that there are few of them indeed. "
        * 4
    )
    assert FORMAT.recognise(f"# Signs in the Titles of Papers\n{words}\n".encode())
