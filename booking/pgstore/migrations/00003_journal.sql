-- +goose Up
-- The two append-only logs: journal (everything) and draws (announcements, closes, voids, results). A leaf is queued in
-- the transaction of the change that it records; the sequencer moves it into the tree.

CREATE TABLE booking.journal_head (
    log  text PRIMARY KEY CHECK (log IN ('journal', 'draws')),
    size bigint NOT NULL CHECK (size >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32)
);

CREATE TABLE booking.journal_leaves (
    log  text NOT NULL,
    idx  bigint NOT NULL CHECK (idx >= 0),
    leaf bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 1 AND 65535),
    PRIMARY KEY (log, idx)
);

-- The hashes of all complete subtrees, numbered as RFC 6962 trees are stored by golang.org/x/mod/sumdb/tlog.
CREATE TABLE booking.journal_hashes (
    log  text NOT NULL,
    idx  bigint NOT NULL CHECK (idx >= 0),
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    PRIMARY KEY (log, idx)
);

-- What waits. number is the leaf's future index in the log draws, whose order is the order of commits.
CREATE TABLE booking.journal_queue (
    seq    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    log    text NOT NULL CHECK (log IN ('journal', 'draws')),
    number bigint CHECK ((number IS NOT NULL) = (log = 'draws')),
    leaf   bytea NOT NULL CHECK (octet_length(leaf) BETWEEN 1 AND 65535),
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (log, number)
);
CREATE INDEX journal_queue_in_order ON booking.journal_queue (log, seq);

-- The next number of a log whose leaves are numbered; a transaction that rolls back gives its number back.
CREATE TABLE booking.journal_numbers (
    log  text PRIMARY KEY,
    next bigint NOT NULL CHECK (next >= 0)
);

-- The signed heads. cosigned counts the known witnesses whose cosignature is in the note; token is an RFC 3161 time
-- stamp over the note's text.
CREATE TABLE booking.journal_checkpoints (
    log      text NOT NULL,
    size     bigint NOT NULL CHECK (size >= 0),
    root     bytea NOT NULL CHECK (octet_length(root) = 32),
    note     bytea NOT NULL,
    token    bytea,
    cosigned integer NOT NULL DEFAULT 0 CHECK (cosigned >= 0),
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (log, size)
);

-- Each event becomes one blinded leaf of the journal; those that were recorded before count too.
ALTER TABLE booking.events ADD COLUMN leaf_index bigint;
CREATE INDEX events_without_leaf ON booking.events (seq) WHERE leaf_index IS NULL;

-- +goose Down
DROP INDEX booking.events_without_leaf;
ALTER TABLE booking.events DROP COLUMN leaf_index;
DROP TABLE booking.journal_checkpoints, booking.journal_numbers, booking.journal_queue, booking.journal_hashes,
    booking.journal_leaves, booking.journal_head;
