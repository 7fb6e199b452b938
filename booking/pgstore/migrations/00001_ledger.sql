-- +goose Up
-- The ledger of bookings. Everything lives in the schema booking; the runner creates the schema and its own
-- version table in it before this file runs.

CREATE SCHEMA IF NOT EXISTS booking;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- One counter, one span of time. The state is in no index, and the exclusion looks at the generated column
-- live, which changes only when a seat is withdrawn: a change of state is a heap-only update.
CREATE TABLE booking.seats (
    id         text PRIMARY KEY,
    consulate  text NOT NULL,
    counter    text NOT NULL,
    grp        text NOT NULL,
    pool       text NOT NULL CHECK (pool IN ('draw', 'open', 'kiosk', 'today')),
    span       tstzrange NOT NULL CHECK (NOT isempty(span) AND lower_inc(span) AND NOT upper_inc(span)
                                         AND NOT lower_inf(span) AND NOT upper_inf(span)),
    start_at   timestamptz NOT NULL GENERATED ALWAYS AS (lower(span)) STORED,
    minutes    integer NOT NULL CHECK (minutes > 0 AND upper(span) - lower(span) = make_interval(mins => minutes)),
    iso_week   text NOT NULL,
    state      text NOT NULL CHECK (state IN ('planned', 'in_draw', 'open', 'offered', 'booked', 'served',
                                              'no_show', 'lapsed', 'escrow', 'displaced', 'returned', 'withdrawn')),
    live       boolean NOT NULL GENERATED ALWAYS AS (state <> 'withdrawn') STORED,
    reopen_at  timestamptz CHECK (reopen_at IS NULL OR state = 'returned'),
    EXCLUDE USING gist (consulate WITH =, counter WITH =, span WITH &&) WHERE (live)
) WITH (fillfactor = 80);
CREATE INDEX seats_by_start ON booking.seats (consulate, start_at);
CREATE INDEX seats_by_week ON booking.seats (consulate, iso_week);
CREATE INDEX seats_to_reopen ON booking.seats (reopen_at) WHERE reopen_at IS NOT NULL;

CREATE TABLE booking.appointments (
    id               uuid PRIMARY KEY,
    reference        text NOT NULL UNIQUE,
    state            text NOT NULL CHECK (state IN ('booked', 'cancelled', 'served', 'no_show', 'returned',
                                                    'lapsed', 'displaced', 'suspended')),
    hold_id          text NOT NULL UNIQUE,
    consulate        text NOT NULL,
    grp              text NOT NULL,
    service          text NOT NULL,
    seat             text NOT NULL REFERENCES booking.seats (id),
    start_at         timestamptz NOT NULL,
    minutes          integer NOT NULL,
    person           uuid NOT NULL,
    applicant        uuid NOT NULL,
    booked_at        timestamptz NOT NULL DEFAULT clock_timestamp(),
    ended_at         timestamptz CHECK ((ended_at IS NULL) = (state IN ('booked', 'displaced', 'suspended'))),
    outcome_reason   text NOT NULL DEFAULT '',
    signature_digest bytea NOT NULL UNIQUE CHECK (octet_length(signature_digest) = 32),
    document_digest  bytea NOT NULL CHECK (octet_length(document_digest) = 32),
    evidence         bytea NOT NULL
) WITH (fillfactor = 90);
CREATE INDEX appointments_of_person ON booking.appointments (person, start_at DESC);
CREATE INDEX appointments_active ON booking.appointments (start_at, consulate)
    WHERE state IN ('booked', 'displaced', 'suspended');

-- The two claims are the uniqueness itself. A row is deleted only by a named transition: cancel, outcome,
-- lapse. The appointment column names the owner; a later offer may own a claim too, so it is no foreign key.
CREATE TABLE booking.seat_claims (
    seat        text PRIMARY KEY REFERENCES booking.seats (id),
    appointment uuid NOT NULL
);
CREATE TABLE booking.person_claims (
    applicant     uuid NOT NULL,
    service_group text NOT NULL,
    appointment   uuid NOT NULL,
    PRIMARY KEY (applicant, service_group)
);

-- Every hold ends once: confirmed, or with the reason it ended unconfirmed. The primary key is what makes
-- returning a seat idempotent and keeps it apart from a confirmation; a confirmation consumes its nonce here.
CREATE TABLE booking.ended_holds (
    hold_id  text PRIMARY KEY,
    seat     text NOT NULL,
    reason   text NOT NULL,
    nonce    text UNIQUE CHECK ((nonce IS NOT NULL) = (reason = 'confirmed')),
    ended_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- Every revision of a published week is kept; the highest is the one in force.
CREATE TABLE booking.weeks (
    consulate    text NOT NULL,
    iso_week     text NOT NULL,
    revision     bigint NOT NULL CHECK (revision > 0),
    plan         bytea NOT NULL,
    reason       text NOT NULL DEFAULT '',
    evidence     bytea,
    actor        uuid,
    published_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (consulate, iso_week, revision)
);

-- The record of actions. xid is the transaction that wrote the line: numbers of an identity column become
-- visible out of order, transaction numbers below a snapshot's xmin are finished for good. blind hides the
-- line behind 32 random bytes when a journal commits to it later.
CREATE TABLE booking.events (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    xid         xid8 NOT NULL DEFAULT pg_current_xact_id(),
    type        text NOT NULL,
    actor       uuid,
    actor_role  text NOT NULL,
    subject     uuid,
    appointment uuid,
    consulate   text NOT NULL DEFAULT '',
    seat        text NOT NULL DEFAULT '',
    data        jsonb NOT NULL DEFAULT '{}',
    blind       bytea NOT NULL CHECK (octet_length(blind) = 32)
);
CREATE INDEX events_of_subject ON booking.events (subject, seq DESC) WHERE subject IS NOT NULL;
CREATE INDEX events_by_transaction ON booking.events (xid);

CREATE TABLE booking.idempotency_keys (
    scope        text NOT NULL,
    key          text NOT NULL,
    body_hash    bytea NOT NULL CHECK (octet_length(body_hash) = 32),
    status       integer,
    header       jsonb NOT NULL DEFAULT '{}',
    response     bytea,
    locked_until timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_keys_by_expiry ON booking.idempotency_keys (expires_at);

-- +goose Down
DROP TABLE booking.idempotency_keys, booking.events, booking.weeks, booking.ended_holds,
    booking.person_claims, booking.seat_claims, booking.appointments, booking.seats;
