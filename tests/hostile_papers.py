"""Papers by somebody who means harm, or whose program is broken: the same ones for the same seed, each by itself.

Everything is invented. Each paper has the words "paper map" in it, so that a reader who wants maps is sent it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

MARKUP: Final = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "<svg/onload=alert(1)>", "<b", "</td></tr></table>",
    "</body></html>", "<style>*{display:none}</style>", "<!-- ", " -->", "<![endif]-->", "<!--[if mso]><b>", "<![CDATA[", "]]>",
    "</title><script>", "</style><b>", "<a href=//evil.example>x</a>", '" onmouseover="alert(1)', "' style='color:red",
    "&lt;script&gt;", "&#60;b&#62;", "&#x3c;b&#x3e;", "&amp;lt;b&amp;gt;", "&lt", "&notit;", "&#0;", "&#x110000;", "<i>H<sub>2</sub>O</i>",
    "<math><mi>x</mi></math>", "<plaintext>", "<textarea>", "<base href=https://evil.example/>", "<meta http-equiv=refresh>",
    "＜script＞", "‹b›", "<\u200bscript>", "<\x00b>", "<ſcript>", "<jats:p>", "a < b > c", "x<y>z", "<<<>>>", "<?php ?>", "<%= 1 %>",
)  # fmt: skip
TEX: Final = (
    "\\", "{", "}", "$", "$$", "^", "_", "~", "%", "&", "#", "``", "''", "--", "\\frac{", "\\textbf{", '\\"o', "\\'{e", "\\^", "\\c c",
    "\\begin{equation}", "\\end{", "\\(", "\\]", "\\href{javascript:alert(1)}{x}", "\\url{data:text/html,<b>}", "\\textless script\\textgreater",
    "\\lt b\\gt ", "\\symbol{60}", '\\char"3C', "^^3c", "^{2", "_{\\mathrm{", "\\left<", "\\right>", "\\verb|<b>|", "{\\bf ", "{bf", "\\&lt;",
    "\\input{/etc/passwd}", "\\def\\a{\\a\\a}\\a", "\\newline", "\\\\", "\\unknown", "\\sqrt[3]{", "$x<y$ and $y>z$", "\\mbox{$<$}b\\mbox{$>$}",
)  # fmt: skip
SLACK: Final = (
    "<!channel>", "<!here>", "<!everyone>", "<@U012345>", "<@U1|ada>", "<#C1>", "<!subteam^S1>", "<!date^1392734382^{date}|x>",
    "<https://evil.example|arxiv.org>", "<mailto:x@evil.example|you>", "&lt;!channel&gt;", "@channel", "*bold*", "_it_", "~no~", "`code`",
    "```pre```", "> quote", "|", "<!channel", "!channel>", ":tada:", "<\u034f!channel>", "&amp;lt;!here&amp;gt;",
)  # fmt: skip
HEADERS: Final = (
    "\r\nBcc: everyone@example.org", "\nX-Evil: 1", "\r\n\r\nbody", "\r\n.\r\n", "\n.\n", "=?UTF-8?Q?=0ABcc:_x@y.z?=", "=?UTF-8?B?CkJjYzogeA==?=",
    "=0D=0ABcc: x", "--=_pd_0000", "\nFrom me", "\u2028Bcc: x", "\x85Bcc: x", "\x0bBcc: x", "Subject: x", "%0d%0aBcc:x", "\rBcc: x", "a;b,c<d>@e",
)  # fmt: skip
CONTROLS: Final = (
    "\x1b[2J", "\x1b]0;owned\x07", "\x1b]8;;https://evil.example\x07x\x1b]8;;\x07", "\x1bP1$r\x1b\\", "\x9b31m", "\x9d0;x\x9c", "\x08\x08", "\x7f",
    "\x00", "\x0e", "\u202egnp.exe\u202c", "\u2066x\u2069", "\u200f", "\u061c", "\ufeff", "\u200b", "\u2060", "\xad", "\ufffe", "\ufff9a\ufffa\ufffb",
    "\U000e0041\U000e007f", "\ud800", "\udfff\ud800", "\u3164", "\u115f", "\u180e", "\t", "\u2029", "\xa0", "\u3000", "\u200d", "\u200c",
)  # fmt: skip
LETTERS: Final = (
    "שלום", "قوارب ورقية", "می\u200cخواهم", "紙の地図を折る", "지도", "क्षि", "👩\u200d👩\u200d👧\u200d👦", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🇩🇪", "❤\ufe0f", "é́́́́", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "ﷺ", "𝕸𝖆𝖙𝖍", "ﬁ", "İı", "ß",
    "…", "–", "“x”", "′", "½", "№", "∀x∈ℝ", "→", "\u0301", "a\u20dd",
)  # fmt: skip
CODE: Final = (
    "{{ 7*7 }}", "{% include '/etc/passwd' %}", "{# x #}", "${7*7}", "#{7*7}", "%(message)s", "%s", "{0}", "$(id)", "`id`", "'; DROP TABLE papers; --",
    '","x":"', "\\u003cb\\u003e", "../../etc/passwd", "C:\\con", "=1+1", "@SUM(1)", "-- ", "javascript:alert(1)", "data:text/html,<b>", "NaN", "null",
)  # fmt: skip
POISON: Final = MARKUP + TEX + SLACK + HEADERS + CONTROLS + LETTERS + CODE

SCHEMES: Final = (
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,<script>x</script>", "vbscript:x",
    "file:///etc/passwd", "//evil.example/x", "/relative", "ftp://x.example/", "mailto:x@y.z", "https://", "https:///x", "https:evil.example",
    "https://arxiv.org@evil.example/", "https://u:p@evil.example/", "https:\\\\evil.example", "http://[::1", "tel:1", "blob:https://x", "HTTPS://x y/",
    "feed:https://x.example", "view-source:https://x.example", "\x01https://x.example/", "https\u200b://x.example/",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hostile:
    """One generator of texts. All that it gives follows from its random numbers."""

    random: Random

    def text(self, most: int = 6) -> str:
        """Return some pieces of poison, whole or hurt, between harmless words."""
        pieces = [self._piece() for _ in range(self.random.randint(1, most))]
        return self.random.choice(("", " ")).join(pieces)

    def maybe(self, most: int = 6) -> str:
        """Return a text; now and then an empty one, or one that shows nothing."""
        chance = self.random.random()
        if chance < 0.08:
            return ""
        return (
            self.random.choice((" ", "\u200b\u202e", "\x00\x07", "\u3164"))
            if chance < 0.12
            else self.text(most)
        )

    def address(self) -> str:
        """Return an address: no web address at all, or one with poison in it."""
        if self.random.random() < 0.5:
            return self.random.choice(SCHEMES)
        return self.random.choice(
            ("https://example.org/", "http://x.example/?q=", "https://")
        ) + self.text(2)

    def names(self, most: int) -> list[str]:
        return [self.maybe(2) for _ in range(self.random.randint(0, most))]

    def _piece(self) -> str:
        chance = self.random.random()
        if chance < 0.2:
            return self.random.choice(("maps", "folding", "of", "a", "Ada"))
        if chance < 0.25:
            return "".join(
                chr(
                    self.random.choice(
                        (self.random.randrange(0x300), self.random.randrange(0x11_0000))
                    )
                )
                for _ in range(3)
            )
        piece = self.random.choice(POISON)
        return self._hurt(piece) if self.random.random() < 0.2 else piece

    def _hurt(self, piece: str) -> str:
        """Return the piece without one of its signs, or with one of them twice, or with something in its midst."""
        at = self.random.randrange(len(piece))
        return (
            piece[:at]
            + self.random.choice(("", piece[at] * 2, self.random.choice(POISON)))
            + piece[at + 1 :]
        )


def paper(seed: int, number: int) -> dict[str, object]:
    """Return one record of our own dump format; the same for the same seed and number."""
    random = Random(f"{seed} {number}")
    hostile = Hostile(random)
    title, abstract = hostile.text(), hostile.maybe(20)
    authors = hostile.names(8)
    match number % 200:
        case 1:
            title += " " + random.choice(POISON) * 500
        case 2:
            authors = [hostile.text(2)] * 2_000
        case 3:
            abstract += random.choice(("x", "&", "<", "地", "\\", "${")) * 32_000
    if random.random() < 0.5:
        title = f"Paper map {title}"
    return {
        "id": f"arxiv:26{number // 100_000 % 12 + 1:02}.{number % 100_000:05}",
        "title": f"{title} map",
        "abstract": f"{abstract} paper map {hostile.maybe()}",
        "authors": authors,
        "categories": hostile.names(3),
        "venue": hostile.maybe(2),
        "url": hostile.address(),
        "links": [
            {"rel": hostile.maybe(1), "url": hostile.address()} for _ in range(random.randint(0, 4))
        ],
        "published_at": random.choice((None, "1987-01-02T00:00:00Z", "2026-11-19T00:00:00Z")),
        "votes": random.choice((None, 0, 41)),
        "withdrawn": random.random() < 0.1,
    }


def papers(seed: int, first: int, count: int) -> Iterator[dict[str, object]]:
    """Yield `count` papers, from number `first` on."""
    for number in range(first, first + count):
        yield paper(seed, number)
