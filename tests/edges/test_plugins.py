from __future__ import annotations

import dataclasses
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from paperdigest import plugins
from paperdigest.config import SecretRef, examine, load
from paperdigest.plugins import BUILT_IN, Group, PluginError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def outsider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Another distribution with a source, a broken source, and one that calls itself `inbox`."""
    info = tmp_path / "outsider-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: outsider\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[paperdigest.sources]\nours = outsider_module:Ours\nbroken = outsider_broken:X\n"
        "gone = outsider_module:Gone\ninbox = outsider_module:Ours\n"
        "[paperdigest.channels]\npager = outsider_module:Pager\n"
    )
    (tmp_path / "outsider_module.py").write_text(
        "from dataclasses import dataclass\nfrom pathlib import Path\n"
        "from paperdigest.core.secret import Secret\n"
        "@dataclass(frozen=True)\nclass Ours:\n    name: str\n    depth: int = 3\n"
        "    folder: Path = Path()\n    words: tuple[str, ...] = ()\n    key: Secret | None = None\n"
        "    def __post_init__(self):\n        if self.depth > 9:\n            raise ValueError('depth goes up to 9')\n"
        "@dataclass(frozen=True)\nclass Pager:\n    url: str\n"
    )
    (tmp_path / "outsider_broken.py").write_text("import no_such_library\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    sys.modules.pop("outsider_module", None)


def test_built_in_names_are_those_of_pyproject() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["entry-points"]
    assert {str(group): dict(names) for group, names in BUILT_IN.items()} == declared


@pytest.mark.parametrize(
    ("group", "name"), [(group, name) for group, names in BUILT_IN.items() for name in names]
)
def test_every_built_in_can_be_loaded(group: Group, name: str) -> None:
    assert plugins.load(group, name) is not None


def test_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(
        PluginError, match='unknown channel "emial" · did you mean "email"'
    ) as caught:
        plugins.load(Group.CHANNELS, "emial")
    assert "email, file, slack, slack-webhook" in str(caught.value)


def test_other_distributions_are_found(outsider: Path) -> None:
    assert {"inbox", "ours"} <= set(plugins.names(Group.SOURCES))
    assert plugins.load(Group.SOURCES, "ours").__name__ == "Ours"


def test_nothing_takes_the_place_of_a_built_in(outsider: Path) -> None:
    assert plugins.load(Group.SOURCES, "inbox").__name__ == "InboxSource"


@pytest.mark.parametrize("name", ["broken", "gone"])
def test_plugin_that_cannot_be_imported_is_named(outsider: Path, name: str) -> None:
    with pytest.raises(PluginError, match=f'"{name}" could not be loaded'):
        plugins.load(Group.SOURCES, name)


def test_names_are_known_without_importing(outsider: Path) -> None:
    assert "broken" in plugins.names(Group.SOURCES)
    assert "outsider_module" not in sys.modules


def test_options_are_the_fields_but_the_name_and_internal_ones() -> None:
    @dataclasses.dataclass(frozen=True)
    class Some:
        name: str
        depth: int
        width: int = 2
        clock: object = dataclasses.field(default=None, metadata={"internal": True})
        state: int = dataclasses.field(default=0, init=False)

    found = plugins.options(Some)
    assert [(each.name, each.type, each.required, each.default) for each in found] == [
        ("depth", int, True, None),
        ("width", int, False, 2),
    ]


SOURCE = '[[source]]\nname = "a"\nkind = "ours"\n'


def _loaded(folder: Path, keys: str) -> list[str] | dict[str, object]:
    main = folder / "paperdigest.toml"
    main.write_text(SOURCE + keys)
    examined = examine(main, env={})
    if examined.settings is None:
        return [str(problem).rpartition("paperdigest.toml")[2] for problem in examined.problems]
    return dict(examined.settings.sources[0].options)


def test_options_of_another_distribution_are_read_from_the_config(outsider: Path) -> None:
    found = _loaded(outsider, 'depth = 5\nfolder = "x"\nwords = "one"\nkey = { env = "KEY" }\n')
    assert isinstance(found, dict)
    assert (found["depth"], found["folder"], found["words"]) == (5, outsider / "x", ("one",))
    assert isinstance(found["key"], SecretRef)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ("dept = 5", ':4:1: unknown key "dept" · did you mean "depth"?'),
        ('depth = "5"', ":4:9: a whole number is wanted here · write it without quotes"),
        ("words = 5", ':4:9: a list is wanted here · write it like ["…", "…"]'),
        ('words = ["a", 5]', ":4:15: text is wanted here · write it in quotes"),
        ("folder = 5", ":4:10: text is wanted here · write it in quotes"),
        ('folder = "a\\u0000b"', ":4:10: this holds a control character · type it again"),
        ("depth = 99", ":1:1: depth goes up to 9"),
        ('key = "canary"', ":4:7: a secret is not written into the file"),
        ('key = { fil = "x" }', ':4:9: unknown key "fil" · did you mean "file"?'),
    ],
)
def test_wrong_option_of_another_distribution_is_placed(
    outsider: Path, keys: str, said: str
) -> None:
    found = _loaded(outsider, keys)
    assert isinstance(found, list)
    assert len(found) == 1
    assert found[0].startswith(said)


def test_options_of_a_channel_of_another_distribution_are_read(outsider: Path) -> None:
    main = outsider / "paperdigest.toml"
    main.write_text('operator = "pager:ops"\n[channels.pager]\nurl = "https://x.org/"\n')
    settings = load(main, env={})
    assert settings.operator == ("pager:ops",)
    assert dict(settings.channels["pager"]) == {"url": "https://x.org/"}


def test_plugin_that_is_no_dataclass_is_refused() -> None:
    with pytest.raises(PluginError, match="not a dataclass"):
        plugins.options(int)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("inbox", {"path", "format", "after", "fields"}),
        ("url", {"url", "format", "fields", "allow_private"}),
        ("feed", {"url", "allow_private"}),
    ],
)
def test_built_in_sources_take_what_the_reference_says(kind: str, expected: set[str]) -> None:
    found = plugins.options(plugins.load(Group.SOURCES, kind))
    assert {option.name for option in found} == expected
