"""The words that some papers use, and which of them was probably meant where a term found nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from paperdigest.core.evidence import FOLDED, Batch
from paperdigest.core.fold import Folded, Word, fold
from paperdigest.core.forms import query_keys
from paperdigest.core.slips import closest
from paperdigest.core.text import display
from paperdigest.core.tree import Field, Kind, Term

_WHOLE: Final = frozenset({Field.CATEGORY, Field.SOURCE})  # compared as they are, not word by word
_PREFIXES: Final = frozenset({Kind.PREFIX, Kind.LITERAL_PREFIX, Kind.NEAR_PREFIX})
_RARE: Final = 2  # papers; a word no more use may be a slip of theirs
_FAR_MORE: Final = 20  # times as many use the word that was meant
_MOST_PAPERS: Final = 5_000  # of a larger batch the newest: enough to know the words of a field


class Vocabulary:
    """The words of a batch, field by field, read when first asked for."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._of_fields: dict[tuple[Field, ...], _Words] = {}

    def meant(self, term: Term) -> Term | None:
        """Return the term with the words that no paper uses put right; None where nothing is near."""
        words = self._words(term.fields)
        if _WHOLE.issuperset(term.fields):
            name = words.nearest_name(term.text)
            return _retyped(term, name) if name else None
        if term.kind in _PREFIXES:
            return None
        folded = fold(display(term.text))
        unknown = [not words.knows(word) for word in folded.words]
        # Papers have slips as well: where every word is known, a rare one may be such a slip.
        wrong = unknown if any(unknown) else [words.is_rare(word) for word in folded.words]
        text = folded.text
        for at in reversed(range(len(folded.words))):
            if not wrong[at]:
                continue
            right = words.nearest(folded.words[at])
            if not right and unknown[at]:
                return None
            start, end = folded.spans[at]
            text = text[:start] + (right or text[start:end]) + text[end:]
        return _retyped(term, text) if text != folded.text else None

    def _words(self, fields: tuple[Field, ...]) -> _Words:
        if fields not in self._of_fields:
            self._of_fields[fields] = _Words(self._counted(fields))
        return self._of_fields[fields]

    def _counted(self, fields: Iterable[Field]) -> Counter[tuple[str, tuple[str, ...]]]:
        """Return (as written, keys) → papers."""
        used: Counter[tuple[str, tuple[str, ...]]] = Counter()
        papers = self._batch.papers
        wanted = tuple(fields)
        for at in range(max(0, len(papers) - _MOST_PAPERS), len(papers)):
            here: set[Word] = set()
            for field in wanted:
                if field in _WHOLE:
                    names = papers[at].categories if field is Field.CATEGORY else papers[at].sources
                    used.update({(name, (name.casefold(),)) for name in names})
                else:
                    here.update(word for text in self._texts(at, field) for word in text.words)
            used.update({(word.shape, word.keys) for word in here})
        return used

    def _texts(self, at: int, field: Field) -> Iterable[Folded]:
        if field in FOLDED:
            return self._batch.folded(at, field)
        return [fold(name) for name in self._batch.papers[at].authors]


class _Words:
    """Words by what queries find them by, with how many papers use them and how most write them."""

    def __init__(self, used: Counter[tuple[str, tuple[str, ...]]]) -> None:
        self._papers: Counter[str] = Counter()
        self._shapes: dict[str, str] = {}
        for (shape, keys), papers in used.most_common():
            for key in keys:
                self._papers[key] += papers
                self._shapes.setdefault(key, shape)

    def knows(self, word: Word) -> bool:
        """Say whether any paper uses the word."""
        return any(key in self._papers for key in query_keys(word.shape))

    def is_rare(self, word: Word) -> bool:
        """Say whether next to no paper uses the word."""
        return sum(self._papers[key] for key in query_keys(word.shape)) <= _RARE

    def nearest(self, word: Word) -> str:
        """Return the word that was probably meant, as most write it, or ""."""
        key = query_keys(word.shape)[0]
        found = closest(key, self._papers)
        enough = self._papers[found] >= _FAR_MORE * self._papers[key] if found else False
        return self._shapes[found] if enough else ""

    def nearest_name(self, name: str) -> str:
        """Return the whole name that was probably meant, or ""."""
        close = get_close_matches(name.casefold(), self._papers, n=1)
        return self._shapes[close[0]] if close else ""


def _retyped(term: Term, text: str) -> Term:
    typed = term.name.replace(term.text, text) if term.text in term.name else text
    return replace(term, text=text, typed=typed)
