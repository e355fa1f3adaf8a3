"""A little of what `make chaos` does: nothing is lost, and nothing is repeated but by a row that says so."""

from __future__ import annotations

import os
from pathlib import Path

from chaos.run import run, table

#: How often the program is killed; `.ci/run` asks for more than a plain `make test`.
KILLS = int(os.environ.get("CHAOS_KILLS", "6"))
SEED = int(os.environ.get("CHAOS_SEED", "11"))


def test_killed_again_and_again_it_loses_nothing_and_repeats_only_what_the_ledger_says(
    tmp_path: Path,
) -> None:
    came = run(tmp_path, SEED, KILLS, at_once=3 if KILLS > 20 else 1)

    figures = "\n".join(table(came))
    print(figures)  # noqa: T201 - for pytest -s, which .ci/run asks for
    assert not came.faults, figures
    assert came.kills.total() >= KILLS
