"""Authors who are no persons: collaborations, consortia, teams. Their names are wholes, without a family name."""

from __future__ import annotations

import re
from typing import Final

from paperdigest.core.closed_words import word_set

#: Words that no person is called by, in the languages in which such names are written.
_GROUPS: Final = word_set(
    """
    agency alliance association center centre collaboration collaborations committee community consortia consortium
    corporation council department federation foundation group groups inc initiative institute investigators laboratory
    ltd gmbh llc ministry network networks organisation organization partnership program programme project society
    taskforce team teams university
    colaboración collaborazione colaboração kollaboration consorcio consorzio konsortium équipe groupe gruppe grupo gruppo
    """
)
#: "Grace Lab", "Study, Jane": these are family names as well, and mean a group only behind "The".
_GROUPS_BEHIND_THE: Final = word_set("lab labs study survey trial collective force")
_FILLING: Final = word_set("a an and at behalf by de for from in of on the to und")
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
#: `ATLAS`, `LIGO`, `1000`: no given name, unlike the one of `The Anh Han`.
_ACRONYM = re.compile(r"(?=.*[A-Z].*[A-Z]|.*\d)[^\W_]{2,}")


def is_group(name: str) -> bool:
    """Say whether a name is a group's: it says what kind of group, or is "The" and an acronym, or "The … of …"."""
    before, comma, behind = name.partition(",")
    words = _WORD.findall(name)
    folded = [word.casefold() for word in words]
    if comma and min(len(_WORD.findall(before)), len(_WORD.findall(behind))) < 2:
        return False  # "Group, Ada": turned
    if len(words) > 1 and not _GROUPS.isdisjoint(folded):
        return True
    if len(words) < 2 or folded[0] != "the":
        return False
    rest = folded[1:]
    return (
        not _GROUPS_BEHIND_THE.isdisjoint(rest)
        or "of" in rest
        or any(_ACRONYM.fullmatch(word) for word in words[1:])
    )


def telling_word(name: str) -> str:
    """Return the word of a group's name that tells it from others: `ATLAS` of `The ATLAS Collaboration`."""
    words = _WORD.findall(name)
    told = (
        word
        for word in words
        if word.casefold() not in _FILLING
        and word.casefold() not in _GROUPS
        and word.casefold() not in _GROUPS_BEHIND_THE
    )
    return next(told, words[-1] if words else "")
