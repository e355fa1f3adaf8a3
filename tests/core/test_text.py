"""Text as people see it: cleaning, markup, keys, excerpts, addresses. All samples are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from paperdigest.core import text as texts
from paperdigest.core.paper import Link
from paperdigest.core.text import (
    ABSTRACT_CAP,
    TITLE_CAP,
    clean,
    display,
    excerpt,
    links_in,
    safe_url,
    squash,
    without_link_hosts,
)

ANY_TEXT = st.text(st.characters(), max_size=60)  # lone surrogates and control characters included


# ------------------------------------------------------------------- cleaning


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("  maps\tand\n\nink ", "maps and ink"),
        ("maps\u00a0and\u2003ink\u2028here", "maps and ink here"),
        ("ma\x00ps\x1b[31m \x7fand\x9b ink", "maps[31m and ink"),
        ("ma\u202eps \u2066and\u200e ink\ufeff", "maps and ink"),
        ("mul\u00adti\u200bmo\u2060dal", "multimodal"),
        ("ma\u200dps", "maps"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("👩\u200d🔬 maps ❤️", "👩\u200d🔬 maps ❤️"),
        ("a\ud800b", "a\ufffdb"),
        ("naïve 图 β", "naïve 图 β"),
        ("", ""),
    ],
)
def test_clean_text_holds_only_what_can_be_seen(raw: str, seen: str) -> None:
    assert clean(raw) == seen


def test_the_cap_counts_bytes_and_cuts_between_characters() -> None:
    assert clean("äöü", cap=5) == "äö"
    assert clean("maps and ink", cap=5) == "maps"
    assert clean("maps", cap=4) == "maps"
    assert len(clean("图" * 20_000, cap=ABSTRACT_CAP).encode()) <= ABSTRACT_CAP
    assert TITLE_CAP < ABSTRACT_CAP


@settings(deadline=None)
@given(ANY_TEXT, st.none() | st.integers(0, 40))
def test_clean_is_idempotent_and_encodable(raw: str, cap: int | None) -> None:
    once = clean(raw, cap)
    assert clean(once, cap) == once
    assert len(once.encode()) <= (1_000 if cap is None else cap)
    assert "  " not in once
    assert once == once.strip()


# --------------------------------------------------------------------- markup


@pytest.mark.parametrize(
    ("raw", "seen"),
    [
        ("a<b if n<m", "a<b if n<m"),
        ("x<y can reason with p <0.05", "x<y can reason with p <0.05"),
        ("a<b>c and x<i and j>y", "a<b>c and x<i and j>y"),
        ("We show $a<b$ if n<m", "We show a<b if n<m"),
        ("A <i>proof</i> of x < y", "A proof of x < y"),
        ("H<sub>2</sub>O, 19<sup>th</sup>, Ca<SUP>2+</SUP>", "H₂O, 19ᵗʰ, Ca²⁺"),
        ("the V<sub>fold</sub> channel", "the V_fold channel"),
        ("<jats:title>Aim</jats:title><jats:p>We fold.</jats:p><jats:p>Maps.</jats:p>", "Aim We fold. Maps."),
        ("<p>One<br/>two<br>three</p>", "One two three"),
        ('see <a href="https://maps.example/?a=1&amp;b=2">our code</a>', "see our code"),
        ("R&amp;D, AT&T, R&D; V&L", "R&D, AT&T, R&D; V&L"),
        ("FOLD&#45;4 &#x2013; caf&eacute;&nbsp;&lt; 5", "FOLD-4 – café < 5"),
        ("&amp;lt; twice &amp;amp; thrice", "< twice & thrice"),
        ("?a=1&copy=2 &notaname; &", "?a=1&copy=2 &notaname; &"),
        ("the <think> and <image> tokens of List<String>", "the <think> and <image> tokens of List<String>"),
        ("maps <!-- hidden --> and <![CDATA[ink]]>", "maps and ink"),
        ("maps <!-- never closed", "maps <!– never closed"),
        ("cut short in <i>Vitis", "cut short in Vitis"),
        ("<mml:math><mml:mi>x</mml:mi></mml:math> rises", "x rises"),
    ("<math><mi>x</mi><mo>=</mo><mn>2</mn></math> maps", "x=2 maps"),
    ("<mml:msub><mml:mi>x</mml:mi><mml:mn>2</mml:mn></mml:msub> rises", "x₂ rises"),
    ("<mml:msup> <mml:mi>B</mml:mi> <mml:mrow><mml:mo>+</mml:mo></mml:mrow> </mml:msup> falls", "B⁺ falls"),
    ("<msubsup><mi>D</mi><mi>s</mi><mo>*</mo></msubsup>", "Dₛ*"),
    ("<mml:mfrac><mml:mn>1</mml:mn><mml:mn>2</mml:mn></mml:mfrac> and <mml:msqrt><mml:mi>n</mml:mi></mml:msqrt>", "1/2 and √n"),
    ("<msup><mi>x</mi><msup><mi>y</mi><mn>2</mn></msup></msup>", "x^(y²)"),
    (
        '<msup><mi mathvariant=\\"normal\\">X</mi><mo stretchy=\\"false\\">+</mo></msup> <math display=\\"inline\\"><mi>n</mi></math>',
        "X⁺ n",
    ),
    (
        '<mover accent="true"><mrow><mi>X</mi></mrow><mrow><mo>¯</mo></mrow></mover><mover><mi>n</mi><mo stretchy="false">^</mo></mover>',
        "X̄n̂",
    ),
    ("<mml:mroot><mml:mi>x</mml:mi><mml:mn>3</mml:mn></mml:mroot>", "³√x"),
    ('<mi>f</mi><mfenced><mi>x</mi><mi>y</mi></mfenced> <mfenced open="[" close="]" separators="|"><mn>1</mn></mfenced>', "f(x,y) [1]"),
    ('<math><mn>13</mn><mspace width="0.2em"/><mi>TeV</mi></math> maps', "13 TeV maps"),
    ("<mmultiscripts> <mrow> <mi>He</mi> </mrow> <mprescripts/> <none/> <mn>3</mn> </mmultiscripts>/ink", "³He/ink"),
    ('<formula formulatype="inline"><tex Notation="TeX">$O(n)$</tex></formula> maps', "O(n) maps"),
    ('<graphic xlink:href="a.jpg" position="float"></graphic>ink', "ink"),
    (
        'maps of <Emphasis Type="Italic">Vitis</Emphasis> and CO<Subscript>2</Subscript>, 10<Superscript>-3</Superscript>',
        "maps of Vitis and CO₂, 10⁻³",
    ),
    (
        '<InlineEquation ID="IEq1"><EquationSource Format="TEX">$$x^2$$</EquationSource></InlineEquation>-maps of <fixed-case>RAG</fixed-case>',
        "x²-maps of RAG",
    ),
    (r"{\textless}i{\textgreater}Vitis{\textless}/i{\textgreater} maps", "Vitis maps"),
    ("<mover><mi>x</mi><mo>¯</mo></mover> and <munder><mo>max</mo><mi>x</mi></munder>", "x̄ and maxₓ"),
    ("<mml:msub><mml:mi>x</mml:mi><mml:mn>2", "x2"),
    ("</mml:mn></mml:msub> of <mml:mn>2</mml:mn></mml:msub>", "of 2"),
    ("the <mi> of a <row>", "the <mi> of a <row>"),
    ("<msup><mi>x</mi><mspace/></msup>, <msub><mi>x</mi><mrow><mn>2</mn></msub></mrow></msub>", "x, x₂"),
    ("Solitons in<mml:math><mml:mi>N</mml:mi></mml:math>-fold ink", "Solitons in N-fold ink"),
    ("the <math><mi>n</mi></math>th of <math><mi>n</mi></math>maps, <math><mi>n</mi></math>s", "the nth of n maps, ns"),
    ("<mml:math><mml:msub><mml:mi>H</mml:mi><mml:mn>2</mml:mn></mml:msub></mml:math>O", "H₂O"),
    (
        "<mml:mmultiscripts><mml:mrow><mml:mi>Ca</mml:mi></mml:mrow><mml:mprescripts/><mml:none/><mml:mrow><mml:mn>38</mml:mn></mml:mrow></mml:mmultiscripts> ink",
        "³⁸Ca ink",
    ),
    ("<mmultiscripts><mi>U</mi><mprescripts/><mn>92</mn><mn>238</mn></mmultiscripts>", "₉₂²³⁸U"),
    (
        "anti-<alternatives><tex-math>$$k_{t}$$</tex-math><mml:math><mml:mi>k</mml:mi></mml:math></alternatives> maps",
        "anti-kₜ maps",
    ),
    (
        r"<tex-math>\usepackage{amsmath} \setlength{\oddsidemargin}{-69pt} \begin{document}$$x$$\end{document}</tex-math> maps",
        "x maps",
    ),
    ("An <annotation>12 gold</annotation> standard", "An 12 gold standard"),
    ('<semantics><mi>x</mi><annotation encoding="application/x-tex">x</annotation></semantics> rises', "x rises"),
        ("A\u202e &#x202e;hidden&#0; turn", "A hidden\ufffd turn"),
    ],
)  # fmt: skip
def test_markup_is_shown_as(raw: str, seen: str) -> None:
    assert display(raw) == seen
    assert display(seen) == seen


@pytest.mark.parametrize(
    "sign",
    ["{", "}", "$", "<", "\\", "&", "-", "~", "^", "_", "`", "'", " ", "{a", "</b>", "<!--", "&amp;", "\\frac", "^{", "$x$", "https://", "http://a{", "<mi>", "<msub><mi>x</mi>"],
)  # fmt: skip
def test_long_runs_of_one_sign_are_read_in_one_walk(sign: str) -> None:
    """Anything worse than linear would take minutes here and not a second."""
    text = sign * (1_000_000 if len(sign) == 1 else 50_000)
    shown = display(text)
    assert display(shown) == shown
    links_in(text)
    without_link_hosts(text)


def test_clean_text_is_returned_as_it_is() -> None:
    title = "Folding paper maps with graph-based networks"
    assert display(title) is title
    assert clean(title, TITLE_CAP) is title


# ----------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M$^2$FOLD: Maps", "M^2Fold -- maps"),
        ("Na\\\"ive K{\\\"a}hler folds", "naïve kahler Folds"),
        ("{\\bf P}re-{\\bf T}raining", "pretraining"),
        ("Stra\\ss e \\o l \\ae", "strasse ol ae"),
        ("R&amp;D of <i>maps</i>", "RD of maps"),
        ("Łódź Ørsted œuvre đ", "lodz orsted oeuvre d"),
        ("ＦＯＬＤ ﬁne ²", "fold fine 2"),
        ("snake_case", "Snake Case"),
    ],
)  # fmt: skip
def test_two_spellings_of_a_title_have_one_key(one: str, other: str) -> None:
    assert squash(one) == squash(other)


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("Folding Maps: A Survey (2nd ed.)", "foldingmapsasurvey2nded"),
        ("TGF-$\\beta$ signalling", "tgfβsignalling"),
        ("图神经网络 for maps", "图神经网络formaps"),
        ("models and model", "modelsandmodel"),
        ("…", ""),
    ],
)
def test_the_key_of_a_title_never_changes(title: str, key: str) -> None:
    """These stand in databases: a change here needs a new key scheme, not a new expectation."""
    assert squash(title) == key


@settings(deadline=None)
@given(ANY_TEXT)
def test_a_key_holds_only_letters_and_digits(raw: str) -> None:
    key = squash(raw)
    assert key == "" or key.isalnum()
    assert squash(key) == key


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("given_text", "safe"),
    [
        ("https://maps.example/a?b=c#d", "https://maps.example/a?b=c#d"),
        (" http://maps.example ", "http://maps.example"),
        ("HTTPS://maps.example:8080/x", "HTTPS://maps.example:8080/x"),
        ('https://maps.example/a"b<c>d e', "https://maps.example/a%22b%3Cc%3Ed%20e"),
        ("https://karten.example/ä图", "https://karten.example/ä图"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//maps.example/x", ""),
        ("maps.example/x", ""),
        ("https://", ""),
        ("https:///x", ""),
        ("https://?x", ""),
        ("https://[::1", ""),
        ("https://maps.example:99999/", ""),
        ("https://maps.example/a\nb", ""),
        ("https://maps.example/\u202ea", ""),
        ("https://maps.example\\@else.example/", ""),
        ("https://maps.example@else.example/", ""),
        ("https://maps.example/" + "x" * 2_000, ""),
        ("", ""),
    ],
)
def test_only_web_addresses_are_links(given_text: str, safe: str) -> None:
    assert safe_url(given_text) == safe


@settings(deadline=None)
@given(
    st.one_of(
        ANY_TEXT, ANY_TEXT.map("https://a.example/{}".format), ANY_TEXT.map("http://{}".format)
    )
)
def test_a_safe_address_stays_inside_its_quotes(text: str) -> None:
    url = safe_url(text)
    assert url == "" or url.lower().startswith(("http://", "https://"))
    assert not set(url) & set('"<> \n\r\t\\')
    assert safe_url(url) == url


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Code: https://github.com/ada/fold_maps.", ["code https://github.com/ada/fold_maps"]),
        ("(see https://maps.example/a_(b)).", ["page https://maps.example/a_(b)"]),
        (r"at \url{https://gitlab.com/ada/fold\_maps}.", ["code https://gitlab.com/ada/fold_maps"]),
        (r"\href{https://maps.example/~ada}{here}", ["page https://maps.example/~ada"]),
        (r"http://maps.example/$\sim$ada/", ["page http://maps.example/~ada/"]),
        ("at~https://github.com/ada/x}{https://github.com/ada/x", ["code https://github.com/ada/x"]),
        ("is on github.com/ada/x, really", ["code https://github.com/ada/x"]),
        ("https;//github.com/ada/x.", ["code https://github.com/ada/x"]),
        ("[site](https://ada.github.io/maps)!", ["page https://ada.github.io/maps"]),
        ("**https://maps.example/x**", ["page https://maps.example/x"]),
        ('<a href="https://maps.example/?a=1&amp;b=2">x</a>', ["page https://maps.example/?a=1&b=2"]),
        ("https://huggingface.co/datasets/ada/maps", ["page https://huggingface.co/datasets/ada/maps"]),
        ("https://hf-mirror.com/ada/maps", ["page https://hf-mirror.com/ada/maps"]),
        ("https://web.archive.org/web/2020/https://maps.example/", ["page https://web.archive.org/web/2020/https://maps.example/"]),
        ("https://a.example/xhttps://b.example/y", ["page https://a.example/x", "page https://b.example/y"]),
        ("https://a.example/ and https://A.example", ["page https://a.example/"]),
        ("代码见https://github.com/ada/x。", ["code https://github.com/ada/x"]),
        ("mail ada@github.com/x or see e.g. the GitHub page", []),
        ("https://github.com", ["page https://github.com"]),
        ("", []),
    ],
)  # fmt: skip
def test_links_found_in_an_abstract(text: str, links: list[str]) -> None:
    assert links_in(text) == tuple(Link(*link.split(" ", 1)) for link in links)


def test_at_most_five_links_are_taken_in_their_order() -> None:
    text = " ".join(f"https://maps.example/{number}" for number in range(9))
    assert [link.url[-1] for link in links_in(text)] == list("01234")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "https://",
                "a.example",
                "/x",
                "(",
                ")",
                "[",
                "].",
                " ",
                "\\",
                "&",
                "www.",
                "github.com/",
                "'",
                "~",
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_every_link_found_is_safe(text: str) -> None:
    for link in links_in(text):
        assert safe_url(link.url) == link.url


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("at https://huggingface.co/ada/x.", "at https://hf-mirror.com/ada/x."),
        ("at https://huggingface.co.", "at http://mirror.example:8080/."),
        ("at www.maps.example/x", "at mirror.example/x"),
        ("[ada.github.io](https://ada.github.io)", "[ada.mirror.example](https://ada.mirror.example)"),
        (r"\url{https://maps.example/a_b}", r"\url{https://mirror.example/a_b}"),
    ],
)  # fmt: skip
def test_texts_that_differ_only_in_link_hosts_become_equal(one: str, other: str) -> None:
    assert without_link_hosts(one) == without_link_hosts(other)


def test_paths_and_words_still_tell_texts_apart() -> None:
    assert without_link_hosts("https://a.example/x") != without_link_hosts("https://a.example/y")
    assert without_link_hosts("and/or e.g. 1.5/2 folds") == "and/or e.g. 1.5/2 folds"


# ------------------------------------------------------------------- excerpts

SENTENCES = " ".join(
    f"Sentence {number} folds a paper map along its creases." for number in range(30)
)


def test_an_excerpt_without_a_hit_starts_at_the_beginning() -> None:
    start, end = excerpt(SENTENCES, None)
    assert start == 0
    assert 250 <= end <= 300
    assert SENTENCES[end] == " "


def test_a_short_text_is_its_own_excerpt() -> None:
    assert excerpt("A short one.", (2, 7)) == (0, 12)


def test_an_excerpt_starts_with_the_sentence_of_its_hit() -> None:
    hit = SENTENCES.index("Sentence 20") + 12
    start, end = excerpt(SENTENCES, (hit, hit + 5))
    assert SENTENCES[start:].startswith("Sentence")
    assert start <= hit
    assert hit + 5 <= end <= start + 320


def test_an_excerpt_at_the_end_reaches_back() -> None:
    size = len(SENTENCES)
    start, end = excerpt(SENTENCES, (size - 8, size - 1))
    assert end == size
    assert size - 320 <= start <= size - 150


@settings(deadline=None)
@given(st.data())
def test_an_excerpt_never_cuts_its_hit_or_a_word(data: st.DataObject) -> None:
    words = data.draw(st.lists(st.text("abc.", min_size=1, max_size=9), min_size=1, max_size=60))
    text = " ".join(words)
    first = data.draw(st.integers(0, len(text)))
    last = data.draw(st.integers(first, min(len(text), first + 30)))
    start, end = excerpt(text, (first, last), size=60)
    assert 0 <= start <= first <= last <= end <= len(text)
    assert end - start <= 66
    assert start in (0, first) or text[start - 1] == " "
    assert end in (last, len(text)) or text[end] == " "


@given(
    st.text(alphabet='aB .!?"”)', max_size=120).map(display),
    st.integers(0, 120),
    st.integers(0, 120),
)
def test_all_sentences_begin_where_those_around_a_place_begin(
    text: str, earliest: int, first: int
) -> None:
    around = texts._SENTENCE_START.finditer(text, max(0, earliest - 3), first + 1)
    near = [found.end() for found in around if earliest <= found.end() <= first]

    assert near == [place for place in texts._sentences(text) if earliest <= place <= first]


def test_an_excerpt_of_a_text_without_blanks_is_cut_somewhere() -> None:
    text = "图" * 1_000
    start, end = excerpt(text, (500, 502))
    assert start <= 500 < 502 <= end
    assert 200 <= end - start <= 330


@pytest.mark.parametrize("before", [94, 88, 82])
def test_an_excerpt_does_not_begin_with_the_last_words_of_a_sentence(before: int) -> None:
    near = "In contrast, " + "x" * (before - 14) + " "
    # The hit is so long that the sentence begins too far from its end.
    text = f"{'a long way to go ' * 30}of commonsense. {near}{'y' * 200} {'and so on ' * 40}"
    first = text.index("yy")
    start, _ = excerpt(text, (first, first + 200))
    assert text[start:].startswith("In contrast")


@given(
    st.integers(0, 400), st.integers(1, 250), st.lists(st.integers(1, 30), min_size=20, max_size=60)
)
def test_an_excerpt_begins_with_a_sentence_or_with_three_words_of_one(
    at: int, length: int, sentences: list[int]
) -> None:
    text = " ".join("Word" + " word" * (many - 1) + "." for many in sentences)
    first = min(at, len(text) - 1)
    start, _ = excerpt(text, (first, min(len(text), first + length)))
    following = [place for place in texts._sentences(text) if start < place <= first]
    begins = start == 0 or start == first or start in texts._sentences(text)
    assert begins or not following or len(text[start : following[0]].split()) >= 3
