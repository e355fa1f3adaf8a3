"""Every plural that the rules get wrong, and every word that only looks like one: data only.

Which of them applies to a word is `core.plural`'s work.
"""

from __future__ import annotations

from typing import Final

from paperdigest.core.closed_words import word_set

# ---- The irregular plurals of science, by ending: (plural, singular, the singulars). Complete.
_BY_ENDING: Final = (
    (
        "es",
        "is",
        """anaphylaxis apsis axis basis catharsis chemotaxis crisis ellipsis emphasis epistaxis
        gnosis lysis oasis pelvis periphrasis praxis prophylaxis ptosis semiaxis sepsis subaxis
        synopsis testis thesis""",
    ),
    (
        "ices",
        "ex",
        "apex caudex codex cortex haruspex index murex neocortex simplex vertex vortex",
    ),
    (
        "ices",
        "ix",
        "appendix calix cervix cicatrix directrix fornix helix matrix radix spadix varix",
    ),
    ("yces", "yx", "calyx"),
    ("aces", "ax", "thorax"),
    ("nges", "nx", "larynx pharynx phalanx"),
    ("ides", "is", "apsis ephemeris epididymis iris proboscis"),
    (
        "a",
        "um",
        """acetabulum addendum antheridium antiserum antrum aquarium arboretum archegonium atrium
        auditorium bacterium basidium caecum candelabrum cecum cerebellum cerebrum cilium claustrum
        clostridium coccidium compendium conidium consortium continuum corrigendum cranium
        crematorium curriculum decennium desideratum dictum disequilibrium diverticulum effluvium
        emporium encomium endocardium endometrium endothelium epithelium equilibrium erratum
        extremum flagellum folium forum fraenulum frenulum frustum fulcrum gymnasium haustorium
        herbarium honorarium hymenium ileum infimum infundibulum inoculum interregnum ischium
        labium labrum manubrium mausoleum maximum mediastinum memorandum mesothelium millennium
        minimum momentum moratorium mycelium myocardium nephridium nonequilibrium oogonium
        operculum optimum ovum palladium paramecium pericardium periosteum peritoneum phylum
        planetarium plasmodium plectrum podium presidium primordium pseudopodium pterygium
        pycnidium quantum referendum refugium residuum reticulum rostrum sanatorium sclerotium
        sensorium septum serum simulacrum solarium spectrum speculum spirillum sporangium stadium
        sternum stratum substratum supremum symposium syncytium terrarium trapezium tympanum
        ultimatum vacuum vivarium""",
    ),
    (
        "a",
        "on",
        """aphelion automaton criterion elytron encephalon ganglion lexicon mitochondrion noumenon
        perihelion phenomenon prolegomenon taxon""",
    ),
    ("ina", "en", "foramen lumen"),
    ("ora", "us", "corpus"),
    ("ora", "ur", "femur"),
    ("era", "us", "genus subgenus ulcus viscus"),
    ("ita", "ut", "caput"),
    (
        "i",
        "us",
        """abacus acinus alumnus alveolus annulus ascus astragalus bacillus bronchus cactus
        calcaneus calculus canaliculus canthus carpus chiasmus cirrus coccus colliculus cumulus
        discus embolus esophagus eucalyptus fasciculus focus fundus fungus funiculus genius
        gladiolus glomerulus gluteus gyrus hippocampus hippopotamus homunculus humerus hypothalamus
        isthmus lapillus lemniscus limbus locus malleolus malleus meniscus metacarpus metatarsus
        modulus naevus narcissus nautilus nevus nidus nimbus nucellus nucleolus nucleus ocellus
        octopus oesophagus papyrus phallus pilus platypus polypus pylorus radius ramus ranunculus
        rhombus rhonchus sacculus sarcophagus stimulus stratus strobilus stylus sulcus syllabus
        talus tarsus terminus thalamus thallus thesaurus thrombus thymus torus tubulus tumulus
        umbilicus uncus uterus utriculus vagus ventriculus villus""",
    ),
    ("ves", "f", "calf dwarf elf half hoof leaf loaf scarf self sheaf shelf thief wharf wolf"),
    ("ves", "fe", "afterlife knife life wife"),
    ("men", "man", "woman"),
    ("mata", "ma", "soma"),
    ("ice", "ouse", "louse mouse dormouse"),
    ("eet", "oot", "foot"),
    ("eeth", "ooth", "tooth"),
    ("eese", "oose", "goose"),
    ("en", "", "ox"),
    ("ren", "", "child"),
    ("zes", "", "quiz"),
    ("ses", "", "bus gas"),
)
# A plural of two words has both singulars.
_SECOND: Final = (
    "annexes annex  annexes annexe  apses apse  axes axe  bases base  ellipses ellipse "
    "ketoses ketosis  ketoses ketose  leaves leave  lives live  taxis taxis  taxis taxi"
)

# Endings that are plurals in any word, the longest first: phagocytoses, adenomata, cyanobacteria.
_ENDINGS: Final = (
    "yses ysis  eses esis  oses osis  iases iasis  stases stasis  ectases ectasis  itides itis "
    "ae a  mata ma  eaux eau  occi occus  trices trix  zoa zoon  phyla phylum  men man "
    "ahedra ahedron  ihedra ihedron  ohedra ohedron  yhedra yhedron  feet foot  teeth tooth "
    "women woman  wives wife  fungi fungus  crises crisis"
)

# Irregular plurals that end in the same letters as other words: cleaves, talkies.
_NO_TAILS: Final = word_set("leaves halves axes bases viscera ulcera genera gasses busses")

# Words that end as such plurals do and are none.
SINGULAR_ALL_THE_SAME: Final = word_set(
    """
    abdomen acumen agnomen albumen alumina arborvitae bitumen bremen carmen catechumen cathedra
    cerumen cognomen cyclamen dolmen duramen ephedra examen fermata flamen foramen gravamen
    hemicrania hymen limen lumen matamata nomen numen praenomen putamen ramen reggae regimen rumen
    semen specimen stamen sundae tegmen turkmen velamen vitae yemen
    """
)

# ---- Words that end in s and are no plurals, besides all in -ss, -us and -is.
INVARIANT: Final = word_set(
    """
    adams afterwards always andes anopheles asbestos ascites athens backwards barbados bayes
    besides biceps bios brussels caries charles cmos corps customs ddos descartes diabetes does
    downstairs downwards ethos facies faeces feces forceps forwards gallows gibbs glans goes goods
    hades hawkes hayes headquarters herpes hers holmes https hughes indoors inwards james jones
    kansas keras kudos lens macos mars mathematics measles menses mercedes mers miniseries molasses
    mores mumps netherlands news nmos nowadays odds onwards ours ourselves outdoors outwards
    overseas pathos perhaps philippines pmos pons quadriceps rabies rickets sans sars scabies
    series siemens sometimes species stapes stokes subseries summons texas theirs themselves
    timeseries towards triceps upstairs upwards vegas wales whereas yours yourselves
    """
)
INVARIANT_ENDINGS: Final = ("diabetes", "facies", "headquarters", "species")
# Words in -u and -i, whose plural does end in -us and -is: plateaus, emojis.
PLURAL_ALL_THE_SAME: Final = frozenset(
    f"{word}s"
    for word in word_set(
        """
        adieu apu bandeau bayou beau bureau caribou chapeau chateau cpu dpu ecu emu fpu gateau gnu
        gpu guru haiku impromptu ipu kudu landau lieu mcu menu milieu npu plateau portmanteau
        submenu tableau tau thou tofu tpu trousseau tutu vpu xpu zebu
        alibi alkali beriberi bikini bonsai broccoli chapati chili chilli coati corgi deli emoji
        fermi hibachi jacuzzi kanji khaki kimchi kiwi koi macaroni martini maxi midi mini mufti
        nazi okapi origami pepperoni potpourri quasi rabbi ravioli safari salami samurai sari
        sashimi semi shogi ski spaghetti sushi tatami tsunami venturi wadi wapiti wasabi wiki yagi
        yeti yogi zucchini
        """
    )
)

# ---- The sciences in -ics, which are no plurals; topics, metrics, rubrics are.
SCIENCES: Final = word_set(
    """
    acrobatics aerobatics aerobics aesthetics athletics avionics ballistics bibliometrics
    biometrics bionics calisthenics chemometrics civics cladistics cliometrics combinatorics
    cosmetics cryogenics cryonics cybernetics dialectics didactics dietetics econometrics ekistics
    electromagnetics energetics esthetics eugenics exegetics forensics geriatrics graphics
    gymnastics haptics hermeneutics histrionics hydraulics hydroponics hypersonics jurimetrics
    logistics magnetics magnonics morphometrics numismatics obstetrics orthodontics orthopaedics
    orthopedics orthotics paediatrics pediatrics periodontics pharmaceutics phonetics phonics
    phononics plasmonics pneumatics poetics pragmatics prosthetics psychometrics pyrotechnics
    sabermetrics scientometrics semiotics statics stochastics stylistics systematics thermionics
    ultrasonics webometrics
    """
)
_SCIENCE_ENDINGS: Final = """
    acoustics analytics dynamics ethics fluidics genetics informatics kinematics kinetics
    linguistics mathematics mechanics nautics omics optics ostatics photonics physics politics
    robotics semantics statistics tectonics therapeutics tronics
"""
SCIENCE_ENDINGS: Final = tuple(_SCIENCE_ENDINGS.split())
NO_SCIENCES: Final = word_set("atomics comics prostatics webcomics")

# ---- Words whose plural adds -es although the rules would only take an s: hero, bias.
TAKE_ES: Final = word_set(
    """
    alias archipelago avocado banjo bias biogas buffalo calico cannabis cargo chaos christmas
    chrysalis commando cosmos crescendo desperado dingo ditto dodo domino echo embargo epidermis
    esophagus fiasco flamingo forego forgo fresco gas ghetto ginkgo grotto halo ibis imago indigo
    innuendo iris lasso mango manifesto mantis memento metropolis mosquito motto outdo overdo
    pancreas pelvis penis portico potato proboscis proviso redo rhinoceros salvo syngas
    teargas thermos tobacco tomato topaz tornado torpedo trellis tuxedo undergo undo vertigo veto
    volcano zero
    """
)
# -uses is -us, but see ONLY_S.
TAKE_ES_ENDINGS: Final = (
    *("atlas", "canvas", "debias", "hero", "itis", "misbias", "polis", "unbias", "us"),
)
# Besides lens itself: microlens, metalens; but pollens.
LENS: Final = "lens"
NO_LENS: Final = "llens"

# ---- Words in -e whose plural only adds s although it looks like more: cache, nose, use, posse.
ONLY_S: Final = word_set(
    """
    ache apache avalanche backache bellyache brioche cache cartouche cliche cloche creche douche
    earache fiche gouache headache heartache menarche microfiche moustache mustache niche panache
    pastiche postiche psyche quiche seiche stomachache synecdoche toothache tranche troche
    axe battleaxe deluxe luxe pickaxe poleaxe
    bagasse crevasse finesse fosse impasse lacrosse largesse mousse posse wrasse
    abuse accuse amuse bemuse ceruse contuse cruse disabuse disuse druse enthuse excuse hypotenuse
    incuse masseuse misuse muse nonuse overuse peruse recluse recuse reuse ruse underuse use
    bluenose brose chose dose hose lose multidose nose overdose prose primrose rose those tuberose
    windrose firehose
    acarbose agarose aldose amylose arabinose cellobiose dextrose fructose fucose furanose galactose
    heptose hexose lactose levulose maltose mannose pentose pyranose raffinose rhamnose saccharose
    sorbose sucrose trehalose triose viscose xylose
    cheese creese diocese archdiocese manganese these
    """
)
ONLY_S_ENDINGS: Final = (
    *("caches", "ouses", "auses", "fuses"),
    *("poses", "closes", "ooses", "celluloses", "glucoses", "riboses"),
    *("adoses", "edoses", "odoses", "rdoses"),
)

# Words in -ie: movies is no "movy".
IN_IE: Final = word_set(
    """
    aerie auntie baddie beanie belie birdie bogie boogie bookie bootie bourgeoisie brasserie
    brownie budgie caddie calorie charcuterie collie cookie corrie coterie cowrie curie cutie die
    doggie eyrie foodie freebie genie goalie goodie groupie hippie hoagie hoodie indie junkie
    kilocalorie laddie lassie leftie lie lingerie magpie meanie menagerie microcurie millicurie
    movie necktie newbie nightie oldie overlie pantie patisserie pie pinkie pixie prairie preemie
    premie quickie reverie roadie rookie rotisserie selfie sharpie smoothie softie sortie specie
    stymie sweetie talkie techie tie townie underlie untie veggie vie wheelie yuppie zombie
    """
)


def _irregular() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for plural, singular, words in _BY_ENDING:
        for word in words.split():
            stem = word[: len(word) - len(singular)]
            found.setdefault(stem + plural, []).append(word)
    for plural, word in _pairs(_SECOND):
        found.setdefault(plural, []).append(word)
    for plural in [one for one in found if not one.endswith("s")]:
        found.setdefault(f"{plural}s", found[plural])  # bacterias, criterias
    return {plural: tuple(ones) for plural, ones in found.items()}


def _pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


IRREGULAR: Final = _irregular()
# Also at the end of longer words: cyanobacteria, submatrices, werewolves.
TAILS: Final = {
    plural: words
    for plural, words in IRREGULAR.items()
    if len(plural) >= 6 and plural not in _NO_TAILS
} | {plural: (singular,) for plural, singular in _pairs(_ENDINGS)}
