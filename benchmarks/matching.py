"""Matching: many subscriptions against a batch of papers, each time in a fresh process.

What is timed begins with the inputs in memory and ends with the papers of every subscription: loading the
queries that an earlier run compiled, folding, one walk through every text, evaluating. The contenders are
what a paper bot does (one compiled `re` per keyword, subscription and paper) and what a database would do
(SQLite FTS5: index the batch, one query per different subscription).
"""

from __future__ import annotations

import argparse
import json
import pickle
import re
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from generate import papers as invented
from measure import ROUNDS, Measured, ratio, table, verdict
from subscriptions import Wanted, real_or_invented, shuffled, subscriptions

from paperdigest.app import collect_less
from paperdigest.core.compiled import Compiled
from paperdigest.core.matcher import Matcher
from paperdigest.core.needles import numbers_in
from paperdigest.core.paper import Paper
from paperdigest.core.subscription import Topic

_SAMPLE = 70  # `re` sees so many of the papers: it learns nothing, so each costs it the same
Papers = list[list[int]]


def ours(topics: Sequence[Topic], papers: Sequence[Paper], kept: str) -> Papers:
    """Match as the service does, from the text of the compiled queries on."""
    compiled = Compiled.from_text(kept)
    keys = [topic.wants for topic in topics]
    answers = Matcher.of(compiled, keys).answers(papers)
    found: dict[str, list[int]] = {}
    for number, key in enumerate(keys):
        if key not in found:
            found[key] = numbers_in(answers.taken(number))
    return [found[key] for key in keys]


def bits_only(topics: Sequence[Topic], papers: Sequence[Paper], kept: str) -> Papers:
    """Match, and leave the answers as bit sets: most readers' digests are not due, or show few papers."""
    compiled = Compiled.from_text(kept)
    answers = Matcher.of(compiled, [topic.wants for topic in topics]).answers(papers)
    return [[answers.taken(number)] for number in range(len(topics))]


def by_re(topics: Sequence[Topic], papers: Sequence[Paper], _: str) -> Papers:
    """One compiled `re` per keyword, per subscription, per paper; compiling is not counted."""
    ready = [(_patterns(topic.keywords), _patterns(topic.exclude)) for topic in topics]
    start_counting()
    texts = [f"{paper.title}\n{paper.abstract}" for paper in papers]
    found: Papers = [[] for _ in topics]
    for at, text in enumerate(texts):
        for number, (any_of, none_of) in enumerate(ready):
            if any(one.search(text) for one in any_of) and not any(
                one.search(text) for one in none_of
            ):
                found[number].append(at)
    return found


def by_fts5(topics: Sequence[Topic], papers: Sequence[Paper], _: str) -> Papers:
    """Index the batch in memory, then one FTS5 query per different subscription."""
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE batch USING fts5 (title, abstract, tokenize = 'porter')")
    db.executemany(
        "INSERT INTO batch (rowid, title, abstract) VALUES (?, ?, ?)",
        ((at, paper.title, paper.abstract) for at, paper in enumerate(papers)),
    )
    found: dict[str, list[int]] = {}
    for topic in topics:
        asked = _fts5(topic)
        if asked not in found:
            rows = db.execute("SELECT rowid FROM batch WHERE batch MATCH ?", [asked])
            found[asked] = [at for (at,) in rows]
    return [found[_fts5(topic)] for topic in topics]


def _patterns(words: Sequence[str]) -> list[re.Pattern[str]]:
    return [re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE) for word in words]


def _fts5(topic: Topic) -> str:
    any_of = " OR ".join(f'"{word}"' for word in topic.keywords)
    none_of = "".join(f' NOT "{word}"' for word in topic.exclude)
    return f"({any_of}){none_of}"


WAYS: dict[str, Callable[[Sequence[Topic], Sequence[Paper], str], Papers]] = {
    "ours": ours,
    "bits": bits_only,
    "re": by_re,
    "fts5": by_fts5,
}
_started = [0.0]


def start_counting() -> None:
    """Let the time that counts begin now."""
    _started[0] = time.perf_counter()


def child(way: str, case: Path) -> None:
    """Run one contender in this process and print what it took."""
    collect_less()  # as every command does
    wanted, papers, kept = pickle.loads(case.read_bytes())
    topics = [Topic("t", keywords=one.keywords, exclude=one.exclude) for one in wanted]
    start_counting()
    found = WAYS[way](topics, papers, kept)
    took = time.perf_counter() - _started[0]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pairs = 0 if way == "bits" else sum(map(len, found))
    print(json.dumps({"seconds": took, "pairs": pairs, "peak": peak}))


def run(way: str, case: Path) -> dict[str, float]:
    """Run one contender in a fresh process."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", way, "--case", str(case)],
        check=True,
        capture_output=True,
        text=True,
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def laid_out(folder: Path, name: str, wanted: Sequence[Wanted], papers: Sequence[Paper]) -> Path:
    """Write one case: what is asked for, the papers, and the queries as an earlier run compiled them."""
    compiled = Compiled()
    for one in wanted:
        topic = Topic("t", keywords=one.keywords, exclude=one.exclude)
        query = topic.query
        if query is not None and topic.wants not in compiled.programs:
            compiled.add(topic.wants, query)
    case = folder / name
    case.write_bytes(pickle.dumps((list(wanted), list(papers), compiled.to_text())))
    return case


def in_turn(contenders: Sequence[tuple[str, str, Path, int]], rounds: int) -> list[Measured]:
    """Let (name, way, case, papers) take turns; return seconds per paper. Prints pairs and memory once."""
    seconds: dict[str, list[float]] = {name: [] for name, *_ in contenders}
    for round_ in range(rounds):
        for name, way, case, count in contenders if round_ % 2 else contenders[::-1]:
            answer = run(way, case)
            seconds[name].append(answer["seconds"] / count)
            if not round_:
                print(f"  {name}: {answer['pairs']:,.0f} pairs, {answer['peak']:.0f} MB at most")
    return [Measured(name, tuple(took)) for name, took in seconds.items()]


def against_others(folder: Path, papers: Sequence[Paper], source: str, rounds: int) -> bool:
    """1,000 subscriptions against `re`, 10,000 against FTS5."""
    folder.mkdir()
    few, many = subscriptions(papers, 1_000), subscriptions(papers, 10_000)
    sample = papers[:: max(1, len(papers) // _SAMPLE)]
    different = len({word for paper in papers for word in paper.abstract.split()})
    print(f"{source}, {different:,} different words between blanks in the abstracts")
    by_name = [
        ("1,000: re", "re", laid_out(folder, "re", few, sample), len(sample)),
        ("1,000: ours", "ours", laid_out(folder, "few", few, papers), len(papers)),
        ("10,000: fts5", "fts5", laid_out(folder, "many", many, papers), len(papers)),
        ("10,000: ours", "ours", folder / "many", len(papers)),
    ]
    measured = in_turn(by_name, rounds)
    print(table("cold process, per paper", measured, per=1, unit="paper"))
    by_re_, ours_few, by_fts5_, ours_many = measured
    met = [
        verdict("1,000: as fast as re, times", ratio(by_re_, ours_few), at_least=250),
        verdict("10,000: as fast as FTS5, times", ratio(by_fts5_, ours_many), at_least=2),
    ]
    return all(met)


def growth(folder: Path, papers: Sequence[Paper], source: str, rounds: int, most: int) -> bool:
    """The cost per paper in batches of 2,000, from 1,000 subscriptions to 100,000."""
    folder.mkdir()
    batch = shuffled(papers, 2_000)
    print(f"2,000 papers of the shuffled sentences of {source}; the answers as bit sets")
    sizes = [size for size in (1_000, 10_000, 100_000) if size <= most]
    contenders = [
        (
            f"{size:,}",
            "bits",
            laid_out(folder, str(size), subscriptions(papers, size), batch),
            2_000,
        )
        for size in sizes
    ]
    measured = in_turn(contenders, rounds)
    print(table("cold process, per paper", measured, per=1, unit="paper"))
    goals = {10_000: 2.5, 100_000: 4.0}
    met = [
        verdict(f"{size:,} against 1,000", ratio(row, measured[0]), at_most=goals[size])
        for size, row in zip(sizes[1:], measured[1:], strict=True)
    ]
    return all(met)


def main() -> int:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--rounds", type=int, default=ROUNDS)
    words.add_argument("--most", type=int, default=100_000, help="subscriptions")
    words.add_argument("--child", choices=WAYS)
    words.add_argument("--case", type=Path)
    asked = words.parse_args()
    if asked.child:
        child(asked.child, asked.case)
        return 0
    papers, source = real_or_invented()
    print("a subscription has one to eight keywords, every third an exclusion too")
    with tempfile.TemporaryDirectory(prefix="paperdigest-bench-") as name:
        folder = Path(name)
        met = [
            against_others(folder / "there", papers, source, asked.rounds),
            against_others(folder / "day", invented(2_000), "2,000 invented papers", asked.rounds),
            growth(folder / "growth", papers, source, asked.rounds, asked.most),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
