"""The commands that write, check and show a config, run as a user runs them."""

from __future__ import annotations

import json
import os
import stat
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from paperdigest.cli import run_command
from paperdigest.config import load
from paperdigest.config.starter import machine_zone

CANARY = "canary-77ab12"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("STATE_DIRECTORY", "PAPERDIGEST_CONFIG", "CREDENTIALS_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))
    monkeypatch.setenv("TZ", "Europe/Berlin")


def run(capsys: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error of a command."""
    code = run_command(list(args))
    said = capsys.readouterr()
    assert CANARY not in said.out + said.err
    return code, said.out, said.err


Capsys = pytest.CaptureFixture[str]


def subscription(name: str, text: str) -> None:
    Path("subscriptions", f"{name}.toml").write_text(text)


# -- init


def test_init_writes_a_config_that_checks_clean(capsys: Capsys) -> None:
    code, out, _ = run(capsys, "init")
    assert code == 0
    assert (
        "written: paperdigest.toml, subscriptions/me.toml, reference.toml, .gitignore, inbox/, secrets/"
        in out
    )
    assert run(capsys, "check")[0] == 0
    assert load(Path("paperdigest.toml")).timezone == "Europe/Berlin"
    assert Path("inbox").is_dir()
    assert stat.S_IMODE(Path("secrets").stat().st_mode) == 0o700
    assert Path("secrets/.gitignore").read_text() == "*\n"
    assert "secrets/" in Path(".gitignore").read_text()


def test_init_names_the_next_three_commands(capsys: Capsys) -> None:
    _, out, _ = run(capsys, "init", "my papers")
    lines = out.splitlines()
    commands = lines[lines.index("next:") + 1 :]
    start = "  paperdigest --config 'my papers/paperdigest.toml' "
    assert commands == [start + "check", start + "run --once", start + "run"]


def permissions(capsys: Capsys, folder: str) -> list[dict[str, str]]:
    """Return what the doctor says of the rights in a folder."""
    _, out, _ = run(capsys, "--config", f"{folder}/paperdigest.toml", "doctor", "--json")
    return [one for one in json.loads(out)["findings"] if one["examination"] == "permissions"]


@pytest.mark.parametrize("command", ["init", "demo"])
def test_a_folder_that_is_made_is_as_the_doctor_wants_it(capsys: Capsys, command: str) -> None:
    before = os.umask(0o022)
    try:
        run(capsys, command, "papers")
    finally:
        os.umask(before)
    assert stat.S_IMODE(Path("papers").stat().st_mode) == 0o700
    assert [one["grade"] for one in permissions(capsys, "papers")] == ["ok"]


def test_the_rights_of_a_folder_that_is_there_are_left_as_they_are(capsys: Capsys) -> None:
    Path("papers").mkdir()
    Path("papers").chmod(0o755)
    run(capsys, "init", "papers")
    assert stat.S_IMODE(Path("papers").stat().st_mode) == 0o755


def test_init_overwrites_nothing(capsys: Capsys) -> None:
    run(capsys, "init")
    files = [path for path in Path().rglob("*") if path.is_file()]
    for path in files:
        path.write_text("# mine\n")
    code, out, _ = run(capsys, "init", "--email", "ada@example.org", "--keywords", "maps")
    assert code == 0
    assert "written" not in out
    assert "kept as they were: paperdigest.toml, subscriptions/me.toml, reference.toml" in out
    assert {path.read_text() for path in files} == {"# mine\n"}


def test_init_writes_only_what_is_missing(capsys: Capsys) -> None:
    Path("paperdigest.toml").write_text("# mine\n")
    _, out, _ = run(capsys, "init")
    assert "kept as they were: paperdigest.toml\n" in out
    assert Path("subscriptions/me.toml").exists()


def test_init_with_wishes_puts_them_in(capsys: Capsys) -> None:
    code, out, _ = run(
        capsys,
        "init",
        "--email",
        "ada@example.org",
        "--arxiv",
        "cs.CV, cs.LG",
        "--keywords",
        "paper maps, =RAG",
    )
    assert code == 0
    assert "digests go to the folder outbox/ for now; for ada@example.org: fill in [email]" in out
    settings = load(Path("paperdigest.toml"))
    assert settings.sources[1].options["categories"] == ("cs.CV", "cs.LG")
    assert settings.subscribers[0].deliver == ("file:outbox",)
    assert settings.subscribers[0].topics[0].keywords == ("paper maps", "=RAG")
    assert '#deliver = ["ada@example.org"]' in Path("subscriptions/me.toml").read_text()
    assert run(capsys, "check")[0] == 0


def test_init_with_an_address_needs_only_a_secret_once_uncommented(capsys: Capsys) -> None:
    run(capsys, "init", "--email", "ada@example.org")
    main = Path("paperdigest.toml")
    text = main.read_text()
    start, end = text.index("#[email]"), text.index("# Slack")
    main.write_text(text[:start] + text[start:end].replace("#", "") + text[end:])
    me = Path("subscriptions/me.toml")
    lines = me.read_text().splitlines(keepends=True)
    me.write_text(
        "".join(
            line.removeprefix("#") if line.startswith("#deliver") else line
            for line in lines
            if not line.startswith("deliver")
        )
    )
    code, out, err = run(capsys, "check")
    assert code == 3
    assert err.splitlines()[0] == (
        "[email] password: secrets/smtp-password does not exist · paperdigest secret set smtp-password"
    )
    assert "email:ada@example.org" in out


@pytest.mark.parametrize(
    "keyword",
    [
        'a" ]\nquery = "x',
        "back\\slash",
        "it's",
        "naïve 漢字",
        "C++",
        "x # y",
        "{title}",
        "tab\there",
    ],
)
def test_what_the_user_types_cannot_break_the_file(capsys: Capsys, keyword: str) -> None:
    code = run(capsys, "init", "--keywords", keyword)[0]
    if code == 0:
        assert load(Path("paperdigest.toml")).subscribers[0].topics[0].keywords == (keyword,)
    else:
        assert (code, list(Path().iterdir())) == (2, [])


@pytest.mark.parametrize(
    "args",
    [
        ("--keywords", "a OR b"),
        ("--keywords", " , "),
        ("--keywords", "maps, -survey"),
        ("--email", "ada"),
        ("--email", "a@b\nBcc: c@d"),
        ("--arxiv", "cs.CV/../x"),
        ("--arxiv", 'cs.CV"'),
    ],
)
def test_init_refuses_before_it_writes(capsys: Capsys, args: tuple[str, str]) -> None:
    code, _, err = run(capsys, "init", *args)
    assert code == 2
    assert args[0] in err
    assert list(Path().iterdir()) == []


def test_init_into_a_file_is_refused(capsys: Capsys) -> None:
    Path("there").write_text("")
    code, _, err = run(capsys, "init", "there")
    assert code == 2
    assert "there" in err


@pytest.mark.parametrize(
    ("tz", "expected"),
    [
        ("Asia/Tokyo", "Asia/Tokyo"),
        (":Asia/Tokyo", "Asia/Tokyo"),
        ("JST-9", "Europe/Paris"),
        ("", "Europe/Paris"),
    ],
)
def test_zone_of_the_machine_is_found(tmp_path: Path, tz: str, expected: str) -> None:
    place = tmp_path / "share/zoneinfo/Europe/Paris"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"")
    (tmp_path / "localtime").symlink_to(place)
    assert machine_zone({"TZ": tz}, tmp_path / "localtime") == expected


def test_zone_of_a_machine_that_says_none_is_utc(tmp_path: Path) -> None:
    assert machine_zone({}, tmp_path / "localtime") == "UTC"


# -- check


def test_check_shows_what_the_config_means(capsys: Capsys) -> None:
    run(capsys, "init", "--keywords", "paper maps")
    code, out, err = run(capsys, "check")
    assert code == 0
    assert "OK  paperdigest.toml  (Europe/Berlin)\n" in out
    assert "OK  source inbox: inbox, every 1 minute\n" in out
    assert "OK  me: daily 08:00 Europe/Berlin to file:outbox\n" in out
    assert '      My papers: "paper maps"\n' in out
    assert "no operator" not in err  # with one subscriber, that is the operator


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("query = 'graph'", "graph"),
        ("query = 'graph tree OR x -y'", "((graph AND tree) OR x) AND NOT y"),
        ("keywords = 'maps'\nquery = 'a b'\nexclude = 'x'", '"maps" or (a AND b) without "x"'),
        ("trending = 3\nquery = 'graph'", "the 3 highest of graph"),
        ("trending = 3\nquery = 'a OR b'", "the 3 highest of (a OR b)"),
    ],
)
def test_check_shows_how_a_query_is_read(capsys: Capsys, written: str, shown: str) -> None:
    run(capsys, "init")
    subscription("bob", f"[[topic]]\nname = 'T'\n{written}\n")
    code, out, _ = run(capsys, "check")
    assert code == 0
    assert f"      T: {shown}\n" in out


def test_check_remarks_on_small_operators_of_a_query(capsys: Capsys) -> None:
    run(capsys, "init")
    subscription("bob", "[[topic]]\nname = 'T'\nquery = 'graph or tree'\n")
    code, _, err = run(capsys, "check")
    assert code == 0
    assert 'warning: T: query, column 7: "or" is read as a word' in err


def test_check_ends_with_3_for_a_broken_query(capsys: Capsys) -> None:
    run(capsys, "init")
    subscription("bob", "[[topic]]\nname = 'T'\nquery = '(graph'\n")
    code, _, err = run(capsys, "check")
    assert code == 3
    assert err.startswith('subscriptions/bob.toml:3:10: this "(" is never closed')


def test_check_tells_all_problems_of_all_files(capsys: Capsys) -> None:
    run(capsys, "init")
    Path("paperdigest.toml").write_text('timezone = "Berlin"\nlimt = 1\n')
    subscription("bob", "schedule = 08:00\n")
    subscription("eve", "limt = 1\n")
    code, _, err = run(capsys, "check")
    assert code == 3
    assert [line.split(" ")[0] for line in err.splitlines()] == [
        "paperdigest.toml:1:12:", "paperdigest.toml:2:1:", "subscriptions/bob.toml:1:12:",
        "subscriptions/eve.toml:1:1:", "subscriptions/eve.toml:1:1:",
    ]  # fmt: skip


def test_check_ends_with_3_for_a_single_broken_subscription(capsys: Capsys) -> None:
    run(capsys, "init")
    subscription("bob", 'deliver = "file:x"\nlimt = 1\n[[topic]]\nname = "T"\nkeywords = "a"\n')
    code, out, err = run(capsys, "check")
    assert code == 3
    assert err.startswith(
        'subscriptions/bob.toml:2:1: unknown key "limt" · did you mean "limit"?\n'
    )
    assert "OK  me:" in out


def test_check_in_json_has_a_stable_shape(capsys: Capsys) -> None:
    run(capsys, "init")
    subscription("bob", "limt = 1\n")
    code, out, _ = run(capsys, "check", "--json")
    answer = json.loads(out)
    assert code == 3
    assert set(answer) == {
        "ok",
        "config",
        "problems",
        "sources",
        "subscribers",
        "broken",
        "secrets",
        "warnings",
        "templates",
        "network",
    }
    assert answer["ok"] is False
    assert answer["broken"] == ["bob"]
    assert set(answer["problems"][0]) == {"file", "line", "column", "what", "hint"}
    assert answer["subscribers"][0]["topics"][0]["name"] == "My papers"


SECRETS = """
operator = "file:outbox"
[[source]]
name = "in"
kind = "inbox"
path = "."
[email]
host = "localhost"
username = "u"
password = { file = "secrets/smtp" }
from = "a@example.org"
[slack]
token = { env = "TOKEN" }
webhooks = { team = { command = ["echo", "canary-77ab12"] }, other = { credential = "other" } }
[[subscriber]]
name = "ada"
deliver = ["slack:#papers", "ada@example.org"]
topic = [{ name = "T", keywords = "a" }]
[[subscriber]]
name = "bob"
deliver = "slack:#papers"
topic = [{ name = "T", keywords = "a" }]
"""


def test_check_says_where_each_secret_was_found_and_shows_none(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("paperdigest.toml").write_text(SECRETS)
    Path("secrets").mkdir()
    Path("secrets/smtp").write_text(CANARY)
    Path("secrets/smtp").chmod(0o644)
    monkeypatch.setenv("TOKEN", CANARY)
    code, out, err = run(capsys, "check")
    assert code == 0
    assert "OK  [email] password: *** from secrets/smtp\n" in out
    assert "OK  [slack] token: *** from $TOKEN\n" in out
    assert 'OK  [slack.webhooks] team: *** from the command "echo"\n' in out
    assert "[email] password: other users can read secrets/smtp · chmod 600 secrets/smtp" in err
    assert 'the credential "other" is only there when systemd starts paperdigest' in err
    assert "slack:#papers gets the digests of ada and bob" in err
    answer = json.loads(run(capsys, "check", "--json")[1])
    assert [secret["found"] for secret in answer["secrets"]] == [True] * 4


def test_check_ends_with_3_while_a_secret_is_missing(capsys: Capsys) -> None:
    Path("paperdigest.toml").write_text(SECRETS)
    code, _, err = run(capsys, "check")
    assert code == 3
    assert "[slack] token: $TOKEN is not set" in err


def test_check_of_the_network_reports_each_and_ends_with_4(capsys: Capsys, tmp_path: Path) -> None:
    Path("paperdigest.toml").write_text(
        'operator = "file:x"\n[[source]]\nname = "gone"\nkind = "feed"\nurl = "http://127.0.0.1:1/rss"\n'
        '[email]\nhost = "127.0.0.1"\nport = 1\ntls = "none"\nauth = "none"\nfrom = "a@example.org"\n'
    )
    code, _, err = run(capsys, "check", "--network")
    assert code == 4
    assert "FAILED  email: " in err
    assert "FAILED  source gone: " in err


def test_check_warns_of_what_is_probably_not_meant(capsys: Capsys) -> None:
    Path("paperdigest.toml").write_text('[[source]]\nname = "in"\nkind = "inbox"\npath = "gone"\n')
    Path("subscriptions").mkdir()
    Path("subscriptions/ada.yaml").write_text("")
    code, _, err = run(capsys, "check")
    assert code == 0
    assert 'source "in": there is no folder gone · mkdir gone' in err
    assert "subscriptions/ada.yaml is not read" in err
    assert "nobody reads" in err


def test_without_a_config_every_command_says_what_to_do(capsys: Capsys) -> None:
    for args in (["check"], ["config", "path"], ["config", "show"], ["secret", "set", "x"]):
        code, _, err = run(capsys, *args)
        assert code == 3
        assert "paperdigest init" in err


# -- config


def test_config_path_prints_the_file_in_force(capsys: Capsys, tmp_path: Path) -> None:
    run(capsys, "init", "a")
    code, out, _ = run(capsys, "--config", "a", "config", "path")
    assert (code, out) == (0, f"{tmp_path}/a/paperdigest.toml\n")


def test_config_show_is_toml_with_defaults_and_without_secrets(
    capsys: Capsys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    Path("paperdigest.toml").write_text(
        SECRETS.replace(
            'path = "."', 'path = "."\nsearch = "https://u:canary-77ab12@x.org/{title}"'
        )
    )
    code, out, _ = run(capsys, "config", "show")
    shown = tomllib.loads(out)
    assert code == 0
    assert out.startswith(f"# {tmp_path}/paperdigest.toml\n")
    assert shown["email"]["password"] == "*** (file: secrets/smtp)"
    assert shown["email"]["port"] == 587
    assert shown["source"][0]["search"] == "https://***@x.org/{title}"
    assert shown["subscriber"][0]["topic"][0]["keywords"] == ["a"]
    assert shown["storage"]["dir"] == str(tmp_path)


def test_config_show_reads_back_as_the_same_config(capsys: Capsys, tmp_path: Path) -> None:
    run(capsys, "init", "--arxiv", "cs.LG", "--keywords", "paper maps, C++")
    text = Path("subscriptions/me.toml").read_text()
    more = 'pause = { from = 2026-12-20 }\nquiet = "22:00-07:00"\nbackfill = "36h"\n'
    subscription("me", more + text + 'require = [["a"], ["b", "c"]]\nalert = true\n')
    before = load(Path("paperdigest.toml"))
    out = run(capsys, "config", "show")[1]
    Path("other.toml").write_text(out)
    subscription("me", "")
    Path("subscriptions/me.toml").unlink()
    after = load(Path("other.toml"))
    assert after.subscribers == before.subscribers
    assert after.sources == before.sources


def test_config_show_in_json_says_the_same(capsys: Capsys) -> None:
    Path("paperdigest.toml").write_text(SECRETS)
    answer = json.loads(run(capsys, "config", "show", "--json")[1])
    shown = tomllib.loads(run(capsys, "config", "show")[1])
    assert {key: answer[key] for key in shown} == shown


def test_config_schema_is_json(capsys: Capsys) -> None:
    for args in ([], ["--subscriber"]):
        code, out, _ = run(capsys, "config", "schema", *args)
        assert code == 0
        assert json.loads(out)["$schema"].startswith("https://json-schema.org/")


# -- secret


def secret_set(name: str, value: str | bytes) -> Result:
    from paperdigest.cli import cli

    return CliRunner().invoke(cli, ["secret", "set", name], input=value)


def test_secret_is_stored_unseen_and_the_line_to_write_is_named() -> None:
    Path("paperdigest.toml").write_text("")
    done = secret_set("smtp-password", f"{CANARY}\n")
    assert done.exit_code == 0
    assert Path("secrets/smtp-password").read_text() == f"{CANARY}\n"
    assert stat.S_IMODE(Path("secrets/smtp-password").stat().st_mode) == 0o600
    assert '[email] write password = { file = "secrets/smtp-password" }' in done.output
    assert CANARY not in done.output


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("slack-token", '[slack] write token = { file = "secrets/slack-token" }'),
        ("ping", '[health] write ping = { file = "secrets/ping" }'),
        ("shipping-mail", '[email] write password = { file = "secrets/shipping-mail" }'),
        (
            "slack-webhook-team",
            '[slack.webhooks] write team = { file = "secrets/slack-webhook-team" }',
        ),
    ],
)
def test_secret_names_the_line_of_its_section(name: str, line: str) -> None:
    Path("paperdigest.toml").write_text("")
    assert line in secret_set(name, CANARY).output


@pytest.mark.parametrize("value", [b"", b" \n", b"canary-77ab12\nmore\n", b"canary-77ab12\xff"])
def test_secret_that_is_none_is_refused_unseen(value: bytes) -> None:
    Path("paperdigest.toml").write_text("")
    done = secret_set("smtp", value)
    assert done.exit_code != 0
    assert CANARY not in done.output + repr(done.exception)
    assert not Path("secrets/smtp").exists()


def test_secret_works_beside_a_broken_config(capsys: Capsys) -> None:
    Path("paperdigest.toml").write_text("this is not TOML")
    assert secret_set("smtp", "x").exit_code == 0


@pytest.mark.parametrize("name", ["../x", ".x", "a b"])
def test_secret_with_an_odd_name_is_refused(capsys: Capsys, name: str) -> None:
    Path("paperdigest.toml").write_text("")
    assert run(capsys, "secret", "set", name)[0] == 2
