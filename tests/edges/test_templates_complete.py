"""What a user's templates leave out would count as sent: no digest goes out by them that lacks a paper, and none is refused
that has them all, however it writes them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import hostile_digests
from digests import digest, entries, entry, listed, notice, section, update
from own_templates import own
from paperdigest.core.digest import Digest, Entry, Marked
from paperdigest.core.errors import TemplateError
from paperdigest.core.ports import Form
from paperdigest.render import Renderer, sample_digest
from paperdigest.render.environments import NAMES
from paperdigest.render.present import absent
from paperdigest.render.sample_notice import sample_notice
from paperdigest.resources import data_dir

PAGES = {"digest.html.j2": Form.HTML, "digest.txt.j2": Form.TEXT}
#: Whole papers, and some by title, some of which have titles that begin alike.
GIVEN = digest(
    section(full=entries(1, 3), listed=tuple(listed(key) for key in range(4, 7))),
    section("Boats", full=entries(7, 2)),
)
WHOLE = "{% for s in digest.sections %}{{ papers(s.full) }}{{ lines(s.listed) }}{% endfor %}"
BY_TITLE = "{% for e in digest.entries %}<p>{{ e.title.text }}</p>\n{% endfor %}"
BY_LINK = '{% for e in digest.entries %}<a href="{{ e.url }}">it</a>\n{% endfor %}'
EVERYTHING = frozenset(Form)


def fault_of(folder: Path, given: Digest, forms: frozenset[Form] = EVERYTHING) -> str:
    """Return why the templates of the folder did not make this digest, "" where they did."""
    return Renderer(folder).safely(given, forms)[2]


# ------------------------------------------------------------------ pages


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("text", "said"),
    [
        (BY_TITLE.replace("entries", "entries[:3]"), "leaves out 5 of 8 papers, which would count as sent, the first: "),
        (BY_LINK.replace("entries", "entries[:3]"), "leaves out 5 of 8 papers, "),
        (BY_LINK.replace("entries", "entries[1:]"), "leaves out 1 of 8 papers, "),
        (WHOLE.replace("s.full", "s.full[1:]"), 'leaves out 2 of 8 papers, which would count as sent, the first: "Paper boats 1: a study of folding and floating" · write {{ papers(section.full) }}; '),
        (WHOLE.replace("s.listed", "s.listed[:2]"), 'leaves out 1 of 8 papers, which would count as sent, the first: "A paper named only by its title, number 6" · write {{ lines(section.listed) }}'),
        (WHOLE.replace("s.full", "s.listed"), "leaves out 5 of 8 papers, "),
        ("{% for e in digest.entries if 'number 5' not in e.title.text %}{{ e.title.text }} {% endfor %}", "leaves out 1 of 8 papers, "),
        ("{{ papers(digest.entries)|truncate(900) }}", "leaves out "),
    ],
)  # fmt: skip
def test_a_digest_of_which_a_page_leaves_papers_out_is_made_by_the_shipped_templates(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    own(tmp_path, name, text)
    shown, message, fault = Renderer(tmp_path).safely(GIVEN)
    assert fault.startswith(f"{tmp_path / name}:1: {said}")
    assert (shown, message) == Renderer().render(GIVEN)


@pytest.mark.parametrize("name", PAGES)
def test_whoever_looks_at_it_is_shown_the_mistake(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, BY_TITLE.replace("entries", "entries[:3]"))
    with pytest.raises(TemplateError, match=r":1: leaves out 5 of 8 papers"):
        Renderer(tmp_path).render(GIVEN)


@pytest.mark.parametrize("name", PAGES)
def test_a_digest_that_loses_nothing_by_the_same_page_goes_out_by_it(
    tmp_path: Path, name: str
) -> None:
    own(tmp_path, name, "Mine " + BY_TITLE.replace("entries", "entries[:3]"))
    assert fault_of(tmp_path, digest(section(full=entries(1, 3)))) == ""


@pytest.mark.parametrize(("name", "form"), PAGES.items())
def test_a_page_that_is_not_sent_loses_nothing(tmp_path: Path, name: str, form: Form) -> None:
    own(tmp_path, name, BY_TITLE.replace("entries", "entries[:3]"))
    assert fault_of(tmp_path, GIVEN, EVERYTHING - {form}) == ""


def test_a_paper_is_not_there_by_the_link_of_another(tmp_path: Path) -> None:
    """One address may begin as another: "…/1" and "…/12"."""
    one, other = entry(1, url="https://e.org/1"), entry(12, url="https://e.org/12")
    own(tmp_path, "digest.html.j2", BY_LINK.replace("entries", "entries[:1]"))
    assert "leaves out 1 of 2 papers" in fault_of(tmp_path, digest(section(full=(other, one))))


def test_nor_by_the_page_that_all_papers_link(tmp_path: Path) -> None:
    same = tuple(replace(one, url="https://conference.example.org/") for one in entries(1, 3))
    own(tmp_path, "digest.html.j2", BY_LINK)
    assert "leaves out 3 of 3 papers" in fault_of(tmp_path, digest(section(full=same)))


def test_nor_by_a_title_that_only_begins_alike(tmp_path: Path) -> None:
    titles = [f"Large language models for the {what}" for what in ("sea", "moon", "garden")]
    papers = tuple(entry(key, title=Marked(one), url="") for key, one in enumerate(titles, 1))
    own(tmp_path, "digest.txt.j2", BY_TITLE.replace("entries", "entries[:2]"))
    assert "leaves out 1 of 3 papers" in fault_of(tmp_path, digest(section(full=papers)))


def test_nor_by_the_first_words_that_a_mail_hides(tmp_path: Path) -> None:
    hidden = '<div style="display:none;max-height:0">{{ digest.preheader }}</div>'
    own(tmp_path, "digest.html.j2", hidden + BY_TITLE.replace("entries", "entries[1:]"))
    assert "leaves out 1 of 3 papers" in fault_of(tmp_path, digest(section(full=entries(1, 3))))


#: A paper whose title others may have among their words, and what is shown beside it.
AMONG = {
    "in an excerpt": ("Mamba", entry(1, excerpt=Marked("We compare it with Mamba."))),
    "before the cut of one": ("Learning to fold at sea", entry(1, excerpt=Marked("… and machine learning …"))),
    "in a word of a title": ("BERT", entry(1, title=Marked("Unbertable models"))),
    "in its name": ("Lovelace", entry(1)),
    "in an address": ("Boats", entry(1)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(("title", "other"), AMONG.values(), ids=AMONG)
@pytest.mark.parametrize("way", ["{{ e.title.text }}", "{{ papers((e,)) }}"])
def test_nor_by_the_words_of_another(
    tmp_path: Path, name: str, title: str, other: Entry, way: str
) -> None:
    shown = f"{way} {{{{ e.authors|join(', ') }}}} {{{{ e.excerpt.text }}}}"
    own(
        tmp_path,
        name,
        f"{{% for e in digest.entries if not e.url or e.votes %}}{shown}\n{{% endfor %}}",
    )
    hidden = entry(2, title=Marked(title), url="https://e.org/2", votes=0)
    given = digest(section(full=(replace(other, url=""), hidden)))
    assert f'leaves out 1 of 2 papers, which would count as sent, the first: "{title}"' in fault_of(
        tmp_path, given
    )


@pytest.mark.parametrize("name", PAGES)
def test_nor_by_the_name_of_a_topic(tmp_path: Path, name: str) -> None:
    heads = "{% for s in digest.sections %}{{ s.name }}: {{ s.note }}\n{% endfor %}"
    own(tmp_path, name, f"{heads}{BY_TITLE.replace('entries', 'entries[:1]')}")
    papers = (entry(1), entry(2, title=Marked("Mamba")))
    given = digest(section("Mamba and others", full=papers))
    assert "leaves out 1 of 2 papers" in fault_of(tmp_path, given)


def test_nor_by_what_its_own_template_says_of_it(tmp_path: Path) -> None:
    only_excerpts = "{% if entry.votes %}{{ title.text }}{% endif %} {{ excerpt.text }}"
    for name in ("entry.txt.j2", "entry.html.j2", "entry.slack.j2"):
        own(tmp_path / name, name, only_excerpts)
        hidden = entry(2, title=Marked("Mamba"), votes=None, excerpt=Marked("We present Mamba."))
        given = digest(section(full=(entry(1), hidden)))
        assert f"{name}:1: leaves out 1 of 2 papers" in fault_of(tmp_path / name, given)


def test_nor_is_it_sent_to_a_folder_because_mails_have_it(tmp_path: Path) -> None:
    """A folder beside mails gets a page of its own."""
    by_mail = "{% if 'Unsubscribe' in digest.manage|join %}"
    own(tmp_path, "digest.txt.j2", f"{by_mail}{BY_TITLE}{{% endif %}}")
    assert fault_of(tmp_path, GIVEN, EVERYTHING - {Form.ELSEWHERE}) == ""
    assert "leaves out 8 of 8 papers" in fault_of(tmp_path, GIVEN)


def test_a_short_title_is_not_there_where_nobody_sees_it() -> None:
    paper = entry(title=Marked("Mamba"), url="")
    hidden = '<div style="display:none">Mamba</div><p>Another</p>'
    assert absent((paper,), hidden, Form.HTML) == [paper]


def test_nor_where_only_a_title_that_goes_on_is() -> None:
    short, long = (entry(title=Marked(one), url="") for one in ("Boats", "Boats at sea"))
    assert absent((short, long), "Boats at sea\n", Form.TEXT) == [short]
    assert absent((short, long), "Boats at sea\nBoats\n", Form.TEXT) == []


# ------------------------------------------------------------------ templates of one paper


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        *((f"entry.{kind}.j2", "5 of 8") for kind in ("html", "txt", "slack")),
        ("summary.slack.j2", "5 of 8"),
        *((f"listed.{kind}.j2", "3 of 8") for kind in ("html", "txt", "slack")),
    ],
)
def test_a_template_of_one_paper_without_title_and_link_is_named(
    tmp_path: Path, name: str, missing: str
) -> None:
    own(tmp_path, name, "A paper, {{ kind }}")
    shown, message, fault = Renderer(tmp_path).safely(GIVEN)
    assert fault.startswith(f"{tmp_path / name}:1: leaves out {missing} papers, ")
    assert fault.endswith(" · write {{ title.text }}")
    assert (shown, message) == Renderer().render(GIVEN)


@pytest.mark.parametrize("name", ["entry.html.j2", "entry.txt.j2", "entry.slack.j2"])
def test_one_that_hides_papers_without_votes_is_named(tmp_path: Path, name: str) -> None:
    own(tmp_path, name, "{% if entry.votes %}{{ title.text }}{% else %}a paper{% endif %}")
    given = digest(section(full=(*entries(1, 2), entry(3, votes=None))))
    assert f"{name}:1: leaves out 1 of 3 papers" in fault_of(tmp_path, given)


def test_it_is_named_though_the_page_is_the_users_as_well(tmp_path: Path) -> None:
    own(tmp_path, "digest.html.j2", WHOLE)
    own(tmp_path, "entry.html.j2", "A paper")
    assert "entry.html.j2:1: leaves out 5 of 8" in fault_of(tmp_path, GIVEN)


# ------------------------------------------------------------------ what is right


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        BY_TITLE,
        BY_LINK,
        *(BY_TITLE.replace("title.text", f"title.text|{way}") for way in ("upper", "lower", "title", "truncate(40)", "wordwrap(7)", "replace(' ', '-')", "center(200)")),
        "{% for e in digest.entries %}{% for piece, hit in e.title.spans() %}{{ piece }}{% if hit %} *{% endif %}{% endfor %}<br>{% endfor %}",
        "{% for e in digest.entries|sort(attribute='title.text', reverse=true) %}{{ e.url }}. {% endfor %}",
        "{% for e in digest.entries %}{{ loop.index }}) {{ e.url }}, {% endfor %}",
        "{% set all %}{{ lines(digest.entries) }}{% endset %}{{ all }}",
        "{% for e in digest.entries %}{{ loop.index }}{{ e.title.text|truncate(9, true) }}{{ e.votes }}{% endfor %}",
        "{% for e in digest.entries %}{{ e.title.text|list|join('~') }} {% endfor %}",
        "{% for e in digest.entries|sort(attribute='title.text') %}{{ e.title.text|replace('a', '') }} {{ e.title.text }} {% endfor %}",
    ],
)  # fmt: skip
def test_a_page_may_write_its_papers_as_it_likes(tmp_path: Path, name: str, text: str) -> None:
    own(tmp_path, name, text)
    assert fault_of(tmp_path, GIVEN) == ""


@pytest.mark.parametrize("name", ["entry.slack.j2", "summary.slack.j2", "listed.slack.j2"])
@pytest.mark.parametrize(
    "text", ["{{ title.text|upper }}", "{{ marked(title) }}", "{{ link(url, 'it') }}", "{{ url }}"]
)
def test_so_may_a_template_of_slack(tmp_path: Path, name: str, text: str) -> None:
    own(tmp_path, name, text)
    assert fault_of(tmp_path, GIVEN) == ""


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    "title",
    [
        "Bildverarbeitungsaufgabenbeschreibungssprachenübersetzungsprogramme",
        "BERT  Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
        "深度學習之海上紙船摺疊技術與漂浮研究以及其在港口之應用",
        "Short & sweet: a study of many more words than are ever shown of it",
    ],
)
def test_a_title_may_be_cut_anywhere_where_it_says_so(
    tmp_path: Path, name: str, title: str
) -> None:
    papers = (entry(1, title=Marked(title), url=""), entry(2))
    for way in ("truncate(30)", "truncate(16, true, '…', 0)", "truncate(30)|upper"):
        own(tmp_path, name, BY_TITLE.replace("title.text", f"title.text|{way}"))
        assert fault_of(tmp_path, digest(section(full=papers))) == ""


def test_what_only_waits_and_what_was_sent_before_may_be_left_out(tmp_path: Path) -> None:
    own(tmp_path, "digest.html.j2", WHOLE)
    own(tmp_path, "digest.txt.j2", WHOLE)
    given = digest(section(full=entries(1, 2), counted=entries(3, 3), earlier=entries(6, 1)))
    assert fault_of(tmp_path, given) == ""


@pytest.mark.parametrize("title", ["?!", "∞ → 0", "…"])
def test_a_title_without_a_letter_is_looked_for_nowhere(tmp_path: Path, title: str) -> None:
    own(tmp_path, "digest.txt.j2", BY_TITLE)
    given = digest(section(full=(entry(1, title=Marked(title), url=""),)))
    assert fault_of(tmp_path, given) == ""


def test_looking_twice_takes_nothing_of_what_templates_may_do(tmp_path: Path) -> None:
    busy = "{% for _ in range(2500) %}{% for _ in range(2500) %}{% endfor %}{% endfor %}"
    own(tmp_path, "digest.txt.j2", f"{busy}{BY_TITLE}")
    assert fault_of(tmp_path, GIVEN, frozenset({Form.TEXT})) == ""


KINDS = {
    "the sample": sample_digest(),
    "its notice": sample_notice(),
    "a notice": notice(update(1, "revised:1", 2), update(2, "withdrawn"), limit=1),
    "an alert": replace(GIVEN, kind="alert"),
    "an empty one": replace(digest(), sections=(), kind="empty"),
    "one by day": replace(
        digest(section(full=tuple(entry(key, seen_on=sample_digest().at.date()) for key in (1, 2)))),
        group="day",
    ),
    "one that has no room": digest(*(section(f"Topic {n}", full=entries(100 * n, 90)) for n in range(9))),
    "one of very many topics": digest(*(section(f"Topic {n}" * 30, full=entries(10 * n, 5)) for n in range(150))),
    "one twice the same": digest(section(full=(entry(1), entry(1, reason="withdrawn")))),
}  # fmt: skip


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Renderer:
    """Return a renderer of copies of all templates."""
    folder = tmp_path_factory.mktemp("copies")
    for name in NAMES:
        own(folder, name, (data_dir("templates") / name).read_text(encoding="utf-8"))
    return Renderer(folder)


@pytest.mark.parametrize("given", KINDS.values(), ids=KINDS)
def test_copies_of_the_shipped_ones_leave_nothing_out(copies: Renderer, given: Digest) -> None:
    assert copies.safely(given)[2] == ""


@pytest.mark.parametrize("seed", range(3))
def test_of_hostile_papers_they_leave_nothing_out_either(copies: Renderer, seed: int) -> None:
    for made in hostile_digests.digests(seed, 0, 200):
        for one in made:
            assert copies.safely(one)[2] == ""


_TEXT = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["", "ﬁne", "İstanbul", "ısı", "ΟΔΟΣ", "STRAẞE", "x^(2/3)", "a&amp;b", "<b>c</b>", "深度學習" * 30, "ש\u200fלום", "e\u0301" * 40]
)  # fmt: skip
_ENTRIES = st.lists(
    st.builds(
        lambda text, url: (text, url),
        _TEXT,
        st.sampled_from(["", "https://e.org/1", "https://e.org/12?a=1&b=2", "https://e.org/a b'\"<>"]),
    ),
    min_size=1,
    max_size=6,
)  # fmt: skip


def _papers(given: list[tuple[str, str]]) -> tuple[Entry, ...]:
    return tuple(
        listed(key, title=text or "?", url=url, id="x") for key, (text, url) in enumerate(given, 1)
    )


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([("İstanbul", ""), ("ısı", "")])
@example([("a", ""), ("a", ""), ("ab", "")])
@given(_ENTRIES)
def test_of_any_papers_they_leave_nothing_out(
    copies: Renderer, given: list[tuple[str, str]]
) -> None:
    papers = _papers(given)
    half = len(papers) // 2
    made = digest(section(full=papers[:half], listed=papers[half:]))
    assert copies.safely(made)[2] == ""


@settings(max_examples=200)
@given(_ENTRIES, st.sampled_from([str.upper, str.lower, str.title, str.swapcase]))
def test_titles_are_known_in_any_case(
    given: list[tuple[str, str]], way: Callable[[str], str]
) -> None:
    papers = _papers(given)
    assert absent(papers, "\n".join(way(one.title.text) for one in papers), Form.TEXT) == []
