r"""A paper as reference managers take it: BibTeX and RIS. Text is shown text, so that nothing in it is a command.

BibTeX: https://ctan.org/pkg/biblatex, arXiv's fields as in https://info.arxiv.org/help/hypertex/bibstyles; letters
are UTF-8, as biber and every reference manager read them. RIS: https://en.wikipedia.org/wiki/RIS_(file_format);
a name without a comma is one of a single part, as Zotero and others write and read those of groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final
from unicodedata import combining, normalize

from paperdigest.core.closed_words import word_set
from paperdigest.core.entry import address
from paperdigest.core.group_names import is_group, telling_word
from paperdigest.core.paper import Paper
from paperdigest.core.text import AUTHORS_CAP, display

# The letters that are commands in TeX's text. Braces by their names: BibTeX counts those that are escaped as well.
_ESCAPED: Final = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "^": r"\^{}",
        "~": r"\textasciitilde{}",
    }
)
_MONTHS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
#: Styles set titles in small letters, but for what stands in braces: a word that has a capital behind a first letter.
_CAPITALS = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_INNER_CAPITAL = re.compile(r"(?<=[^\W_])[A-ZÀ-ÖØ-Þ]")
_AND = re.compile(r"\b(and|others)\b", re.IGNORECASE)
_SUFFIXES: Final = word_set("jr sr ii iii iv")
_DULL: Final = word_set(
    "a an and are as at by can do does for from how in is of on the to towards via what when why with"
)
_INITIALS = re.compile(r"(?:[A-Z]\.?){1,3}")
_NO_KEY = re.compile(r"[^a-z0-9]")
#: RIS: a value is one line, and no reader agrees on how a longer one goes on.
_BREAKS = re.compile(r"\s+")


def bibtex(papers: Iterable[Paper]) -> str:
    """Return one entry for each paper, with keys that differ ("lovelace2026paper", then "…a")."""
    return "\n".join(bibtex_entries(papers))


def ris(papers: Iterable[Paper]) -> str:
    """Return one record for each paper."""
    return "".join(ris_records(papers))


def bibtex_entries(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield the entries of `bibtex`, each with its last line's end."""
    keys = _Keys()
    return (_entry(paper, keys.of(paper)) for paper in papers)


def ris_records(papers: Iterable[Paper]) -> Iterator[str]:
    """Yield the records of `ris`, each with its last line's end."""
    return ("".join(f"{line}\n" for line in _record(paper)) for paper in papers)


# ------------------------------------------------------------------ BibTeX


def _entry(paper: Paper, key: str) -> str:
    kind = "article" if _journal(paper) else "misc"
    lines = [f"  {name} = {value}," for name, value in _fields(paper) if value not in ("", "{}")]
    return "\n".join([f"@{kind}{{{key},", *lines, "}", ""])


def _fields(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield names and values as they stand in the file."""
    ids, written_at = _ids(paper), paper.published_at
    by_field = paper.categories[:1] if "arxiv" in ids else ()
    yield "title", _braced(_title(display(paper.title)))
    yield "author", _braced(" and ".join(_named(paper)))
    yield "journal", _braced(_prose(_journal(paper)))
    yield "year", _braced(f"{written_at.year:04}" if written_at else "")
    yield "month", _MONTHS[written_at.month - 1] if written_at else ""
    yield "eprint", _braced(_verbatim(ids.get("arxiv", "")))
    yield "archiveprefix", _braced("arXiv" if "arxiv" in ids else "")
    yield "primaryclass", _braced(_verbatim("".join(by_field)))
    yield "doi", _braced(_verbatim(ids.get("doi", "")))
    yield "pmid", _braced(_verbatim(ids.get("pmid", "")))
    yield "url", _braced(_verbatim(address(paper, {})[0]))
    yield "keywords", _braced(", ".join(_prose(display(word)) for word in paper.keywords))
    yield "abstract", _braced(_prose(display(paper.abstract)))


def _braced(value: str) -> str:
    return f"{{{value}}}"


def _prose(text: str) -> str:
    return " ".join(text.translate(_ESCAPED).split())


def _title(shown: str) -> str:
    """Return a title whose names keep their capitals: `{BERT} and the {NeurIPS} deadline`."""
    pieces, at = [], 0
    for word in _CAPITALS.finditer(shown):
        if _INNER_CAPITAL.search(word[0]):
            pieces += [_escaped(shown[at : word.start()]), "{", _escaped(word[0]), "}"]
            at = word.end()
    return " ".join("".join([*pieces, _escaped(shown[at:])]).split())


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)


def _named(paper: Paper) -> Iterator[str]:
    """Yield the names as a list has them; `others` stands for those past the cap (BibTeX and biblatex know it)."""
    yield from map(_author, _authors(paper))
    if len(paper.authors) >= AUTHORS_CAP:
        yield "others"


def _author(name: str) -> str:
    """Return a name among others. A group's, one that the list's own words would part, or one with more commas than a
    name may have, is a whole: in braces."""
    written = _prose(name)
    if _AND.search(name) or is_group(name):
        return _braced(written)
    match [part.strip() for part in written.split(",")]:
        case [_] | [_, _]:
            return ", ".join(_with_suffix(written))
        case [_, suffix, _] if _is_suffix(suffix):
            return written
        case _:
            return _braced(written)


def _with_suffix(name: str) -> tuple[str, ...]:
    """Return `King, Jr, Martin Luther` for `Martin Luther King, Jr`; others as they are."""
    spoken, comma, suffix = (part.strip() for part in name.partition(","))
    first, _, last = spoken.rpartition(" ")
    return (last, suffix, first) if comma and first and _is_suffix(suffix) else (name,)


def _is_suffix(text: str) -> bool:
    return text.casefold().rstrip(".") in _SUFFIXES


def _verbatim(text: str) -> str:
    """Return what is read letter by letter (biblatex 2.2.1): an id, an address. Braces would end it."""
    bare = "".join(text.split())
    return bare.replace("\\", "%5C").replace("{", "%7B").replace("}", "%7D")


class _Keys:
    """The keys given out so far."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, paper: Paper) -> str:
        """Return a key for one paper: who, when, and the first word that says something."""
        base = (
            f"{_who(paper)}{paper.published_at.year if paper.published_at else ''}{_word(paper)}"
            or "paper"
        )
        key, number = base, 0
        while key in self._given:
            key, number = base + _letters_of(number), number + 1
        self._given.add(key)
        return key


def _letters_of(number: int) -> str:
    """Return a, b … z, aa, ab …"""
    letters = chr(ord("a") + number % 26)
    return letters if number < 26 else _letters_of(number // 26 - 1) + letters


def _who(paper: Paper) -> str:
    authors = _authors(paper)
    if not authors:
        return ""
    if is_group(authors[0]):
        return _key_letters(telling_word(authors[0]))
    family, comma, rest = (part.strip() for part in authors[0].partition(","))
    turned = comma and not _is_suffix(rest)
    return _key_letters(family if turned else family.rpartition(" ")[2])


def _word(paper: Paper) -> str:
    words = (_key_letters(word) for word in display(paper.title).split())
    return next((word for word in words if word and word not in _DULL), "")[:30]


def _key_letters(text: str) -> str:
    bare = "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
    return _NO_KEY.sub("", bare.casefold())


# --------------------------------------------------------------------- RIS


def _record(paper: Paper) -> Iterator[str]:
    for tag, value in _tags(paper):
        line = _BREAKS.sub(" ", value).strip()
        if line:
            yield f"{tag}  - {line}"
    yield "ER  - "


def _tags(paper: Paper) -> Iterator[tuple[str, str]]:
    ids = _ids(paper)
    journal = _journal(paper)
    yield "TY", "JOUR" if journal else "UNPB"
    yield "TI", display(paper.title)
    for name in _authors(paper):
        yield "AU", _family_first(name)
    yield "T2", journal
    if paper.published_at is not None:
        yield "PY", f"{paper.published_at.year:04}"
        yield "DA", f"{paper.published_at:%Y/%m/%d}"
    yield "DO", ids.get("doi", "")
    yield "UR", address(paper, {})[0]
    yield "AN", ids.get("pmid", "")
    for word in paper.keywords:
        yield "KW", display(word)
    yield "AB", display(paper.abstract)


def _family_first(name: str) -> str:
    """Return a name as RIS has it: `King, Martin Luther, Jr`. One that is so already, a single word or a group stays."""
    if is_group(name):
        return name
    match [part.strip() for part in name.split(",")]:
        case [spoken]:
            return _turned(spoken)
        case [spoken, suffix] if _is_suffix(suffix):
            return f"{_turned(spoken)}, {suffix}"
        case [family, suffix, given] if _is_suffix(suffix):
            return f"{family}, {given}, {suffix}"
        case _:
            return name


def _turned(spoken: str) -> str:
    words = spoken.split()
    if len(words) < 2:
        return spoken
    if _INITIALS.fullmatch(words[-1]) and not _INITIALS.fullmatch(words[0]):  # Lovelace AB
        return f"{' '.join(words[:-1])}, {words[-1]}"
    at = len(words) - 1
    if _is_suffix(words[at]) and at > 1:
        at -= 1
    while at > 1 and words[at - 1].islower():  # van der, de la
        at -= 1
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}"


# ------------------------------------------------------------------- both


def _authors(paper: Paper) -> list[str]:
    return [name for name in map(display, paper.authors) if name.strip()]


def _journal(paper: Paper) -> str:
    """Return where it was published; a preprint server is no journal."""
    venue = display(paper.venue)
    return "" if venue.casefold() in _SERVERS else venue


_SERVERS: Final = word_set("arxiv biorxiv medrxiv ssrn corr")


def _ids(paper: Paper) -> Mapping[str, str]:
    """Return one id of each registry, without its origin."""
    found: dict[str, str] = {}
    for id_ in (paper.id, *paper.ids):
        scheme, _, value = id_.partition(":")
        found.setdefault(scheme, value)
    return MappingProxyType(found)
