"""From the link in a delivered mail to the digest that is not sent: with a real mail server and the real page."""

from __future__ import annotations

import email
import email.policy
import http.client
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest

from house import CONFIG, MAIL, House
from loopback import kept_place, listening
from own_templates import TITLES
from paperdigest.core import notices
from paperdigest.rounds import AppRounds
from paperdigest.store import facts
from program import Program
from smtp_server import Mailroom, mailroom

PUBLIC = "https://papers.example.org"
READER = """
deliver = ["ada@example.org", "second@example.org"]
schedule = "daily 08:00"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""
Capsys = pytest.CaptureFixture[str]
ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def config(smtp: int, listen: str, public_url: str = PUBLIC) -> str:
    return f"""
public_url = "{public_url}"
operator = "ops@example.org"
{CONFIG}
[web]
listen = "{listen}"

{MAIL.format(port=smtp)}"""


def parsed(data: bytes) -> EmailMessage:
    found = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(found, EmailMessage)
    return found


def link_in(data: bytes) -> str:
    (found,) = re.findall(r"<(https://[^>]+)>", parsed(data)["List-Unsubscribe"])
    return str(found)


def links_below(data: bytes, form: str) -> set[str]:
    """Return the unsubscribe links in a body: that of `plain` or of `html`."""
    body = parsed(data).get_body((form,))
    assert body is not None
    return set(re.findall(rf"{PUBLIC}/unsubscribe/[\w.-]{{10,}}", body.get_content()))


def ask(place: str, method: str, link: str, body: bytes = b"") -> tuple[int, str]:
    """Open a link as the reverse proxy hands it on."""
    with closing(http.client.HTTPConnection(place, timeout=60)) as asking:
        asking.request(method, link.removeprefix(PUBLIC), body or None, FORM)
        answer = asking.getresponse()
        return answer.status, answer.read().decode()


@dataclass
class Post:
    """A house that sends mail, its service's rounds and its page."""

    house: House
    room: Mailroom
    rounds: AppRounds
    place: str

    def day(self, *titles: str) -> list[str]:
        """Let a day pass in which these papers came; return to whom mails went."""
        before = len(self.room.mails)
        self.house.wait(days=1)
        if titles:
            self.house.drop(f"{self.house.now:%Y%m%d}.jsonl", *titles)
        self.rounds.ingest(self.house.now)
        self.rounds.compose(self.house.now)
        self.rounds.deliver(self.house.now, lambda: False)
        return sorted(to for _, (to,), _ in self.room.mails[before:])

    def mail_to(self, recipient: str) -> bytes:
        """Return the last mail to a recipient."""
        return [data for _, (to,), data in self.room.mails if to == recipient][-1]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with kept_place() as place, mailroom() as room:
        house = House.built(tmp_path, config=config(room.port, place), ada=READER)
        with closing(AppRounds(house.app)) as rounds:
            yield Post(house, room, rounds, place)
            rounds.app.close()
        house.close()


def test_each_recipient_gets_a_link_of_their_own(post: Post) -> None:
    assert post.day("Folding paper maps") == ["ada@example.org", "second@example.org"]
    links = [link_in(post.mail_to(each)) for each in ("ada@example.org", "second@example.org")]
    assert all(link.startswith(f"{PUBLIC}/unsubscribe/") for link in links)
    assert links[0] != links[1]


def test_the_mail_program_is_offered_one_click(post: Post) -> None:
    post.day("Folding paper maps")
    mail = parsed(post.mail_to("ada@example.org"))
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Unsubscribe"].endswith(", <mailto:ops@example.org?subject=unsubscribe%20ada>")


def test_a_click_stops_that_target_and_the_other_goes_on(post: Post) -> None:
    post.day("Folding paper maps")
    assert ask(post.place, "POST", link_in(post.mail_to("ada@example.org")), ONE_CLICK)[0] == 200
    assert post.day("More paper maps") == ["second@example.org"]


def test_a_scanner_that_opens_every_link_stops_nothing(post: Post) -> None:
    post.day("Folding paper maps")
    for _, _, data in list(post.room.mails):
        assert ask(post.place, "GET", link_in(data))[0] == 200
        assert ask(post.place, "HEAD", link_in(data))[0] == 200
    assert post.day("More paper maps") == ["ada@example.org", "second@example.org"]


def test_a_forged_link_stops_nothing(post: Post) -> None:
    post.day("Folding paper maps")
    link = link_in(post.mail_to("ada@example.org"))
    other = link[:-1] + ("A" if link[-1] != "A" else "E")
    assert ask(post.place, "POST", other, ONE_CLICK)[0] == 404
    assert post.day("More paper maps") == ["ada@example.org", "second@example.org"]


def test_what_was_frozen_before_the_click_is_not_sent_after_it(post: Post) -> None:
    post.day("Folding paper maps")
    post.house.wait(days=1)
    post.house.drop("more.jsonl", "More paper maps")
    post.rounds.ingest(post.house.now)
    post.rounds.compose(post.house.now)
    ask(post.place, "POST", link_in(post.mail_to("ada@example.org")), ONE_CLICK)
    post.rounds.deliver(post.house.now, lambda: False)
    assert len([to for _, (to,), _ in post.room.mails if to == "ada@example.org"]) == 1
    with post.house.app.open_store(write=False) as store:
        ((error,),) = store.rows("SELECT error FROM deliveries WHERE state = 'dropped'")
    assert "was stopped by the reader, one click in the mail program" in error


@pytest.fixture
def both_stopped(post: Post) -> Post:
    """Both targets of ada are stopped by their reader; a paper came since."""
    post.day("Folding paper maps")
    for body, to in ((ONE_CLICK, "ada@example.org"), (b"stop=here", "second@example.org")):
        assert ask(post.place, "POST", link_in(post.mail_to(to)), body)[0] == 200
    assert post.day("More paper maps") == []
    return post


def test_subscribers_says_who_stopped_what_and_how_to_undo_it(
    both_stopped: Post, capsys: Capsys
) -> None:
    said = Program(both_stopped.house.folder, capsys)("subscribers").out
    assert (
        "  ada@example.org stopped (by the reader, one click in the mail program)"
        " · undo: paperdigest resume ada ada@example.org\n" in said
    )
    assert "  second@example.org stopped (by the reader, on the unsubscribe page) · undo:" in said


def test_why_says_that_the_paper_waits_for_a_stopped_reader(
    both_stopped: Post, capsys: Capsys
) -> None:
    said = Program(both_stopped.house.folder, capsys)("why", "More paper maps", "ada").out
    assert "ada: paused" in said
    assert "  every target is paused or stopped\n" in said
    assert "  ada@example.org stopped (by the reader, one click in the mail program)\n" in said


def test_resume_undoes_it_and_what_waited_is_sent(both_stopped: Post, capsys: Capsys) -> None:
    program = Program(both_stopped.house.folder, capsys)
    assert program("resume", "ada", "ada@example.org").code == 0
    assert both_stopped.day() == ["ada@example.org"]
    assert b"More paper maps" in both_stopped.mail_to("ada@example.org")


def test_resume_of_the_whole_reader_leaves_what_the_reader_stopped(
    both_stopped: Post, capsys: Capsys
) -> None:
    program = Program(both_stopped.house.folder, capsys)
    program("pause", "ada")
    said = program("resume", "ada")
    assert (
        "ada@example.org stays stopped by the reader"
        " · undo: paperdigest resume ada ada@example.org\n" in said.out
    )
    assert both_stopped.day() == []


def test_a_click_works_again_after_resume(both_stopped: Post, capsys: Capsys) -> None:
    link = link_in(both_stopped.mail_to("ada@example.org"))
    Program(both_stopped.house.folder, capsys)("resume", "ada", "ada@example.org")
    assert "<button" in ask(both_stopped.place, "GET", link)[1]
    assert ask(both_stopped.place, "POST", link, ONE_CLICK)[0] == 200
    assert both_stopped.day() == []


def test_old_links_lead_on_after_a_restart(post: Post) -> None:
    post.day("Folding paper maps")
    link = link_in(post.mail_to("ada@example.org"))
    post.rounds.close()
    post.house.reload()
    with closing(AppRounds(post.house.app)) as again:
        again.compose(post.house.now)
        assert ask(post.place, "POST", link, ONE_CLICK)[0] == 200


def test_no_link_and_no_key_without_a_public_url(post: Post) -> None:
    post.house.write("paperdigest.toml", config(post.room.port, post.place, ""))
    post.rounds.reload()
    post.day("Folding paper maps")
    mail = parsed(post.mail_to("ada@example.org"))
    assert mail["List-Unsubscribe"] == "<mailto:ops@example.org?subject=unsubscribe%20ada>"
    assert "List-Unsubscribe-Post" not in mail
    with post.house.app.open_store(write=False) as store:
        assert facts.known_unsubscribe_key(store) is None


def test_a_page_of_this_machine_alone_is_no_one_click(post: Post) -> None:
    """RFC 8058 wants https; such an address is for trying the page out."""
    post.house.write("paperdigest.toml", config(post.room.port, post.place, "http://localhost"))
    post.rounds.reload()
    post.day("Folding paper maps")
    assert "List-Unsubscribe-Post" not in parsed(post.mail_to("ada@example.org"))
    assert post.rounds.door.open


def test_a_sample_carries_a_link_that_can_be_tried(post: Post, capsys: Capsys) -> None:
    assert Program(post.house.folder, capsys)("send", "--test").code == 0
    post.rounds.compose(post.house.now)
    assert ask(post.place, "GET", link_in(post.mail_to("ada@example.org")))[0] == 200


def test_a_shared_reader_gets_no_link(post: Post) -> None:
    post.house.write("subscriptions/ada.toml", "shared = true\n" + READER)
    post.rounds.reload()
    post.day("Folding paper maps")
    assert b"nsubscribe:" not in post.mail_to("ada@example.org").partition(b"\r\n\r\n")[0]


def test_a_dry_run_makes_no_key(post: Post, capsys: Capsys) -> None:
    post.house.drop("monday.jsonl", "Folding paper maps")
    assert Program(post.house.folder, capsys)("run", "--once", "--dry-run").code == 0
    with post.house.app.open_store() as store:
        assert facts.known_unsubscribe_key(store) is None


# ------------------------------------------------------------------ notices


def test_a_word_to_a_reader_carries_their_link(post: Post) -> None:
    post.day("Folding paper maps")
    post.house.write("subscriptions/ada.toml", READER + "surprise = 1\n")
    post.day()
    last = parsed(post.mail_to("ada@example.org"))
    assert "cannot be read" in last["Subject"]
    assert link_in(post.mail_to("ada@example.org")).startswith(PUBLIC)


def test_a_word_to_the_operator_carries_no_way_to_leave(post: Post) -> None:
    """There is no list that they could leave, and no command knows the name it would have."""
    post.day("Folding paper maps")
    post.house.write("subscriptions/ada.toml", READER + "surprise = 1\n")
    post.day()
    fields = parsed(post.mail_to("ops@example.org")).keys()
    assert not [name for name in fields if name.startswith("List-Unsubscribe")]


@pytest.mark.parametrize("form", ["plain", "html"])
def test_the_last_lines_open_the_same_page_as_the_button_for_each_recipient(
    post: Post, form: str
) -> None:
    """Where the header is not shown or not signed, there is no button."""
    post.day("Folding paper maps")
    for each in ("ada@example.org", "second@example.org"):
        data = post.mail_to(each)
        assert links_below(data, form) == {link_in(data)}


def test_the_link_in_the_last_lines_does_nothing_before_a_person_presses(post: Post) -> None:
    """A mail may be forwarded, and its links be opened by anybody."""
    post.day("Folding paper maps")
    (link,) = links_below(post.mail_to("ada@example.org"), "plain")
    assert ask(post.place, "GET", link)[0] == 200
    assert post.day("More paper maps") == ["ada@example.org", "second@example.org"]


def test_a_page_of_ones_own_that_breaks_the_link_gives_nobody_the_link_of_another(
    post: Post,
) -> None:
    broken = "{% for line in digest.manage %}{{ line|wordwrap(60) }}\n{% endfor %}"
    only_in_service = "{% if digest.subscriber == 'ada' and 'sample' not in digest.slot %}"
    post.house.write(
        "templates/digest.txt.j2", f"Mine {TITLES}\n{only_in_service}{broken}{{% endif %}}"
    )
    post.rounds.reload()
    post.day("Folding paper maps")
    for each in ("ada@example.org", "second@example.org"):
        data = post.mail_to(each)
        assert b"Mine" not in data
        assert links_below(data, "plain") == {link_in(data)}
    (told,) = [data for _, (to,), data in post.room.mails if to == "ops@example.org"]
    body = parsed(told).get_body(("plain",))
    assert body is not None
    assert "breaks the unsubscribe link" in " ".join(body.get_content().split())


@pytest.mark.parametrize("form", ["text", "html", "slack", "json"])
def test_a_preview_shows_no_link_that_would_stop_something(
    post: Post, capsys: Capsys, form: str
) -> None:
    """Its reader is known, and so is the key."""
    post.day("Folding paper maps")
    assert link_in(post.mail_to("ada@example.org"))
    shown = Program(post.house.folder, capsys)("preview", "--since", "7d", "--format", form).out
    assert "Folding" in shown
    assert not re.search(r"unsubscribe/\d+\.[\w-]{22}", "".join(shown.split()))
    if form == "text":
        assert f"or open {PUBLIC}/unsubscribe/…" in " ".join(shown.split())


def test_a_taken_place_is_one_word_to_the_operator_and_digests_go_on(post: Post) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        post.house.write("paperdigest.toml", config(post.room.port, listen))
        post.rounds.reload()
        sent = post.day("Folding paper maps")
        post.rounds.compose(post.house.now)
        post.rounds.deliver(post.house.now, lambda: False)
    assert sent == ["ada@example.org", "ops@example.org", "second@example.org"]
    words = [data for _, (to,), data in post.room.mails if to == "ops@example.org"]
    assert [parsed(data)["Subject"] for data in words] == [
        notices.closed_page("", post.house.now)[0]
    ]
    body = parsed(words[0]).get_body(("plain",))
    assert body is not None
    assert "another program listens there" in " ".join(body.get_content().split())


def test_the_operator_hears_when_the_place_is_free_again(post: Post) -> None:
    with kept_place() as place:
        with listening(place):
            post.house.write("paperdigest.toml", config(post.room.port, place))
            post.rounds.reload()
            post.day()
        assert post.day() == ["ops@example.org"]
    subject = parsed(post.mail_to("ops@example.org"))["Subject"]
    assert subject == notices.open_page(post.house.now)[0]


# ------------------------------------------------------------------ what the documentation shows


def shown(language: str) -> list[str]:
    page = Path(__file__).parents[2] / "docs" / "unsubscribe.md"
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.M | re.S)


def test_the_config_that_the_page_shows_passes_the_check(post: Post, capsys: Capsys) -> None:
    public_url, web = shown("toml")
    text = config(post.room.port, post.place)
    assert public_url in text
    with_web = text.replace(f'[web]\nlisten = "{post.place}"\n', web)
    assert with_web != text
    post.house.write("paperdigest.toml", with_web)
    assert Program(post.house.folder, capsys)("check").code == 0


def test_the_commands_that_the_page_shows_do_what_it_says(
    both_stopped: Post, capsys: Capsys
) -> None:
    program = Program(both_stopped.house.folder, capsys)
    _, commands = shown("sh")
    for line in commands.splitlines():
        assert program(*shlex.split(line)[1:]).code == 0
    assert both_stopped.day() == ["ada@example.org"]


def test_the_header_that_the_page_shows_is_that_of_a_mail(post: Post) -> None:
    post.day("Folding paper maps")
    (block,) = shown("email")
    head = post.mail_to("ada@example.org").partition(b"\r\n\r\n")[0].decode()
    code = r"\d+\.[\w-]{22}"
    flat = [" ".join(re.sub(code, "TOKEN", text).split()) for text in (block, head)]
    assert flat[0] in flat[1]


# ------------------------------------------------------------------ the real service


@contextmanager
def ended(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    """End the process whatever happens, and after some minutes in any case."""
    alarm = threading.Timer(240, process.kill)
    alarm.start()
    try:
        with process:
            yield process
    finally:
        alarm.cancel()
        process.kill()


def test_the_service_serves_the_page_until_it_ends(tmp_path: Path) -> None:
    with kept_place() as place, mailroom() as room:
        house = House.built(tmp_path, config=config(room.port, place), ada=READER)
        house.drop("monday.jsonl", "Folding paper maps")
        path = house.folder / "paperdigest.toml"
        command = [sys.executable, "-m", "paperdigest", "--config", str(path), "run"]
        with ended(subprocess.Popen(command, stderr=subprocess.PIPE, text=True)) as service:
            assert service.stderr is not None
            log = ""
            for line in service.stderr:
                log += line
                if "page-opened" in log and log.count("state=sent") == 2:
                    break
            link = link_in(room.mails[0][2])
            answer = ask(place, "POST", link, ONE_CLICK)
            service.send_signal(signal.SIGTERM)
            assert service.wait(120) == 0
            log += service.stderr.read()
        with pytest.raises(ConnectionRefusedError):
            ask(place, "GET", link)
    assert answer[0] == 200
    assert log.count("unsubscribed subscriber=ada") == 1
    assert link.rpartition("/")[2] not in log


def test_a_service_without_a_page_never_loads_a_server(house: House) -> None:
    """Nor does any command: what nobody asked for costs nothing."""
    asked = (
        "import sys; from pathlib import Path; from paperdigest.app import App;"
        " from paperdigest.rounds import AppRounds;"
        f" rounds = AppRounds(App.at(Path({str(house.folder / 'paperdigest.toml')!r})));"
        " rounds.compose(rounds.app.clock()); rounds.close(); print('waitress' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
