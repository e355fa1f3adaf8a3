"""The house rules that a reader of the code relies on, read from the code itself.

A new third-party library or a new way between packages is a new line in a table here.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "paperdigest"
MODULES = tuple(sorted(PACKAGE.rglob("*.py")))

# Which parts of the package a part may import, besides itself.
MAY_IMPORT: dict[str, set[str]] = {
    "core": set(),
    "render": {"core", "resources"},
    "sources": {"core", "failpoints", "http"},
    "channels": {"core", "failpoints", "http", "logs"},
    "store": {"core", "failpoints"},
    "flow": {"core", "failpoints", "journal", "store", "render"},
    "journal": {"core", "logs"},
    "health": {"core", "flow", "http", "journal", "logs", "signals", "store", "web"},
    "web": {"core", "flow", "logs", "store"},
    "failpoints": set(),
    "machine": {"failpoints"},
    "config": {"core", "plugins", "resources"},
    "plugins": {"core"},
    "unmade": {"core"},
    "resources": set(),
    "http": {
        "core",
        "http_packing",
        "http_route",
        "http_watch",
        "http_words",
        "politeness",
    },
    "http_ask": {"core", "http_route", "http_watch", "http_words", "politeness"},
    "http_packing": {"core", "http_watch", "http_words"},
    "http_route": {"core", "http_words"},
    "http_watch": {"core", "http_words"},
    "http_words": {"core"},
    "politeness": {"core", "politeness_line", "politeness_notes"},
    "politeness_line": set(),
    "politeness_notes": set(),
    "logs": {"core"},
    "set_aside": {"config", "logs"},
    "signals": {"logs"},
    "heartbeat": {"logs"},
    "service": {"core", "health", "heartbeat", "journal", "logs", "signals"},
}
# These sit on top and wire the rest; what matters is that nothing below imports them.
ON_TOP = {
    "",
    "alerts",
    "app",
    "care",
    "delivering",
    "doctor",
    "putting_back",
    "reads",
    "reloading",
    "rounds",
}
ON_TOP |= {"one_file", "startup", "wiring", "cli", "__main__"}

# Which libraries a part may import.
LIBRARIES: dict[str, set[str]] = {
    "render": {"jinja2", "markupsafe"},
    "sources": {"backports", "compression", "feedparser", "httpx2"},
    "channels": {"slack_sdk", "httpx2"},
    "store": {"sqlite_utils"},
    "config": {"pydantic", "pydantic_core", "platformdirs"},
    "http": {"httpx2"},
    "http_ask": {"httpx2"},
    "http_route": {"httpx2"},
    "http_words": {"httpx2"},
    "heartbeat": {"apscheduler"},
    "health": {"prometheus_client"},
    "web": {"waitress"},
    "cli": {"click"},
}

# The core decides and does nothing: these are the only modules it may lean on.
_PURE = """
    __future__ abc array base64 binascii bisect calendar collections collections.abc copy
    dataclasses datetime decimal difflib enum fractions functools hashlib heapq hmac html
    html.entities itertools json math operator re shlex string struct textwrap types typing
    unicodedata urllib.parse zlib
"""
PURE = frozenset(_PURE.split())
ZONEINFO = {"core/schedule.py", "core/timezone.py", "core/schedule_words.py"}

# Where the time of day may be read although `now` is an argument elsewhere. Path: the reason.
CLOCKS: dict[str, str] = {
    "channels/slack.py": "a Retry-After that is a date counts from the answer's own moment",
    "channels/slack_people.py": "a Retry-After that is a date counts from the answer's own moment",
    "channels/slack_webhook.py": "a Retry-After that is a date counts from the answer's own moment",
}
PASSED_NOW = ("core", "flow", "render", "store", "channels", "sources")

MOST_LINES = 400
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(TABLE|INDEX|UNIQUE|TRIGGER|VIEW)|BEGIN\s+(IMMEDIATE|EXCLUSIVE)|PRAGMA\s+\w)",
    re.DOTALL,
)
HEAVY = (
    "apscheduler",
    "feedparser",
    "httpx2",
    "jinja2",
    "prometheus_client",
    "pydantic",
    "slack_sdk",
    "sqlite3",
    "sqlite_utils",
    "waitress",
)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def place(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part(name: str) -> str:
    """Return the part of the house of `paperdigest.store.papers` or `store/papers.py`: "store"."""
    return (
        name.removeprefix("paperdigest")
        .lstrip(".")
        .replace("/", ".")
        .removesuffix(".py")
        .split(".")[0]
    )


def imports(path: Path) -> Iterator[str]:
    """Yield the full name of everything a module imports, inside functions too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            # "from paperdigest import http" names a module, "from re import sub" does not.
            own = node.module == "paperdigest"
            yield from (
                (f"{node.module}.{alias.name}" if own else node.module) for alias in node.names
            )


def own_and_other(path: Path) -> tuple[set[str], set[str]]:
    """Return the parts of the package and the top-level libraries that a module imports."""
    names = set(imports(path))
    own = {part(name) for name in names if name.split(".")[0] == "paperdigest"}
    other = {name.split(".")[0] for name in names} - {"paperdigest"} - sys.stdlib_module_names
    return own - {part(place(path)), "__version__"}, other


def each(*parts: str) -> list[Path]:
    return [path for path in MODULES if not parts or part(place(path)) in parts]


by_place = pytest.mark.parametrize("path", MODULES, ids=place)


@by_place
def test_module_imports_only_what_its_part_may(path: Path) -> None:
    own, libraries = own_and_other(path)
    here = part(place(path)) if place(path) != "__init__.py" else ""
    assert here in MAY_IMPORT or here in ON_TOP, f"say in MAY_IMPORT what {here} may import"
    if here in MAY_IMPORT:
        assert own <= MAY_IMPORT[here]
    assert libraries <= LIBRARIES.get(here, set())


@by_place
def test_module_imports_by_full_name(path: Path) -> None:
    relative = [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.ImportFrom) and node.level
    ]
    assert not relative


@by_place
def test_module_says_what_it_owns(path: Path) -> None:
    assert ast.get_docstring(tree(path))


@by_place
def test_module_is_not_too_long(path: Path) -> None:
    if not path.stem.endswith("_tables"):
        assert len(path.read_text("utf-8").splitlines()) <= MOST_LINES, "split it by noun"


@pytest.mark.parametrize(
    "path", [path for path in MODULES if path.stem.endswith("_tables")], ids=place
)
def test_tables_hold_no_decisions(path: Path) -> None:
    """A table may be long because it is only read; so its helpers hold no branch."""
    branches = [
        node for node in ast.walk(tree(path)) if isinstance(node, ast.If | ast.While | ast.Try)
    ]
    assert not branches


@pytest.mark.parametrize("path", each("core"), ids=place)
def test_core_leans_on_nothing_that_reaches_outside(path: Path) -> None:
    outside = {name for name in imports(path) if not name.startswith("paperdigest.")} - PURE
    assert outside <= ({"zoneinfo"} if place(path) in ZONEINFO else set())


@pytest.mark.parametrize("path", each(*PASSED_NOW), ids=place)
def test_now_is_passed_and_never_read(path: Path) -> None:
    if place(path) in CLOCKS:
        return
    calls = [node.func for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]
    assert not [ast.unparse(call) for call in calls if _reads_the_clock(call)]
    for node in ast.walk(tree(path)):  # "from time import time" would hide the call above
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            assert {alias.name for alias in node.names} <= {"monotonic", "perf_counter"}


def _reads_the_clock(call: ast.expr) -> bool:
    if not isinstance(call, ast.Attribute):
        return False
    owner = ast.unparse(call.value).split(".")[-1]
    return (owner in ("datetime", "date") and call.attr in ("now", "utcnow", "today")) or (
        owner == "time"
        and call.attr in ("time", "time_ns", "localtime", "gmtime", "ctime", "sleep")
    )


def test_excused_clocks_exist() -> None:
    assert all((PACKAGE / name).is_file() and reason for name, reason in CLOCKS.items())


@pytest.mark.parametrize(
    "path", [path for path in MODULES if part(place(path)) != "store"], ids=place
)
def test_only_the_store_speaks_sql(path: Path) -> None:
    own = set(imports(path))
    assert not {name for name in own if name.split(".")[0] in ("sqlite3", "sqlite_utils")}
    texts = [node.value for node in ast.walk(tree(path)) if isinstance(node, ast.Constant)]
    assert not [text for text in texts if isinstance(text, str) and SQL.search(text)]


def test_importing_the_package_and_its_command_line_loads_nothing_heavy() -> None:
    """`paperdigest --help` answers in under 0.2 s because of this."""
    asked = f"import sys, paperdigest, paperdigest.cli; print(*(set({HEAVY!r}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_run_time_never_needs_what_only_tests_need() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    declared = {re.split(r"[<>=\[. ]", line)[0] for line in pyproject["project"]["dependencies"]}
    # Two come with what is declared: Jinja is built on the one, pydantic on the other. One is Python's own from
    # 3.14 on, where `backports` is not needed.
    declared = {name.replace("-", "_") for name in declared}
    declared |= {"markupsafe", "pydantic_core", "compression"}
    used = set().union(*(own_and_other(path)[1] for path in MODULES)) - set(sys.stdlib_module_names)
    assert used <= declared
