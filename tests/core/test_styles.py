"""Styles of titles and abstracts: where markup and TeX ask for them, there in what is shown. All samples are invented."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import hostile_papers
from paperdigest.core.styles import cut, pieces, styles_of
from paperdigest.core.styling import Style
from paperdigest.core.text import display

SIGNS = {
    Style.BOLD: "b",
    Style.ITALIC: "i",
    Style.MONOSPACE: "tt",
    Style.SUPERSCRIPT: "sup",
    Style.SUBSCRIPT: "sub",
}


def seen(raw: str) -> str:
    """Return what is shown with its styles as tags, and without the signs that only stand for one."""
    found = ""
    for text, _, styles in pieces(display(raw), (), styles_of(raw)):
        if Style.SIGN in styles:
            continue
        tags = [SIGNS[style] for style in styles]
        found += "".join(f"<{tag}>" for tag in tags) + text
        found += "".join(f"</{tag}>" for tag in reversed(tags))
    return found


TAGS = [
    ("A <i>proof</i> by <b>folding</b>", "A <i>proof</i> by <b>folding</b>"),
    ("<em>Ink</em> <strong>maps</strong> <tt>fold</tt>", "<i>Ink</i> <b>maps</b> <tt>fold</tt>"),
    ("<jats:italic>Vitis</jats:italic> <jats:bold>maps</jats:bold>", "<i>Vitis</i> <b>maps</b>"),
    ("<jats:monospace>fold</jats:monospace> it", "<tt>fold</tt> it"),
    ("&lt;i&gt;Vitis&lt;/i&gt; maps", "<i>Vitis</i> maps"),
    ("&amp;lt;I&amp;gt;Vitis&amp;lt;/I&amp;gt; maps", "<i>Vitis</i> maps"),
    ('<italic toggle="yes">Vitis</italic> maps', "<i>Vitis</i> maps"),
    ("the V<sub>fold</sub> channel", "the V<sub>fold</sub> channel"),
    ("10<sup>2/3</sup> maps", "10<sup>2/3</sup> maps"),
    ("V<jats:sub>fold</jats:sub>W<inf>ink</inf>", "V<sub>fold</sub> W<sub>ink</sub>"),
    ("<i>T<sub>fold</sub></i> of ink", "<i>T</i><i><sub>fold</sub></i> of ink"),
    ("<i>T</i><sub><i>fold</i></sub> of ink", "<i>T</i><sub>fold</sub> of ink"),
    ("<i>T</i><sub><i>a</i></sub> of ink", "<i>T</i>ₐ of ink"),
    ("<b>One <i>and</i></b> <i>two</i>", "<b>One </b><b><i>and</i></b> <i>two</i>"),
    ("<i>one <i>in</i> one</i>", "<i>one in one</i>"),
    ("a <i> fold </i> here", "a <i>fold</i> here"),
    ("<i>Caf&eacute; &amp; na\\\"ive</i> maps", "<i>Café & naïve</i> maps"),
]  # fmt: skip
TEX = [
    (r"\emph{in ink} \textit{maps}", "<i>in ink</i> <i>maps</i>"),
    (r"\textbf{G}raph \textbf{F}olding", "<b>G</b>raph <b>F</b>olding"),
    (r"\texttt{fold\_map} and \textsl{ink}", "<tt>fold_map</tt> and <i>ink</i>"),
    (r"{\it paper} and {\bf ink} and {\tt map}", "<i>paper</i> and <b>ink</b> and <tt>map</tt>"),
    ("an emph{in situ} map, textbf{wet}", "an <i>in situ</i> map, <b>wet</b>"),
    ("{bf P}re-{bf F}olding {em maps}", "<b>P</b>re-<b>F</b>olding <i>maps</i>"),
    (r"\textbf{bold {\it and} italic}", "<b>bold </b><b><i>and</i></b><b> italic</b>"),
    (r"\emph {maps} by \'{E}toile", "<i>maps</i> by Étoile"),
    (r"$W^{1,p}$ and $L^{q}$", "W<sup>1,p</sup> and L<sup>q</sup>"),
    (r"$SU(2)_L \times U(1)_Y$", "SU(2)<sub>L</sub> × U(1)<sub>Y</sub>"),
    (r"BERT$_{\text{large}}$ at $x_\mathrm{max}$", "BERT<sub>large</sub> at x<sub>max</sub>"),
    (r"$Q^\pi$ over $p_\theta(x)$", "Q<sup>π</sup> over p<sub>θ</sub>(x)"),
    (r"V_{max}17 and $V_{max}17$", "V<sub>max</sub> 17 and V<sub>max</sub> 17"),
    (r"$1^{+1.39}_{-0.59}$", "1<sup>+1.39</sup><sub>-0.59</sub>"),
    (r"$x^{(q)}$", "x<sup>(q)</sup>"),
    (
        r"$f = 0.4 ^{+0.5}_{-0.6} $ and $X _{a,b} $",
        "f = 0.4<sup>+0.5</sup><sub>-0.6</sub> and X<sub>a,b</sub>",
    ),
    (r"$L^3_tB^{1/3,v}$ and $x_{i_j}$", "L³ₜB<sup>1/3,v</sup> and x<sub>iⱼ</sub>"),
    (r"$\{a_n\}_{n\ge 1}$", "{aₙ}<sub>n≥1</sub>"),
    (r"$\alpha _{a,b} = \beta ^{a,b} \to 1$", "α<sub>a,b</sub> = β<sup>a,b</sup> → 1"),
    (r"$\sqrt{s_{NN}}$ of $2^{\aleph_{0}}$", "√(s<sub>NN</sub>) of 2<sup>ℵ₀</sup>"),
    (r"map\textsuperscript{fold} \textsubscript{ink}", "map<sup>fold</sup> <sub>ink</sub>"),
]
PLAIN = [
    "H<sub>2</sub>O, x<sup>2</sup>",  # Unicode has signs for these
    r"M^2FOLD, $M^2$FOLD, $x_{ij}$, CO\textsubscript{2}",
    "cut short in <i>Vitis",
    r"cut short in \emph{maps",
    "cut short in {\\bf maps",
    "a<b>c and x<i and j>y",
    "maps <!-- <i>hidden</i> --> and ink",
    "<i></i> and <b> </b> and \\emph{} of maps",
    "the <x:i>maps</x:i> of <ii>ink</ii>",
    "snake_case, _ink_, $5_a and 10_b, x_foo",
    r"\$a_L and b_L\$ and \\emph{x}",
    r"weights in \{\bf 1\}",
    r"an accent over \'\emph{maps} as a whole",
    "\U0010ff00<i>maps</i>\U0010ff01",  # somebody's own private signs
    "",
]


@pytest.mark.parametrize(("raw", "shown"), TAGS + TEX)
def test_a_style_is_where_it_was_asked_for(raw: str, shown: str) -> None:
    assert seen(raw) == shown


@pytest.mark.parametrize("raw", PLAIN)
def test_what_cannot_be_placed_for_certain_is_plain(raw: str) -> None:
    assert styles_of(raw) == ()


def test_where_a_script_would_change_the_text_the_fonts_are_still_set() -> None:
    r"""`\sqrt` takes the first letter after it, which must not be a sign of ours."""
    assert seen(r"\emph{Maps} with $\sqrt^{fold}$") == "<i>Maps</i> with √(^fold)"


# ------------------------------------------------------------- for any text

SOUP_OF = r"""
<i> </i> <b> </b> <sub> </sub> <sup> </sup> <jats:italic> </jats:italic> &lt;i&gt; &amp;lt;/i&amp;gt; <!-- --> <p> \emph{ \textbf{
{\it {\bf {bf ^{ _{ ^\ _\theta ^a _L $ $$ { } } \{ \ \\ \hat \frac \cite{ \mathcal \"a ` '' -- ~ x maps 17 ( )
"""
SOUP = st.lists(st.sampled_from(re.findall(r"\S+|\s", SOUP_OF)), max_size=30).map("".join)
ANY = st.one_of(
    SOUP, st.text(st.characters(), max_size=60), st.text("<>ib/\\{}$^_ &;\U0010ff00", max_size=40)
)


def holds(raw: str) -> None:
    shown = display(raw)
    styles = styles_of(raw)
    assert list(styles) == sorted(styles)
    last = dict.fromkeys(Style, 0)
    for start, end, style in styles:
        assert last[style] <= start < end <= len(shown)
        assert shown[start].strip()
        assert shown[end - 1].strip()
        last[style] = end
    assert "".join(piece.text for piece in pieces(shown, (), styles)) == shown


@settings(deadline=None, max_examples=500)
@given(ANY)
@example("<i>" * 300 + "x" + "</i>" * 300)
@example("_{" * 100 + "x" + "}" * 90)
def test_the_pieces_are_what_is_shown_whatever_the_text(raw: str) -> None:
    holds(raw)


@pytest.mark.parametrize("number", range(0, 1_000, 10))
def test_the_pieces_of_hostile_papers_are_what_is_shown(number: int) -> None:
    for paper in hostile_papers.papers(7, number, 10):
        holds(str(paper["title"]))
        holds(str(paper["abstract"]))


@pytest.mark.parametrize(
    "sign",
    ["<i>", "</i>", "<i>x</i>", "<sub>", "\\emph{", "{\\it ", "^{", "_{x}", "$x_L$", "}", "&lt;i&gt;", "<i x='1' ", "<!--", "{", "^\\x"],
)  # fmt: skip
def test_long_runs_of_one_sign_are_read_in_one_walk(sign: str) -> None:
    """Anything worse than linear would take minutes here and not a second."""
    styles_of(sign * 20_000 + "<i>x</i>")


@pytest.mark.parametrize(("opening", "closing"), [("<i>", "</i>"), ("\\emph{", "}"), ("_{", "}")])
def test_deep_nests_are_read_in_one_walk(opening: str, closing: str) -> None:
    styles_of(opening * 20_000 + "maps" + closing * 20_000)


# ------------------------------------------------------- cutting a text up


def test_pieces_are_cut_at_the_borders_of_marks_and_styles() -> None:
    styles = ((0, 6, Style.ITALIC), (2, 4, Style.BOLD))
    assert [tuple(piece) for piece in pieces("abcdefgh", ((3, 7),), styles)] == [
        ("ab", False, (Style.ITALIC,)),
        ("c", False, (Style.BOLD, Style.ITALIC)),
        ("d", True, (Style.BOLD, Style.ITALIC)),
        ("ef", True, (Style.ITALIC,)),
        ("g", True, ()),
        ("h", False, ()),
    ]


def test_a_text_without_marks_and_styles_is_one_piece() -> None:
    assert list(pieces("maps", (), ())) == [("maps", False, ())]
    assert list(pieces("", (), ())) == []


def test_styles_are_cut_with_their_text_and_move_with_it() -> None:
    styles = ((0, 3, Style.ITALIC), (4, 8, Style.BOLD), (8, 9, Style.ITALIC))
    assert cut(styles, 2, 6, at=5) == ((5, 6, Style.ITALIC), (7, 9, Style.BOLD))
