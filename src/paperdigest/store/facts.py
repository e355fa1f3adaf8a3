"""Single values the store remembers: which database this is, notices already given."""

from __future__ import annotations

import secrets

from paperdigest.core.unsubscribe import KEY_BYTES
from paperdigest.store.connection import Store

_DATABASE_ID = "database id"
_UNSUBSCRIBE_KEY = "unsubscribe key"


def fact(store: Store, name: str) -> str | None:
    """Return a remembered value, or None."""
    row = store.row("SELECT value FROM facts WHERE name = ?", [name])
    return None if row is None else str(row[0])


def remember(store: Store, name: str, value: str) -> None:
    """Write a value. Must run inside a transaction."""
    store.write(
        "INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [name, value],
    )


def beginning(store: Store, start: str) -> dict[str, str]:
    """Return the values whose names begin so, by the rest of their names."""
    rows = store.rows(
        "SELECT name, value FROM facts WHERE substr(name, 1, ?) = ? ORDER BY name",
        [len(start), start],
    )
    return {name[len(start) :]: value for name, value in rows}


def forget(store: Store, name: str) -> None:
    """Drop a value. Must run inside a transaction."""
    store.write("DELETE FROM facts WHERE name = ?", [name])


def database_id(store: Store) -> str:
    """Return what tells this database from any other; made at first use. It goes into every Message-ID,
    so that two databases with equal lane numbers never send equal ones."""
    known = fact(store, _DATABASE_ID)
    if known is not None:
        return known
    with store.transaction():
        # Read anew under the lock: two writers must not each make one.
        known = fact(store, _DATABASE_ID) or secrets.token_hex(8)
        remember(store, _DATABASE_ID, known)
    return known


def rename_database(store: Store) -> None:
    """Let this database be another one from now on. Must run inside a transaction."""
    remember(store, _DATABASE_ID, secrets.token_hex(8))


def unsubscribe_key(store: Store) -> bytes:
    """Return the key of all unsubscribe links; made at first use and kept, for links in old mails must lead
    on. Who has it can stop digests, and nothing else."""
    known = known_unsubscribe_key(store)
    if known is not None:
        return known
    with store.transaction():
        # As above: one of two writers comes second.
        known = known_unsubscribe_key(store) or secrets.token_bytes(KEY_BYTES)
        remember(store, _UNSUBSCRIBE_KEY, known.hex())
    return known


def known_unsubscribe_key(store: Store) -> bytes | None:
    """Return that key; None where no link was ever made."""
    known = fact(store, _UNSUBSCRIBE_KEY)
    return None if known is None else bytes.fromhex(known)
