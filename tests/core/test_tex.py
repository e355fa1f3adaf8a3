"""TeX becomes what people see. All samples are invented or standard names."""

from __future__ import annotations

import re
from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from paperdigest.core import tex_tables
from paperdigest.core.tex import to_unicode
from paperdigest.core.text import display

DUMPS = Path(__file__).parents[2].parent / "shared" / "dumps"

ACCENTS = [
    (r"na\"ive", "naïve"),
    (r"na\"{i}ve", "naïve"),
    (r"na{\"\i}ve", "naïve"),
    (r"na\\\"ive".replace(r"\\\"", '\\\\"'), "naïve"),
    (r"K\"ahler", "Kähler"),
    (r"K{\"a}hler", "Kähler"),
    (r"K{\"{a}}hler", "Kähler"),
    ('K{"a}hler', "Kähler"),
    ('na"{i}ve', "naïve"),
    (r"Poincar\'e", "Poincaré"),
    (r"Poincar\'{e}", "Poincaré"),
    ("Poincar{'e}", "Poincaré"),
    (r"Erd\H{o}s", "Erdős"),
    (r"Erd\H os", "Erdős"),
    (r"Erd{\H o}s", "Erdős"),
    (r"\v{C}ech", "Čech"),
    (r"Fran\c{c}ois", "François"),
    ("Fran{c c}ois", "François"),
    (r"Gr\`obner \^o \~n \=a \.z", "Gròbner ô ñ ā ż"),
    (r"\k{a} \u{g} \r{a} \d{n} \b{t}", "ą ğ å ṇ ṯ"),
    (r"Malm\o", "Malmø"),
    (r"K\o benhavn", "København"),
    (r"{\O}rsted", "Ørsted"),
    (r"\L{}\'od\'z", "Łódź"),
    (r"Stra\ss e", "Straße"),
    (r"Nguy\~{\^e}n, G\"odel, \"Uber, Ho\v{r}ava", "Nguyễn, Gödel, Über, Hořava"),
    (r"\AA ngstr\"om", "Ångström"),
    (r"\ae on and \oe uvre", "æon and œuvre"),
    (r"\hat{\theta} and \vec x", "θ̂ and x⃗"),
    (r"$\overline{AB}$", "AB"),
    (r"$A\overrightarrow{x}=\overrightarrow{AB}$", "Ax⃗=AB"),
    (r"the model\'s weights don\'t move", "the model's weights don't move"),
    (r"so-called \"open\" sets", 'so-called "open" sets'),
    (r"{\'E}tudes of Poincar\'{e}", "Études of Poincaré"),
    (r"Nikoli{\'c} and Mili\'{c}", "Nikolić and Milić"),
    (r"Garc\'\i a, Br\u{a}ila, \textcommabelow{S}tefan", "García, Brăila, Ștefan"),
]

FONTS = [
    (r"{\bf G}enerative {\it P}re", "Generative Pre"),
    ("{bf G}raph {bf R}eading", "Graph Reading"),
    ("{em folding} maps", "folding maps"),
    (r"\textit{paper} \emph{maps} \textbf{b} \texttt{t}", "paper maps b t"),
    (r"\textbf{bold {\it and} italic}", "bold and italic"),
    (r"\mathbf{x} \mathrm{d}x \text{if} \operatorname{rank}", "x dx if rank"),
    (r"$\mathbb{R}^n$", "ℝⁿ"),
    (r"\mathbb R", "ℝ"),
    (r"$\mathcal{O}(n)$", "𝒪(n)"),
    (r"${\cal N}=4$", "𝒩=4"),
    (r"$\mathfrak{g}$", "𝔤"),
    ("{B}ERT and {DNA}", "BERT and DNA"),
    ("{{Maps, Folded}}", "Maps, Folded"),
    ("weights in {-1, 0, 1}", "weights in {-1, 0, 1}"),
    (r"weights in $\{-1,0,1\}$", "weights in {-1,0,1}"),
    (r"$\{\pm 1\}$, $\{a\mid b\}$ and $\{x\in X\}$", "{±1}, {a∣b} and {x∈X}"),
    (r"$\{a_n\}_{n\ge 1}$, $\{x_i\}_{i=1}^n$, {CO}₂", "{aₙ}_(n≥1), {xᵢ}ᵢ₌₁ⁿ, CO₂"),
    (r"\boldmath{$a \to b$}, \it{ink, maps} and {\bf{ink}}", "a → b, ink, maps and ink"),
    (r"{\textless}5 maps", "<5 maps"),
    (r"maps in {CO$_2$} and {$\beta$}", "maps in CO₂ and β"),
    (r"$\R^n$ and $\ZZ$, $\S^1$ and $\P(A)$, see \S 3", "ℝⁿ and ℤ, S¹ and P(A), see § 3"),
    (r"\FoldNet, our method", "FoldNet, our method"),
    (r"\FoldNet{} is small", "FoldNet is small"),
    (r"\ours{FoldNet} is small", "FoldNet is small"),
    (r"(\eg, maps) \ie ink, Ada \etal", "(e.g., maps) i.e. ink, Ada et al."),
    (r"\textcolor{red}{ink} \verb|fold_map|", "ink fold_map"),
    (r"\foreignlanguage{french}{cartes} in \selectlanguage{english}ink", "cartes in ink"),
    (
        "textbf{FoldNet}, an emph{in situ} (textit{i.e.}, wet) map",
        "FoldNet, an in situ (i.e., wet) map",
    ),
    ("in mathcal{O}(n) over mathbb{R}^n", "in 𝒪(n) over ℝⁿ"),
    ("Use of text{", "Use of text{"),
    ("text{abc} and hat{", "abc and hat{"),
    (r"at $x_{text{max}}$ by frac{1}{2} of sqrt{n}", "at x_max by 1/2 of √n"),
    (r"tilde{O}(sqrt{T}) and $mathbf{x}$", "Õ(√T) and x"),
    ("std::text{maps}, a/url{maps}, my_map{ink}", "std::text{maps}, a/url{maps}, my_map{ink}"),
    (r"$\tilde{\mathcal{O}}(\sqrt{T})$", "𝒪̃(√T)"),
]

SIGNS = [
    (r"24\% of R\&D, \$5, \#1, a\_b, \{x, y\}", "24% of R&D, $5, #1, a_b, {x, y}"),
    (r"TGF-$\beta$ signalling", "TGF-β signalling"),
    (r"TGF-\beta signalling", "TGF-β signalling"),
    (r"$2\pi r$", "2πr"),
    (r"$\sigma = 0.5$, $\alpha \in (0,1)$, $\theta \neq \theta_0$", "σ = 0.5, α ∈ (0,1), θ ≠ θ₀"),
    (r"$\gamma \gamma \to \mu \nu$, $\lambda -1$, $a\leq b$", "γγ → μν, λ-1, a≤b"),
    (r"$\langle n \rangle$, $\left| \psi \right>$, $|\bm r_1|$", "⟨n⟩, | ψ⟩, |r₁|"),
    (r"$\begin{cases} u=f &\text{in }A,\\ 0 &\text{on }B \end{cases}$", "u=f in A, 0 on B"),
    (r"\begin{align*} a &= x_{n} \\ b &< y^+ \end{align*} R&D", "a = xₙ b < y⁺ R&D"),
    (r"$\begin{array}{cc}1&0\\0&1\end{array}$", "1 0 0 1"),
    (r"$v_2\{4\}$, $\{a\}\cup\{b\}$", "v₂{4}, {a}∪{b}"),
    (r"$\uptau \uptau$, $\Updelta$, $2\nu \beta \beta $, $\eta \bar{\nu} q$", "ττ, Δ, 2νββ, ην̄ q"),
    (r"$a \leq b \times c \to \infty$", "a ≤ b × c → ∞"),
    (r"at \(256\times256\) pixels", "at 256×256 pixels"),
    (r"\[a=b\]", "a=b"),
    (r"$$E = mc^2$$", "E = mc²"),
    (r"$\sim 5$, $\approx 3$, $\ell_1$", "∼5, ≈3, ℓ₁"),
    (r"$O(n \log n)$", "O(n log n)"),
    (r"$O(n\log n)$", "O(n log n)"),
    (r"$\max_x \log_2 x$", "maxₓ log₂ x"),
    (r"$\frac{a}{b}$ \frac12", "a/b 1/2"),
    (r"$\frac{a+b}{2}$", "(a+b)/2"),
    (r"$\sqrt{x}$, $\sqrt{x+1}$, $\sqrt[3]{x}$, \sqrt2", "√x, √(x+1), ³√x, √2"),
    (r"$x \not= y$, $x \not\in S$", "x ≠ y, x ∉ S"),
    (r"$f'(x)$", "f′(x)"),
    (r"$\text{Ada's } d$, $AB'$, {\textcolor[rgb]{1,0,0}{x}}", "Ada's d, AB′, x"),
    (r"$f'''(x)$, $\eta'$ and $\eta''K$", "f‴(x), η′ and η″K"),
    (r"$\ket{\psi}$, $\bra{0}A\ket{1}$, $\braket{a|b}$", "|ψ⟩, ⟨0|A|1⟩, ⟨a|b⟩"),
    (r"$\norm{x}_2 \le \abs{y}$, $\ketbra{a}{b}$", "‖x‖₂ ≤ |y|, |a⟩⟨b|"),
    (r"10 \textmu m of $A^\intercal$", "10 μm of Aᵀ"),
    (r"$a \equiv b \bmod p$", "a ≡ b mod p"),
    (r"by $0\farcs1$ and $1\fdg5$", "by 0″.1 and 1°.5"),
    ("ink --> maps, maps <-- ink <--> a, a->b, a<->b", "ink → maps, maps ← ink ↔ a, a->b, a<->b"),
    (r"folds at $ \sqrt{s} $ = 13", "folds at √s = 13"),
    (r"folds at $\sqrt{s}= $ 13 $\,\text {TeV}$", "folds at √s= 13 TeV"),
    (r"the $\tau $-map of $ R $ and $ n = 3 $", "the τ-map of R and n = 3"),
    (r"a $ Z\left(\nu \overline{\nu}\right)\gamma jj $ fold", "a Z(νν̄)γjj fold"),
    (r"t$ \overline{t} $-maps, $ \alpha $s, 5$\,$K, at$ x $for", "tt̄-maps, αs, 5 K, at x for"),
    ("the map $y(t) $ of $ x $ and $ f(x, y) $.", "the map y(t) of x and f(x, y)."),
    (r"13\,\text {Te}\hspace{-.08em}\text {V}, a\hspace{1cm}b", "13 TeV, a b"),
    (
        r"for all$n$and$m$ of$^8$B in $\mu$m, $n$th, $\Lambda$CDM",
        "for all n and m of ⁸B in μm, nth, ΛCDM",
    ),
    (r"an $ L^2 $ -map in $ \mathbb {R}^3 $ . So $ p $ , too", "an L²-map in ℝ³. So p, too"),
    (r"$ x \text{ for all } y $ and $ 5 x^2 $", "x for all y and 5 x²"),
    (r"of $\alpha and $x", "of α and $x"),
    (r"$\left( x \right)$", "( x )"),
    ("maps--and ink---here", "maps–and ink—here"),
    ("``maps'' and ''ink''", "“maps” and “ink”"),
    ("`maps' don't `fold'", "‘maps’ don't ‘fold’"),
    (r"e.g.\ maps, 10\,000 folds", "e.g. maps, 10 000 folds"),
    ("Table~3, e.g.~maps, 5~km", "Table 3, e.g. maps, 5 km"),
    ("by ~20%, (~10x), 30~70%, x ~ y", "by ~20%, (~10x), 30~70%, x ~ y"),
    (r"Fig.~\ref{fig:map}", "Fig. fig:map"),
    ("Fig.~reffig:map", "Fig. reffig:map"),
    (r"as in~\cite{ada1843}.", "as in [ada1843]."),
    (r"as in ~\cite{ada1843}, ~\ref{fig:map}", "as in [ada1843], fig:map"),
    ("as in~cite{ada1843} and citep{bob}, ref{fig:map}", "as in [ada1843] and [bob], fig:map"),
    (r"as known \cite{}, or \citep[see][]{ada}", "as known , or [ada, see]"),
    (r"n\nobreakdash-fold maps\footnotemark[1] in\nolinebreak[3] ink", "n-fold maps in ink"),
    (r"$A \xrightarrow{f} B$", "A →ᶠ B"),
    (r"one\\ two", "one two"),
    (r"A map\newline of ink\, and \ensuremath{\alpha}-ink", "A map of ink and α-ink"),
    (
        "by 20%. %For example, ink",
        "by 20%. %For example, ink",
    ),  # where a comment ends cannot be told
    (r"line.\nWe fold", "line. We fold"),
    (r"caf\u00e9", "café"),
]

SCRIPTS = [
    ("M^2RAG", "M²RAG"),
    ("M$^2$RAG", "M²RAG"),
    ("M^{2}RAG", "M²RAG"),
    ("$10^{-3}$, 10^-5, 10^15", "10⁻³, 10⁻⁵, 10¹⁵"),
    ("2^n, A^T, $n^{th}$", "2ⁿ, Aᵀ, nᵗʰ"),
    ("$C^*$-algebra", "C*-algebra"),
    (r"90$^{\circ}$", "90°"),
    ("H_2O, N_2O_5, TiO_2", "H₂O, N₂O₅, TiO₂"),
    ("La$_{2-x}$Sr$_x$CuO$_4$", "La₂₋ₓSrₓCuO₄"),
    ("x_{max}", "x_max"),
    ("$V_{max}17$", "V_max 17"),
    (r"$\mu ^{+} \mu ^-$ and $ \Lambda  _b ^0 $", "μ⁺ μ⁻ and Λ_b⁰"),
    (r"of $^{13}$C, of $ ^3$He and $p + ^{13}$C", "of ¹³C, of ³He and p + ¹³C"),
    (r"$\Lambda^+_c$, $\Xi^-_b\to$, D^+_s", "Λ⁺_c, Ξ⁻_b→, D⁺_s"),
    (r"$\pi^-+c.c.$, $e^++e^-$, a^--b", "π⁻+c.c., e⁺+e⁻, a^–b"),
    (r"$2^{\prime\prime}$, $\eta^{(\prime)}$, $\ell^{\prime +}$", "2″, η⁽′⁾, ℓ′⁺"),
    (r"$K^{*\dagger}$, $x^{\prime 2}$", "K*†, x′²"),
    (r"$\rho^{\alpha-2}\rho$, $U(1)_{B-L}$", "ρ^(α-2)ρ, U(1)_(B-L)"),
    (r"$d_{x^2-y^2}$, $e^{i\pi}$", "d_(x²-y²), e^(iπ)"),
    ("$x_iy_j$", "xᵢyⱼ"),
    ("x_{i,j}", "x_(i,j)"),
    ("$D^{*+}$ and $B^0_s$", "D*⁺ and B⁰ₛ"),
    (r"kpc$^{-1}$, $z\sim2$, $10^{12}~M_\odot$", "kpc⁻¹, z∼2, 10¹² M_⊙"),
    ("a_n@maps.example", "a_n@maps.example"),
    ("1^{+1.39}_{-0.59}", "1^(+1.39)_(-0.59)"),
    ("Fold_{ViT-L} wins", "Fold_ViT-L wins"),
    (
        "snake_case, @user_name, my_map_1.txt, user_2",
        "snake_case, @user_name, my_map_1.txt, user_2",
    ),
    ("__init__ and ^_^", "__init__ and ^_^"),
    ("$e^+e^-$ and e^+e^- at $x^-y$", "e⁺e⁻ and e⁺e⁻ at x⁻y"),
    ("AdS_5 x S^5", "AdS₅ x S⁵"),
    ("log_2 n, ell_1 and ell_{2,1}, well_1, my_log_2", "log₂ n, ℓ₁ and ℓ_(2,1), well_1, my_log_2"),
    (r"\alpha_1, \ell_2 and \beta_t but \method_name", "α₁, ℓ₂ and βₜ but method_name"),
]

MONEY_AND_ADDRESSES = [
    ("$5 and $10", "$5 and $10"),
    ("for $ 5 and $ 10, US$ 3 to US$ 4", "for $ 5 and $ 10, US$ 3 to US$ 4"),
    ("$5 (a_b) for maps and $ 7", "$5 (a_b) for maps and $ 7"),
    (r"$5 for ink and $\beta $ maps", "$5 for ink and β maps"),
    ("from $x to $ y", "from $x to $ y"),
    ("between $5 million and US$10 million", "between $5 million and US$10 million"),
    (r"\$5,000 to \$10,000", "$5,000 to $10,000"),
    ("https://maps.example/~ada/a_b--c^2", "https://maps.example/~ada/a_b--c^2"),
    ("(see github.com/ada/fold_maps--x).", "(see github.com/ada/fold_maps--x)."),
    (r"\url{https://maps.example/a\_b}", "https://maps.example/a_b"),
    (r"at~https://maps.example/x.", "at https://maps.example/x."),
    (r"\href{https://maps.example/a_b}{our code}", "our code"),
    (r"http://maps.example/$\sim$ada/", "http://maps.example/~ada/"),
    ("at https://maps.example/x}{https://maps.example/x}.", "at https://maps.example/x."),
    ("at https://maps.example/x}{maps.example/x.", "at https://maps.example/x."),
    ("at https://maps.example/x{here}.", "at https://maps.example/x (here)."),
    ("{https://maps.example/x}{our code} and ink", "https://maps.example/x (our code) and ink"),
    ("https://maps.example/x}{this URL}", "https://maps.example/x (this URL)"),
    ("https://maps.example/v{number} and ink", "https://maps.example/v{number} and ink"),
    (
        "url{https://maps.example/x} and href{https://maps.example/y}{our ink}",
        "https://maps.example/x and our ink",
    ),
]

# Braces that are signs, and the blanks that TeX eats behind a name.
LITERAL = [
    (r"$S=\{s\}$ and $\{a,b\}$", "S={s} and {a,b}"),
    (r"from \{cat\} to \{ \}, \{0,1\}^n", "from {cat} to { }, {0,1}ⁿ"),
    (r"{\{ink\}}, {{\{ink\}}}, \emph{\{ink\}} and {\bf\{ink\}}", "{ink}, {ink}, {ink} and {ink}"),
    (r"$\left\{x\right\}$, $\bigl\{ x \bigr\}$, $\lbrace x\rbrace$", "{x}, { x }, {x}"),
    (r"$ \{ s \} $, $\max\{a\}$, $\{x\}'$, $f_{\{i\}}$", "{ s }, max{a}, {x}′, f_({i})"),
    (r"$\set{x}$, \textbraceleft x\textbraceright, \{bf ink\}", "{x}, {x}, {bf ink}"),
    (r"\{ink and maps\} and ink\}, \\{x\\}", "{ink and maps} and ink}, {x}"),
    ("<p>ink \\{maps\\} &amp;amp; ink</p>", "ink {maps} & ink"),
    (r"Fold\\bar chart, Fold\\bar", "Fold bar chart, Fold bar"),
    (r"one\\hat two\\natural three, 5\\times 5", "one hat two natural three, 5× 5"),
    (r"$\\hat{x} + \\bar y$, \\hat{x}", "x̂ + ȳ, x̂"),
    (r"\textsc{FoldNet}\xspace folds {\em INK}\xspace is", "FoldNet folds INK is"),
    (
        r"\fold\xspace, \fold\xspace-4, \fold\xspace's, (\fold\xspace)",
        "fold, fold-4, fold's, (fold)",
    ),
    (r"\fold\xspace 's, \fold\xspace ; \fold\xspace", "fold's, fold; fold"),
    (r"\fold\xspace{} is, \fold\xspace{}-is, {\fold\xspace} is", "fold is, fold-is, fold is"),
    (r"{\fold\xspace }is, \fold\xspace (ink), \fold\xspace 4", "fold is, fold (ink), fold 4"),
    (r"\fold\xspace\textbf{ink}, \fold\xspace\footnote{ink}", "fold ink, fold (ink)"),
    (r"$x\xspace$ is \fold\xspace$x$ or \fold\xspace $x$", "x is fold x or fold x"),
    (r"\fold\xspace~is \fold\xspace\ is \fold\xspace\xspace is", "fold is fold is fold is"),
    (r"\fold\xspace\%, ``\fold\xspace'' is", "fold %, “fold” is"),
    (r"Navier\textendash Stokes, ink \textendash maps", "Navier–Stokes, ink – maps"),
    (r"ink\textemdash maps, 5\textdegree C, 5\textdegree and", "ink—maps, 5°C, 5° and"),
    (r"Ada\textquoteright s \textquotedblleft ink\textquotedblright", "Ada’s “ink”"),
    (r"\pounds 5 or \texteuro 5, a\slash b, kW\textperiodcentered h", "£5 or €5, a/b, kW·h"),
    (r"ink\hfill maps\newpage ink", "ink maps ink"),
]

BROKEN = [
    ("maps \\", "maps"),
    (r"\textit{maps and", "maps and"),
    (r"{\bf maps and", "maps and"),
    ("x^", "x^"),
    (r"\frac{a}", "a"),
    ("a } b { c", "a } b { c"),
    (r"\begin{abstract}maps\end{abstract}", "maps"),
    ("$x", "$x"),
]


@pytest.mark.parametrize(
    ("raw", "shown"), ACCENTS + FONTS + SIGNS + SCRIPTS + MONEY_AND_ADDRESSES + BROKEN
)
def test_tex_is_shown_as(raw: str, shown: str) -> None:
    assert " ".join(to_unicode(raw).split()) == shown


@pytest.mark.parametrize(("raw", "shown"), LITERAL)
def test_braces_and_blanks_are_those_that_tex_sets(raw: str, shown: str) -> None:
    assert display(raw) == shown


@pytest.mark.parametrize(("raw", "shown"), ACCENTS + FONTS + SIGNS + SCRIPTS + MONEY_AND_ADDRESSES)
def test_what_is_shown_is_shown_as_itself(raw: str, shown: str) -> None:
    assert display(shown) == shown


def test_dollars_do_not_reach_over_a_paragraph() -> None:
    assert to_unicode("a $b\n\nc$ d") == "a $b\n\nc$ d"


def test_every_script_character_folds_back_to_what_it_stands_for() -> None:
    for table in (tex_tables.SUPERSCRIPTS, tex_tables.SUBSCRIPTS, *tex_tables.ALPHABETS.values()):
        for plain, small in table.items():
            assert normalize("NFKC", small).replace("−", "-") == plain.replace("−", "-")


TEX_PIECES = st.sampled_from(
    re.findall(
        r"\S+|\s",
        r"""\alpha \frac \sqrt \textbf \mathcal \cite \ref \url \" \' \H \c \not \left \begin \foo \n \\
        \{ \} \$ \% \( \) \[ \] { } {} $ $$ ^ _ ~ -- --- `` '' ` ' {bf {" x_ y^ & < > &amp; &lt; <b> </b>
        <sub> </sub> <!-- --> http://a.example/ _ ^{ _{ ab C 2 13 é λ . , 5 <mi> </mi> <msub> </msub> <msqrt> <math> </math>
        \, \xspace \lbrace \rbrace \textendash \\bar \bar
        <mfrac> mathcal{ cite{ ell_ {here} log_2 e^+ \ket{ \set{ \R \S \to \bf{ \begin{align} \begin{array} \hspace{-1em} \left<
        --> <--> <-- of and ′ ₂ ∪ ± → ≥ _( ^( <mover> </mover> <mo>¯</mo> <mroot> <mn>3</mn> <mfenced> </mfenced>""",
    )
)
TEX_SOUP = st.lists(TEX_PIECES, max_size=40).map("".join)


@settings(deadline=None, max_examples=400)
@given(st.one_of(TEX_SOUP, st.text(max_size=80), st.text("\\{}$^_~-'`\"&<>abC12 ;/", max_size=60)))
@example("\\" * 7)
@example("{" * 200 + "x" + "}" * 150)
def test_display_is_idempotent_and_never_raises(raw: str) -> None:
    """But for braces: what is shown of `\\{x\\}` is what TeX reads as a group."""
    shown = display(raw)
    assert display(shown) == shown or "{" in shown or "}" in shown


@settings(deadline=None, max_examples=300)
@given(st.text("{}$^_~-'`|, .;:/()=+*abcXYZ0123éøλ中", max_size=80))
def test_without_backslashes_every_letter_and_digit_survives_in_order(raw: str) -> None:
    assert letters(display(raw)) == letters(raw)


COMMANDS_AND_TEXT = st.lists(
    st.sampled_from(
        re.findall(
            r"[^/]+",
            r"{/}/$/^/_/~/ /ab/7/\textbf /\emph{/\%/\,/\left /\quad /\(/\)/\hat /\frac /\sqrt /\cite{/\foo{7"
            r"/\\/\{/\}/\ /\xspace /\xspace{}/\textendash ",
        )
    ),
    max_size=30,
).map("".join)


@settings(deadline=None, max_examples=200)
@given(COMMANDS_AND_TEXT)
def test_with_commands_every_letter_and_digit_but_their_names_survives(raw: str) -> None:
    assert letters(display(raw)) == letters(re.sub(r"\\\\|\\[a-z]+", "", raw))


def letters(text: str) -> str:
    """Return what is visible of a text, whatever its size, place and accents."""
    return "".join(sign for sign in normalize("NFKD", text) if sign.isalnum())


@pytest.mark.skipif(not DUMPS.exists(), reason="the real dumps are not beside this checkout")
def test_real_dumps_show_no_tex_and_lose_nothing_but_names() -> None:
    names = re.compile(r"\\(?:url|times)|\{bf |\}\{https:\S+")  # the last: an address said twice
    for dump in sorted(DUMPS.glob("*.txt")):
        for line in dump.read_text("utf-8").splitlines():
            shown = display(line)
            assert not re.search(r"\{bf|\\%|``|\^2", shown), shown
            assert letters(shown) == letters(names.sub("", line)), shown
