"""What `[health]` and `[log]` may say, and that an address to ping is shown to nobody."""

from __future__ import annotations

from pathlib import Path

import pytest

from paperdigest.config import SecretRef, Settings, load
from paperdigest.config.effective import effective_toml
from paperdigest.core.errors import ConfigError
from paperdigest.core.secret import Secret
from paperdigest.wiring import ping_address

CANARY = "canary-5b1e77"
PING = f"https://hc-ping.example.org/{CANARY}"


@pytest.fixture
def main(tmp_path: Path) -> Path:
    return tmp_path / "paperdigest.toml"


def loaded(main: Path, text: str) -> Settings:
    main.write_text(text, encoding="utf-8")
    return load(main)


def refused(main: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        loaded(main, text)
    (problem,) = caught.value.problems
    return str(problem).partition("paperdigest.toml:")[2]


def test_nothing_listens_and_nobody_is_pinged_unless_asked(main: Path) -> None:
    found = loaded(main, "")
    assert (found.health.listen, found.health.ping, found.log.format) == ("", None, "text")


@pytest.mark.parametrize("place", ["127.0.0.1:9710", "[::1]:1", "unix:/run/paperdigest/health", ""])
def test_health_listens_where_only_this_machine_comes(main: Path, place: str) -> None:
    assert loaded(main, f'[health]\nlisten = "{place}"').health.listen == place


def test_a_ping_is_an_address_or_kept_like_any_secret(main: Path) -> None:
    plain = loaded(main, f'[health]\nping = "{PING}"').health.ping
    assert isinstance(plain, Secret)
    assert plain.reveal() == PING
    kept = loaded(main, '[health]\nping = { file = "secrets/ping" }')
    assert isinstance(kept.health.ping, SecretRef)
    assert [name for name, _ in kept.secrets()] == ["[health] ping"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[health]\nlisten = "0.0.0.0:9710"', '2:10: only this machine itself may reach this page directly · write "127.0.0.1:9710"'),
        ('[health]\nlisten = "9710"', '2:10: this is not a host with a port · write it like "127.0.0.1:8710" or "unix:/run/paperdigest/web.sock"'),
        ('[health]\nlisten = "127.0.0.1:8710"', "2:10: the page for readers listens there, and health is not for readers · give it another port or socket"),
        (f'[health]\nping = "http://x.org/{CANARY}"', "2:8: this address is not encrypted · write https://"),
        (f'[health]\nping = "{CANARY}"', "2:8: this is not an address of the web · write it in full, beginning with https://"),
        ("[health]\nping = {}", "2:8: a secret comes from one place · write one of file, env, command, credential"),
        ("[health]\nping = 7", '2:8: a table is wanted here · write [health.ping]'),
        ('[log]\nformat = "jsn"', '2:10: "jsn" is not known here · did you mean "json"?'),
        ('[health]\nlistn = ""', '2:1: unknown key "listn" · did you mean "listen"?'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place_and_without_the_value(
    main: Path, text: str, said: str
) -> None:
    assert refused(main, text) == said


def test_no_word_of_a_ping_is_shown(main: Path) -> None:
    found = loaded(main, f'[health]\nping = "{PING}"')
    assert 'ping = "***"' in effective_toml(found)
    assert CANARY not in effective_toml(found) + repr(found)


def test_a_ping_that_is_kept_elsewhere_is_fetched_when_it_is_needed(
    main: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = loaded(main, '[health]\nping = { env = "PING" }')
    monkeypatch.setenv("PING", PING)
    assert ping_address(found) == Secret(PING)
    assert ping_address(loaded(main, f'[health]\nping = "{PING}"')) == Secret(PING)
    assert ping_address(loaded(main, "")) is None
