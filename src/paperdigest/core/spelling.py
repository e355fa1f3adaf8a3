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
_ANYWHERE: Final = _pairs(
    """
    arbour arbor  ardour ardor  armour armor  behaviour behavior  candour candor  clamour clamor
    clangour clangor  colour color  demeanour demeanor  dolour dolor  enamour enamor
    endeavour endeavor  favour favor  fervour fervor  flavour flavor  glamour glamor  honour honor
    humour humor  labour labor  neighbour neighbor  odour odor  parlour parlor  rancour rancor
    rigour rigor  rumour rumor  saviour savior  savour savor  splendour splendor  succour succor
    tumour tumor  valour valor  vapour vapor  vigour vigor

    aemi emi  aesthe esthe  aetiol etiol
    amoeb ameb  anaesth anesth  archaeo archeo  caec cec  caesare cesare  caesari cesari
    caesium cesium  chaete chete  chimaer chimer  coeliac celiac  faec fec  foet fet
    fraenul frenul  gynaec gynec  haem hem  homoeo homeo  leuco leuko  leukaemo leukemo
    liquorice licorice  mediaeval medieval  melaena melena  naev nev  paed ped  palaeo paleo
    pharmacopoe pharmacope  phaeo pheo  pnoe pne  primaeval primeval  rrhoe rrhe  spelaeo speleo
    taenia tenia
    angiooedem angioedem  lymphoedem lymphedem  myxoedem myxedem
    papilloedem papilledem  ooesoph oesoph  ooestr oestr  anoestr anestr  antioestr antiestr
    dioestr diestr  metoestr metestr  monoestr monestr  polyoestr polyestr  stilboestr stilbestr
    megaoesoph megaesoph  paraoesoph paraesoph  perioesoph periesoph  transoesoph transesoph

    centre center  centred centered  centring centering  fibre fiber  fibred fibered
    manoeuvrab maneuverab  manoeuvre maneuver  manoeuvred maneuvered  manoeuvrer maneuverer
    manoeuvri maneuveri  ochre ocher  reconnoitre reconnoiter  reconnoitred reconnoitered
    reconnoitri reconnoiteri  saltpetre saltpeter  sceptre scepter  sepulchre sepulcher
    theatre theater

    aerofoil airfoil  aeroplane airplane  aluminium aluminum  artefact artifact
    abridgement abridgment  acknowledgement acknowledgment  judgement judgment  catalogui catalogi
    connexion connection  councillo councilo  counsello counselo  cypher cipher  defence defense
    draught draft  enquir inquir  enrolment enrollment  enthralment enthrallment
    fulfilment fulfillment  instalment installment  jewellery jewelry  licence license
    mollusc mollusk  mould mold  moult molt  moustache mustache  offence offense  plough plow
    practis practic  pretence pretense  pyjama pajama  sceptic skeptic  skilful skillful
    speciality specialty  sulph sulf  syphon siphon  tranquillis tranquiliz  tranquilliz tranquiliz
    tranquillit tranquilit  wilful willful  woollen woolen  yoghurt yogurt  cognisan cognizan
    benefitt benefit  biassed biased  biassing biasing  combatt combat  focuss focus  targett target
    """
)

# Only at the start of a word: gastroesophageal and shoestring are no British words.
STARTS: Final = _pairs(
    """
    aestiv estiv  oedem edem  oenolog enolog  oesoph esoph  oestr estr  laevo levo
    spirochaet spirochet
    """
)

# Both.
PARTS: Final = _ANYWHERE | STARTS

# Only at the end of a word, an s after it apart.
ENDS: Final = _pairs(
    """
    accoutre accouter  calibre caliber  calibred calibered  dioptre diopter  goitre goiter
    gramme gram  litre liter  lustre luster  lustreless lusterless  meagre meager  metre meter
    metred metered  mitre miter  nitre niter  philtre philter  sabre saber  sombre somber
    spectre specter  titre titer  titred titered
    ageing aging  appal appall  distil distill  enrol enroll  enthral enthrall  fulfil fulfill
    instil instill  learnt learned  logue log  logued loged  queueing queuing  routeing routing
    sizeable sizable
    """
)

# Whole words only.
WHOLE: Final = _pairs(
    """
    aeolian eolian  aeon eon  archaean archean  baulk balk  behove behoove  cosy cozy  disc disk
    discs disks  gaol jail  grey gray  greyed grayed  greyer grayer  greyest grayest
    greying graying  greyish grayish  greylevel graylevel  greyness grayness  greyscale grayscale
    greywater graywater  haem heme  hyaena hyena  inflexion inflection  kerb curb
    biass bias  prologue prologue  rouble ruble  tyre tire  tyres tires  waggon wagon  amongst among
    whilst while  toward towards
    """
)


def one_of(words: Iterable[str]) -> str:
    """Return a pattern for any of the words, the longest first, that shares their beginnings."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    ends_here = by_first.pop("", None) is not None
    branches = [first + one_of(rest) for first, rest in sorted(by_first.items())]
    if not branches:
        return ""
    return f"(?:{'|'.join(branches)})" + ("?" if ends_here else "")


_PART: Final = re.compile(f"^{one_of(STARTS)}|{one_of(_ANYWHERE)}")
_END: Final = re.compile(f"{one_of(ENDS)}(?=s?$)")

_SHORTEST_CUT: Final = 3


def _cuts(tables: Iterable[tuple[dict[str, str], bool]]) -> dict[str, list[str]]:
    """Return the American spellings by how the British one may begin, past where the two part.

    Each table comes with whether the British spelling may be all there.
    """
    found: dict[str, list[str]] = {}
    for table, whole in tables:
        for british, other in table.items():
            for size in range(_SHORTEST_CUT, len(british) + whole):
                if not other.startswith(british[:size]):
                    found.setdefault(british[:size], []).append(other)
    return found


_CUT: Final = _cuts(((_ANYWHERE, False), (ENDS, True)))
_CUT_STARTS: Final = _cuts(((STARTS, False),))
_LONGEST_CUT: Final = max(map(len, (*_CUT, *_CUT_STARTS)))

# A doubled l before an ending: modelling, labelled, signaller.
_BEFORE_DOUBLED: Final = (
    r"((?:apparel|barrel|bevel|bowel|canal|cancel|carol|cavil|channel|chisel|corbel|counsel|cudgel"
    r"|devil|dial|dishevel|drivel|duel|enamel|equal|fuel|funnel|gambol|gimbal|gospel|gravel|grovel"
    r"|gruel|imperil|initial|jewel|kennel|kernel|label|level|libel|marshal|marvel|medal|metal|model"
    r"|nickel|panel|parcel|pedal|pencil|pistol|pommel|pummel|quarrel|ravel|revel|rival|shovel"
    r"|shrivel|signal|snivel|snorkel|spiral|squirrel|stencil|swivel|symbol|tassel|tendril|tinsel"
    r"|total|towel|trammel|travel|trial|trowel|tunnel|victual|yodel))l"
)
_DOUBLED: Final = re.compile(_BEFORE_DOUBLED + r"(?=(?:ed|ers?|ings?|ists?|ous(?:ly|ness)?)$)")

# Stems of words that are written with s on both sides of the sea, as far as the "is". The rule
# itself leaves alone what has fewer than three letters before it (rise, noise) and -aise, -oise,
# -uise, -wise.
_EVER_IS: Final = re.compile(
    r"(?:[aouw]|absc|adv|advert|appr|chast|circumc|compr|comprom|conc|dem|desp|dev|enterpr|erc|exc"
    r"|exorc|expert|franch|improv|inc|mainpr|merchand|parad|prec|prem|prom|repr|rev|superv|surm"
    r"|surpr|telev|treat|trell|verdigr|(?:earth|high|moon|re|rea|sun|up)r"
    r"|^(?:cer|chem|emp|mort|rem|val))$"
)
_ISE: Final = re.compile(
    r"^(.{3,})is(e|ed|edly|er|ers|es|ing|ingly|ings|able|ably|ability|abilities|ation|ations"
    r"|ational|ationally|ement|ements)$"
)
_YSE: Final = re.compile(r"(?<=..l)ys(?=(?:e|ed|er|ers|es|ing|able|ability|ation)$)")

# The same, not yet finished: what a prefix may end in.
_OPEN_ISE: Final = re.compile(
    r"^(.{3,})is((?:e(?:d(?:ly?)?|rs?|s|m(?:e(?:n(?:ts?)?)?)?)?|i(?:n(?:g(?:s|ly?)?)?)?"
    r"|a(?:b(?:l[ey]?|i(?:l(?:i(?:ty?)?)?)?)?|t(?:i(?:o(?:n(?:s|a(?:l(?:ly?)?)?)?)?)?)?)?)?)$"
)
_OPEN_DOUBLED: Final = re.compile(
    _BEFORE_DOUBLED + r"(?=(?:e(?:d|rs?)?|i(?:n(?:gs?)?|s(?:ts?)?)?|ous?)$)"
)
_JUST_DOUBLED: Final = re.compile(_BEFORE_DOUBLED + "$")
_OPEN_YSE: Final = re.compile(
    r"(?<=..l)ys(?=(?:e(?:d|rs?|s)?|i(?:ng?)?|a(?:b(?:le?|i(?:l(?:i(?:ty?)?)?)?)?)?)?$)"
)


_MAY_DIFFER: Final = re.compile(f"{_PART.pattern}|{_END.pattern}|is[aei]|ys[aei]|ll")


def is_respelled(word: str) -> bool:
    """Say whether a folded word may be spelled otherwise in American: no, for most words."""
    return word in WHOLE or _MAY_DIFFER.search(word) is not None


@lru_cache(maxsize=1 << 16)
def american(word: str) -> str:
    """Return the American spelling of a folded word; itself if it has only one."""
    whole = WHOLE.get(word)
    if whole is not None:
        return whole
    if _MAY_DIFFER.search(word) is None:  # most words
        return word
    word = _PART.sub(_american_part, word)
    word = _END.sub(_american_end, word)
    if "ll" in word:
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
    for size in range(_SHORTEST_CUT, min(len(prefix), _LONGEST_CUT) + 1):
        cut = prefix[-size:]
        others = [*_CUT.get(cut, ()), *(_CUT_STARTS.get(cut, ()) if cut == prefix else ())]
        openings.update(dict.fromkeys(prefix[:-size] + other for other in others))
    return tuple(openings)


def _american_part(found: re.Match[str]) -> str:
    return PARTS[found[0]]


def _american_end(found: re.Match[str]) -> str:
    return ENDS[found[0]]


def _with_z(word: str, ise: re.Pattern[str], yse: re.Pattern[str]) -> str:
    found = ise.match(word)
    if found is not None and _EVER_IS.search(found[1]) is None:
        return f"{found[1]}iz{found[2]}"
    return yse.sub("yz", word)
