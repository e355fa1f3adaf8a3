"""British and American spellings are one: every word is read as the American one.

Owns the list of pairs and the endings -ise/-ize and -yse/-yze with their exceptions. Works on
folded words in small letters, singular.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final


def _pairs(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


# Parts of words, wherever they stand.
_PARTS: Final = _pairs(
    """
    ardour ardor  armour armor  behaviour behavior  candour candor  clamour clamor  colour color
    endeavour endeavor  favour favor  fervour fervor  flavour flavor  harbour harbor  honour honor
    humour humor  labour labor  neighbour neighbor  odour odor  parlour parlor  rancour rancor
    rigour rigor  rumour rumor  saviour savior  savour savor  splendour splendor  tumour tumor
    valour valor  vapour vapor  vigour vigor
    anaesth anesth  aesthe esthe  aetiol etiol  aemi emi  amoeb ameb  apnoea apnea  archaeo archeo
    caesar cesar  caesium cesium  coeliac celiac  dyspnoea dyspnea  faec fec  foet fet
    gynaec gynec  haemato hemato  haemo hemo  homoeo homeo  leuco leuko  manoeuvrab maneuverab
    manoeuvre maneuver  manoeuvri maneuveri  mediaeval medieval  oedem edem  oesoph esoph
    oestr estr  paed ped  palaeo paleo  rrhoea rrhea
    aerofoil airfoil  aeroplane airplane  aluminium aluminum  artefact artifact  catalogui catalogi
    centre center  centring centering  connexion connection  draught draft  enquir inquir
    fibre fiber  fulfilment fulfillment  enrolment enrollment  instalment installment  mollusc mollusk
    mould mold  moustache mustache  plough plow  pyjama pajama  sceptic skeptic  skilful skillful
    sulph sulf  syphon siphon  theatre theater  wilful willful  yoghurt yogurt
    acknowledgement acknowledgment  judgement judgment  defence defense  licence license
    offence offense  pretence pretense  practis practic
    focuss focus  biass bias  benefitt benefit  targett target  combatt combat
    """
)

# Only at the end of a word.
_ENDS: Final = _pairs(
    """
    ageing aging  calibre caliber  goitre goiter  gramme gram  litre liter  logue log  logued loged
    lustre luster  meagre meager  metre meter  mitre miter  nitre niter  sabre saber  sombre somber
    spectre specter  titre titer  distil distill  enrol enroll  fulfil fulfill  instil instill
    """
)

# Whole words only.
_WHOLE: Final = _pairs(
    """
    aeon eon  cosy cozy  disc disk  discs disks  grey gray  greyer grayer  greyish grayish
    greyscale grayscale  greylevel graylevel  learnt learned  tyre tire  tyres tires  haem heme
    amongst among  whilst while  toward towards
    """
)


def _one_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest first, that shares their beginnings."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    ends_here = by_first.pop("", None) is not None
    branches = [first + _one_of(rest) for first, rest in sorted(by_first.items())]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)})" + ("?" if ends_here else "")


_PART = re.compile(_one_of(_PARTS))
_END = re.compile(f"{_one_of(_ENDS)}$")

# A doubled l before an ending: modelling, labelled, signaller.
_BEFORE_DOUBLED: Final = (
    r"((?:apparel|barrel|bevel|cancel|channel|chisel|counsel|dial|duel|enamel|equal|fuel|funnel"
    r"|gravel|initial|jewel|kennel|label|level|libel|marshal|marvel|medal|metal|model|panel|pedal"
    r"|pencil|quarrel|revel|rival|shovel|signal|spiral|stencil|swivel|symbol|total|towel|travel"
    r"|tunnel|unravel|yodel))l"
)
_DOUBLED: Final = re.compile(_BEFORE_DOUBLED + r"(?=(?:ed|er|ing|ings|ous)$)")

# Stems of words that are written with s on both sides of the sea, as far as the "is". The rule
# itself leaves alone what has fewer than three letters before it (rise, noise) and -aise, -oise,
# -uise, -wise.
_EVER_IS: Final = re.compile(
    r"(?:[aouw]|adv|advert|appr|chast|circumc|compr|comprom|conc|dem|desp|dev|enterpr|exc|exerc"
    r"|exorc|expert|franch|highr|improv|inc|merchand|moonr|parad|prec|prem|prom|repr|rev|sunr"
    r"|superv|surm|surpr|telev|treat|upr)$"
)
_ISE: Final = re.compile(
    r"^(.{3,})is(e|ed|er|ers|es|ing|ings|ingly|able|ably|ability|ation|ations|ational|ationally)$"
)
_YSE: Final = re.compile(r"(?<=..l)ys(?=(?:e|ed|er|ers|es|ing|able|ability)$)")

# The same, not yet finished: what a prefix may end in.
_OPEN_ISE: Final = re.compile(
    r"^(.{3,})is((?:e(?:d|rs?|s)?|i(?:n(?:g(?:s|ly?)?)?)?|a(?:b(?:l[ey]?|i(?:l(?:i(?:ty?)?)?)?)?"
    r"|t(?:i(?:o(?:n(?:s|a(?:l(?:ly?)?)?)?)?)?)?)?)?)$"
)
_OPEN_DOUBLED: Final = re.compile(_BEFORE_DOUBLED + r"(?=(?:e[dr]?|i(?:n(?:gs?)?)?|ous?)$)")
_JUST_DOUBLED: Final = re.compile(_BEFORE_DOUBLED + "$")
_OPEN_YSE: Final = re.compile(
    r"(?<=..l)ys(?=(?:e(?:d|rs?|s)?|i(?:ng?)?|a(?:b(?:le?|i(?:l(?:i(?:ty?)?)?)?)?)?)?$)"
)


@lru_cache(maxsize=1 << 16)
def american(word: str) -> str:
    """Return the American spelling of a folded word; itself if it has only one."""
    whole = _WHOLE.get(word)
    if whole is not None:
        return whole
    word = _PART.sub(_american_part, word)
    word = _END.sub(_american_end, word)
    word = _DOUBLED.sub(r"\1", word)
    return _with_z(word, _ISE, _YSE)


def american_openings(prefix: str) -> tuple[str, ...]:
    """Return how words that start with `prefix` may start in American spelling, `prefix` first.

    `randomis` opens randomized too, `colou` color.
    """
    openings = {prefix: None}
    spelled = _PART.sub(_american_part, prefix)
    openings[_OPEN_DOUBLED.sub(r"\1", spelled)] = None
    if _JUST_DOUBLED.search(spelled) is not None:
        openings |= dict.fromkeys((spelled[:-1] + "e", spelled[:-1] + "i"))
    openings[_with_z(spelled, _OPEN_ISE, _OPEN_YSE)] = None
    for british, other in _PARTS.items():
        openings.update(dict.fromkeys(_cut_short(prefix, british, other)))
    for british, other in _ENDS.items():
        openings.update(dict.fromkeys(_cut_short(prefix, british, other, whole=True)))
    return tuple(openings)


def _american_part(found: re.Match[str]) -> str:
    return _PARTS[found[0]]


def _american_end(found: re.Match[str]) -> str:
    return _ENDS[found[0]]


def _with_z(word: str, ise: re.Pattern[str], yse: re.Pattern[str]) -> str:
    found = ise.match(word)
    if found is not None and _EVER_IS.search(found[1]) is None:
        return f"{found[1]}iz{found[2]}"
    return yse.sub("yz", word)


def _cut_short(prefix: str, british: str, other: str, *, whole: bool = False) -> list[str]:
    """Return `prefix` respelled where it ends inside `british`, past the place where the two part."""
    shared = 0
    while shared < min(len(british), len(other)) and british[shared] == other[shared]:
        shared += 1
    last = len(british) if whole else len(british) - 1
    return [
        prefix[:-size] + other
        for size in range(max(shared + 1, 3), last + 1)
        if prefix.endswith(british[:size])
    ]
