"""The unsubscribe page over a real server on loopback: what each request is answered, and what it changes."""

from __future__ import annotations

import base64
import hashlib
import http.client
import re
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from house import CONFIG, House
from paperdigest.core.unsubscribe import PATH, link
from paperdigest.flow import unsubscribe
from paperdigest.store import erasure, facts, subscribers, suppressions
from paperdigest.store.connection import open_store
from paperdigest.store.locks import WRITE_LOCK, FileLock
from paperdigest.store.suppressions import BY_ONE_CLICK, BY_PAGE, Suppression
from paperdigest.store.transactions import Store
from paperdigest.web.desk import Desk
from paperdigest.web.pages import BUTTON
from paperdigest.web.server import Server
from paperdigest.web.unsubscribe import LONGEST_BODY, LONGEST_PATH, Application
from visitor import (
    ADA,
    FORM,
    MAIL,
    ONE_CLICK,
    PRESSED,
    READER,
    Answer,
    Visitor,
    answer_of,
    registered,
    served,
)


@pytest.fixture
def visitor(tmp_path: Path) -> Iterator[Visitor]:
    house = House.built(tmp_path, config=CONFIG + MAIL, ada=READER)
    with served(house) as made:
        yield made
    house.close()


# ------------------------------------------------------------------ looking


def test_a_look_shows_a_page_with_one_button_that_posts(visitor: Visitor) -> None:
    answer = visitor.get(visitor.token())
    assert answer.status == 200
    assert re.findall(r"<form[^>]*>", answer.body) == ['<form method="post">']
    assert answer.body.count("<button") == 1


def test_the_page_names_the_target_masked(visitor: Visitor) -> None:
    body = visitor.get(visitor.token()).body
    assert "e-mail to <strong>a…@e…</strong>" in body
    assert "ada" not in body
    assert "example" not in body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_look_changes_nothing_and_opens_nothing_to_write(visitor: Visitor, method: str) -> None:
    """Scanners of mail open every link."""
    path = PATH + visitor.token() + "?List-Unsubscribe=One-Click&stop=here"
    assert visitor.ask(method, path).status == 200
    assert visitor.held == []
    assert visitor.opened == [False]


def test_head_is_a_look_without_the_page(visitor: Visitor) -> None:
    looked, head = visitor.get(visitor.token()), visitor.ask("HEAD", PATH + visitor.token())
    assert (head.status, head.body) == (200, "")
    assert head.headers["Content-Length"] == looked.headers["Content-Length"]


def test_a_page_fetches_and_runs_nothing(visitor: Visitor) -> None:
    body = visitor.get(visitor.token()).body
    assert not re.search(r"<(script|img|link|iframe)|https?:|url\(|@import| on\w+=", body)


def test_a_page_fits_a_phone_and_a_dark_room(visitor: Visitor) -> None:
    body = visitor.get(visitor.token()).body
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in body
    assert '<meta name="color-scheme" content="light dark">' in body
    assert "prefers-color-scheme: dark" in body


def paths(token: str) -> list[tuple[str, str, bytes]]:
    """Return a request for every kind of answer."""
    return [
        ("GET", PATH + token, b""),
        ("GET", PATH + "1." + "A" * 22, b""),
        ("GET", "/", b""),
        ("PUT", PATH + token, b""),
        ("POST", PATH + token, b"what=ever"),
        ("POST", PATH + token, b"x" * (LONGEST_BODY + 1)),
        ("GET", PATH + "x" * LONGEST_PATH, b""),
        ("POST", PATH + token, ONE_CLICK),
        ("GET", PATH + token, b""),
    ]


def test_every_answer_carries_the_headers_that_keep_it_safe(visitor: Visitor) -> None:
    wanted = {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Content-Type": "text/html; charset=utf-8",
    }
    statuses = []
    for method, path, body in paths(visitor.token()):
        answer = visitor.ask(method, path, body)
        statuses.append(answer.status)
        assert wanted.items() <= answer.headers.items()
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
        assert not {"Set-Cookie", "Server", "Location"} & set(answer.headers)
    assert statuses == [200, 404, 404, 405, 400, 413, 414, 200, 200]


def test_the_policy_allows_the_style_of_the_page_and_no_other(visitor: Visitor) -> None:
    answer = visitor.get(visitor.token())
    (style,) = re.findall(r"<style>(.*?)</style>", answer.body, re.DOTALL)
    code = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{code}';" in answer.headers["Content-Security-Policy"]
    assert " style=" not in answer.body


# ------------------------------------------------------------------ stopping


def multipart(name: str, value: str) -> tuple[bytes, str]:
    body = (
        f'--limit\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--limit--\r\n'
    )
    return body.encode(), "multipart/form-data; boundary=limit"


@pytest.mark.parametrize(
    ("body", "kind", "reason"),
    [
        (ONE_CLICK, FORM, "by the reader, one click in the mail program"),
        (ONE_CLICK + b"\r\n", FORM + "; charset=UTF-8", "by the reader, one click in the mail program"),
        (*multipart("List-Unsubscribe", "One-Click"), "by the reader, one click in the mail program"),
        (ONE_CLICK, "text/plain", "by the reader, one click in the mail program"),
        (PRESSED, FORM, "by the reader, on the unsubscribe page"),
        (*multipart(*BUTTON), "by the reader, on the unsubscribe page"),
    ],
)  # fmt: skip
def test_a_post_stops_this_target_and_no_other(
    visitor: Visitor, body: bytes, kind: str, reason: str
) -> None:
    answer = visitor.post(visitor.token(), body, kind)
    assert answer.status == 200
    assert "These digests are stopped" in answer.body
    assert visitor.held == [(ADA, "stopped", reason)]


def test_a_post_in_chunks_stops_too(visitor: Visitor) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", visitor.port, timeout=60)) as asking:
        asking.request("POST", PATH + visitor.token(), iter([ONE_CLICK[:9], ONE_CLICK[9:]]))
        assert answer_of(asking.getresponse()).status == 200
    assert len(visitor.held) == 1


def test_the_page_says_that_it_is_done_and_can_be_undone(visitor: Visitor) -> None:
    visitor.post(visitor.token())
    body = visitor.get(visitor.token()).body
    assert "No more digests go by e-mail to <strong>a…@e…</strong>" in body
    assert "paperdigest resume" in body
    assert "<button" not in body


def test_stopping_twice_is_stopping_once(visitor: Visitor) -> None:
    assert visitor.post(visitor.token()).status == 200
    first = visitor.held
    assert visitor.post(visitor.token(), PRESSED).status == 200
    assert visitor.held == first


@pytest.mark.parametrize("target", [ADA, suppressions.EVERYTHING])
def test_the_reader_s_word_counts_beside_a_stop_by_command(visitor: Visitor, target: str) -> None:
    """Whoever takes the command back later must not take the reader's word back with it."""
    suppressed(visitor, Suppression(1, target, "stopped", reason="by command"))
    assert visitor.post(visitor.token(), PRESSED).status == 200
    assert (ADA, "stopped", "by the reader, on the unsubscribe page") in visitor.held


def test_of_two_at_the_same_moment_the_first_counts(visitor: Visitor) -> None:
    """The second one looked before the first had written."""
    token, now = visitor.token(), visitor.house.now
    with visitor.house.app.open_store() as store:
        assert unsubscribe.stop(store, token, BY_ONE_CLICK, now)
        assert unsubscribe.stop(store, token, BY_PAGE, now)
    assert visitor.held == [(ADA, "stopped", BY_ONE_CLICK)]


def test_a_pause_becomes_a_stop(visitor: Visitor) -> None:
    suppressed(visitor, Suppression(1, ADA, "paused", reason="by command"))
    visitor.post(visitor.token(), PRESSED)
    assert visitor.held == [(ADA, "stopped", "by the reader, on the unsubscribe page")]


def suppressed(visitor: Visitor, held: Suppression) -> None:
    with visitor.house.app.open_store() as store, store.transaction():
        suppressions.suppress(store, held, visitor.house.now)


@pytest.mark.parametrize(
    "body",
    [b"", b"List-Unsubscribe=Yes", b"list-unsubscribe=one-click", b"stop=", b"a=b&" * 300, b"\xff"],
)
def test_a_post_of_anything_else_changes_nothing(visitor: Visitor, body: bytes) -> None:
    assert visitor.post(visitor.token(), body).status == 400
    assert visitor.held == []


@settings(
    max_examples=150,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.sampled_from(
        [FORM, "multipart/form-data; boundary=b", "multipart/form-data", "multipart/form-data; boundary=\"", ""]
    ),
    st.lists(
        st.sampled_from(
            [b"--b", b"--b--", b"\r\n", b"\n", b"Content-Disposition: form-data; name=\"stop\"", b"here ",
             b"Content-Type: multipart/mixed; boundary=b", b"=", b"&", b"%", b"\xff", b"name*=x''%ff"]
        ),
        max_size=25,
    ),
)  # fmt: skip
def test_no_body_breaks_the_page(visitor: Visitor, kind: str, pieces: list[bytes]) -> None:
    assert visitor.post(visitor.token(), b"".join(pieces), kind).status in (200, 400)


# ------------------------------------------------------------------ links that lead nowhere


def forged(visitor: Visitor) -> list[str]:
    true = visitor.token()
    id_, _, code = true.partition(".")
    other = "B" if code[0] != "B" else "C"
    return [
        f"{id_}.{other}{code[1:]}",
        f"{id_}.{code[:-1]}",
        f"{int(id_) + 1}.{code}",
        f"999999.{code}",
        f"{id_}.",
        "",
        "x",
        f"{true}/",
        link("", int(id_), ADA, bytes(32)).removeprefix(PATH),
        link("", int(id_), "email:nobody@example.org", visitor.key).removeprefix(PATH),
    ]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_forged_link_gets_one_and_the_same_answer(visitor: Visitor, method: str) -> None:
    body = ONE_CLICK if method == "POST" else b""
    answers = [visitor.ask(method, PATH + token, body) for token in forged(visitor)]
    without_date = [
        {name: value for name, value in answer.headers.items() if name != "Date"}
        for answer in answers
    ]
    assert {answer.status for answer in answers} == {404}
    assert {answer.body for answer in answers} == {answers[0].body}
    assert all(headers == without_date[0] for headers in without_date)


def test_a_forged_link_takes_no_lock_and_changes_nothing(visitor: Visitor) -> None:
    for token in forged(visitor):
        visitor.post(token)
    assert visitor.held == []
    assert True not in visitor.opened


def test_without_a_history_every_link_leads_nowhere(tmp_path: Path) -> None:
    house = House.built(tmp_path)
    desk = Desk(lambda write: house.app.open_store(write=write), lambda: house.now)
    assert desk.holder("1." + "A" * 22) is None
    house.close()


def test_a_link_of_someone_who_was_forgotten_leads_nowhere(visitor: Visitor) -> None:
    token = visitor.token()
    with visitor.house.app.open_store() as store, store.transaction():
        erasure.erase(store, 1, visitor.house.now)
    assert visitor.get(token).status == visitor.post(token).status == 404


def test_a_link_outlives_a_new_name(visitor: Visitor) -> None:
    token = visitor.token()
    with visitor.house.app.open_store() as store, store.transaction():
        subscribers.rename(store, "ada", "countess")
    assert visitor.post(token).status == 200


def test_a_link_from_before_a_reader_was_shared_leads_nowhere(visitor: Visitor) -> None:
    """One member of a list must not stop it for all."""
    token = visitor.token()
    visitor.house.write("subscriptions/ada.toml", "shared = true\n" + READER)
    registered(visitor.house)
    assert visitor.post(token).status == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"])
def test_other_methods_are_refused_whatever_the_link(visitor: Visitor, method: str) -> None:
    for path in (PATH + visitor.token(), "/"):
        answer = visitor.ask(method, path)
        assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, POST")
    assert visitor.held == []


def test_a_large_body_is_refused_before_it_is_read(visitor: Visitor) -> None:
    answer = visitor.ask("POST", PATH + visitor.token(), b"x", **{"Content-Length": "900000000"})
    assert answer.status == 413
    assert visitor.held == []


def test_what_stands_in_host_and_forwarded_headers_is_shown_nowhere(visitor: Visitor) -> None:
    headers = {
        "Host": "evil.example",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "host=evil.example",
        "Cookie": "a=evil.example",
        "Referer": "http://evil.example/",
    }
    answer = visitor.ask("GET", PATH + visitor.token(), b"", FORM, **headers)
    assert answer.status == 200
    assert "evil" not in answer.body + str(answer.headers)


@pytest.mark.parametrize("path", ["/papers/unsubscribe/", "/unsubscribe/"])
def test_the_path_of_public_url_may_be_cut_off_by_the_proxy_or_not(
    tmp_path: Path, path: str
) -> None:
    house = House.built(tmp_path, config=CONFIG + MAIL, ada=READER)
    with served(house, prefix="/papers") as visitor:
        assert visitor.ask("GET", path + visitor.token()).status == 200
    house.close()


# ------------------------------------------------------------------ trouble


def test_while_another_writes_the_answer_is_503_and_nothing_changes(tmp_path: Path) -> None:
    house = House.built(tmp_path, config=CONFIG + MAIL, ada=READER)
    with served(house, wait=0) as visitor:
        token = visitor.token()
        with FileLock(tmp_path / WRITE_LOCK).holding():
            answer = visitor.post(token)
            assert (answer.status, answer.headers["Retry-After"]) == (503, "60")
            assert visitor.get(token).status == 200
        assert visitor.held == []
        assert visitor.post(token).status == 200
    house.close()


def test_a_write_waits_for_another_one_with_patience(visitor: Visitor) -> None:
    token, answers = visitor.token(), list[Answer]()
    asking = threading.Thread(target=lambda: answers.append(visitor.post(token)))
    with FileLock(visitor.house.folder / WRITE_LOCK).holding():
        asking.start()
        while True not in visitor.opened:  # it has come as far as the lock
            asking.join(0.01)
    asking.join(60)
    assert [answer.status for answer in answers] == [200]


def test_a_database_that_cannot_be_read_answers_503(visitor: Visitor) -> None:
    token = visitor.token()
    database = visitor.house.folder / "paperdigest.db"
    database.rename(database.with_suffix(".away"))
    database.write_bytes(b"no database" * 100)
    assert visitor.get(token).status == visitor.post(token).status == 503


def test_a_bug_of_ours_is_answered_without_a_trace_and_logged_without_the_link(
    visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    token = visitor.token()

    def broken(_: bool) -> Store:
        raise ZeroDivisionError("a bug")

    with closing(
        Server(Application(Desk(broken, lambda: visitor.house.now)), "127.0.0.1:0")
    ) as server:
        answer = Visitor(visitor.house, server.address[1]).get(token)
    assert answer.status == 500
    assert "ZeroDivisionError" not in answer.body
    assert "ZeroDivisionError" in caplog.text
    assert token not in caplog.text


# ------------------------------------------------------------------ the key


def test_the_key_is_made_once_and_for_all(house: House) -> None:
    with house.app.open_store() as one, house.app.open_store() as other:
        keys = {facts.unsubscribe_key(store) for store in (one, other, one)}
    with house.app.open_store(write=False) as later:
        keys.add(facts.known_unsubscribe_key(later) or b"")
    assert [len(key) for key in keys] == [32]


def test_every_history_has_a_key_of_its_own(house: House, tmp_path: Path) -> None:
    with house.app.open_store() as one, open_store(tmp_path / "other" / "a.db", write=True) as two:
        assert facts.unsubscribe_key(one) != facts.unsubscribe_key(two)


def test_the_key_moves_with_the_database(house: House, tmp_path: Path) -> None:
    with house.app.open_store() as store:
        key = facts.unsubscribe_key(store)
    copy = tmp_path / "elsewhere" / "paperdigest.db"
    copy.parent.mkdir()
    copy.write_bytes(house.app.database.read_bytes())
    with open_store(copy, write=True) as store:
        assert facts.unsubscribe_key(store) == key
