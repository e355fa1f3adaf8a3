"""Which paper a record is about: ids with their origin, and keys made of its text where it has none.
Whether two papers may be one is decided here too; looking ids up is history's work.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from urllib.parse import unquote

from paperdigest.core.doi_versions import first_version, own_name
from paperdigest.core.paper import Paper
from paperdigest.core.text import display, squash, squashed, without_link_hosts

#: Preferred first. What is not listed stands between `feed` and the keys made of text.
SCHEMES = ("arxiv", "doi", "pmid", "openreview", "s2", "openalex", "feed")
#: Origins that give one id to one paper: two different ones are two papers.
REGISTRIES = SCHEMES[:-1]
#: Keys made of the text itself, weakest last. The number is the version of the function behind it.
TEXT_SCHEMES = ("title1", "text1", "short1")
#: A title of fewer words says too little to join two records by itself.
TELLING_WORDS = 4
#: So many ids are taken from one record, the preferred ones: no paper has more.
_MOST_GIVEN = 50
_TEXT_KEY_LETTERS = 80
_TITLE = "title1:"

_RANK = {scheme: place for place, scheme in enumerate(SCHEMES)} | {
    scheme: 100 + place for place, scheme in enumerate(TEXT_SCHEMES)
}
_OTHER_RANK = 50

# https://info.arxiv.org/help/arxiv_identifier.html
_ARCHIVES = (
    "acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|cond-mat"
    "|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th"
    "|patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con"
)
_ARXIV = re.compile(
    rf"""
    (?P<named>                                  # says that it is one
        (?:oai:arxiv\.org:|arxiv[:.]\s*)
        | (?:(?:https?://)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.
        | (?:https?://)?(?:[\w-]+\.)*(?:arxiv|alphaxiv|ar5iv)(?:\.[\w-]+)*/(?:[\w-]+/)+?
    )?
    (?:(?:https?://)?[\w.:-]+/(?:papers|arxiv|abs|pdf|html)/|(?:abs|pdf|html)/)?
    (?:(?P<new>\d{{4}}\.\d{{4,5}})|(?P<archive>{_ARCHIVES})(?:\.[a-z]{{2}})?/(?P<old>\d{{7}}))
    (?:v(?P<version>\d{{1,4}}))?
    (?:\.pdf|\.html)?/?(?:[?#]\S*)?(?:\s*\[[\w.-]+\])?
    """,
    re.IGNORECASE | re.VERBOSE,
)
# How most are written: no need to look for any other spelling.
_PLAIN_ARXIV = re.compile(r"arxiv:\d{4}\.\d{4,5}")
_NUMBERED_ARXIV = re.compile(r"arxiv:(\d{4}\.\d{4,5})(?:v(\d{1,4}))?")

_DOI = re.compile(
    r"(?:https?://[^/\s]+/(?:\S*?/)?|doi\.org/|doi:?\s*|info:doi/)?(?P<doi>10\.\d{4,9}(?:\.\d+)*/\S+)",
    re.IGNORECASE,
)
_BIORXIV = re.compile(r"https?://(?:[\w-]+\.)*(?:bio|med)rxiv\.org/", re.IGNORECASE)
_BIORXIV_TAIL = re.compile(r"(?:v\d+)?(?:\.(?:full|abstract|article-info))*(?:\.pdf)?$")
_PAIRS = {")": "(", "]": "[", "}": "{", ">": "<"}

_ADDRESSES = (
    (
        "pmid",
        re.compile(
            r"https?://(?:pubmed\.ncbi\.nlm\.nih\.gov|www\.ncbi\.nlm\.nih\.gov/pubmed)/0*(\d+)"
        ),
    ),
    (
        "openreview",
        re.compile(r"https?://(?:api2?\.)?openreview\.net/(?:forum|pdf)\?(?:\S*&)?id=([\w-]+)"),
    ),
    (
        "s2",
        re.compile(r"https?://(?:www\.)?semanticscholar\.org/paper/(?:[^/\s]+/)?([0-9a-f]{40})"),
    ),
    ("openalex", re.compile(r"https?://(?:api\.)?openalex\.org/(?:works/)?([Ww]\d+)")),
)
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9_-]*):\s*(\S.*)", re.DOTALL)


def arxiv_id(text: str) -> tuple[str, int | None] | None:
    """Read an arXiv id in any spelling: bare, `arXiv:`, `oai:arXiv.org:`, addresses of arXiv and of sites
    that use its ids, its DOI. Return the id without its version, and the version; None if it is none.

    https://info.arxiv.org/help/arxiv_identifier.html
    """
    text = text.strip()
    if plain := _NUMBERED_ARXIV.fullmatch(text):
        return plain[1], int(plain[2]) if plain[2] else None
    found = _ARXIV.fullmatch(text)
    if found is None:
        return None
    number = found["new"] or found["old"]
    # Bare digits may be anything: then the month must be one.
    if not found["named"] and not 1 <= int(number[2:4]) <= 12:
        return None
    bare = found["new"] or f"{found['archive'].lower()}/{number}"
    return bare, int(found["version"]) if found["version"] else None


def doi(text: str) -> str | None:
    """Read a DOI, bare or in an address, and return it in small letters; None if there is none."""
    text = text.strip()
    whole = "%2" in text  # the slash may be written so
    found = _DOI.fullmatch(unquote(text) if whole else text)
    if found is None:
        return None
    name = found["doi"].lower()
    if _BIORXIV.match(text):
        name = _BIORXIV_TAIL.sub("", re.split(r"[?#]", name)[0])
    elif text[:4].lower() == "http":
        name = name.split("?")[0]
    return _without_tail(name if whole else _unescaped(name))


def normal_id(text: str) -> str:
    """Return an id in the one form that history knows it by; unknown ones come back as they are."""
    text = text.strip()
    if _PLAIN_ARXIV.fullmatch(text):
        return text
    if (arxiv := arxiv_id(text)) is not None:
        return f"arxiv:{arxiv[0]}"
    if (name := doi(text)) is not None:
        return f"doi:{name}"
    for scheme, address in _ADDRESSES:
        if found := address.match(text):
            return _normal(scheme, found[1])
    if (parts := _SCHEME.fullmatch(text)) and not parts[2].startswith("//"):
        return _normal(parts[1].lower(), parts[2].strip())
    return text


def scheme_of(id_: str) -> str:
    """Return the origin of an id: what stands before its first colon."""
    return id_.partition(":")[0]


def preferred_first(ids: Iterable[str]) -> tuple[str, ...]:
    """Return the ids without doubles, the preferred one first."""
    unique = tuple(dict.fromkeys(ids))
    return tuple(sorted(unique, key=_rank)) if len(unique) > 1 else unique


# ------------------------------------------------------------------ keys made of text


def title_key(title: str) -> str:
    """Return `title1:` and 16 hex digits: equal for titles that differ only in spelling. Frozen."""
    return _TITLE + _hash(_letters(title))


def short_title(title: str) -> str:
    """Return 16 hex digits for a title that is too short to be a key by itself."""
    return _hash(_letters(title))


def short_key(title: str, abstract: str, source: str) -> str:
    """Return the key of a record whose title is short: with how its abstract begins (`text1:`), or, where
    it has none, one that means something within its source only (`short1:`). Frozen."""
    if abstract.strip():
        begins = squash(without_link_hosts(abstract))[:_TEXT_KEY_LETTERS]
        return "text1:" + _hash(f"{_letters(title)}|{begins}")
    return "short1:" + _hash(f"{source}|{_letters(title)}")


_LETTER = re.compile(r"[^\W_]")
_NO_BLANKS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)


def title_words(title: str) -> int:
    """Count a title's words as blanks part them; two characters of a script without blanks are one. Frozen:
    it decides which key a record gets."""
    return _words(display(title))


def _words(shown: str, enough: float = math.inf) -> int:
    """Count the words of a title as it is shown; with `enough`, no further than that."""
    words = 0
    if not shown.isascii():
        shown, dense = _NO_BLANKS.subn(" ", shown)
        words = dense // 2
    for word in shown.split():
        if words >= enough:
            break
        if word.isalpha() or _LETTER.search(word):
            words += 1
    return words


# ------------------------------------------------------------------ authors

_SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv", "phd", "md"})
_INITIALS = re.compile(r"(?:[A-Z]\.?-?){1,2}")
_GROUP = re.compile(r"\b(?:collaboration|consortium|team|group|et al|anonymous)\b", re.IGNORECASE)


def family_name(author: str) -> str:
    """Return the last word of the family name, folded: "Laurens van der Maaten" and "Maaten, L. van der"
    agree, so do "Ada Lovelace" and "Lovelace A". Empty for a group."""
    if _GROUP.search(author):
        return ""
    family, comma, _ = display(author).partition(",")
    words = [word for word in family.split() if squash(word) and squash(word) not in _SUFFIXES]
    if not comma and len(words) > 1 and _INITIALS.fullmatch(words[-1]):
        words.pop()
    return squash(words[-1]) if words else ""


def same_first_author(a: Sequence[str], b: Sequence[str]) -> bool:
    """Say whether the first authors' family names agree; where a side names nobody, they do."""
    if not a or not b or a[0] == b[0]:
        return True
    mine, other = family_name(a[0]), family_name(b[0])
    return not mine or not other or mine == other


# ------------------------------------------------------------------ records


def record_ids(paper: Paper, source: str) -> tuple[str, ...]:
    """Return the ids to look a record up by and to store, preferred first; the last is made of its text.

    Ids come from the record's own fields, never from its abstract, which cites other papers.
    """
    return (*_given_ids(paper, source), text_id(paper, source))


def own_id(paper: Paper, source: str) -> str:
    """Return what this source calls the record: its preferred id, without a version, or the key made of its text."""
    return own_name(record_ids(paper, source)[0])


def text_id(paper: Paper, source: str) -> str:
    """Return the key made of the record's text."""
    shown = display(paper.title)
    if _words(shown, TELLING_WORDS) >= TELLING_WORDS:
        return _TITLE + _hash(squashed(shown) or _letters(paper.title))
    return short_key(paper.title, paper.abstract, source)


def namesake_id(title_id: str, first_author: str) -> str:
    """Return the key of a paper whose title belongs to another first author's paper already."""
    return f"{title_id}/{family_name(first_author)}"


def contradict(a: Iterable[str], b: Iterable[str]) -> bool:
    """Say whether two sets of ids cannot be one paper's: in the most preferred registry where both have
    an id, they have no common one. Versions of one work have their DOI in common."""
    mine, other = _by_registry(a), _by_registry(b)
    for registry in REGISTRIES:
        if registry in mine and registry in other:
            return mine[registry].isdisjoint(other[registry])
    return False


def _given_ids(paper: Paper, source: str) -> tuple[str, ...]:
    told = (paper.id, *paper.ids) if paper.id or paper.ids else (_id_in_address(paper.url),)
    ids = []
    for text in dict.fromkeys(told):
        if _PLAIN_ARXIV.fullmatch(text):
            ids.append(text)
            continue
        id_ = normal_id(text) if text else ""
        if id_ and ":" not in id_:
            id_ = f"feed:{source}#{id_}"  # a number or name that only this source knows
        # Keys made of text are made here, of the text at hand, and never taken from others.
        if id_ and scheme_of(id_) not in TEXT_SCHEMES:
            ids.append(id_)
    return preferred_first(ids)[:_MOST_GIVEN] if len(ids) > 1 else tuple(ids)


def _id_in_address(url: str) -> str:
    id_ = normal_id(url) if url else ""
    return id_ if scheme_of(id_) in REGISTRIES else ""


def _by_registry(ids: Iterable[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for id_ in ids:
        scheme = scheme_of(id_)
        if scheme in REGISTRIES:
            found.setdefault(scheme, set()).add(first_version(id_))
    return found


def _rank(id_: str) -> int:
    return _RANK.get(scheme_of(id_), _OTHER_RANK)


def _normal(scheme: str, value: str) -> str:
    match scheme:
        case "pmid":
            value = value.lstrip("0") or value
        case "openalex":
            value = value.upper()
        case "s2":
            value = value.lower()
    return f"{scheme}:{value}"


def _unescaped(name: str) -> str:
    """Return a DOI without the escapes of an address; as it is where that made none."""
    plain = unquote(name).lower()
    return plain if plain.isascii() and plain.isprintable() and " " not in plain else name


def _without_tail(name: str) -> str:
    """Drop punctuation that belongs to the sentence around a DOI, not brackets that the DOI itself opened."""
    while name and (name[-1] in ".,;:'\"" or _closes_nothing(name)):
        name = name[:-1]
    return name


def _closes_nothing(name: str) -> bool:
    opening = _PAIRS.get(name[-1])
    return opening is not None and name.count(name[-1]) > name.count(opening)


def _letters(title: str) -> str:
    return squash(title) or " ".join(title.split()).casefold()


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()
