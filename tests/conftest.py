"""What every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from house import House
from program import Program

_LONGEST = ("test_service_machine", "test_service_year", "test_process_", "test_slow_sources")

# What is run before a change goes in is the same each time: it says something about the change. New examples are sought
# by `make explore`, and whatever it finds becomes an example of its test. How long an example takes, or is sought for,
# says something about the machine.
_ON_ANY_MACHINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("same", _ON_ANY_MACHINE, derandomize=True)
settings.register_profile("explore", _ON_ANY_MACHINE, derandomize=False, print_blob=True)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update-golden",
        action="store_true",
        help="write the golden files anew, to be read in the diff",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest: on several processors it would be waited for alone at the end."""
    items.sort(key=lambda item: not any(name in item.nodeid for name in _LONGEST))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A working folder with one reader, ada, who wants paper maps every day at 08:00 in Berlin."""
    made = House.built(tmp_path)
    yield made
    made.close()


@pytest.fixture
def program(house: House, capsys: pytest.CaptureFixture[str]) -> Program:
    """The command line over that working folder."""
    return Program(house.folder, capsys)
