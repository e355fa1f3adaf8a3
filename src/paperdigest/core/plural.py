"""Number: one word and its plural fold to the same letters. Nothing else is stemmed.

Owns the regular rules and every listed exception. Which words are asked about at all (not the short
ones, not the ones in capitals) is decided in `core.forms`.
"""

from __future__ import annotations

from typing import Final

from paperdigest.core.closed_words import word_set


def _pairs(text: str) -> dict[str, tuple[str, ...]]:
    """Read lines of `plural singular[|singular]`, separated by blanks, two words each."""
    words = text.split()
    return {words[i]: tuple(words[i + 1].split("|")) for i in range(0, len(words), 2)}


# The irregular plurals of science, complete, in one place. Two singulars where both are in use.
IRREGULAR: Final = _pairs(
    """
    analyses analysis  antitheses antithesis  apotheoses apotheosis  axes axis  bases basis|base
    biopsies biopsy  catharses catharsis  cirrhoses cirrhosis  crises crisis  diagnoses diagnosis
    dialyses dialysis  ellipses ellipsis|ellipse  emphases emphasis  exegeses exegesis
    fibroses fibrosis  geneses genesis  hydrolyses hydrolysis  hypnoses hypnosis
    hypotheses hypothesis  meioses meiosis  metastases metastasis  metamorphoses metamorphosis
    mitoses mitosis  narcoses narcosis  necroses necrosis  nemeses nemesis  neuroses neurosis
    oases oasis  osmoses osmosis  paralyses paralysis  parentheses parenthesis  pelves pelvis
    prognoses prognosis  prostheses prosthesis  psychoses psychosis  stases stasis
    scleroses sclerosis  stenoses stenosis  symbioses symbiosis  synopses synopsis
    syntheses synthesis  testes testis  theses thesis  thromboses thrombosis  anastomoses anastomosis
    apices apex  appendices appendix  calices calix  cervices cervix  cicatrices cicatrix
    codices codex  cortices cortex  directrices directrix  helices helix  indices index
    matrices matrix  radices radix  simplices simplex  vertices vertex  vortices vortex
    bacteria bacterium  addenda addendum  aquaria aquarium  atria atrium  automata automaton
    candelabra candelabrum  cerebella cerebellum  cerebra cerebrum  cilia cilium
    consortia consortium  continua continuum  crania cranium  criteria criterion
    curricula curriculum  desiderata desideratum  endothelia endothelium  epithelia epithelium
    equilibria equilibrium  errata erratum  extrema extremum  flagella flagellum
    fora forum  fulcra fulcrum  ganglia ganglion  gymnasia gymnasium  herbaria herbarium
    infima infimum  maxima maximum  memoranda memorandum  millennia millennium  minima minimum
    mitochondria mitochondrion  momenta momentum  moratoria moratorium  mycelia mycelium
    optima optimum  phenomena phenomenon  phyla phylum  plasmodia plasmodium  polyhedra polyhedron
    protozoa protozoon  quanta quantum  residua residuum  rostra rostrum  septa septum  sera serum
    spectra spectrum  sporangia sporangium  stadia stadium  strata stratum  suprema supremum
    symposia symposium  taxa taxon  tetrahedra tetrahedron  hedra hedron  vacua vacuum
    carcinomata carcinoma  dogmata dogma  lemmata lemma  schemata schema  stemmata stemma
    stigmata stigma  stomata stoma  foramina foramen  lumina lumen
    corpora corpus  genera genus  opera opus  ulcera ulcus  viscera viscus
    alumnae alumna  amoebae amoeba  antennae antenna  algae alga  aortae aorta  formulae formula
    hyphae hypha  lacunae lacuna  laminae lamina  larvae larva  nebulae nebula  novae nova
    papillae papilla  pupae pupa  scapulae scapula  trabeculae trabecula  vertebrae vertebra
    abaci abacus  alumni alumnus  alveoli alveolus  annuli annulus  bacilli bacillus
    bronchi bronchus  cacti cactus  calculi calculus  colliculi colliculus  emboli embolus
    fasciculi fasciculus  foci focus  fungi fungus  glomeruli glomerulus  gyri gyrus
    hippocampi hippocampus  hypothalami hypothalamus  loci locus  menisci meniscus
    moduli modulus  nevi nevus  nuclei nucleus  octopi octopus  papyri papyrus  radii radius
    rhombi rhombus  stimuli stimulus  styli stylus  sulci sulcus  syllabi syllabus
    termini terminus  thalami thalamus  thesauri thesaurus  thrombi thrombus  tori torus
    uteri uterus  villi villus
    calves calf  elves elf  halves half  hooves hoof  knives knife  leaves leaf|leave
    lives life|live  loaves loaf  scarves scarf  shelves shelf  thieves thief  wives wife
    wolves wolf
    children child  feet foot  geese goose  lice louse  mice mouse  oxen ox  teeth tooth
    women woman  quizzes quiz  blitzes blitz  quartzes quartz  waltzes waltz
    cpus cpu  gpus gpu  npus npu  tpus tpu  menus menu  emus emu
    """
)

# Irregular plurals that also end longer words: cyanobacteria, submatrices, meta-analyses joined.
_TAILS: Final = frozenset(
    {word for word in IRREGULAR if len(word) >= 6} - {"leaves", "genera", "halves", "opera"}
    | {"fungi", "novae", "algae", "hedra", "crises"}
)

# Words that end in s and are no plurals, besides all in -ss, -us and -is.
INVARIANT: Final = word_set(
    """
    alias asbestos athens atlas bayes bias biceps bios canvas caries chaos charles christmas
    cmos corps cosmos customs ddos diabetes does ethos faeces feces forceps goes goods hades
    hayes headquarters hers herpes holmes hughes james jones kansas kudos lens mars mathematics
    measles mercedes mers mumps news nmos ours overseas pancreas pathos perhaps pmos quadriceps
    rabies rhinoceros sars scabies series species stokes texas theirs thermos triceps wales
    whereas yours afterwards always backwards besides downwards forwards inwards nowadays
    onwards outwards sometimes towards upwards adams andes netherlands brussels
    """
)
_NO_PLURAL_ENDINGS: Final = ("ss", "us", "is", "diabetes", "species", "headquarters", "series")

# The sciences in -ics, which are no plurals; topics, metrics, rubrics are.
_SCIENCES: Final = word_set(
    """
    aerobics aeronautics aesthetics astronautics athletics avionics ballistics bibliometrics
    bionics biometrics calisthenics chemometrics civics cliometrics combinatorics cosmetics
    cryogenics cybernetics dialectics econometrics electromagnetics energetics esthetics
    eugenics fluidics forensics geriatrics graphics gymnastics haptics hermeneutics hydraulics
    hydroponics logistics magnetics microfluidics morphometrics nanofluidics numismatics
    obstetrics orthodontics orthopaedics orthopedics paediatrics pediatrics phonetics plasmonics
    pneumatics poetics politics pragmatics prosthetics psychometrics scientometrics semiotics
    statics stylistics systematics tectonics thermionics webometrics
    """
)
_SCIENCE_TAILS: Final = (
    "acoustics analytics dynamics electronics ethics genetics informatics kinematics kinetics "
    "linguistics mathematics mechanics mechatronics omics optics optronics photonics physics "
    "robotics semantics spintronics statistics therapeutics"
)
_SCIENCE_ENDINGS: Final = tuple(_SCIENCE_TAILS.split())
_NO_SCIENCES: Final = frozenset({"comics", "webcomics"})

# Words whose plural adds -es although the rules would only take an s: virus/use, hero/shoe.
_TAKE_ES: Final = word_set(
    """
    abacus alias apparatus atlas bias bonus bus cactus calculus campus canvas caucus census
    chorus christmas circus citrus consensus corpus discus exodus fetus focus foetus fungus gas
    genius genus hiatus iris lens locus lotus metropolis minus modulus nexus nucleus octopus
    pancreas papyrus pelvis plus prospectus radius sinus status stimulus surplus syllabus
    terminus thesaurus torus trellis uterus virus walrus omnibus minibus chaos buffalo cargo
    domino echo embargo halo hero mango mosquito motto potato superhero tomato tornado torpedo
    veto volcano zero
    """
)
_TAKE_ES_TAILS: Final = (
    "bias",
    "calculus",
    "campus",
    "census",
    "corpus",
    "focus",
    "genus",
    "lens",
    "nexus",
    "nucleus",
    "radius",
    "sensus",
    "status",
    "stimulus",
    "virus",
)

# Words in -che and -xe, whose plural only adds s: match/cache.
_TAKE_S: Final = word_set(
    """
    ache apache avalanche axe cache cliche creche deluxe headache moustache mustache niche
    pastiche pickaxe psyche quiche toothache tranche
    """
)

# Words in -ie: movies is no "movy".
_IN_IE: Final = word_set(
    """
    auntie belie birdie bookie brownie budgie caddie calorie collie cookie coterie die foodie
    freebie genie goalie goodie groupie hippie hoodie indie junkie kilocalorie lie magpie
    menagerie movie necktie newbie overlie pie pixie prairie reverie rookie selfie smoothie
    sortie talkie techie tie underlie untie veggie vie yuppie zombie
    """
)


def singulars(word: str) -> tuple[str, ...]:
    """Return what `word` (folded, small letters) is as a singular: itself if it is no plural.

    More than one where a plural belongs to two words (bases: basis, base).
    """
    known = IRREGULAR.get(word)
    if known is not None:
        return known
    for size in range(5, len(word)):
        tail = word[-size:]
        if tail in _TAILS:
            return tuple(word[:-size] + one for one in IRREGULAR[tail])
    return (_regular(word),) if word.endswith("s") and not _no_plural(word) else (word,)


def _no_plural(word: str) -> bool:
    if word in INVARIANT or word.endswith(_NO_PLURAL_ENDINGS):
        return True
    if not word.endswith("ics"):
        return False
    return word in _SCIENCES or (word.endswith(_SCIENCE_ENDINGS) and word not in _NO_SCIENCES)


def _regular(word: str) -> str:
    without_s, without_es = word[:-1], word[:-2]
    if word.endswith("ies"):
        whole = len(word) <= 4 or without_s in _IN_IE
        return without_s if whole else word[:-3] + "y"
    if word.endswith("es") and _takes_es(without_es):
        return without_es
    if word.endswith(("xes", "ches")) and (without_s in _TAKE_S or word.endswith("caches")):
        return without_s
    if word.endswith(("sses", "xes", "shes", "ches")):
        return without_es
    return without_s


def _takes_es(stem: str) -> bool:
    return stem in _TAKE_ES or stem.endswith(_TAKE_ES_TAILS)
