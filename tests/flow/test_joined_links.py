"""A link in a mail that went out under a name that is another one's now: it leads to what comes to the same target today,
and to nothing else. With a real mail server, the real page and real backups."""

from __future__ import annotations

import email
import email.policy
import http.client
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from house import CONFIG, MAIL, House
from loopback import kept_place
from paperdigest import care
from paperdigest.flow import forget, restored
from paperdigest.rounds import AppRounds
from paperdigest.store import restore, suppressions
from paperdigest.store.backup import Backup
from paperdigest.store.subscribers import registered
from paperdigest.store.suppressions import Suppression
from smtp_server import Mailroom, mailroom

PUBLIC = "https://papers.example.org"
ADA, SECOND = "ada@example.org", "second@example.org"
READER = """
deliver = ["ada@example.org", "second@example.org"]
schedule = "daily 08:00"
backfill = "0 days"

[[topic]]
name = "Maps"
keywords = ["paper map"]
"""
ONE_CLICK = b"List-Unsubscribe=One-Click"


def config(smtp: int, listen: str) -> str:
    return f"""
public_url = "{PUBLIC}"
{CONFIG}
[web]
listen = "{listen}"

{MAIL.format(port=smtp)}"""


@dataclass
class Post:
    """A house that sends mail, and its page."""

    house: House
    room: Mailroom
    place: str

    def called(self, name: str, *, was: str, formerly: str = "", text: str = READER) -> None:
        """Give a reader's file another name, and say or not whose it was."""
        said = f'formerly = "{formerly}"\n' if formerly else ""
        (self.house.folder / f"subscriptions/{was}.toml").unlink(missing_ok=True)
        self.house.write(f"subscriptions/{name}.toml", said + text)

    def day(self) -> list[str]:
        """Let a day pass in which a paper came; return to whom mails went."""
        before = len(self.room.mails)
        self.house.wait(days=1)
        day = f"{self.house.now:%Y%m%d}"
        self.house.drop(f"{day}.jsonl", f"A paper map of day {day}")
        self.house.run()
        return sorted(to for _, (to,), _ in self.room.mails[before:])

    def link(self, recipient: str = ADA) -> str:
        """Return the link of the last mail to a recipient."""
        data = [data for _, (to,), data in self.room.mails if to == recipient][-1]
        head = email.message_from_bytes(data, policy=email.policy.default)
        (found,) = re.findall(r"<(https://[^>]+)>", head["List-Unsubscribe"])
        return str(found)

    def ask(self, method: str, link: str, body: bytes = b"") -> int:
        """Open a link at the page that the service serves; return the status."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        with closing(AppRounds(self.house.app)) as rounds:
            rounds.compose(self.house.now)
            with closing(http.client.HTTPConnection(self.place, timeout=60)) as asking:
                asking.request(method, link.removeprefix(PUBLIC), body or None, form)
                answer = asking.getresponse()
                answer.read()
        self.house.reload()
        return answer.status

    def click(self, link: str) -> int:
        return self.ask("POST", link, ONE_CLICK)

    @property
    def stopped(self) -> list[tuple[str, str]]:
        """Return what is stopped: (reader, target without its channel)."""
        with self.house.app.open_store(write=False) as store:
            names = {row.id: name for name, row in registered(store).items()}
            held = suppressions.suppressions(store)
        return sorted((names[id_], target.partition(":")[2]) for id_, target in held)

    def restored(self, made: Backup) -> None:
        """Restore as the command does, and let what waits go out."""
        app = self.house.app
        with restore.unpacked(made.file, app.settings.storage, free=app.free) as found:
            marks = restored.mark(self.house.now, found.manifest.made_at)
            restore.put_in_place(found, app.database, marks, self.house.now)
        self.house.reload()
        with self.house.app.open_store() as store:
            restored.send_again(store, lambda _: False, self.house.now)

    def backed_up(self) -> Backup:
        with self.house.app.open_store() as store:
            return care.back_up(self.house.app, store, self.house.now)[0]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    with kept_place() as place, mailroom() as room:
        house = House.built(tmp_path, config=config(room.port, place), ada=READER)
        yield Post(house, room, place)
        house.close()


@pytest.fixture
def joined(post: Post) -> tuple[Post, str]:
    """Ada was sent a mail, whose link this is; then her file was called zoe.toml, and days later it was said who
    zoe is."""
    post.day()
    old = post.link()
    post.called("zoe", was="ada")
    post.day()
    assert post.link() != old
    post.called("zoe", was="zoe", formerly="ada")
    post.day()
    return post, old


def test_a_click_under_the_old_name_stops_what_comes_to_that_target_now(
    joined: tuple[Post, str],
) -> None:
    post, old = joined

    assert post.click(old) == 200
    assert post.day() == [SECOND]
    assert post.stopped == [("zoe", ADA)]


def test_a_look_under_the_old_name_shows_the_page_and_stops_nothing(
    joined: tuple[Post, str],
) -> None:
    post, old = joined

    assert post.ask("GET", old) == 200
    assert post.stopped == []


def test_a_link_of_a_name_that_was_only_a_new_one_from_the_start_leads_on(post: Post) -> None:
    post.day()
    old = post.link()
    post.called("zoe", was="ada", formerly="ada")
    post.day()

    assert post.click(old) == 200
    assert post.stopped == [("zoe", ADA)]


def test_it_leads_on_through_one_new_name_after_another(joined: tuple[Post, str]) -> None:
    post, old = joined
    of_zoe = post.link()
    post.called("yan", was="zoe")
    post.day()
    post.called("yan", was="yan", formerly="zoe")
    post.day()

    assert post.click(old) == 200
    assert post.stopped == [("yan", ADA)]
    assert post.ask("GET", of_zoe) == 200


def test_a_target_that_the_new_name_does_not_have_is_nobodys(joined: tuple[Post, str]) -> None:
    post, old = joined
    post.called("zoe", was="zoe", formerly="ada", text=READER.replace('"ada@example.org", ', ""))
    post.day()

    assert post.click(old) == 404
    assert post.stopped == []


def test_another_reader_at_the_same_address_goes_on(joined: tuple[Post, str]) -> None:
    """Two subscriptions may go to one mailbox; each has links of its own."""
    post, old = joined
    post.house.write("subscriptions/bob.toml", READER)
    post.day()

    assert post.click(old) == 200
    assert post.stopped == [("zoe", ADA)]


def test_nobody_is_stopped_once_the_new_name_is_a_shared_one(joined: tuple[Post, str]) -> None:
    post, old = joined
    post.called("zoe", was="zoe", formerly="ada", text="shared = true\n" + READER)
    post.day()

    assert post.click(old) == 404
    assert post.stopped == []


def test_a_link_of_a_joined_name_leads_nowhere_once_the_new_one_is_forgotten(
    joined: tuple[Post, str],
) -> None:
    post, old = joined
    post.called("eva", was="zoe")
    post.day()
    with post.house.app.open_store() as store:
        forget.forget(store, forget.find(store, "zoe", ["eva"]), [], post.house.now)

    assert post.click(old) == 404
    assert post.stopped == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_it_leads_on_after_a_backup_is_restored(post: Post, when: str) -> None:
    """Also of one that was made before the two names were one: they become one again."""
    post.day()
    old = post.link()
    post.called("zoe", was="ada")
    post.day()
    made = post.backed_up() if when == "before" else None
    post.called("zoe", was="zoe", formerly="ada")
    post.day()
    post.restored(made or post.backed_up())
    post.day()

    assert post.click(old) == 200
    assert post.stopped == [("zoe", ADA)]


def test_names_that_were_joined_before_it_was_noted_whose_they_are_lead_on(
    joined: tuple[Post, str],
) -> None:
    """As an earlier version left them: what is left of ada is a lane of zoe's as old as she was."""
    post, old = joined
    post.house.write("subscriptions/bob.toml", READER)
    post.day()
    with post.house.app.open_store() as store, store.transaction():
        assert store.write("DELETE FROM facts WHERE name LIKE 'joined %'") == 1

    assert post.click(old) == 200
    assert post.stopped == [("zoe", ADA)]


def test_what_the_reader_stopped_under_the_old_name_stays_the_readers_word(post: Post) -> None:
    """Above what a command stopped under the new one, which `resume zoe` would undo."""
    post.day()
    assert post.click(post.link()) == 200
    post.called("zoe", was="ada")
    post.day()
    with post.house.app.open_store() as store, store.transaction():
        id_ = registered(store)["zoe"].id
        by_command = Suppression(id_, f"email:{ADA}", "stopped", reason="by command")
        suppressions.suppress(store, by_command, post.house.now)
    post.called("zoe", was="zoe", formerly="ada")
    post.day()

    with post.house.app.open_store(write=False) as store:
        (held,) = suppressions.suppressions(store).values()
    assert held.reason == suppressions.BY_ONE_CLICK
