"""Which folding this is. What was made with another one (compiled queries, the search index) is made anew."""

from __future__ import annotations

from typing import Final
from unicodedata import unidata_version

#: Grows with every change to what words become: the tables of number and spelling, the rules of words and
#: compounds. A test holds it to the sources.
FOLDING: Final = 2
STAMP: Final = f"{FOLDING}/{unidata_version}"
