"""What TeX's names stand for: data only. How TeX is read is `core.tex`'s work."""

from __future__ import annotations

import string


def _pairs(table: str) -> dict[str, str]:
    names = table.split()
    return dict(zip(names[::2], names[1::2], strict=True))


def words(table: str) -> frozenset[str]:
    """Return the names of a table."""
    return frozenset(table.split())


# Braces that are signs, `\{` and `\lbrace`, while a text is read: private (Unicode 16, 23.5), so that reading the outcome
# once more finds no group in them. `core.tex.with_braces` makes braces of them in the end.
OPENING_BRACE, CLOSING_BRACE = "\U0010ff20", "\U0010ff21"

# Greek, relations, arrows, operators, punctuation: one name, one sign.
SYMBOLS = _pairs("""
alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι
kappa κ varkappa ϰ lambda λ mu μ nu ν xi ξ omicron ο pi π varpi ϖ rho ρ varrho ϱ sigma σ varsigma ς
tau τ upsilon υ phi φ varphi φ chi χ psi ψ omega ω
Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Upsilon Υ Phi Φ Psi Ψ Omega Ω
Alpha Α Beta Β varGamma Γ varDelta Δ varTheta Θ varLambda Λ varSigma Σ varPhi Φ varPsi Ψ varOmega Ω
digamma ϝ
textalpha α textbeta β textgamma γ textdelta δ textkappa κ textlambda λ textpi π textomega ω textOmega Ω
leq ≤ le ≤ leqslant ≤ geq ≥ ge ≥ geqslant ≥ ll ≪ gg ≫ lll ⋘ ggg ⋙ neq ≠ ne ≠ equiv ≡ approx ≈
sim ∼ simeq ≃ cong ≅ propto ∝ varpropto ∝ asymp ≍ doteq ≐ triangleq ≜ coloneqq ≔ coloneq ≔ eqqcolon ≕ lesssim ≲
gtrsim ≳ lessgtr ≶ gtrless ≷ lessapprox ⪅ gtrapprox ⪆ nleq ≰ ngeq ≱ nless ≮ ngtr ≯ approxeq ≊ thicksim ∼ thickapprox ≈
prec ≺ succ ≻ preceq ⪯ succeq ⪰ preccurlyeq ≼ succcurlyeq ≽ trianglelefteq ⊴ triangleleft ◁ trianglerighteq ⊵ triangleright ▷
in ∈ notin ∉ ni ∋ owns ∋ subset ⊂ supset ⊃ subseteq ⊆ supseteq ⊇ subsetneq ⊊ supsetneq ⊋ nsubseteq ⊈
sqsubset ⊏ sqsupset ⊐ sqsubseteq ⊑ sqsupseteq ⊒ mid ∣ nmid ∤ parallel ∥ nparallel ∦ perp ⊥ models ⊨ vdash ⊢ dashv ⊣ vDash ⊨ Vdash ⊩
bowtie ⋈ smile ⌣ frown ⌢ between ≬ therefore ∴ because ∵
to → rightarrow → longrightarrow ⟶ Rightarrow ⇒ Longrightarrow ⟹ implies ⟹ leftarrow ← gets ← longleftarrow ⟵
Leftarrow ⇐ Longleftarrow ⟸ impliedby ⟸ leftrightarrow ↔ longleftrightarrow ⟷ Leftrightarrow ⇔ Longleftrightarrow ⟺ iff ⟺
mapsto ↦ longmapsto ⟼ hookrightarrow ↪ hookleftarrow ↩ uparrow ↑ downarrow ↓ updownarrow ↕ Uparrow ⇑ Downarrow ⇓
nearrow ↗ searrow ↘ swarrow ↙ nwarrow ↖ rightharpoonup ⇀ rightharpoondown ⇁ leftharpoonup ↼ leftharpoondown ↽
rightleftharpoons ⇌ leftrightharpoons ⇋ leftrightarrows ⇆ rightleftarrows ⇄ rightrightarrows ⇉ leadsto ⇝ rightsquigarrow ⇝ twoheadrightarrow ↠
rightarrowtail ↣ nrightarrow ↛ nleftarrow ↚ textrightarrow → textleftarrow ← textuparrow ↑ textdownarrow ↓ circlearrowright ↻ circlearrowleft ↺
times × div ÷ pm ± mp ∓ cdot · cdotp · centerdot · ast * star ⋆ circ ∘ bullet • textbullet • oplus ⊕ ominus ⊖ otimes ⊗ oslash ⊘ odot ⊙
cap ∩ cup ∪ sqcap ⊓ sqcup ⊔ uplus ⊎ vee ∨ lor ∨ wedge ∧ land ∧ barwedge ⊼ veebar ⊻ setminus ∖ smallsetminus ∖ backslash ∖ textbackslash ∖
wr ≀ amalg ⨿ dagger † dag † ddagger ‡ ddag ‡ textdagger † textdaggerdbl ‡ diamond ⋄ Diamond ◇ lozenge ◊ Box □ square □ blacksquare ■
bigcirc ◯ bigtriangleup △ bigtriangledown ▽ triangle △ blacktriangle ▲ triangledown ▽ bigstar ★ ltimes ⋉ rtimes ⋊ boxplus ⊞ boxtimes ⊠ boxdot ⊡
sum ∑ prod ∏ coprod ∐ int ∫ iint ∬ iiint ∭ oint ∮ bigcap ⋂ bigcup ⋃ bigvee ⋁ bigwedge ⋀ bigoplus ⨁ bigotimes ⨂ bigodot ⨀ biguplus ⨄ bigsqcup ⨆
infty ∞ partial ∂ nabla ∇ forall ∀ exists ∃ nexists ∄ neg ¬ lnot ¬ emptyset ∅ varnothing ∅ top ⊤ intercal ⊺ bot ⊥ angle ∠ measuredangle ∡
ell ℓ hbar ℏ hslash ℏ Re ℜ Im ℑ wp ℘ aleph ℵ beth ℶ gimel ℷ complement ∁ surd √ prime ′ backprime ‵ mho ℧ eth ð
flat ♭ natural ♮ sharp ♯ clubsuit ♣ diamondsuit ♢ heartsuit ♡ spadesuit ♠ checkmark ✓ cmark ✓ xmark ✗
ldots … dots … dotsc … dotso … textellipsis … cdots ⋯ dotsb ⋯ dotsm ⋯ vdots ⋮ ddots ⋱
langle ⟨ rangle ⟩ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ lbrack [ rbrack ] lvert | rvert | vert | Vert ‖ lVert ‖ rVert ‖
llbracket ⟦ rrbracket ⟧ ulcorner ⌜ urcorner ⌝ colon : lt < gt > textless < textgreater > textbar | slash / textslash /
textasciitilde ~ textasciicircum ˆ textunderscore _ lq ‘ rq ’ textquoteleft ‘ textquoteright ’ textquotedblleft “ textquotedblright ”
textquotesingle ' textquotedbl " quotedblbase „ quotesinglbase ‚ guillemotleft « guillemotright » guilsinglleft ‹ guilsinglright ›
textendash – textemdash — textdegree ° degree ° textcelsius ℃ celsius ℃ textohm Ω ohm Ω textperthousand ‰ permil ‰ textpm ± texttimes × textdiv ÷
textasciimacron ¯ textperiodcentered · textregistered ® registered ® texttrademark ™ trademark ™ copyright © textcopyright © S § textsection §
P ¶ textparagraph ¶ pounds £ textsterling £ euro € EUR € texteuro € textyen ¥ yen ¥ textcent ¢ textdollar $ textpercent % textnumero №
textordfeminine ª textordmasculine º textonehalf ½ textonequarter ¼ textthreequarters ¾ textexclamdown ¡ textquestiondown ¿
textonesuperior ¹ texttwosuperior ² textthreesuperior ³
hyp - textminus − textasteriskcentered * textbardbl ‖ textbrokenbar ¦ fdg °. farcm ′. farcs ″.
""") | {"textvisiblespace": " ", "space": " ", "And": "&"}
SYMBOLS |= dict.fromkeys(("lbrace", "textbraceleft"), OPENING_BRACE)
SYMBOLS |= dict.fromkeys(("rbrace", "textbraceright"), CLOSING_BRACE)
_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
    "upsilon phi chi psi omega"
)
SYMBOLS |= {f"up{name}": SYMBOLS[name] for name in _GREEK.split()}
SYMBOLS |= {
    f"Up{name}": SYMBOLS[name.capitalize()]
    for name in _GREEK.split()
    if name.capitalize() in SYMBOLS
}

# Letters in the middle of words: the blank that ends the name is part of the name.
LETTERS = _pairs("""
ss ß SS ẞ o ø O Ø l ł L Ł ae æ AE Æ oe œ OE Œ aa å AA Å i ı j ȷ imath ı jmath ȷ dh ð DH Ð dj đ DJ Đ
th þ TH Þ ng ŋ NG Ŋ textmu μ
""")

# Names that TeX sets as upright words.
OPERATORS = words("""
arccos arcsin arctan arg argmax argmin cos cosh cot coth csc deg det diag dim erf exp gcd hom
inf ker lcm lg lim liminf limsup ln log max min mod polylog poly Pr rank sec sgn sign sin
sinh softmax sup tan tanh tr Tr trace Var Cov
""")

# Relations, arrows and what joins two terms: between blanks, or without any on either side.
SPACED = frozenset(
    "≤≥⩽⩾≪≫⋘⋙≠≡≈∼≃≅∝≍≐≜≔≕≲≳≶≷⪅⪆≰≱≮≯≊≺≻⪯⪰≼≽⊴◁⊵▷∈∉∋⊂⊃⊆⊇⊊⊋⊈⊏⊐⊑⊒∣∤∥∦⊥⊨⊢⊣⊩→⟶⇒⟹←⟵⇐⟸↔⟷⇔⟺↦⟼↪↩⇌⇝↠↣×÷±∓·∗⊕⊖⊗⊙∩∪⊓⊔⊎∨∧∖⋉⋊⊞⊠⋈"
)

# What formulas mean by one or two capitals, unlike text, where some are signs: `\S` and `\P`.
CAPITALS = _pairs("""
S S P P R ℝ N ℕ Z ℤ Q ℚ RR ℝ NN ℕ ZZ ℤ QQ ℚ CC ℂ FF 𝔽 PP ℙ EE 𝔼
""")

# Put between two signs: Dirac's notation, norms and sets.
ENCLOSED = {
    **dict.fromkeys(("ket", "Ket"), ("|", "⟩")),
    **dict.fromkeys(("bra", "Bra"), ("⟨", "|")),
    **dict.fromkeys(("braket", "Braket", "ev", "vev", "expval"), ("⟨", "⟩")),
    "norm": ("‖", "‖"),
    "abs": ("|", "|"),
    "set": (OPENING_BRACE, CLOSING_BRACE),
}

# What authors' style files define for everyone, and TeX's own logos.
PHRASES = {
    "eg": "e.g.",
    "Eg": "E.g.",
    "ie": "i.e.",
    "Ie": "I.e.",
    "cf": "cf.",
    "Cf": "Cf.",
    "etal": "et al.",
    "etc": "etc.",
    "vs": "vs.",
    "wrt": "w.r.t.",
    "iid": "i.i.d.",
    "aka": "a.k.a.",
    "resp": "resp.",
    "bmod": "mod",
    "LaTeXe": "LaTeX2e",
}

# Set their argument in some font or box: only the argument is seen.
WRAPPERS = words("""
text textit textbf texttt textsf textsc textsl textrm textup textmd textnormal textmusic emph
uline uwave underline sout strong mbox hbox fbox framebox makebox vbox mathrm mathbf mathit
mathsf mathtt mathnormal mathop mathbin mathrel mathord mathopen mathclose mathpunct mathinner
mathstrut operatorname operatornamewithlimits boldsymbol bm pmb bold ensuremath textlf
intertext title section subsection subsubsection paragraph caption centerline mathchoice smash
overbrace underbrace widecheck substack boxed num ce centering
lowercase uppercase MakeUppercase MakeLowercase textlarger textsmaller enquote term
""")

# Change what follows, show nothing themselves.
DECLARATIONS = words("""
bf it em rm sc tt sf sl bfseries itshape scshape ttfamily sffamily rmfamily slshape mdseries
upshape normalfont tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge
displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits nonumber notag unboldmath
boldmath left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm
Bigm noindent indent protect relax centering
raggedright allowbreak nobreak strut phantomsection sloppy selectfont leavevmode null
ignorespaces unskip nobreakdash
""")

# Become a blank.
BLANKS = words("""
quad qquad enspace enskip thinspace medspace thickspace par newline linebreak smallskip
medskip bigskip item nobreakspace hline tabularnewline cr
hfil hfill vfill break newpage clearpage pagebreak maketitle
""")

# Environments that are formulas, and those whose columns are described.
FORMULAS = words("equation align gather multline eqnarray displaymath math alignat flalign")
TABLES = words("array tabular alignat alignedat tabularx longtable")

# Vanish together with their arguments: lengths, anchors.
LAYOUT = words("""
label vspace hspace vskip hskip includegraphics color pagestyle thispagestyle
bibliography bibliographystyle usepackage documentclass index phantom
hphantom vphantom rule footnotemark selectlanguage nolinebreak nopagebreak
""")

REFERENCES = words("""
ref eqref autoref cref Cref pageref secref figref tabref nameref vref subref labelcref
""")

ADDRESSES = frozenset(["url", "path", "nolinkurl", "burl"])

# Accents over a letter: TeX's sign or name, and the combining character.
SIGN_ACCENTS = {
    '"': "\u0308",
    "'": "\u0301",
    "`": "\u0300",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    ".": "\u0307",
}
NAMED_ACCENTS = {
    "H": "\u030b",
    "c": "\u0327",
    "v": "\u030c",
    "u": "\u0306",
    "d": "\u0323",
    "b": "\u0331",
    "k": "\u0328",
    "r": "\u030a",
    "t": "\u0361",
}
MATH_ACCENTS = {
    "hat": "\u0302",
    "widehat": "\u0302",
    "tilde": "\u0303",
    "widetilde": "\u0303",
    "bar": "\u0304",
    "overline": "\u0304",
    "dot": "\u0307",
    "ddot": "\u0308",
    "vec": "\u20d7",
    "overrightarrow": "\u20d7",
    "overleftarrow": "\u20d6",
    "check": "\u030c",
    "breve": "\u0306",
    "acute": "\u0301",
    "grave": "\u0300",
    "mathring": "\u030a",
    "textcommabelow": "\u0326",
}

# A backslash and one sign.
SIGNS = {
    **{sign: sign for sign in "&%$#_{}*+<>?@;:,!-/|()[]"},
    " ": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    ">": " ",
    "!": "",
    "-": "",
    "/": "",
    "@": "",
    "|": "‖",
    "{": OPENING_BRACE,
    "}": CLOSING_BRACE,
}

# Every value folds back to its key by NFKC, so matching never notices.
SUPERSCRIPTS = dict(
    zip(
        "0123456789+-−=()*abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ",
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾*ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ",
        strict=True,
    )
)
SUBSCRIPTS = dict(
    zip(
        "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
# What may stand raised without being a superscript character of its own.
RAISED = {
    "*": "*",
    "∗": "*",
    "⋆": "⋆",
    "∘": "°",
    "°": "°",
    "′": "′",
    "'": "′",
    "†": "†",
    "‡": "‡",
    "⊤": "ᵀ",
    "⊺": "ᵀ",
} | {sign: sign for sign in ("″", "‴", "⁗", "®", "™", "§", "♯", "⊥")}

_DOUBLE = dict(zip(string.ascii_uppercase, "𝔸𝔹ℂ𝔻𝔼𝔽𝔾ℍ𝕀𝕁𝕂𝕃𝕄ℕ𝕆ℙℚℝ𝕊𝕋𝕌𝕍𝕎𝕏𝕐ℤ", strict=True))
_DOUBLE |= dict(
    zip(string.ascii_lowercase + string.digits, "𝕒𝕓𝕔𝕕𝕖𝕗𝕘𝕙𝕚𝕛𝕜𝕝𝕞𝕟𝕠𝕡𝕢𝕣𝕤𝕥𝕦𝕧𝕨𝕩𝕪𝕫𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡", strict=True)
)
_SCRIPT = dict(zip(string.ascii_uppercase, "𝒜ℬ𝒞𝒟ℰℱ𝒢ℋℐ𝒥𝒦ℒℳ𝒩𝒪𝒫𝒬ℛ𝒮𝒯𝒰𝒱𝒲𝒳𝒴𝒵", strict=True))
_FRAKTUR = dict(
    zip(string.ascii_letters, "𝔞𝔟𝔠𝔡𝔢𝔣𝔤𝔥𝔦𝔧𝔨𝔩𝔪𝔫𝔬𝔭𝔮𝔯𝔰𝔱𝔲𝔳𝔴𝔵𝔶𝔷𝔄𝔅ℭ𝔇𝔈𝔉𝔊ℌℑ𝔍𝔎𝔏𝔐𝔑𝔒𝔓𝔔ℜ𝔖𝔗𝔘𝔙𝔚𝔛𝔜ℨ", strict=True)
)
ALPHABETS = {
    "mathbb": _DOUBLE,
    "mathds": _DOUBLE,
    "mathbbm": _DOUBLE,
    "Bbb": _DOUBLE,
    "mathcal": _SCRIPT,
    "mathscr": _SCRIPT,
    "cal": _SCRIPT,
    "mathfrak": _FRAKTUR,
    "frak": _FRAKTUR,
}

# Private signs (Unicode 16, 23.5) by which `core.styles` follows where a style ends up: a class of a pattern, to be
# looked past as if they were not there.
MARKS = "\U0010ff00-\U0010ff1f"

# The old font words, as they stand after an opening brace when a dump has lost the backslash.
OLD_FONTS = ("bf", "it", "em", "rm", "sc", "tt", "sf", "sl", "cal")

ELEMENTS = words("""
He Li Be Ne Na Mg Al Si Cl Ar Ca Sc Ti Cr Mn Fe Co Ni Cu Zn Ga Ge As Se Br Kr Rb Sr Zr Nb Mo
Tc Ru Rh Pd Ag Cd In Sn Sb Te Xe Cs Ba La Ce Pr Nd Pm Sm Eu Gd Tb Dy Ho Er Tm Yb Lu Hf Ta Re
Os Ir Pt Au Hg Tl Pb Bi Po At Rn Fr Ra Ac Th Pa Np Pu Am Cm H B C N O F P S K V Y I W U
""")
