"""`query test`, `query explain`, `query diff`, `why` and what `check` says of topics, as a person calls them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

from house import ADA, House
from paperdigest.cli import run_command
from program import Program

MODELS = (
    {
        "title": "Vision-language models (VLMs) read paper maps",
        "abstract": "A vision-language model (VLM) is folded.",
        "votes": 12,
    },
    {"title": "A VLM for paper boats"},
    {"title": "Vision and language models on water"},
    {"title": "A vision and language model that floats"},
    {"title": "Language, vision and a model ship"},
)
CHANGED = ADA.replace('"paper map"', '"paper boat"')


@pytest.fixture
def filled(house: House) -> House:
    """The working folder with five papers about vision, language and models."""
    house.drop("monday.jsonl", *MODELS)
    house.ingest()
    return house


def now(house: House) -> tuple[str, str]:
    return ("--now", house.now.isoformat())


# ------------------------------------------------------------ query explain


def test_explain_prints_the_reading_and_the_tree(program: Program) -> None:
    assert program("query", "explain", '"vision language model" OR VLM -title:survey').out == (
        """\
("vision language model" OR VLM) AND NOT title:survey

all of
├─ any of
│  ├─ "vision language model" · phrase · in title, abstract, keywords · also
│  │    "vision-language model", its plural
│  └─ VLM · word · in title, abstract, keywords · also "vlm", its plural
└─ not title:survey · word · in title · also its plural
"""
    )


def test_explain_json_has_the_stated_shape(program: Program) -> None:
    said = program("query", "explain", "a OR b", "--json").json

    assert set(said) == {"query", "reading", "tree"}
    assert (said["query"], said["reading"]) == ("a OR b", "a OR b")
    assert [part["term"] for part in said["tree"]["parts"]] == ["a", "b"]


def test_the_reading_explains_itself_alike(program: Program) -> None:
    first = program("query", "explain", "(a OR b) c -d", "--json").json

    assert program("query", "explain", first["reading"], "--json").json["tree"] == first["tree"]


def test_explain_needs_no_config(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["--config", str(tmp_path / "none.toml"), "query", "explain", "maps"]) == 0
    assert capsys.readouterr().out.startswith("maps\n")


def test_an_invalid_query_is_shown_with_carets(program: Program) -> None:
    said = program("query", "explain", "multimodal titel:foo")

    assert said.code == 3
    assert said.err.startswith("  multimodal titel:foo\n             ^^^^^^\npaperdigest: unknown")
    assert 'did you mean "title:"?' in said.err


def test_an_invalid_query_is_one_json_object(program: Program) -> None:
    said = program("query", "test", "(a OR b", "--json")

    assert said.code == 3
    assert set(said.json["error"]) == {"message", "hint", "column", "length"}
    assert (said.json["error"]["column"], said.json["error"]["length"]) == (1, 1)


def test_an_expression_may_begin_with_a_dash(program: Program) -> None:
    said = program("query", "explain", "-survey maps", "--json").json

    assert said["reading"] == "maps AND NOT survey"


@pytest.mark.parametrize(("typed", "reading"), [("--a", "a"), ("--a b", "a AND b")])
def test_an_expression_may_begin_with_two_dashes(
    program: Program, typed: str, reading: str
) -> None:
    assert program("query", "explain", typed, "--json").json["reading"] == reading


@pytest.mark.parametrize("args", [("maps", "--foo"), ("--jsn",)])
def test_an_option_that_there_is_not_stays_one(program: Program, args: tuple[str, ...]) -> None:
    said = program("query", "explain", *args)

    assert said.code == 2
    assert "No such option" in said.err


def test_an_expression_without_quotes_gets_the_hint(program: Program) -> None:
    said = program("query", "test", "vision", "language")

    assert said.code == 2
    assert "in single quotes" in said.err


# ------------------------------------------------------------ query test


def test_bare_words_are_answered_both_ways(filled: House, program: Program) -> None:
    said = program("query", "test", "vision language model", "--limit", "1", *now(filled))

    assert said.out == (
        """\
vision AND language AND model

4 of 5 papers first seen in 30 days
  as words: 4 · as the phrase "vision language model": 1, what keywords = ["vision language model"] does
  "Vision-language models (VLMs)": adding VLM brings 1 more
  2 more say "vision and language model"

  1  Vision-language models (VLMs) read paper maps
     pages · first seen 20 Nov
     A vision-language model (VLM) is folded.
     vision: "Vision" in title; "vision" in abstract
     language: "language" in title; "language" in abstract
     model: "models" in title; "model" in abstract

and 3 more · --limit 4 shows all
"""
    )


def test_test_json_has_the_stated_shape(filled: House, program: Program) -> None:
    said = program("query", "test", "vlm", "--json", *now(filled)).json

    assert {"query", "reading", "matched", "searched", "papers", "per_day", "warnings"} <= set(said)
    assert (said["matched"], said["searched"]) == (2, 5)
    assert said["per_day"] == [{"date": "2026-11-20", "matched": 2}]
    assert {"id", "title", "abstract", "hits"} <= set(said["papers"][0])
    assert set(said["papers"][0]["hits"][0]) == {"term", "field", "start", "end", "text"}


def test_days_are_counted_and_drawn(filled: House, program: Program) -> None:
    filled.wait(days=2)
    filled.drop("wednesday.jsonl", "VLMs again", "VLMs and again", "More VLMs", "The last VLM")
    filled.ingest()

    said = program("query", "test", "vlm", "--limit", "0", *now(filled))

    assert f"  Fri 20 Nov  {'▇' * 20} 2\n  Sun 22 Nov  {'▇' * 40} 4\n" in said.out


def test_only_the_time_asked_for_is_searched(filled: House, program: Program) -> None:
    filled.wait(days=2)
    filled.drop("wednesday.jsonl", "VLMs again")
    filled.ingest()

    said = program("query", "test", "vlm", "--since", "1d", "--json", *now(filled)).json

    assert (said["matched"], said["searched"]) == (1, 1)


def test_a_term_that_finds_nothing_comes_with_what_was_meant(
    filled: House, program: Program
) -> None:
    said = program("query", "test", "langauge", "--json", *now(filled)).json

    assert said["warnings"] == ["langauge finds nothing · did you mean language? (4 papers)"]


def test_where_nothing_fits_each_term_is_counted_alone(filled: House, program: Program) -> None:
    said = program("query", "test", "boats water", *now(filled)).out

    assert "  each alone: boats 1 · water 1\n" in said


def test_remarks_on_the_expression_stand_among_the_warnings(
    filled: House, program: Program
) -> None:
    said = program("query", "test", "vision language OR boats", "--json", *now(filled)).json

    assert any("AND binds tighter than OR" in warning for warning in said["warnings"])


@pytest.mark.parametrize(
    ("typed", "term"),
    [
        ("boats -boats", "boats"),
        ("boats -boat", "boats"),
        ("title:boats -boats", "title:boats"),
        ("water OR (boats NOT boats)", "boats"),
    ],
)
def test_a_term_that_is_excluded_as_well_is_named(
    filled: House, program: Program, typed: str, term: str
) -> None:
    said = program("query", "test", typed, "--json", *now(filled)).json

    line = f"{term} is looked for, but excluded as well · leave out one of the two"
    assert line in said["warnings"]


def test_what_is_excluded_elsewhere_is_not_excluded_as_well(
    filled: House, program: Program
) -> None:
    said = program("query", "test", "boats -title:boats", "--json", *now(filled)).json

    assert said["warnings"] == []


@pytest.mark.parametrize("since", ["1m", "0d"])
def test_where_no_paper_was_seen_nothing_is_said_of_terms(
    filled: House, program: Program, since: str
) -> None:
    filled.wait(days=1)

    said = program("query", "test", "vision zeppelin", "--since", since, *now(filled))

    assert said.out == "vision AND zeppelin\n\nno papers first seen in that time\n"


@pytest.mark.parametrize(
    ("since", "told"),
    [("30s", "30 seconds"), ("45m", "45 minutes"), ("90m", "90 minutes"), ("60m", "1 hour")],
)
def test_the_time_looked_at_is_told_to_the_minute(
    filled: House, program: Program, since: str, told: str
) -> None:
    said = program("query", "test", "vlm", "--since", since, *now(filled))

    assert f"2 of 5 papers first seen in {told}\n" in said.out


@pytest.mark.parametrize("command", [("query", "test"), ("search",)])
def test_a_past_now_finds_what_there_was_then(
    filled: House, program: Program, command: tuple[str, ...]
) -> None:
    then = now(filled)
    filled.compose("ada")
    filled.wait(days=2)
    filled.drop("wednesday.jsonl", "Another paper map and a VLM")
    filled.run()

    said = program(*command, "vlm", *then)

    assert said.code == 0
    assert "2 of 5 papers" in said.out


def on_a_terminal(house: House, *args: str, **env: str) -> str:
    """Return what the real program prints to a terminal."""
    master, slave = os.openpty()
    command = [
        sys.executable,
        "-m",
        "paperdigest",
        "--config",
        str(house.folder / "paperdigest.toml"),
    ]
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    done = subprocess.run(
        [*command, *args], stdout=slave, check=True, env={**plain, "TERM": "xterm", **env}
    )
    os.close(slave)
    pieces = []
    with suppress(OSError):  # nobody has the other end any more, and all of it is read
        while piece := os.read(master, 65_536):
            pieces.append(piece)
    os.close(master)
    assert done.returncode == 0
    return b"".join(pieces).decode()


def test_matched_words_are_bold_on_a_terminal(filled: House) -> None:
    said = on_a_terminal(filled, "query", "test", "boats", *now(filled))

    assert "A VLM for paper \x1b[1mboats\x1b[0m" in said


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_nothing_is_bold_where_nobody_wants_it(filled: House, env: dict[str, str]) -> None:
    assert "\x1b" not in on_a_terminal(filled, "query", "test", "boats", *now(filled), **env)


def test_nothing_is_bold_in_a_pipe(filled: House, program: Program) -> None:
    assert "\x1b" not in program("query", "test", "vlm", *now(filled)).out


# ------------------------------------------------------------ query diff


def test_diff_says_what_changed_words_gain_and_lose(filled: House, program: Program) -> None:
    filled.compose("ada")
    filled.write("subscriptions/ada.toml", CHANGED)

    assert program("query", "diff", *now(filled)).out == (
        """\
ada / Maps  +1 −1 in 30 days
  before "paper map"
  now    "paper boat"
  +  A VLM for paper boats
     pages · first seen 20 Nov
     paper boat: "paper boats" in title
  −  Vision-language models (VLMs) read paper maps
     pages · first seen 20 Nov
     paper map: "paper maps" in title
     not paper boat

"""
    )


def test_diff_json_has_the_papers_of_both_sides(filled: House, program: Program) -> None:
    filled.compose("ada")
    filled.write("subscriptions/ada.toml", CHANGED)

    (topic,) = program("query", "diff", "ada", "--json", *now(filled)).json["topics"]

    assert (topic["name"], topic["change"], topic["gains"], topic["loses"]) == (
        "Maps",
        "changed",
        1,
        1,
    )
    assert [paper["title"] for paper in topic["gained"]] == ["A VLM for paper boats"]
    assert topic["lost"][0]["because"] == "not paper boat"


def test_diff_reads_a_file_that_is_not_in_place_yet(filled: House, program: Program) -> None:
    filled.compose("ada")
    draft = filled.write("drafts/ada-new.toml", CHANGED)

    (topic,) = program("query", "diff", "ada", str(draft), "--json", *now(filled)).json["topics"]

    assert (topic["gains"], topic["loses"]) == (1, 1)


def test_a_broken_draft_is_named_with_its_place(filled: House, program: Program) -> None:
    draft = filled.write("drafts/ada.toml", ADA.replace('"paper map"', '"a OR b"'))

    said = program("query", "diff", str(draft), *now(filled))

    assert said.code == 3
    assert "ada.toml:7:" in said.err


@pytest.mark.parametrize("name", [(), ("ada",)])
def test_diff_of_a_broken_file_names_its_place(
    filled: House, program: Program, name: tuple[str, ...]
) -> None:
    filled.compose("ada")
    filled.write("subscriptions/ada.toml", ADA + 'query = "x')

    said = program("query", "diff", *name, *now(filled))

    assert (said.code, said.out) == (3, "")
    assert "ada.toml:8:9: " in said.err


def test_diff_of_a_broken_draft_nobody_has_yet_names_its_place(
    filled: House, program: Program
) -> None:
    filled.compose("ada")
    filled.write("subscriptions/ben.toml", ADA + 'query = "x')

    assert program("query", "diff", "ben", *now(filled)).code == 3
    assert program("query", "diff", "ada", *now(filled)).code == 0


def test_without_a_change_diff_says_so(filled: House, program: Program) -> None:
    filled.compose("ada")

    assert "ask for what they last asked for" in program("query", "diff", *now(filled)).out


# ------------------------------------------------------------ why


def test_why_names_what_is_missing(filled: House, program: Program) -> None:
    filled.write(
        "subscriptions/ada.toml", ADA.replace('keywords = ["paper map"]', "query = 'vlm maps'")
    )
    filled.compose("ada")

    said = program("why", "boats", *now(filled))

    assert "not matched" in said.out
    assert "Maps: found vlm, but not maps" in said.out


def test_why_names_the_exclusion_and_where_it_stands(filled: House, program: Program) -> None:
    filled.write(
        "subscriptions/ada.toml",
        ADA.replace('keywords = ["paper map"]', "query = 'vlm -title:boat'"),
    )
    filled.compose("ada")

    said = program("why", "boats", *now(filled))

    assert "excluded" in said.out
    assert "Maps: excluded by title:boat: “A VLM for paper boats” in the title" in said.out


def test_why_of_a_sent_paper_says_if_the_topic_would_not_take_it_now(
    filled: House, program: Program
) -> None:
    filled.compose("ada")
    filled.write("subscriptions/ada.toml", CHANGED)

    said = program("why", "paper maps", *now(filled))

    assert "Maps would not take it now: not paper boat" in said.out


def test_why_of_a_sent_paper_says_if_its_topic_is_gone(filled: House, program: Program) -> None:
    filled.compose("ada")
    filled.write("subscriptions/ada.toml", CHANGED.replace('name = "Maps"', 'name = "Boats"'))

    said = program("why", "paper maps", *now(filled))

    assert "Maps is no topic of ada any more" in said.out


# ------------------------------------------------------------ check, which goes by the clock


@pytest.fixture
def recent(house: House, program: Program) -> House:
    """The working folder with the same papers, first seen today, and ada served."""
    house.drop("today.jsonl", *MODELS)
    program("run", "--once")
    return house


def warnings(program: Program) -> list[str]:
    found = json.loads(program("check", "--json").out)["warnings"]
    return [line for line in found if line.startswith("ada")]


def test_check_says_what_changed_words_gain_and_lose(recent: House, program: Program) -> None:
    recent.write("subscriptions/ada.toml", CHANGED)

    assert warnings(program) == ["ada / Maps  +1 −1 in 30 days · paperdigest query diff ada"]


def test_check_has_nothing_to_say_of_words_that_stayed(recent: House, program: Program) -> None:
    assert warnings(program) == []


def test_check_leaves_out_changes_without_effect(recent: House, program: Program) -> None:
    recent.write("subscriptions/ada.toml", ADA.replace('"paper map"', '"paper map", "maps"'))

    assert warnings(program) == []


def test_check_names_a_term_that_found_nothing(recent: House, program: Program) -> None:
    recent.write("subscriptions/ada.toml", ADA.replace('"paper map"', '"langauge"'))

    assert (
        "ada / Maps: langauge finds nothing so far (5 papers) · did you mean language?"
        in warnings(program)
    )


def test_check_says_in_how_many_days_a_term_found_nothing_once_history_has_them(
    house: House,
) -> None:
    from paperdigest.flow.warnings import topic_warnings

    house.write("subscriptions/ada.toml", ADA.replace('"paper map"', '"zeppelin"'))
    house.drop("old.jsonl", "A map of long ago")
    house.ingest()
    house.wait(days=30)
    house.drop("new.jsonl", *MODELS)
    house.ingest()

    with house.app.open_store(write=False) as store:
        (line,) = topic_warnings(store, house.app.settings.subscribers, house.now)

    assert line == "ada / Maps: zeppelin finds nothing in 30 days (6 papers)"


def test_check_names_a_topic_over_its_limit(recent: House, program: Program) -> None:
    recent.write("subscriptions/ada.toml", ADA.replace('"paper map"', '"vision"') + "limit = 2\n")

    assert "ada / Maps: about 4 papers a day, limit 2 · 5 papers in 24 hours" in warnings(program)


def test_check_names_a_field_that_no_source_carries(recent: House, program: Program) -> None:
    recent.write("subscriptions/ada.toml", ADA + 'authors = ["Y LeCun"]\n')

    assert 'ada / Maps: no source carries authors · author:"Y LeCun" can find nothing' in warnings(
        program
    )


def test_check_shows_ten_of_a_kind_and_counts_the_rest(recent: House, program: Program) -> None:
    many = ", ".join(f'"zeppelin{number}"' for number in range(25))
    recent.write("subscriptions/ada.toml", ADA.replace('"paper map"', many))

    said = json.loads(program("check", "--json").out)["warnings"]

    assert sum("finds nothing" in line for line in said) == 10
    assert "and 15 more found nothing" in said


def test_check_without_a_history_has_nothing_to_say_of_topics(
    house: House, program: Program
) -> None:
    assert warnings(program) == []


def test_one_line_names_all_who_ask_for_what_finds_nothing(house: House) -> None:
    from paperdigest.flow.warnings import topic_warnings

    house.drop("monday.jsonl", *MODELS)
    for name in ("ben", "cem", "dan"):
        house.write(f"subscriptions/{name}.toml", ADA.replace('"paper map"', '"zeppelin"'))
    house.ingest()

    with house.app.open_store(write=False) as store:
        (line,) = topic_warnings(store, house.app.settings.subscribers, house.now)

    assert line == ("ben / Maps, cem / Maps and 1 more: zeppelin finds nothing so far (5 papers)")
