"""`python -m chaos`: run it and print what came of it. Ends with 1 if anything was lost or repeated."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from chaos.run import run, table


def main() -> int:
    """Read the command line and run."""
    asked = argparse.ArgumentParser(prog="chaos", description=__doc__)
    asked.add_argument("--kills", type=int, default=300)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--at-once", type=int, default=3, help="worlds beside each other")
    asked.add_argument("--keep", type=Path, help="a folder for the worlds, which stays")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="paperdigest-chaos-") as fresh:
        folder = given.keep or Path(fresh)
        came = run(folder, given.seed, given.kills, at_once=given.at_once)
    print("\n".join(table(came)))  # noqa: T201 - figures are what it is run for
    return 1 if came.faults else 0


sys.exit(main())
