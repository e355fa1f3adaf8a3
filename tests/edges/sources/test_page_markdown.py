"""Pages saved as Markdown: every text to the paper whose link it has, whatever stands round it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.text import ABSTRACT_CAP, TITLE_CAP
from paperdigest.sources.page_markdown import FORMAT

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
SAMPLE = (GOLDEN / "page_markdown.md").read_bytes()
OTHERS = sorted(
    path for path in GOLDEN.iterdir() if path.suffix != ".json" and path.name != "page_markdown.md"
)
HUB = "https://huggingface.co"
HEADER = f"Get trending papers in your email inbox!\n\n[Subscribe]({HUB}/login?next=%2Fpapers)\n\n"
ABSTRACT = "Paper maps are hard to fold back. We propose to leave them open."
IDS = ("2611.00001", "2611.00002", "2502.00003")


def block(
    id_: str = IDS[0], title: str = "", text: str = ABSTRACT, votes: str = "12", below: str = ""
) -> str:
    parts = [
        f"[{votes}]({HUB}/login?next=%2Fpapers%2F{id_})" if votes else "",
        f"### [{title or f'Folding Maps, No. {id_}'}]({HUB}/papers/{id_})",
        f"[{text}]({HUB}/papers/{id_})" if text else "",
        f"[- ![]({HUB}/avatars/1.svg)\\\\\n- 9 authors]({HUB}/papers/{id_})",
        "·",
        below or f"Nov 17[6]({HUB}/papers/{id_}#community)",
    ]
    return "\n\n".join(part for part in parts if part) + "\n\n"


def read(*blocks: str, header: str = HEADER) -> tuple[Paper, ...]:
    data = (header + "".join(blocks)).encode()
    assert FORMAT.recognise(data[: 64 * 1024])
    parsed = FORMAT.parse(data)
    assert parsed.rejected == ()
    return parsed.papers


# ------------------------------------------------------------------ one block


def test_a_paper_has_its_id_title_abstract_and_votes() -> None:
    (paper,) = read(block())
    assert paper == Paper(
        title="Folding Maps, No. 2611.00001",
        abstract=ABSTRACT,
        id="arxiv:2611.00001",
        ids=("arxiv:2611.00001",),
        url="https://huggingface.co/papers/2611.00001",
        links=(
            Link("abstract", "https://arxiv.org/abs/2611.00001"),
            Link("pdf", "https://arxiv.org/pdf/2611.00001"),
        ),
        votes=12,
        rank=1,
        rank_of=1,
        partial=True,
    )


def test_every_record_is_partial() -> None:
    """The page shows a summary in place of some abstracts and cuts others: none may displace a full one."""
    assert all(paper.partial for paper in read(*(block(id_) for id_ in IDS)))


@pytest.mark.parametrize(
    ("shown", "votes"),
    [("101", 101), ("1,042", 1042), ("0", 0), ("-", None), ("1.2k", None), ("Upvote 33", 33)],
)
def test_votes_are_a_number_or_a_dash(shown: str, votes: int | None) -> None:
    assert read(block(votes=shown))[0].votes == votes


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("Feb 27, 2025", datetime(2025, 2, 27, tzinfo=UTC)),
        ("· Published on Sept 3, 2024", datetime(2024, 9, 3, tzinfo=UTC)),
        ("Feb 30, 2025", None),
        ("May 29", None),
    ],
)
def test_a_date_without_a_year_is_left_out(said: str, at: datetime | None) -> None:
    """There is no clock here, and the year is that of the reading."""
    assert read(block(below=said), block(IDS[1]))[0].published_at == at


def test_wrapped_lines_are_unwrapped() -> None:
    text = "Paper maps are hard\\\\\nto fold back, and\\\nso are [CLS] tokens\\\\\nin [0, 1)."
    (paper,) = read(block(title="Folding Maps\\  for Hikers", text=text))
    assert paper.title == "Folding Maps for Hikers"
    assert paper.abstract == "Paper maps are hard to fold back, and so are [CLS] tokens in [0, 1)."


def test_a_title_over_two_lines_is_one_title() -> None:
    assert read(block(title="Folding Maps\nfor Hikers"))[0].title == "Folding Maps for Hikers"


def test_what_markdown_escaped_is_as_it_was_and_tex_stays() -> None:
    text = r"We fold \[CLS\] maps of snake\_case by 24\% and \alpha{x} \textbf{creases}."
    expected = r"We fold [CLS] maps of snake_case by 24\% and \alpha{x} \textbf{creases}."
    assert read(block(text=text))[0].abstract == expected


def test_a_count_of_authors_is_no_abstract() -> None:
    assert read(block(text=""))[0].abstract == ""


def test_a_paper_that_is_not_arxivs_is_hugging_faces_own() -> None:
    assert read(block("knots-2026"))[0].ids == ("hf:knots-2026",)


def test_an_id_of_the_old_kind_is_read_with_its_votes() -> None:
    (paper,) = read(
        block("hep-th/9901001", votes=""), f"[7]({HUB}/login?next=%2Fpapers%2Fhep-th%2F9901001)"
    )
    assert (paper.id, paper.votes) == ("arxiv:hep-th/9901001", 7)


@pytest.mark.parametrize("host", ["", "https://hf-mirror.com", "http://localhost:8080"])
def test_links_of_mirrors_and_links_without_a_host_are_links(host: str) -> None:
    (paper,) = read(block().replace(HUB, host))
    assert (paper.id, paper.abstract, paper.votes) == ("arxiv:2611.00001", ABSTRACT, 12)
    assert paper.url == "https://huggingface.co/papers/2611.00001"


# ------------------------------------------------------------------ the trending layout


TRENDING = f"""[[image: none]]({HUB}/papers/2611.00002)

Submitted by

[image: none]

akh

### [Shrinking Libraries]({HUB}/papers/2611.00002)


A summary of one sentence stands in place of the abstract of this paper.

And its second paragraph says that reading makes the books unnecessary.


[[image: lab] Shelf Lab]({HUB}/shelf) · Published on Oct 4, 2026


[Upvote

117]({HUB}/login?next=%2Fpapers%2F2611.00002)

[GitHub 1.2k](https://github.com/example/shelf) [arXiv Page](https://arxiv.org/abs/2611.00002) [Project page](https://example.org/shelf)

"""


def test_an_abstract_without_a_link_is_found_below_its_title() -> None:
    assert read(TRENDING)[0].abstract == (
        "A summary of one sentence stands in place of the abstract of this paper."
        " And its second paragraph says that reading makes the books unnecessary."
    )


def test_votes_date_and_buttons_below_belong_to_the_paper_above() -> None:
    first, second, third = read(block(IDS[0]), TRENDING, block(IDS[2], votes=""))
    assert (second.votes, second.published_at) == (117, datetime(2026, 10, 4, tzinfo=UTC))
    assert second.links[2:] == (
        Link("code", "https://github.com/example/shelf"),
        Link("page", "https://example.org/shelf"),
    )
    assert (len(first.links), first.votes, len(third.links), third.votes) == (2, 12, 2, None)


def test_a_block_that_is_there_twice_is_one_paper() -> None:
    papers = read(TRENDING, TRENDING, block())
    assert [(paper.id, paper.rank, paper.rank_of) for paper in papers] == [
        ("arxiv:2611.00002", 1, 2),
        ("arxiv:2611.00001", 2, 2),
    ]
    assert papers[0] == replace(read(TRENDING)[0], rank_of=2)


def test_blocks_without_blank_lines_are_parted_by_their_links() -> None:
    page = block(IDS[0]) + TRENDING.replace("\nAnd its second", "And its second") + block(IDS[2])
    dense = "\n".join(line for line in page.split("\n") if line)
    assert [(paper.id, paper.abstract) for paper in read(dense)] == [
        (paper.id, paper.abstract) for paper in read(page)
    ]


# ------------------------------------------------------------------ the page


def test_places_are_the_order_of_the_page() -> None:
    papers = read(*(block(id_) for id_ in reversed(IDS)))
    assert [(paper.id, paper.rank, paper.rank_of) for paper in papers] == [
        (f"arxiv:{id_}", place, 3) for place, id_ in enumerate(reversed(IDS), 1)
    ]


def test_the_order_of_search_results_is_no_ranking() -> None:
    header = f"---\nurl: {HUB}/papers?date=2026-11-20&q=maps\n---\n{HEADER}"
    assert [paper.rank for paper in read(block(), block(IDS[1]), header=header)] == [None, None]


def test_the_pages_own_links_are_no_papers() -> None:
    own = "".join(
        f"## [Papers of a {name}]({HUB}/papers/{name})\n\n" for name in ("month", "trending")
    )
    assert len(read(own, block())) == 1


def test_a_missing_abstract_shifts_nothing() -> None:
    papers = read(block(IDS[0], text=""), block(IDS[1]), block(IDS[2], text=""))
    assert [paper.abstract for paper in papers] == ["", ABSTRACT, ""]


@pytest.mark.parametrize("ends", ["\r\n", "\r"])
def test_line_ends_and_a_byte_order_mark_do_not_matter(ends: str) -> None:
    data = b"\xef\xbb\xbf" + SAMPLE.replace(b"\n", ends.encode())
    assert FORMAT.recognise(data)
    assert FORMAT.parse(data) == FORMAT.parse(SAMPLE)


def test_an_abstract_whose_title_is_lost_is_rejected_and_the_rest_stays_right() -> None:
    lost = f"[{ABSTRACT * 8}]({HUB}/papers/2611.00099)\n\n"
    parsed = FORMAT.parse((HEADER + block() + lost + block(IDS[1])).encode())
    assert [paper.abstract for paper in parsed.papers] == [ABSTRACT] * 2
    assert [(bad.place, bad.reason) for bad in parsed.rejected] == [
        (18, "an abstract without a title above it")
    ]


@pytest.mark.parametrize("title", ["![](https://example.org/a.png)", "\u200b", " "])
def test_a_title_with_nothing_to_read_is_rejected(title: str) -> None:
    picture = block(IDS[1], title=title, text="")
    parsed = FORMAT.parse((HEADER + block() + picture).encode())
    assert len(parsed.papers) == 1
    assert [bad.reason for bad in parsed.rejected] == ["a paper without a title"]


def test_too_many_bad_blocks_refuse_the_page() -> None:
    bad = "".join(block(f"2611.1000{n}", title="![](x)", text="") for n in range(5))
    with pytest.raises(RefusedInput, match="5 of 6 records"):
        FORMAT.parse((HEADER + block() + bad).encode())


@pytest.mark.parametrize("data", [b"", b"\n", HEADER.encode(), b"# Papers\n\nNo links here.\n"])
def test_a_page_without_papers_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedInput, match="no papers found"):
        FORMAT.parse(data)


def test_fields_have_their_caps() -> None:
    (paper,) = read(block(title="é" * 2_000, text="é" * 40_000))
    assert len(paper.title.encode()) <= TITLE_CAP
    assert len(paper.abstract.encode()) <= ABSTRACT_CAP


def test_what_cannot_be_seen_is_taken_out() -> None:
    assert read(block(title="Fold\u202eing\x01 maps"), header="")[0].title == "Folding maps"


@pytest.mark.parametrize("header", ["", HEADER])
def test_a_page_is_told_by_its_links(header: str) -> None:
    assert FORMAT.recognise((header + block()).encode())
    assert FORMAT.recognise((header + block(votes="")).encode())
    assert FORMAT.recognise((header + TRENDING).encode())


@pytest.mark.parametrize("path", OTHERS, ids=lambda path: path.name)
def test_samples_of_other_formats_are_not_taken(path: Path) -> None:
    assert not FORMAT.recognise(path.read_bytes()[: 64 * 1024])


@pytest.mark.parametrize(
    "data",
    [
        "",
        HEADER,
        "[]",
        '[{"title": "x"}]',
        '{"title": "### [x](https://huggingface.co/papers/2611.00001)"}',
        f"<p>\n### [x]({HUB}/papers/2611.00001)\n[y]({HUB}/papers/2611.00001)",
        f"# [Our model](https://example.org/m)\n\nSee the [paper]({HUB}/papers/2611.00001).",
        f"## [One paper]({HUB}/papers/2611.00001)\n\nread it on Sunday",
        "### [Notes](https://example.org/papers/notes.pdf)",
    ],
)
def test_other_texts_are_no_such_pages(data: str) -> None:
    assert not FORMAT.recognise(data.encode())


# ------------------------------------------------------------------ hostile input


@pytest.mark.parametrize("data", [SAMPLE, (block() + TRENDING + block(IDS[2])).encode()])
def test_a_page_cut_anywhere_keeps_every_record_but_the_last(data: bytes) -> None:
    whole = FORMAT.parse(data).papers
    for cut in range(len(data)):
        try:
            found = FORMAT.parse(data[:cut]).papers
        except RefusedInput:
            continue
        assert [replace(paper, rank_of=len(whole)) for paper in found[:-1]] == [
            *whole[: len(found) - 1]
        ]
        assert found[-1].id == whole[len(found) - 1].id


_PIECES = st.sampled_from(
    [
        *HEADER.split("\n"),
        *block().split("\n"),
        *TRENDING.split("\n"),
        "### [",
        "](",
        f"]({HUB}/papers/2611.00007)",
        "![](",
        "\\\\",
        "[" * 50,
        "### []",
        "#",
    ]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(_PIECES | st.text(max_size=12), max_size=30), st.sampled_from(["", "\n", "\n\n"]))
def test_any_pieces_are_read_or_refused(pieces: list[str], between: str) -> None:
    data = between.join(pieces).encode("utf-8", "replace")
    FORMAT.recognise(data)
    with suppress(RefusedInput):
        parsed = FORMAT.parse(data)
        assert all(paper.title and paper.id and paper.partial for paper in parsed.papers)


@settings(deadline=None, max_examples=200)
@given(st.integers(0, len(SAMPLE)), st.integers(0, 40), st.binary(max_size=12))
def test_a_sample_with_any_bytes_in_it_is_read_or_refused(
    start: int, gone: int, other: bytes
) -> None:
    data = SAMPLE[:start] + other + SAMPLE[start + gone :]
    FORMAT.recognise(data)
    with suppress(RefusedInput):
        FORMAT.parse(data)


@pytest.mark.parametrize(
    "piece",
    [
        *("[", "](", "![](", "### [", "### [x\n", "\\", " \n", "1,", "/papers?", "-", "a ", "](x)"),
        "A long enough line of plain text, with an end.\n\n",
        f"[1]({HUB}/login?next=%2Fpapers%2F",
        "[x](https://github.com/a/b",
    ],
)
def test_reading_takes_time_in_proportion(piece: str) -> None:
    """Coarse on purpose: what grows with the square of the size would take minutes here."""
    data = (block(text="") + piece * (400_000 // len(piece))).encode()
    with at_most(10):
        FORMAT.recognise(data[: 64 * 1024])
        FORMAT.parse(data)
