"""An invented digest that uses everything a template can show: for checks, test sends and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

from paperdigest.core import closing_words, dormancy, letter, why_words, words
from paperdigest.core.digest import Digest, Entry, Marked, Section, SourceLine, Why
from paperdigest.core.paper import Link
from paperdigest.core.styling import Style
from paperdigest.core.subscription import Subscriber
from paperdigest.core.tallies import Sent, counted
from paperdigest.core.tree import Term

_AT = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
_SEARCH = "https://huggingface.co/papers?q="
_ITALIC = (0, 10, Style.ITALIC)  # "Model soup", "Routing by"
_TARGETS = ("email:ada@example.org",)
_OPERATOR = ("email:papers@example.org",)
#: An unsubscribe link as one looks; its code stops nothing.
SAMPLE_LINK = "https://papers.example.org/unsubscribe/12.pPbnMiS5R0H2vDRUF4gCUw"
#: Papers sent so many days ago, and for each topic so many weeks ago.
_DAYS = ((6, 3), (4, 5), (3, 1), (2, 8), (1, 4))
_WEEKS = (
    ((7, 12), (6, 17), (5, 9), (4, 14), (3, 20), (2, 16), (1, 21)),
    ((6, 1), (5, 2), (2, 3)),
    ((7, 10), (6, 9), (5, 10), (4, 10), (3, 8), (2, 10), (1, 10)),
)


def sample_digest(at: datetime = _AT) -> Digest:
    """Return the sample as of `at`, in the reader's zone."""
    sections = (_pretraining(), _experts(), _trending())
    count = sum(len(part.full) + len(part.listed) + len(part.counted) for part in sections)
    sources = (
        SourceLine("arxiv-cs", "ok", 371),
        SourceLine("hf", "ok", 38),
        SourceLine("lab-dump", "ok", 3),
    )
    names = [part.name for part in sections]
    sample = Digest(
        subscriber="ada",
        slot=f"{at:%Y-%m-%dT%H:%M} sample",
        kind="digest",
        title=words.title_of(count, [part.name for part in sections]),
        at=at,
        covers_from=at - timedelta(days=1),
        covers_until=at,
        preheader=letter.preheader(sections[0].full),
        sections=sections,
        notes=("A sample: the papers are invented.",),
        sources=sources,
        looked_at=words.looked_at(sources, 412),
        manage=closing_words.manage(
            Subscriber("ada"), _TARGETS, operator=_OPERATOR, link=SAMPLE_LINK
        ),
        more=words.command_for_more("ada"),
        dormant=dormancy.lines(
            [("Experts", [Term("mixtur of experts")])],
            ask=closing_words.whom_to_ask(_TARGETS, _OPERATOR),
        ),
    )
    return counted(sample, tuple(_sent(at.date(), names)), names)


def _sent(today: date, topics: Sequence[str]) -> Iterator[Sent]:
    """Yield what the sample's reader was sent before."""
    for topic, weeks in zip(topics, _WEEKS, strict=True):
        yield from (Sent(today - timedelta(days=7 * back), topic, some) for back, some in weeks)
    yield from (Sent(today - timedelta(days=back), topics[0], some) for back, some in _DAYS)


def marked(text: str) -> Marked:
    """Return a text whose marked stretches are written between brackets: `a [b] c`."""
    pieces = text.replace("]", "[").split("[")
    plain, marks = "", []
    for place, piece in enumerate(pieces):
        if place % 2:
            marks.append((len(plain), len(plain) + len(piece)))
        plain += piece
    return Marked(plain, tuple(marks))


def _pretraining() -> Section:
    harbour = Entry(
        paper_key=1,
        reason="new",
        id="arxiv:2611.90001",
        title=marked("Harbour: [multi-modal pre-training] from tide tables and ship logs"),
        url="https://arxiv.org/abs/2611.90001",
        authors=("Ines Marlow", "Teodor Quist", "Amara Fenn", "Jun Castellan", "Oddny Vale"),
        more_authors=12,
        sources=("arxiv-cs", "hf"),
        categories=("cs.CV", "cs.CL"),
        date="19 Nov 2026",
        votes=41,
        place="2nd of 96",
        version=2,
        excerpt=marked(
            "… logs written by harbour masters are long, dull and honest. We pair two million of them "
            "with pictures from quay cameras and show that [multimodal pretraining] on this quiet "
            "corpus beats [vision-language models] ten times its size at reading charts, at 3 % of "
            "the cost and without a single caption from the web …"
        ),
        why=(
            Why("multi-modal pre-training", "title", "multimodal pretraining"),
            Why("multimodal pretraining", "abstract", "multimodal pretraining"),
            Why("vision-language models", "abstract", "vision language model"),
        ),
        links=(
            Link("code", "https://github.com/example/harbour"),
            Link("page", "https://harbour.example.org/"),
            Link("pdf", "https://arxiv.org/pdf/2611.90001v2"),
            Link("bibtex", "https://arxiv.org/bibtex/2611.90001"),
        ),
        also=("Trending",),
    )
    lantern = Entry(
        paper_key=2,
        reason="new",
        id="title1:00d1f0c2a4b6e8aa",
        title=marked("What a lantern fish sees: small [vision language models] for dark water"),
        url=_SEARCH + "What%20a%20lantern%20fish%20sees",
        searches="huggingface.co",
        authors=("Noor Halloran",),
        sources=("hf",),
        date="first seen 20 Nov",
        place="17th of 96",
        excerpt=marked(
            "Below 200 metres there is little to look at and nobody to label it. We train [vision "
            "language models] of 90 million weights on sonar and song, and release the recordings."
        ),
        why=(
            Why("vision language models", "title", "vision language model"),
            Why("vision language models", "abstract", "vision language model"),
        ),
    )
    listed = (
        Entry(
            paper_key=3,
            reason="new",
            id="arxiv:2611.90003",
            title=Marked(
                "Do captions help? A quiet note on multimodal pretraining with empty text"
            ),
            url="https://arxiv.org/abs/2611.90003",
        ),
        Entry(paper_key=4, reason="new", id="title1:5b", title=Marked("Pretraining on postcards")),
    )
    waiting = tuple(
        Entry(paper_key=100 + key, reason="new", id=f"arxiv:2611.91{key:03}", title=Marked("Later"))
        for key in range(3)
    )
    return Section(
        "Multimodal pretraining",
        8,
        full=(harbour, lantern),
        listed=listed,
        counted=waiting,
        elsewhere=1,
        elsewhere_in=("Experts",),
    )


def _experts() -> Section:
    orchard = Entry(
        paper_key=5,
        reason="new",
        id="arxiv:1411.90005",
        title=marked("Orchard: pruning a [mixture of experts] while it bears fruit"),
        url="https://arxiv.org/abs/1411.90005",
        year="2014",
        authors=("Beata Lindqvist", "Samir Okoro"),
        sources=("lab-dump",),
        categories=("cs.LG",),
        venue="Journal of Patient Computing",
        date="3 Nov 2014",
        excerpt=marked(
            "We remove one expert a night, the least asked, and never retrain. After forty nights a "
            "[mixture of experts] keeps 98 % of its accuracy and a third of its weights."
        ),
        why=(Why("mixture of experts", "title", "mixture of experts"),),
        links=(Link("doi", "https://doi.org/10.5555/90005"),),
    )
    choir = Entry(
        paper_key=6,
        reason="new",
        id="arxiv:2611.90006",
        title=marked("A choir of small experts"),
        url="https://arxiv.org/abs/2611.90006",
        authors=("Caspar Vogelsang",),
        sources=("arxiv-cs",),
        categories=("cs.LG", "stat.ML"),
        date="19 Nov 2026",
        excerpt=marked(
            "Twelve models that know one thing each sing together: a [mixture of experts]."
        ),
        why=(Why("mixture of experts", "abstract", "mixture of experts"),),
    )
    told = Entry(
        paper_key=7,
        reason="new",
        id="arxiv:2611.90007",
        title=Marked("Routing by moonlight: experts that sleep in turns", (), (_ITALIC,)),
        url="https://arxiv.org/abs/2611.90007",
        note="sent at once on Tuesday",
    )
    return Section(
        "Experts", 2, full=(orchard, choir), earlier=(told,), note="New keyword: mixture of experts"
    )


def _trending() -> Section:
    soup = Entry(
        paper_key=8,
        reason="new",
        id="arxiv:2611.90008",
        title=Marked(
            "Model soup for one: averaging checkpoints on a kitchen laptop", (), (_ITALIC,)
        ),
        url="https://arxiv.org/abs/2611.90008",
        authors=("Rosalind Achterberg", "Kofi Brandt", "Mei Sorensen"),
        sources=("hf",),
        votes=212,
        place="1st of 96",
        date="18 Nov 2026",
        excerpt=Marked(
            "Averaging is the oldest trick we have. We average forty checkpoints of one small model "
            "on a laptop between breakfast and lunch, and it is better at everything we tried."
        ),
        links=(
            Link("code", "https://github.com/example/soup"),
            Link("code", "https://gitlab.com/example/soup"),
        ),
    )
    return Section(
        "Trending",
        2,
        full=(soup,),
        elsewhere=1,
        elsewhere_in=("Multimodal pretraining",),
        note=why_words.highest(by_votes=True, within=timedelta(days=7)),
    )
