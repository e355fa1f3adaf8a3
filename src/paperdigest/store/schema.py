"""The tables, as numbered migrations. An applied migration is never edited; a change is a new one.

All instants are integers: microseconds since 1970 UTC. All tables are STRICT.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

#: "PDig": a file with another application_id is not ours and is refused.
APPLICATION_ID = 0x50446967
#: Grows with every migration; a database with a larger number was written by a newer version.
SCHEMA_VERSION = 4
#: Reading commands still work on databases from this number on.
OLDEST_READABLE = 1

migrations = Migrations("paperdigest")

_HISTORY = """
CREATE TABLE sources (               -- what is remembered of each configured source
    name TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    bookmark TEXT NOT NULL DEFAULT '',
    first_read_at INTEGER,           -- first good read: silence is counted from here
    last_read_at INTEGER,            -- last try, good or bad
    last_success_at INTEGER,
    last_new_at INTEGER,             -- last read that brought something new
    failing_since_at INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    not_before_at INTEGER,           -- back-off, kept over restarts
    error TEXT NOT NULL DEFAULT '',
    papers INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE receipts (              -- one row per document that was looked at
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    format TEXT NOT NULL DEFAULT '',
    status TEXT NOT NULL CHECK (status IN ('accepted', 'duplicate', 'quarantined', 'unchanged', 'failed')),
    reason TEXT NOT NULL DEFAULT '',
    bytes INTEGER NOT NULL DEFAULT 0,
    papers INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    revised INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    merged INTEGER NOT NULL DEFAULT 0,
    rejected INTEGER NOT NULL DEFAULT 0,
    at INTEGER NOT NULL
) STRICT;
-- "have these bytes been taken from this source before?"
CREATE UNIQUE INDEX receipts_accepted ON receipts (source, sha256) WHERE status = 'accepted';
-- "what was looked at since the last digest?"
CREATE INDEX receipts_at ON receipts (at);

CREATE TABLE papers (                -- what is shown
    key INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,                -- the preferred id
    title TEXT NOT NULL,
    abstract TEXT NOT NULL DEFAULT '',
    authors TEXT NOT NULL DEFAULT '[]',
    categories TEXT NOT NULL DEFAULT '[]',
    keywords TEXT NOT NULL DEFAULT '[]',
    links TEXT NOT NULL DEFAULT '[]',
    venue TEXT NOT NULL DEFAULT '',
    url TEXT NOT NULL DEFAULT '',
    published_at INTEGER,
    updated_at INTEGER,
    version INTEGER,
    votes INTEGER,
    rank INTEGER,
    rank_of INTEGER,
    withdrawn INTEGER NOT NULL DEFAULT 0,
    partial INTEGER NOT NULL DEFAULT 0,
    shown_record INTEGER,            -- the record that supplies the shown text
    revisions INTEGER NOT NULL DEFAULT 0,
    baseline INTEGER NOT NULL DEFAULT 0, -- entered history without news
    first_seen_at INTEGER NOT NULL
) STRICT;

CREATE TABLE paper_ids (             -- every id ever shown; WITHOUT ROWID: the key is the row
    id TEXT PRIMARY KEY,             -- arxiv:…, doi:…, title1:…, feed:…
    paper_key INTEGER NOT NULL REFERENCES papers (key)
) STRICT, WITHOUT ROWID;
-- "all ids of this paper"
CREATE INDEX paper_ids_paper ON paper_ids (paper_key);

CREATE TABLE records (               -- what each source said last about each paper
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    own_id TEXT NOT NULL,            -- the source's own id for it
    paper_key INTEGER NOT NULL REFERENCES papers (key),
    raw_hash BLOB NOT NULL,
    title TEXT,                      -- raw text; NULL in all three while the paper itself shows it
    abstract TEXT,
    authors TEXT,
    version INTEGER,
    partial INTEGER NOT NULL DEFAULT 0,
    registry INTEGER NOT NULL DEFAULT 0, -- told by the registry that gave out the paper's id
    short_key TEXT,                  -- hash of a title too short to tell papers apart, else NULL
    first_seen_at INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,     -- when its text last changed
    UNIQUE (source, own_id)
) STRICT;
-- "which sources and records does this paper come from?"
CREATE INDEX records_paper ON records (paper_key);
-- "which papers of this source have this short title?"
CREATE INDEX records_short ON records (source, short_key) WHERE short_key IS NOT NULL;

CREATE TABLE changes (               -- the log that compose reads; numbers are never reused
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    paper_key INTEGER NOT NULL REFERENCES papers (key),
    kind TEXT NOT NULL CHECK (kind IN ('new', 'cross-listed', 'revised', 'published', 'withdrawn')),
    revision INTEGER NOT NULL DEFAULT 0,
    completes INTEGER NOT NULL DEFAULT 0,
    source TEXT NOT NULL,
    summary TEXT NOT NULL DEFAULT '{}',
    at INTEGER NOT NULL
) STRICT;
-- "what happened since then?" (backfill) and "what happened to this paper?"
CREATE INDEX changes_at ON changes (at);
CREATE INDEX changes_paper ON changes (paper_key);

CREATE TABLE merges (                -- so that a wrong merge can be undone
    id INTEGER PRIMARY KEY,
    kept_key INTEGER NOT NULL,
    gone_key INTEGER NOT NULL,
    gone TEXT NOT NULL,              -- the paper that went, as JSON
    at INTEGER NOT NULL
) STRICT;
"""

_LEDGER = """
CREATE TABLE subscribers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    definition TEXT NOT NULL,        -- the last good version, as JSON
    registered_at INTEGER NOT NULL,
    registered_change INTEGER NOT NULL,
    gone_at INTEGER                  -- its name left the config; the ledger stays
) STRICT;

CREATE TABLE lanes (                 -- one (subscriber, schedule)
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    name TEXT NOT NULL,              -- 'main', or the schedule of topics that have their own
    bookmark INTEGER NOT NULL,       -- the newest change this lane has dealt with
    last_slot TEXT NOT NULL DEFAULT '',
    last_slot_at INTEGER,            -- instant of that slot
    last_digest_at INTEGER,          -- when something was last composed, empty ones included
    digests INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    UNIQUE (subscriber_id, name)
) STRICT;

CREATE TABLE lane_topics (           -- what each topic asked for when the lane last composed
    lane_id INTEGER NOT NULL REFERENCES lanes (id),
    topic TEXT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (lane_id, topic)
) STRICT, WITHOUT ROWID;

CREATE TABLE digests (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    lane_id INTEGER NOT NULL REFERENCES lanes (id),
    slot TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('digest', 'alert', 'empty', 'notice')),
    title TEXT NOT NULL,
    papers INTEGER NOT NULL,
    from_change INTEGER NOT NULL,    -- covers (from_change, until_change]
    until_change INTEGER NOT NULL,
    covers_from_at INTEGER NOT NULL,
    covers_until_at INTEGER NOT NULL,
    composed_at INTEGER NOT NULL,
    UNIQUE (lane_id, slot)
) STRICT;
-- "the last digests of this subscriber"
CREATE INDEX digests_subscriber ON digests (subscriber_id, composed_at);

CREATE TABLE outcomes (              -- every match ends in exactly one row
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    paper_key INTEGER NOT NULL REFERENCES papers (key),
    reason TEXT NOT NULL,            -- new, cross-listed, published, withdrawn, revised:N; never a topic
    outcome TEXT NOT NULL CHECK (outcome IN
        ('sent', 'listed', 'over limit', 'paused', 'skipped', 'undeliverable', 'dropped')),
    topic TEXT NOT NULL,
    lane_id INTEGER NOT NULL,
    digest_id INTEGER REFERENCES digests (id),
    change INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (subscriber_id, paper_key, reason)
) STRICT, WITHOUT ROWID;
-- "what waits for this lane's next digest?" and "what did this digest hold?"
CREATE INDEX outcomes_waiting ON outcomes (lane_id, outcome) WHERE outcome IN ('over limit', 'undeliverable');
CREATE INDEX outcomes_digest ON outcomes (digest_id) WHERE digest_id IS NOT NULL;

CREATE TABLE deliveries (            -- the outbox and its history; payload goes 30 days after sending
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    digest_id INTEGER NOT NULL REFERENCES digests (id),
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    lane_id INTEGER NOT NULL,
    slot TEXT NOT NULL,
    target TEXT NOT NULL,            -- with its channel: email:a@b
    part INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('pending', 'sending', 'sent', 'retry', 'failed', 'unknown', 'held', 'dropped')),
    attempts INTEGER NOT NULL DEFAULT 0,
    resent INTEGER NOT NULL DEFAULT 0,   -- an unknown outcome was sent again
    not_before_at INTEGER NOT NULL,
    claimed_by TEXT NOT NULL DEFAULT '', -- which process has it in hand
    claimed_at INTEGER,
    sent_at INTEGER,
    receipt TEXT NOT NULL DEFAULT '',
    error TEXT NOT NULL DEFAULT '',
    payload BLOB,                    -- zlib
    created_at INTEGER NOT NULL,
    UNIQUE (lane_id, slot, target, part)
) STRICT;
-- "what is to be sent now?": only rows that are not finished, so it stays small for ever
CREATE INDEX deliveries_due ON deliveries (not_before_at, id)
    WHERE state IN ('pending', 'retry', 'sending', 'unknown');
CREATE INDEX deliveries_digest ON deliveries (digest_id);

CREATE TABLE suppressions (          -- paused or stopped, for a subscriber or one of its targets
    subscriber_id INTEGER NOT NULL REFERENCES subscribers (id),
    target TEXT NOT NULL DEFAULT '', -- '' is the whole subscriber
    kind TEXT NOT NULL CHECK (kind IN ('paused', 'stopped')),
    until TEXT,                      -- local date of the first day with digests again
    reason TEXT NOT NULL DEFAULT '',
    at INTEGER NOT NULL,
    PRIMARY KEY (subscriber_id, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE facts (                 -- single values: clock of the last write, host, notices given
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
"""

_SEARCH = """
-- The tokens of papers (core/index_terms.py), without positions and without the texts: a filter.
CREATE VIRTUAL TABLE search USING fts5(
    terms, content = '', columnsize = 0, detail = 'none', tokenize = 'ascii'
);
-- "how many papers hold this token?"
CREATE VIRTUAL TABLE search_terms USING fts5vocab(search, 'row');

CREATE TABLE search_documents (      -- which document of the index is which paper, as the paper is now
    document INTEGER PRIMARY KEY AUTOINCREMENT,
    paper_key INTEGER NOT NULL UNIQUE
) STRICT;
"""

_RECEIPTS = """
ALTER TABLE receipts ADD COLUMN newest_id TEXT NOT NULL DEFAULT '';
ALTER TABLE receipts ADD COLUMN newest_at INTEGER;               -- date of its newest record
ALTER TABLE receipts ADD COLUMN rejects TEXT NOT NULL DEFAULT '[]'; -- the first ones: [[place, reason]]
ALTER TABLE sources ADD COLUMN quiet_days TEXT NOT NULL DEFAULT ''; -- of the week, 0 is Monday: "56"
ALTER TABLE merges ADD COLUMN parted_at INTEGER;                 -- undone: these two are never merged again
-- "what came out lately of all that entered history without news?" (backfill)
CREATE INDEX papers_baseline ON papers (published_at) WHERE baseline = 1;
"""

_WAYS = """
CREATE TABLE ways (                  -- a channel, or one of its targets, and how it may be used now
    way TEXT PRIMARY KEY,            -- email, slack, slack:#papers
    used TEXT NOT NULL DEFAULT '',   -- how much went out lately (core/pacing.py)
    open_at INTEGER NOT NULL DEFAULT 0, -- nothing goes out before
    trouble TEXT NOT NULL DEFAULT '', -- why nothing gets through: until a person acts, or for an hour; else ''
    since_at INTEGER                 -- since when it fails, nothing sent over it meanwhile
) STRICT, WITHOUT ROWID;
"""

_RUNS = """
CREATE TABLE runs (                  -- rounds of composing that the brake held, and what was decided
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    state TEXT NOT NULL CHECK (state IN ('held', 'released', 'dropped')),
    papers INTEGER NOT NULL,
    readers INTEGER NOT NULL,
    usual INTEGER NOT NULL,          -- what its readers get as a rule
    at INTEGER NOT NULL,
    decided_at INTEGER
) STRICT;
CREATE TABLE run_digests (           -- what such a run holds; any other digest simply goes out
    digest_id INTEGER PRIMARY KEY REFERENCES digests (id) ON DELETE CASCADE,
    run INTEGER NOT NULL REFERENCES runs (id)
) STRICT;
CREATE INDEX run_digests_run ON run_digests (run);
"""

_PARTS = """
-- In which part of its digest a paper stands, where a channel needs several messages: what becomes of that
-- part becomes of the paper.
ALTER TABLE outcomes ADD COLUMN part INTEGER NOT NULL DEFAULT 0;
-- A person had it sent again though it might have arrived.
ALTER TABLE deliveries ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;
-- Papers of its digest that this message has no room to name: a JSON list of their keys.
ALTER TABLE deliveries ADD COLUMN left_out TEXT NOT NULL DEFAULT '[]';
-- Papers that were given back have gone out with a later digest: this one must not go out any more.
ALTER TABLE digests ADD COLUMN overtaken INTEGER NOT NULL DEFAULT 0;
-- What the channel itself calls this target, once asked: a Slack channel's id.
ALTER TABLE ways ADD COLUMN place TEXT NOT NULL DEFAULT '';
"""

_GROWN = """
-- "whose bytes may go by now?" (upkeep, word for word in store/pruning.py): those that still have some, not all
CREATE INDEX deliveries_payloads ON deliveries (coalesce(sent_at, created_at))
    WHERE state IN ('sent', 'dropped') AND payload IS NOT NULL;
-- "what ended without being sent?": a few rows beside millions that were
CREATE INDEX deliveries_unsent ON deliveries (state) WHERE state IN ('failed', 'held', 'dropped');
-- "what is in hand, and what may have arrived?": asked before every ten messages, and as a rule nothing
CREATE INDEX deliveries_in_doubt ON deliveries (not_before_at, id) WHERE state IN ('sending', 'unknown');
"""


@migrations()
def m001_history_and_ledger(db: Database) -> None:
    """Make every table."""
    for statement in _statements(_HISTORY + _LEDGER):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


@migrations()
def m002_search_index(db: Database) -> None:
    """Make the search index, empty: upkeep fills it."""
    for statement in _statements(_SEARCH):
        db.execute(statement)


@migrations()
def m003_receipts(db: Database) -> None:
    """Let receipts say what was newest in a document and why records were rejected, and sources on which days
    nothing comes; keep how each way out may be used, and which runs are held."""
    for statement in _statements(_RECEIPTS + _WAYS + _RUNS):
        db.execute(statement)


@migrations()
def m004_parts(db: Database) -> None:
    """Let outcomes say in which part a paper stands, deliveries that a person had them sent again, and ways what
    a channel calls them."""
    # Databases made between two releases have the migration before without these.
    made_before = (_WAYS + _RUNS).replace("CREATE TABLE ", "CREATE TABLE IF NOT EXISTS ")
    made_before = made_before.replace("CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ")
    for statement in _statements(made_before + _PARTS + _GROWN):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """Cut a script at its semicolons: executescript would commit the migration's transaction."""
    lines = [line.split("--", 1)[0] for line in script.splitlines()]
    return [part.strip() for part in "\n".join(lines).split(";") if part.strip()]
