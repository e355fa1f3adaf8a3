"""What forgetting a person means for each table. What is left are counts and times under a nameless stub."""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection, Sequence
from datetime import datetime

from paperdigest.core.ledger import ENDED, Event
from paperdigest.core.subscription import Subscriber, subscriber_to_json
from paperdigest.store import facts, moves
from paperdigest.store.connection import Store
from paperdigest.store.instants import to_instant

#: Remembered until the file has been written anew after an erasure.
_UNSCRUBBED = "erased, but still in the file"


def stub_name(id_: int) -> str:
    """Return what a forgotten subscriber is called; no subscriber can have such a name."""
    return f"(forgotten {id_})"


def targets_of(store: Store, id_: int) -> frozenset[str]:
    """Return every target that anything was ever addressed to for a subscriber."""
    rows = store.rows("SELECT DISTINCT target FROM deliveries WHERE subscriber_id = ?", [id_])
    return frozenset(target for (target,) in rows)


def counts_of(store: Store, id_: int) -> tuple[int, int, int]:
    """Return how many digests, deliveries and outcomes a subscriber has."""
    row = store.row(
        "SELECT (SELECT count(*) FROM digests WHERE subscriber_id = :id),"
        " (SELECT count(*) FROM deliveries WHERE subscriber_id = :id),"
        " (SELECT count(*) FROM outcomes WHERE subscriber_id = :id)",
        {"id": id_},
    )
    return row or (0, 0, 0)


def erase(store: Store, id_: int, now: datetime) -> None:
    """Make a subscriber a stub. Their digests and deliveries stay as numbers, states and times; which papers
    they got, what they asked for and what was said to them goes. Must run inside a transaction."""
    stub = stub_name(id_)
    store.write(
        "UPDATE subscribers SET name = ?, definition = ?, gone_at = coalesce(gone_at, ?) WHERE id = ?",
        [stub, subscriber_to_json(Subscriber(stub, deliver=())), to_instant(now), id_],
    )
    store.write("DELETE FROM suppressions WHERE subscriber_id = ?", [id_])
    store.write("DELETE FROM outcomes WHERE subscriber_id = ?", [id_])
    store.write(
        "DELETE FROM lane_topics WHERE lane_id IN (SELECT id FROM lanes WHERE subscriber_id = ?)",
        [id_],
    )
    # Their names are schedules and time zones. A draft in the making sees that its lane is another now.
    store.write(
        "UPDATE lanes SET name = 'forgotten ' || id, last_slot = '' WHERE subscriber_id = ?", [id_]
    )
    store.write(
        "UPDATE digests SET title = '', slot = 'forgotten ' || id WHERE subscriber_id = ?", [id_]
    )
    rows = store.rows("SELECT id FROM deliveries WHERE subscriber_id = ?", [id_])
    _blank(store, [row_id for (row_id,) in rows])


def erase_targets(store: Store, targets: Collection[str]) -> None:
    """Erase addresses that are nobody's now, wherever else they stand. Must run inside a transaction."""
    for target in targets:
        rows = store.rows("SELECT id FROM deliveries WHERE target = ?", [target])
        _blank(store, [row_id for (row_id,) in rows])
        store.write("DELETE FROM ways WHERE way = ?", [target])
        store.write("DELETE FROM suppressions WHERE target = ?", [target])
        # What is remembered of a target is named after it.
        store.write(
            "DELETE FROM facts WHERE substr(name, -length(:of)) = :of", {"of": f" {target}"}
        )


def erase_mentions(store: Store, id_: int, words: Collection[str]) -> None:
    """Erase what one subscriber, the operator, was told about a person: notices that name one of `words`.

    Bytes that went out are erased in any case: nobody needs them, and they may hold the name in any form. Rows
    whose bytes are damaged are erased as if they named it: what they say cannot be told any more.
    Must run inside a transaction.
    """
    named = re.compile(
        "|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in words), re.IGNORECASE
    )
    for digest_id, title in store.rows(
        "SELECT id, title FROM digests WHERE subscriber_id = ?", [id_]
    ):
        rows = store.rows(
            "SELECT id, payload, error FROM deliveries WHERE digest_id = ?", [digest_id]
        )
        said = {row_id: _text(payload) for row_id, payload, _ in rows}
        known = [title, *filter(None, said.values()), *(error for _, _, error in rows)]
        if any(map(named.search, known)):
            store.write("UPDATE digests SET title = '' WHERE id = ?", [digest_id])
            _blank(store, list(said), keep_target=True)
        else:
            damaged = [row_id for row_id, text in said.items() if text is None]
            _blank(store, damaged, keep_target=True)
    store.write(
        f"UPDATE deliveries SET payload = NULL WHERE subscriber_id = ? AND state IN {moves.names(ENDED)}",  # noqa: S608 - our own words
        [id_],
    )


def to_be_scrubbed(store: Store) -> bool:
    """Say whether something was erased and the file has not been written anew since."""
    return bool(facts.fact(store, _UNSCRUBBED))


def note_scrubbing(store: Store, *, due: bool) -> None:
    """Remember whether the file is to be written anew. Must run inside a transaction."""
    facts.remember(store, _UNSCRUBBED, "yes" if due else "")


def _blank(store: Store, ids: Sequence[int], *, keep_target: bool = False) -> None:
    """Take out of rows what they say; what was not sent yet is dropped. The key goes too: it is made of the
    address and could be guessed from it."""
    target = "target" if keep_target else "substr(target, 1, instr(target, ':'))"
    slot = "slot" if keep_target else "'forgotten ' || id"
    store.write_many(moves.statement(Event.FORGOTTEN, "id = ?"), [(id_,) for id_ in ids])
    store.write_many(
        f"UPDATE deliveries SET key = 'forgotten ' || id, slot = {slot}, target = {target},"  # noqa: S608 - our own words
        " receipt = '', error = '', claimed_by = '', payload = NULL, left_out = '[]' WHERE id = ?",
        [(id_,) for id_ in ids],
    )


def _text(payload: bytes | None) -> str | None:
    """Return a payload as text to be searched: lines that quoted-printable broke are joined. None: damaged."""
    if not payload:
        return ""
    try:
        data = zlib.decompress(payload)
    except zlib.error:
        return None
    return data.replace(b"=\r\n", b"").replace(b"=\n", b"").decode("utf-8", "replace")
