"""BibTeX: its grammar, whatever program wrote the file, and entries that are broken or made to harm."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from effort import at_most
from paperdigest.core.errors import RefusedInput
from paperdigest.core.paper import Link, Paper
from paperdigest.core.ports import Rejected
from paperdigest.sources.bibtex import FORMAT
from paperdigest.sources.bibtex_syntax import Entry, entries

GOLDEN = Path(__file__).parents[2] / "golden" / "sources"
DATA = (GOLDEN / "library.bib").read_bytes()
GOOD = b"@article{k, title = {Folding maps}}\n"


def one(fields: str) -> Paper:
    parsed = FORMAT.parse(f"@article{{k, title = {{Folding maps}}, {fields}}}".encode())
    assert parsed.rejected == ()
    return parsed.papers[0]


def fields(text: str) -> dict[str, str]:
    (entry,) = entries(text)
    assert isinstance(entry, Entry), entry
    return entry.fields


def broken(text: str) -> list[tuple[int, str]]:
    return [(one.place, one.reason) for one in entries(text) if isinstance(one, Rejected)]


# ------------------------------------------------------------------ grammar


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@article{k, a = {x}}", {"a": "x"}),
        ("@ARTICLE {k , A = {x} , }", {"a": "x"}),
        ("@article\n{\nk\n,\na\n=\n{x}\n}", {"a": "x"}),
        ("@article(k, a = {x) y})", {"a": "x) y"}),
        ('@a{k, a = "x"}', {"a": "x"}),
        ('@a{k, a = "x {"y, z"} w"}', {"a": 'x {"y, z"} w'}),
        ('@a{k, a = {say "x, y" now}}', {"a": 'say "x, y" now'}),
        ("@a{k, a = {{x} {y{z}}}}", {"a": "{x} {y{z}}"}),
        ("@a{k, a = 2026, b = nov}", {"a": "2026", "b": "nov"}),
        ('@a{k, a = "x" # { y} # 7}', {"a": "x y7"}),
        ("@a{k, a = {C:\\\\}, b = {y}}", {"a": "C:\\\\", "b": "y"}),
        ("@a{k, a = {\\{x\\}}, b = {y}}", {"a": "\\{x\\}", "b": "y"}),
        ("@a{k, a = {mail x@y{z}}}", {"a": "mail x@y{z}"}),
        ("@a{k, a = {x}, a = {y}}", {"a": "x"}),
        ("@a{k, a = {x} b = {y}}", {"a": "x", "b": "y"}),
        ("@a{k, % a = {w}\n a = {x}, % b = {y}\n}", {"a": "x"}),
        ("@a{, a = {x}}", {"a": "x"}),
        ("@a{a = {x}, b = {y}}", {"a": "x", "b": "y"}),
        ("@a{DBLP:conf/x/Y(2), a = {x}}", {"a": "x"}),
        ("@a{k}", {}),
        ("@a{k, a = {}}", {"a": ""}),
        ("text @a{k, a = {x}} text", {"a": "x"}),
        ("mail a@b.c\n@a{k, a = {x}}", {"a": "x"}),
        ("% @a{j, a = {w}}\n@a{k, a = {x}}", {"a": "x"}),
    ],
)
def test_an_entry_is_read_as_written(text: str, found: dict[str, str]) -> None:
    assert fields(text) == found


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ('@string{j = "Folding"}', "Folding"),
        ("@STRING(J = {Folding})", "Folding"),
        ('@string{f = "Fold"}@string{j = f # "ing"}', "Folding"),
        ('@string{i = "no", j = "Folding"}', "Folding"),
        ("", "j"),
        (
            '@preamble{"x" # {@string{}}}@comment{ @a{b, j = {no}} }@string{j = {Folding}}',
            "Folding",
        ),
    ],
)
def test_a_macro_stands_for_its_text(before: str, value: str) -> None:
    assert fields(before + "@a{k, a = j}") == {"a": value}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("@a{k, a = {x}, b c}", "no field where one should be"),
        ("@a{k, a = , b = {y}}", "a field without a value"),
        ("@a{k, a = {x} # , b = {y}}", "a field without a value"),
        ('@a{k, a = "x} y", b = {z}}', "a closing brace too many"),
        ("@a{k, a = {x", "cut off: the file ends in the middle of an entry"),
        ("@a{k, a = {x}, ye", "cut off: the file ends in the middle of an entry"),
        ("@a{k", "cut off: the file ends in the middle of an entry"),
        ("@string{k = ", "cut off: the file ends in the middle of an entry"),
    ],
)
def test_a_broken_entry_says_what_is_wrong(text: str, reason: str) -> None:
    assert broken("\n\n" + text) == [(3, reason)]


@pytest.mark.parametrize(
    "start", ["@a{k, a = {x", '@a{k, a = "x', "@a{k, a = {x}", "@a{k, a", "@a{k", "@comment{ {x }"]
)
def test_an_entry_that_never_closes_ends_where_the_next_begins(start: str) -> None:
    found = list(entries(f"{start}\n  @a{{l, a = {{y}}}}\n@a{{m, a = {{z}}}}"))
    assert isinstance(found[0], Rejected)
    assert [one.fields for one in found[1:] if isinstance(one, Entry)] == [{"a": "y"}, {"a": "z"}]


def test_macros_that_grow_without_end_refuse_the_file() -> None:
    doubling = "".join(f"@string{{m{n + 1} = m{n} # m{n}}}\n" for n in range(60))
    with pytest.raises(RefusedInput, match="more text than the file"):
        FORMAT.parse(b'@string{m0 = "fold"}\n' + doubling.encode() + GOOD)


def test_macros_used_as_they_are_meant_are_no_bomb() -> None:
    text = '@string{j = "Journal of Folded Matter and Maps"}\n'
    text += "@article{k, title = {Folding maps in many ways}, year = 2026, journal = j}\n" * 20_000
    assert len(FORMAT.parse(text.encode()).papers) == 20_000


# ------------------------------------------------------------------ papers


@pytest.mark.parametrize(
    ("names", "spoken"),
    [
        ("Ada Lovelace and Charles Babbage", ("Ada Lovelace", "Charles Babbage")),
        ("Lovelace, Ada\n  AND\n  Babbage, Charles", ("Ada Lovelace", "Charles Babbage")),
        ("van der Maaten, Laurens", ("Laurens van der Maaten",)),
        ("Babbage, Jr., Charles", ("Charles Babbage, Jr.",)),
        ("{Maps and Folds, Inc.} and Fold, A.", ("{Maps and Folds, Inc.}", "A. Fold")),
        ('M{\\"u}ller, J{\\o}rgen', ('J{\\o}rgen M{\\"u}ller',)),
        ("Brand and Sandford, B and others", ("Brand", "B Sandford")),
        ("", ()),
    ],
)
def test_names_are_parted_by_and_and_turned(names: str, spoken: tuple[str, ...]) -> None:
    assert one(f"author = {{{names}}}").authors == spoken


@pytest.mark.parametrize(
    ("names", "spoken"),
    [
        ("given=Ada, family=Moss", ("Ada Moss",)),
        ("family=Moss, given=Ada, prefix=van der, useprefix=true", ("Ada van der Moss",)),
        ("family=Moss, given=Ada, suffix=Jr. and Fern, Bo", ("Ada Moss, Jr.", "Bo Fern")),
        ("family={Fernton University}", ("{Fernton University}",)),
        ("given=Ada", ("Ada",)),
    ],
)
def test_names_given_by_their_parts_are_put_together(names: str, spoken: tuple[str, ...]) -> None:
    """biblatex: the extended name format."""
    assert one(f"author = {{{names}}}").authors == spoken


def test_the_number_that_dblp_tells_namesakes_by_is_no_part_of_a_name() -> None:
    assert one("author = {Bo Fern 0001 and Ada Moss}").authors == ("Bo Fern", "Ada Moss")


@pytest.mark.parametrize(
    ("collaboration", "named"),
    [
        ("ROOF", "ROOF Collaboration"),
        ("{Roof Survey Collaboration}", "{Roof Survey Collaboration}"),
        ("MOSS Team", "MOSS Team"),
    ],
)
def test_a_collaboration_is_named_behind_the_authors(collaboration: str, named: str) -> None:
    paper = one(f"author = {{Moss, Ada and others}}, collaboration = {{{collaboration}}}")
    assert paper.authors == ("Ada Moss", named)


def test_blocks_that_steer_a_program_or_hold_data_for_others_are_no_papers() -> None:
    parsed = FORMAT.parse(
        b"@CONTROL{REVTEX41Control}\n@IEEEtranBSTCTL{x, CTLmax_names = {3}}\n@XData{p, publisher = {P}}\n"
        b"@Set{s, entryset = {a,b}}\n@control{y, title = {}}\n" + GOOD
    )
    assert ([paper.title for paper in parsed.papers], parsed.rejected) == (["Folding maps"], ())


def test_a_journal_named_by_a_macro_of_astronomers_is_named_in_full() -> None:
    assert one(r"journal = {\mnras}").venue == "Monthly Notices of the Royal Astronomical Society"
    assert one(r"journal = {\unheardof}").venue == r"\unheardof"


def test_the_pdf_that_biorxiv_calls_eprint_is_a_link() -> None:
    address = "https://www.biorxiv.org/content/early/2026/11/20/2026.11.20.1.full.pdf"
    paper = one(f"doi = {{10.64898/2026.11.20.1}}, eprint = {{{address}}}")
    assert Link("pdf", address) in paper.links


@pytest.mark.parametrize(
    "abstract",
    [
        "Abstract: Maps fold.",
        "Maps fold.Competing Interest StatementThe authors have declared no competing interest.",
        "Maps fold.### Competing Interest Statement The authors have none. ### Funding Statement None.",
    ],
)
def test_what_exports_print_around_an_abstract_is_no_part_of_it(abstract: str) -> None:
    assert one(f"abstract = {{{abstract}}}").abstract == "Maps fold."


@pytest.mark.parametrize(
    ("given_fields", "ids", "version"),
    [
        ("eprint = {2611.00001v3}, archivePrefix = {arXiv}", ("arxiv:2611.00001",), 3),
        ("eprint = {hep-th/9901001}, eprinttype = {arxiv}", ("arxiv:hep-th/9901001",), None),
        ("eprint = {arXiv:2611.00001}", ("arxiv:2611.00001",), None),
        ("eprint = {2611.00001}, eprinttype = {jstor}", (), None),
        ("eprint = {123456}, eprinttype = {pubmed}", ("pmid:123456",), None),
        ("arxivId = {2611.00001}", ("arxiv:2611.00001",), None),
        ("journal = {arXiv preprint arXiv:2611.00001}", ("arxiv:2611.00001",), None),
        ("journal = {CoRR}, volume = {abs/2611.00001}", ("arxiv:2611.00001",), None),
        ("journal = {Folds}, volume = {abs/2611.00001}", (), None),
        ("doi = {10.5555/a\\_b{\\_}c}", ("doi:10.5555/a_b_c",), None),
        ("doi = {https://doi.org/10.5555/X}", ("doi:10.5555/x",), None),
        ("doi = {\\url{10.5555/x}}", ("doi:10.5555/x",), None),
        ("doi = {10.48550/arXiv.2611.00001}", ("arxiv:2611.00001",), None),
        ("doi = {no doi}", (), None),
        ("pmid = 7, pmcid = {PMC8}", ("pmid:7", "pmc:PMC8"), None),
        ("url = {http://arxiv.org/abs/2611.00001v2}", ("arxiv:2611.00001",), 2),
        ("url = {https://a.example.org/10.5555/x.pdf}", (), None),
        ("abstract = {see arXiv:2611.00001}, note = {doi:10.5555/x}", (), None),
    ],
)
def test_only_its_own_ids_are_taken(
    given_fields: str, ids: tuple[str, ...], version: int | None
) -> None:
    paper = one(given_fields)
    assert (paper.ids, paper.version) == (ids, version)


def test_a_class_is_a_category_only_of_an_arxiv_paper() -> None:
    arxivs = "eprint = {2611.00001}, archivePrefix = {arXiv}, primaryClass = {cs.CG}"
    assert one(arxivs).categories == ("cs.CG",)
    assert one("eprint = {7}, eprinttype = {hdl}, eprintclass = {cs.CG}").categories == ()


@pytest.mark.parametrize(
    ("given_fields", "day"),
    [
        ("year = 2026, month = nov, day = 3", (2026, 11, 3)),
        ("year = {2026}, month = {November}", (2026, 11, 1)),
        ("year = 2026, month = 11, day = 3", (2026, 11, 3)),
        ('year = 2026, month = "10~" # nov', (2026, 11, 10)),
        ('year = 2026, month = jan # "--" # feb', (2026, 2, 1)),
        ("year = 2026", (2026, 12, 31)),
        ("year = {{2026}}, month = {}", (2026, 12, 31)),
        ("date = {2026-11-03}, year = 2020", (2026, 11, 3)),
        ("date = {2026-11}", (2026, 11, 1)),
        ("date = {2026-05-01/2026-05-03}", (2026, 5, 3)),
        ("date = {in press}, year = 1975", (1975, 12, 31)),
    ],
)
def test_the_date_is_read_as_far_as_it_is_named(
    given_fields: str, day: tuple[int, int, int]
) -> None:
    assert one(given_fields).published_at == datetime(*day, tzinfo=UTC)


@pytest.mark.parametrize("given_fields", ["year = {in press}", "year = 20266", "month = nov"])
def test_a_date_that_cannot_be_is_none(given_fields: str) -> None:
    assert one(given_fields).published_at is None


def test_title_and_abstract_stay_tex() -> None:
    paper = FORMAT.parse(
        b"@a{k, title = {{Deep}  $x<y$\n\\& {\\'E}t}, subtitle = {B}, abstract = {50\\% \\alpha}}"
    ).papers[0]
    assert (paper.title, paper.abstract) == ("{Deep} $x<y$ \\& {\\'E}t: B", "50\\% \\alpha")


@pytest.mark.parametrize(
    ("given_fields", "url"),
    [
        ("url = {https://a.example.org/a\\_b\\&c}", "https://a.example.org/a_b&c"),
        ("howpublished = {\\url{https://a.example.org/\\~x}}", "https://a.example.org/~x"),
        ("url = {javascript:alert(1)}, ee = {https://a.example.org/e}", "https://a.example.org/e"),
        ("doi = {10.5555/x}", "https://doi.org/10.5555/x"),
        ("file = {:/home/ada/x.pdf:PDF}", ""),
    ],
)
def test_the_address_is_its_own_or_follows_from_an_id(given_fields: str, url: str) -> None:
    assert one(given_fields).url == url


def test_venue_keywords_and_links_are_read() -> None:
    paper = one("booktitle = {Proc. Folds}, keywords = {a, b; c,,a}, pdf = {https://a.org/x.pdf}")
    assert (paper.venue, paper.keywords) == ("Proc. Folds", ("a", "b", "c"))
    assert paper.links == (Link("pdf", "https://a.org/x.pdf"),)


def test_a_server_of_preprints_is_no_journal() -> None:
    assert one("journal = {arXiv preprint arXiv:2611.00001}").venue == "arXiv"
    assert one("journal = {CORR Insights}").venue == "CORR Insights"


def test_a_note_is_not_read_as_a_withdrawal() -> None:
    assert not one("note = {Withdrawn}").withdrawn


def test_without_an_abstract_it_is_partial() -> None:
    assert one("year = 2026").partial
    assert not one("abstract = {We fold.}").partial


# ------------------------------------------------------------------ files


def test_each_entry_before_the_cut_is_as_in_the_whole_file() -> None:
    """At every byte: the last entry is whole or left out."""
    data = GOOD * 30 + DATA + GOOD
    whole = FORMAT.parse(data).papers
    for cut in range(len(GOOD) * 30, len(data)):
        found = FORMAT.parse(data[:cut]).papers
        assert found == whole[: len(found)]
        assert len(found) >= 30


def test_an_entry_without_a_title_is_rejected_alone() -> None:
    parsed = FORMAT.parse(GOOD * 20 + b"@misc{k, note = {x}}\n" + GOOD)
    assert len(parsed.papers) == 21
    assert [(one.place, one.reason) for one in parsed.rejected] == [
        (21, "an entry without a title")
    ]


def test_past_the_budget_of_bad_entries_the_file_is_refused() -> None:
    with pytest.raises(RefusedInput, match="2 of 22 records cannot be read"):
        FORMAT.parse(GOOD * 20 + b"@misc{k, note = {x}}\n" * 2)


@pytest.mark.parametrize("data", [b"", b"% nothing\n", b'@string{a = "b"}', b"words"])
def test_a_file_without_entries_is_refused(data: bytes) -> None:
    with pytest.raises(RefusedInput, match="no entries in this file"):
        FORMAT.parse(data)


def test_an_encoding_is_never_guessed() -> None:
    with pytest.raises(RefusedInput, match="0xe9 at offset 18; save the file as UTF-8"):
        FORMAT.parse("@a{k, title = {Pliés}}".encode("cp1252"))


def test_line_ends_and_marks_do_not_matter() -> None:
    whole = FORMAT.parse(DATA)
    assert FORMAT.parse(DATA.replace(b"\n", b"\r\n")) == whole
    assert FORMAT.parse(DATA.replace(b"\n", b"\r")) == whole
    assert FORMAT.parse(b"\xef\xbb\xbf" + DATA) == whole
    assert FORMAT.parse(DATA.decode().encode("utf-16")) == whole


@pytest.mark.parametrize(
    ("head", "is_ours"),
    [
        (DATA, True),
        (GOOD, True),
        (b"%\n" * 100 + GOOD, True),
        (b"@string{a = {b}}", True),
        (b"@misc{,\n title=", True),
        (b"words\n" * 30 + GOOD, False),
        (b"<pre>\n" + GOOD, False),
        (b'{"a": "\n' + GOOD, False),
        (b"see @article{k, title = {x}}", False),
        (b"@media print { a, b { color: red } }", False),
        (b"@dataclass\nclass A:\n", False),
        (b"@ada: {hello, you}", False),
        (b"", False),
    ],
)
def test_it_is_told_by_its_first_entry(head: bytes, is_ours: bool) -> None:
    assert FORMAT.recognise(head) is is_ours


def test_no_other_kind_of_document_is_taken_for_it() -> None:
    others = [path for path in GOLDEN.iterdir() if path.suffix != ".bib"]
    assert not [path.name for path in others if FORMAT.recognise(path.read_bytes())]


@settings(deadline=None, max_examples=150)
@given(st.integers(0, len(DATA) - 1), st.binary(max_size=6), st.integers(0, 6))
def test_any_change_to_a_file_is_read_or_refused(at: int, put: bytes, less: int) -> None:
    with suppress(RefusedInput):
        FORMAT.parse(DATA[:at] + put + DATA[at + less :])


_PIECES = st.sampled_from(
    ["@a{", "k,", "title", "=", "{x}", '"', "{", "}", "#", "\n", "%", " and "]
)


@settings(deadline=None, max_examples=300)
@given(st.lists(_PIECES | st.text(max_size=4)))
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    with suppress(RefusedInput):
        FORMAT.parse("".join(pieces).encode("utf-8", "replace"))


_N = 60_000


@pytest.mark.parametrize(
    "data",
    [
        GOOD * 8_000,
        b"@a{" * _N,
        b"@a{k,t={" * _N,
        b"@comment{" * _N,
        b"\n@a{k,t={" * _N,
        b"@a{k, title = {" + b"{" * _N + b"}" * _N + b"}}",
        b"@a{k, title = " + b"{x} # " * _N + b"{y}}",
        b"@a{k, title = {x}, author = {" + b"A and " * _N + b"}}",
        b"@a{k, title = {x}, author = {" + b" " * _N * 3 + b"}}",
        b"@a{k, title = {x}" + b"," * _N * 3 + b"}",
        b"@a{k, " + b"%" * _N * 3,
        b"@" * _N * 3,
        b"@" + b" " * _N * 3,
        b"@a" + b"\n" * _N * 3 + b"@",
        b"@a{k" + b" " * _N * 3 + b"=",
        b'@a{k, title = "' + b"{" * _N * 3,
        b"\n \t" * _N * 2 + b"@",
        b"@a{k, title = {x}, keywords = {" + b"a," * _N + b"}}",
    ],
    ids=range(18),
)
def test_what_is_made_to_take_long_takes_no_time_to_speak_of(data: bytes) -> None:
    with at_most(20):
        FORMAT.recognise(data[: 64 * 1024])
        with suppress(RefusedInput):
            FORMAT.parse(data)
