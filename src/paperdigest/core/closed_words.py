"""The short closed lists that folding needs: function words, fixed idioms, abbreviations.

Closed means: they are part of the query language. Number and spelling have their own modules.
"""

from __future__ import annotations

from typing import Final


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, for lists that are written as one."""
    return frozenset(text.split())


# A blank never joins one of these to its neighbour: "a symmetric" is not "asymmetric". "up", "out"
# and "off" are left out on purpose: "set up" is "setup".
FUNCTION_WORDS: Final = word_set(
    """
    a an the of in on at by for from to with without within into onto upon over under between among
    through during before after about against via per as than i we you he she it they us them me
    him our your his her its their my this that these those which who whose what and or but nor so
    yet if because while whether not no am is are was were be been being has have had do does did
    can could may might shall should will would must
    """
)

# Written with hyphens these are one word: their parts are not found.
IDIOMS: Final = (
    ("state", "of", "the", "art"),
    ("so", "called"),
    ("cutting", "edge"),
    ("end", "to", "end"),
)

# The point after these ends no phrase. "e.g." and "i.e." are two letters each.
ABBREVIATIONS: Final = frozenset({"vs", "al", "cf"})
DOTTED_PAIRS: Final = frozenset({("e", "g"), ("i", "e")})
