"""News about papers a reader was sent: a notice of its own, in the thread of the digest that brought them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any

import pytest

from house import ADA, CONFIG, MAIL, House, titles_of
from paperdigest.store import digests, runs, subscribers
from program import Program
from smtp_server import Mailroom, mailroom

PAPER: dict[str, Any] = {
    "id": "arxiv:2611.00001v1",
    "title": "Folding paper maps again",
    "abstract": "We fold a paper map. It stays flat for an hour.",
    "authors": ["Ada Lovelace"],
    "categories": ["cs.CG"],
    "votes": 12,
}
GONE = {**PAPER, "withdrawn": True}
OTHER = {**PAPER, "id": "arxiv:2611.00002v1", "title": "A paper map of the moon"}
SECOND = {
    **PAPER,
    "id": "arxiv:2611.00001v2",
    "title": "Folding paper maps once more",
    "abstract": "We fold a paper map. It stays flat for a whole week.",
    "authors": ["Ada Lovelace", "Charles Babbage"],
}
ALL = 'include = ["new", "withdrawn", "revised", "published", "cross-listed"]\n'


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House.built(tmp_path, ada=ALL + ADA)
    yield house
    house.close()


def sent(house: House, *papers: dict[str, Any], name: str = "one.jsonl") -> None:
    """Let a day pass in which these came, and its digests go out."""
    house.wait(days=1)
    if papers:
        house.drop(name, *papers)
    house.run()


def notice(house: House) -> dict[str, Any]:
    (found,) = (one for one in house.digests() if one["kind"] == "notice")
    return found


def page(house: House, name: str) -> str:
    """Return one form of the only notice."""
    (folder,) = (
        page.parent
        for page in house.folder.glob("outbox/*/digest.json")
        if json.loads(page.read_text())["kind"] == "notice"
    )
    return (folder / name).read_text()


def only_paper(house: House) -> dict[str, Any]:
    ((paper,),) = (topic["papers"] for topic in notice(house)["topics"])
    assert isinstance(paper, dict)
    return paper


# ------------------------------------------------------------ what it says


def test_new_papers_and_news_of_old_ones_are_two_messages(house: House) -> None:
    sent(house, PAPER)
    sent(house, GONE, OTHER, name="two.jsonl")

    _, digest, told = sorted(house.digests(), key=lambda one: (one["at"], one["kind"]))
    assert titles_of(digest) == ["A paper map of the moon"]
    assert titles_of(told) == ["Folding paper maps again"]
    assert (told["slot"], told["kind"]) == (digest["slot"] + " updates", "notice")


def test_a_withdrawal_is_said_plainly_and_nothing_else_of_the_paper(house: House) -> None:
    sent(house, PAPER)
    sent(house, GONE, name="two.jsonl")

    assert notice(house)["title"] == "Withdrawn: Folding paper maps again"
    paper = only_paper(house)
    assert paper["note"] == "Sent to you on 21 Nov, withdrawn since."
    assert (paper["votes"], paper["excerpt"]["text"], paper["why"]) == (None, "", [])


def test_a_new_version_is_told_word_by_word(house: House) -> None:
    sent(house, PAPER)
    sent(house, SECOND, name="two.jsonl")

    paper = only_paper(house)
    assert paper["note"] == "Sent to you on 21 Nov, version 2 is out."
    assert paper["said"] == ["Authors added: Charles Babbage"]
    text, html = page(house, "digest.txt"), page(house, "digest.html")
    assert "Folding paper maps [-again-] {+once more+}" in text
    assert "It stays flat for [-an hour.-] {+a whole week.+}" in text
    assert ">an hour.</del> <ins" in html
    assert "We fold a paper map." not in text


def test_a_paper_that_came_out_is_told_with_its_journal(house: House) -> None:
    sent(house, PAPER)
    sent(house, {**PAPER, "venue": "Journal of Folding"}, name="two.jsonl")

    assert only_paper(house)["note"] == ("Sent to you on 21 Nov, published in Journal of Folding.")


def test_a_paper_that_came_out_is_told_with_its_doi_first(house: House) -> None:
    sent(house, PAPER)
    sent(house, {**PAPER, "ids": ["doi:10.1000/lantern"]}, name="two.jsonl")

    assert only_paper(house)["links"][:2] == [
        {"rel": "doi", "url": "https://doi.org/10.1000/lantern"},
        {"rel": "pdf", "url": "https://arxiv.org/pdf/2611.00001"},
    ]


def test_a_paper_listed_in_one_more_category_is_told_with_it(house: House) -> None:
    sent(house, PAPER)
    sent(house, {**PAPER, "categories": ["cs.CG", "cs.LG"]}, name="two.jsonl")

    note = only_paper(house)["note"]
    assert note == "Sent to you on 21 Nov, now also listed in cs.LG."


def test_of_several_the_withdrawn_come_first_and_the_title_counts_them(house: House) -> None:
    sent(house, PAPER, OTHER)
    sent(house, SECOND, {**OTHER, "withdrawn": True}, name="two.jsonl")

    assert notice(house)["title"] == "2 updates: 1 withdrawn, 1 revised"
    assert titles_of(notice(house)) == ["A paper map of the moon", "Folding paper maps once more"]


def test_the_first_words_of_a_notice_say_what_happened_to_which(house: House) -> None:
    sent(house, PAPER, OTHER)
    sent(house, SECOND, {**OTHER, "withdrawn": True}, name="two.jsonl")

    told = "Withdrawn: A paper map of the moon · Revised: Folding paper maps once more"
    assert told in page(house, "digest.html")


def test_beyond_the_limit_they_are_listed_and_count_as_told(house: House) -> None:
    house.write("subscriptions/ada.toml", ALL + "limit = 1\n" + ADA)
    sent(house, PAPER, OTHER)
    sent(house, GONE, {**OTHER, "withdrawn": True}, name="two.jsonl")
    sent(house)

    papers = notice(house)["topics"][0]["papers"]
    assert [paper["as"] for paper in papers] == ["full", "listed"]
    assert papers[1]["note"] == "sent on 21 Nov"


def test_what_is_not_asked_for_is_not_told(house: House) -> None:
    house.write("subscriptions/ada.toml", ADA)
    sent(house, PAPER)
    sent(house, SECOND, name="two.jsonl")

    assert [one["kind"] for one in house.digests()] == ["digest"]


def test_of_a_withdrawn_paper_it_says_why_where_the_paper_does(house: House) -> None:
    why = "This paper has been withdrawn by the authors due to an error in Section 3."
    sent(house, PAPER)
    sent(house, {**GONE, "abstract": f"{why} We fold no more."}, name="two.jsonl")

    assert only_paper(house)["said"] == [why]


def test_a_text_that_changed_within_a_version_is_no_other_version(house: House) -> None:
    sent(house, PAPER)
    sent(house, {**PAPER, "title": "Folding paper maps anew"}, name="two.jsonl")

    note = only_paper(house)["note"]
    assert note == "Sent to you on 21 Nov, revised since."


def test_several_versions_are_told_once_from_what_was_sent_to_what_is_now(house: House) -> None:
    third = {**SECOND, "id": "arxiv:2611.00001v3", "title": "Folding paper maps for ever"}
    sent(house, PAPER)
    house.drop("two.jsonl", SECOND)
    house.ingest()
    sent(house, third, name="three.jsonl")

    assert notice(house)["papers"] == 1
    assert only_paper(house)["note"] == "Sent to you on 21 Nov, version 3 is out."
    text = page(house, "digest.txt")
    assert "Folding paper maps [-again-] {+for ever+}" in text
    assert "{+a whole week.+}" in text
    assert reasons_told(house) == {"new", "revised:1", "revised:2"}


def test_two_versions_in_one_file_are_one_revision_of_both(house: House) -> None:
    third = {**SECOND, "id": "arxiv:2611.00001v3", "title": "Folding paper maps for ever"}
    sent(house, PAPER)
    sent(house, SECOND, third, name="two.jsonl")

    text = page(house, "digest.txt")
    assert "Folding paper maps [-again-] {+for ever+}" in text
    assert "{+a whole week.+}" in text


def test_within_a_long_sentence_what_differs_is_told(house: House) -> None:
    long = "We fold " + ", ".join(f"the paper map of island {n}" for n in range(30))
    sent(house, {**PAPER, "abstract": f"{long} and lose 91 of them."})
    sent(house, {**SECOND, "abstract": f"{long} and lose 19 of them."}, name="two.jsonl")

    assert "and lose [-91-] {+19+} of them." in " ".join(page(house, "digest.txt").split())


def test_sentences_that_stood_side_by_side_are_told_side_by_side(house: House) -> None:
    first = [f"Map {n} says {n}." for n in range(20)]
    then = [one.replace("says", "tells") for one in first]
    then[5], then[19] = first[5], first[19]
    sent(house, {**PAPER, "abstract": " ".join(first)})
    sent(house, {**SECOND, "abstract": " ".join(then)}, name="two.jsonl")

    text = " ".join(page(house, "digest.txt").split())
    assert "Map 3 [-says-] {+tells+} 3. Map 4 [-says-] {+tells+} 4. … Map 6 [-says-]" in text
    assert "Map 18 [-says-] {+tells+} 18. PDF" in text


def test_of_what_was_written_anew_the_old_stands_before_the_new(house: House) -> None:
    sent(house, {**PAPER, "abstract": "We fold a paper map. It stays flat. Ducks agree with us."})
    anew = "We fold a paper map. Nobody wins at chess. Seven harbours were visited."
    sent(house, {**SECOND, "abstract": anew}, name="two.jsonl")

    assert (
        "[-It stays flat.-] [-Ducks agree with us.-] {+Nobody wins at chess.+}"
        " {+Seven harbours were visited.+}"
    ) in " ".join(page(house, "digest.txt").split())


def test_a_change_that_was_logged_without_its_text_is_told_from_its_sentences(
    house: House,
) -> None:
    sent(house, PAPER)
    house.drop("two.jsonl", SECOND)
    house.ingest()
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE changes SET summary = json_remove(summary, '$.before')")
    sent(house)

    assert "It stays flat for [-an hour.-] {+a whole week.+}" in page(house, "digest.txt")


@pytest.mark.parametrize("include", ["withdrawn", "published"])
def test_a_paper_that_is_back_as_it_was_sent_differs_in_nothing(house: House, include: str) -> None:
    house.write("subscriptions/ada.toml", f'include = ["new", "revised", "{include}"]\n' + ADA)
    sent(house, PAPER)
    gone = {**GONE, "id": "arxiv:2611.00001v2", "abstract": "Withdrawn due to an error."}
    house.drop("two.jsonl", gone)
    house.ingest()
    sent(house, {**PAPER, "id": "arxiv:2611.00001v3"}, name="three.jsonl")

    paper = only_paper(house)
    assert paper["note"] == "Sent to you on 21 Nov, version 3 is out."
    assert paper["differences"] == []


def test_a_paper_told_as_withdrawn_is_told_when_it_is_back(house: House) -> None:
    sent(house, PAPER)
    gone = {**GONE, "id": "arxiv:2611.00001v2", "abstract": "Withdrawn due to an error."}
    sent(house, gone, name="two.jsonl")
    back = {**PAPER, "id": "arxiv:2611.00001v3", "title": "Folding paper maps with care"}
    sent(house, back, name="three.jsonl")

    (told,) = (one for one in house.digests() if one["title"].startswith("Revised"))
    ((paper,),) = (topic["papers"] for topic in told["topics"])
    assert paper["note"] == ("Sent to you on 21 Nov, version 3 is out; no longer withdrawn.")
    fourth = {**back, "id": "arxiv:2611.00001v4", "title": "Folding paper maps with glue"}
    sent(house, fourth, name="four.jsonl")
    notes = {
        paper["note"]
        for one in house.digests()
        for topic in one["topics"]
        for paper in topic["papers"]
    }
    assert "Sent to you on 21 Nov, version 4 is out." in notes
    assert [one["field"] for one in paper["differences"]] == ["title"]


def test_a_version_named_by_title_alone_is_told_with_the_next_one(house: House) -> None:
    house.write("subscriptions/ada.toml", ALL + "limit = 1\n" + ADA)
    sent(house, OTHER, PAPER)
    gone = {**OTHER, "withdrawn": True}
    sent(house, gone, SECOND, name="two.jsonl")  # one in full: what was withdrawn
    third = {**SECOND, "id": "arxiv:2611.00001v3", "title": "Folding paper maps for ever"}
    sent(house, third, name="three.jsonl")

    (told,) = (one for one in house.digests() if one["title"].startswith("Revised"))
    ((paper,),) = (topic["papers"] for topic in told["topics"])
    words = [piece["text"] for one in paper["differences"] for piece in one["pieces"]]
    assert [one for one in words if one in ("again", "once more", "for ever")] == [
        "again",
        "for ever",
    ]


@pytest.mark.parametrize("then", ["arxiv:2611.00001v2", "arxiv:2611.00001"])
def test_what_a_new_version_only_adds_is_told(house: House, then: str) -> None:
    first = {**PAPER, "id": "arxiv:2611.00001"}
    sent(house, first)
    longer = f"{PAPER['abstract']} In truth it tears."
    sent(house, {**first, "id": then, "abstract": longer}, name="two.jsonl")

    assert "{+In truth it tears.+}" in page(house, "digest.txt")
    assert "stays flat" not in page(house, "digest.txt")


def test_what_a_cut_abstract_lacked_is_not_told(house: House) -> None:
    sent(house, {**PAPER, "abstract": "We fold a paper map. It stays …"})
    sent(house, PAPER, name="two.jsonl")

    assert [one["kind"] for one in house.digests()] == ["digest"]


def test_a_paper_that_is_back_is_not_told_as_withdrawn(house: House) -> None:
    sent(house, PAPER)
    house.drop("two.jsonl", {**GONE, "id": "arxiv:2611.00001v2"})
    house.ingest()
    third = {**SECOND, "id": "arxiv:2611.00001v3"}
    sent(house, third, name="three.jsonl")

    assert [paper["kind"] for paper in notice(house)["topics"][0]["papers"]] == ["revised"]


def test_several_kinds_of_news_of_a_paper_are_one_sentence(house: House) -> None:
    sent(house, PAPER)
    changed = {**SECOND, "venue": "Journal of Folding", "categories": ["cs.CG", "cs.LG"]}
    sent(house, changed, name="two.jsonl")

    assert only_paper(house)["note"] == (
        "Sent to you on 21 Nov, published in Journal of Folding; version 2 is out; now also listed"
        " in cs.LG."
    )


def test_a_version_that_another_schedule_has_sent_is_no_news(house: House) -> None:
    house.write("subscriptions/ada.toml", ALL + ADA + 'schedule = "weekly wed 12:00"\n')
    house.drop("zero.jsonl", OTHER)
    house.run()
    house.drop("one.jsonl", PAPER)
    house.wait(days=4, hours=22, minutes=30)
    house.run()  # Wednesday at nine: the daily digest has been, the weekly is to come
    house.drop("two.jsonl", SECOND)
    house.wait(hours=4)
    house.run()
    sent(house)

    assert house.titles() == [["A paper map of the moon"], ["Folding paper maps once more"]]


def reasons_told(house: House) -> set[str]:
    with house.app.open_store(write=False) as store:
        return {reason for (reason,) in store.rows("SELECT reason FROM outcomes")}


# --------------------------------------------------------------- its thread


@pytest.fixture
def room(house: House) -> Iterator[Mailroom]:
    with mailroom() as room:
        house.write("paperdigest.toml", CONFIG + MAIL.format(port=room.port))
        house.write("subscriptions/ada.toml", 'deliver = "ada@example.org"\n' + _WITHOUT_TARGET)
        yield room


_WITHOUT_TARGET = ALL + ADA.replace('deliver = "file:outbox"', "")


def mails(room: Mailroom) -> list[EmailMessage]:
    return [BytesParser(policy=policy.default).parsebytes(data) for _, _, data in room.mails]


def test_the_mail_stands_under_the_one_that_brought_the_paper(house: House, room: Mailroom) -> None:
    sent(house, PAPER)
    sent(house, OTHER, name="between.jsonl")
    sent(house, GONE, name="two.jsonl")

    first, _, told = mails(room)
    assert told["References"] == told["In-Reply-To"] == first["Message-ID"]
    assert told["Message-ID"] != first["Message-ID"]


def test_news_of_papers_from_two_mails_stands_under_the_newer_one(
    house: House, room: Mailroom
) -> None:
    sent(house, PAPER)
    sent(house, OTHER, name="between.jsonl")
    sent(house, GONE, {**OTHER, "withdrawn": True}, name="two.jsonl")

    _, second, told = mails(room)
    assert told["References"] == second["Message-ID"]


def test_it_answers_a_digest_that_still_waits_to_be_sent(house: House, room: Mailroom) -> None:
    house.wait(days=1)
    house.drop("one.jsonl", PAPER)
    house.ingest()
    house.compose()
    house.wait(days=1)
    house.drop("two.jsonl", GONE)
    house.ingest()
    house.compose()
    house.deliver()

    first, told = sorted(mails(room), key=lambda mail: str(mail["Date"])[5:])
    assert told["References"] == first["Message-ID"]


def test_where_the_newer_digest_never_went_out_it_answers_the_older(
    house: House, room: Mailroom
) -> None:
    sent(house, PAPER)
    sent(house, OTHER, name="between.jsonl")
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'failed' WHERE id = 2")
    sent(house, GONE, {**OTHER, "withdrawn": True}, name="two.jsonl")

    first, *_, told = mails(room)
    assert told["References"] == first["Message-ID"]


def test_a_digest_answers_nothing(house: House, room: Mailroom) -> None:
    sent(house, PAPER)

    (digest,) = mails(room)
    assert (digest["References"], digest["In-Reply-To"]) == (None, None)


def test_a_target_that_never_got_the_digest_gets_the_news_by_itself(
    house: House, room: Mailroom
) -> None:
    sent(house, PAPER)
    house.write(
        "subscriptions/ada.toml",
        'deliver = ["ada@example.org", "new@example.org"]\n' + _WITHOUT_TARGET,
    )
    sent(house, GONE, name="two.jsonl")

    to = {str(mail["To"]): mail["References"] for mail in mails(room)[1:]}
    assert to["new@example.org"] is None
    assert to["ada@example.org"] is not None


# --------------------------------------------------------------- its ledger


def test_it_is_told_once(house: House) -> None:
    sent(house, PAPER)
    sent(house, GONE, name="two.jsonl")
    sent(house, {**GONE, "votes": 99}, name="three.jsonl")

    assert [one["kind"] for one in house.digests()] == ["digest", "notice"]


def test_news_that_reached_nobody_is_told_with_the_next_notice(house: House) -> None:
    sent(house, PAPER)
    house.write("subscriptions/ada.toml", ALL + ADA.replace("file:outbox", "file:else"))
    house.wait(days=1)
    house.drop("two.jsonl", GONE)
    house.ingest()
    house.compose()
    house.write("subscriptions/ada.toml", ALL + ADA)
    house.deliver()  # the target is not ada's any more
    sent(house)

    assert titles_of(notice(house)) == ["Folding paper maps again"]


def test_what_waited_and_then_came_as_new_is_not_told_as_news(house: House) -> None:
    sent(house, PAPER)
    house.wait(days=1)
    house.drop("two.jsonl", SECOND)
    house.ingest()
    house.compose()
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'failed'")
        for digest in (1, 2):
            digests.give_back(store, digest)
    sent(house)
    sent(house)

    assert [one["kind"] for one in house.digests()] == ["digest", "digest"]
    assert house.titles()[1] == ["Folding paper maps once more"]


def test_a_paper_withdrawn_while_it_waited_is_not_sent_as_new(house: House) -> None:
    sent(house, PAPER)
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'failed'")
        digests.give_back(store, 1)
    sent(house, GONE, OTHER, name="two.jsonl")

    assert house.titles()[1:] == [["A paper map of the moon"]]


def test_a_paper_withdrawn_before_its_digest_is_recorded_as_skipped(
    house: House, program: Program
) -> None:
    sent(house, OTHER)
    house.drop("two.jsonl", PAPER)
    house.ingest()
    sent(house, {**GONE, "id": "arxiv:2611.00001v2"}, name="three.jsonl")

    assert len(house.digests()) == 1
    with house.app.open_store(write=False) as store:
        recorded = list(store.rows("SELECT reason, outcome, topic FROM outcomes"))
    assert sorted(recorded) == [("new", "sent", "Maps"), ("new", "skipped", "Maps")]
    answer = program("why", "arxiv:2611.00001", "--json").json
    assert answer["answer"] == "skipped"
    assert "withdrawn on Sunday 22 Nov 2026, before ada's digest" in answer["because"]


def test_why_says_that_a_withdrawn_paper_will_be_left_out(house: House, program: Program) -> None:
    sent(house, OTHER)
    house.drop("two.jsonl", PAPER)
    house.ingest()
    house.drop("three.jsonl", {**GONE, "id": "arxiv:2611.00001v2"})
    house.ingest()

    answer = program("why", "arxiv:2611.00001", "--now", house.now.isoformat(), "--json").json
    assert answer["answer"] == "skipped"
    assert answer["because"][0] == (
        "withdrawn before the digest of 2026-11-22T08:00 Europe/Berlin, which leaves it out"
    )


def test_why_says_that_a_paper_was_withdrawn_while_it_waited(
    house: House, program: Program
) -> None:
    sent(house, PAPER)
    with house.app.open_store() as store, store.transaction():
        store.write("UPDATE deliveries SET state = 'failed'")
        digests.give_back(store, 1)
    sent(house, GONE, name="two.jsonl")

    said = program("why", "arxiv:2611.00001").out
    assert "withdrawn on Sunday 22 Nov 2026 while it waited: it comes only if it is back" in said


def test_a_paper_that_is_back_before_its_digest_is_sent(house: House) -> None:
    sent(house, OTHER)
    house.drop("two.jsonl", PAPER)
    house.ingest()
    house.drop("three.jsonl", {**GONE, "id": "arxiv:2611.00001v2"})
    house.ingest()
    sent(house, {**SECOND, "id": "arxiv:2611.00001v3"}, name="four.jsonl")

    assert house.titles()[1:] == [["Folding paper maps once more"]]


def test_send_names_both_messages(house: House, program: Program) -> None:
    sent(house, PAPER)
    house.wait(days=1)
    house.drop("two.jsonl", GONE, OTHER)
    house.ingest()

    said = program("send", "ada").out

    assert said.count("ada  1 paper, as slot ") == 2


def test_two_asked_for_within_one_second_have_slots_of_their_own(house: House) -> None:
    sent(house, PAPER, OTHER)
    house.drop("two.jsonl", GONE)
    house.ingest()
    house.compose("ada")
    house.drop("three.jsonl", {**OTHER, "withdrawn": True})
    house.ingest()

    house.compose("ada")

    with house.app.open_store(write=False) as store:
        slots = [slot for (slot,) in store.rows("SELECT slot FROM digests WHERE kind = 'notice'")]
    assert len(set(slots)) == 2


def test_a_day_with_only_a_notice_is_no_digest(house: House) -> None:
    sent(house, PAPER)
    sent(house, GONE, name="two.jsonl")

    with house.app.open_store(write=False) as store:
        (lane,) = subscribers.lanes(store).values()
    assert lane.digests == 1
    assert lane.last_digest_at is not None
    assert (house.now - lane.last_digest_at).days == 1


def test_a_notice_says_what_was_looked_at_and_stands_for_an_empty_digest(house: House) -> None:
    house.write("subscriptions/ada.toml", 'send_empty = "true"\n' + ALL + ADA)
    sent(house, PAPER)
    sent(house, GONE, name="two.jsonl")
    sent(house)

    assert sorted(one["kind"] for one in house.digests()) == ["digest", "empty", "notice"]
    assert notice(house)["looked_at"] == ["1 source, nothing new since yesterday, up to date"]


def test_a_week_without_a_digest_counts_from_the_last_notice(house: House) -> None:
    sent(house, PAPER)
    for _ in range(5):
        sent(house)
    sent(house, GONE, name="two.jsonl")  # the seventh day
    for _ in range(6):
        sent(house)
    assert [one["kind"] for one in house.digests()] == ["digest", "notice"]

    sent(house)
    assert house.digests()[-1]["title"] == "No new papers in 13 days"


def test_it_is_no_measure_of_what_a_digest_usually_brings(house: House) -> None:
    sent(house, PAPER, OTHER)
    sent(house, GONE, name="two.jsonl")

    with house.app.open_store(write=False) as store:
        (lane,) = subscribers.lanes(store).values()
        usual = runs.usual(store, lane.subscriber_id, lane.id, before=2**62, last=8)
    assert usual == 2


def test_the_history_lists_both(house: House) -> None:
    sent(house, PAPER)
    sent(house, GONE, OTHER, name="two.jsonl")

    with house.app.open_store(write=False) as store:
        (row,) = subscribers.registered(store).values()
        kinds = [one.kind for one in digests.digests_of(store, row.id)]
    assert kinds == ["notice", "digest", "digest"]


# ----------------------------------------------------------------- preview


def test_a_preview_shows_digest_and_notice(house: House, program: Program) -> None:
    sent(house, PAPER)
    house.wait(days=1)
    house.drop("two.jsonl", GONE, OTHER)
    house.ingest()
    now = house.now.isoformat()

    text = program("preview", "--now", now).out
    answer = program("preview", "--now", now, "--json").json

    assert text.index("Subject: 1 new paper: Maps") < text.index("Subject: Withdrawn: Folding")
    assert [(one["kind"], one["title"]) for one in answer["updates"]] == [
        ("withdrawn", "Folding paper maps again")
    ]


def test_with_nothing_but_updates_the_preview_is_the_notice(house: House, program: Program) -> None:
    sent(house, PAPER)
    house.wait(days=1)
    house.drop("two.jsonl", GONE)
    house.ingest()

    said = program("preview", "--now", house.now.isoformat())

    assert said.out.startswith("Subject: Withdrawn: Folding paper maps again")
    assert "nothing is waiting" not in said.err


def test_why_says_what_was_told_later(house: House, program: Program) -> None:
    sent(house, PAPER)
    sent(house, SECOND, name="two.jsonl")

    said = program("why", "arxiv:2611.00001", "ada").out

    assert "revised for the 1st time: told on Sunday 22 Nov 2026" in said
