-- +goose Up
-- Waves: seats that are given by lot. A seat's state stays in seats, claims stay in seat_claims and person_claims; while
-- a seat is offered, the column appointment of its claims holds the offer's id.

-- Who gave a seat back since it was last drawn and taken, and the pool under which it was published (a leftover of a
-- draw becomes one of the open pool).
ALTER TABLE booking.seats ADD COLUMN returned_by uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE booking.seats ADD COLUMN published_pool text NOT NULL DEFAULT '';
UPDATE booking.seats SET published_pool = pool;
CREATE INDEX seats_planned ON booking.seats (pool, start_at) WHERE state = 'planned';
CREATE INDEX seats_planned_weeks ON booking.seats (pool, consulate, grp, iso_week, start_at) WHERE state = 'planned';
CREATE INDEX seats_returned ON booking.seats (start_at) WHERE state = 'returned' AND reopen_at IS NULL;

-- How often an appointment was rescheduled. A family signs once for all its seats: part numbers them.
ALTER TABLE booking.appointments ADD COLUMN changes integer NOT NULL DEFAULT 0 CHECK (changes >= 0);
ALTER TABLE booking.appointments ADD COLUMN part smallint NOT NULL DEFAULT 0;
ALTER TABLE booking.appointments DROP CONSTRAINT appointments_signature_digest_key;
ALTER TABLE booking.appointments ADD CONSTRAINT appointments_signature_digest_key UNIQUE (signature_digest, part);

CREATE TABLE booking.waves (
    id            text PRIMARY KEY CHECK (id ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
    family        text NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('main', 'standby')),
    parent        text NOT NULL DEFAULT '',
    predecessor   text NOT NULL DEFAULT '',
    consulate     text NOT NULL,
    grp           text NOT NULL,
    pool          text NOT NULL CHECK (pool IN ('draw', 'kiosk', 'today')),
    iso_week      text NOT NULL,
    state         text NOT NULL CHECK (state IN ('announced', 'closed', 'standing', 'drawn', 'finished', 'cancelled')),
    attempt       integer NOT NULL DEFAULT 0,
    announced     timestamptz NOT NULL,
    opens         timestamptz NOT NULL,
    closes        timestamptz NOT NULL,
    offer_until   timestamptz,
    drawn         timestamptz,
    seats         integer NOT NULL CHECK (seats >= 0),
    windows_mask  bigint NOT NULL, -- the windows that have a seat in this wave
    manifest_root bytea NOT NULL CHECK (octet_length(manifest_root) = 32),
    round         bigint NOT NULL,
    beacon        jsonb NOT NULL,
    delays        jsonb NOT NULL,
    guarantee     jsonb NOT NULL,
    frozen_at     timestamptz, -- when what takes part was written down in wave_entries
    entries       integer NOT NULL DEFAULT 0, -- counted when it is frozen
    served        integer NOT NULL DEFAULT 0,
    leftover      integer NOT NULL DEFAULT 0,
    UNIQUE (consulate, grp, pool, kind, predecessor) -- predecessors form one chain
);
-- One standby wave of a family at a time: an entry is never in two draws at once.
CREATE UNIQUE INDEX waves_busy ON booking.waves (family)
    WHERE kind = 'standby' AND state IN ('announced', 'closed', 'standing');
CREATE UNIQUE INDEX waves_main ON booking.waves (family) WHERE kind = 'main';
CREATE INDEX waves_to_do ON booking.waves (closes) WHERE state IN ('announced', 'closed', 'standing', 'drawn');
CREATE INDEX waves_by_close ON booking.waves (closes DESC);
CREATE INDEX waves_of_family ON booking.waves (family);
CREATE INDEX waves_of_group ON booking.waves (consulate, grp, pool, kind, closes DESC);

CREATE TABLE booking.wave_windows (
    wave      text NOT NULL REFERENCES booking.waves (id),
    number    integer NOT NULL CHECK (number BETWEEN 0 AND 63),
    last_half integer NOT NULL,
    label     text NOT NULL,
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL,
    seats     integer NOT NULL,
    PRIMARY KEY (wave, number)
);

-- The manifest's lines, as they stay whatever becomes of the seats.
CREATE TABLE booking.wave_seats (
    wave        text NOT NULL REFERENCES booking.waves (id),
    seat        text NOT NULL REFERENCES booking.seats (id),
    win         integer NOT NULL,
    counter     text NOT NULL,
    start_at    timestamptz NOT NULL,
    minutes     integer NOT NULL,
    returned_by uuid[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (wave, seat)
);
CREATE INDEX wave_seats_by_seat ON booking.wave_seats (seat);
CREATE TABLE booking.wave_returners (
    wave   text NOT NULL REFERENCES booking.waves (id),
    person uuid NOT NULL,
    PRIMARY KEY (wave, person)
);

CREATE TABLE booking.wave_files (
    wave    text NOT NULL REFERENCES booking.waves (id),
    name    text NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (wave, name)
);
CREATE TABLE booking.wave_leaves (
    seq  bigint PRIMARY KEY,
    wave text NOT NULL REFERENCES booking.waves (id),
    type text NOT NULL
);
CREATE INDEX wave_leaves_of_wave ON booking.wave_leaves (wave, seq);
-- An announcement, a close, a result, a note of each kind: once.
CREATE UNIQUE INDEX wave_leaves_once ON booking.wave_leaves (wave, type) WHERE type <> 'void';

-- Rows of entries come 100,000 in a minute: what their columns refer to is checked by the ledger, not by foreign keys.
CREATE TABLE booking.entries (
    wave         text NOT NULL,
    declarer     uuid NOT NULL,
    family       text NOT NULL,
    grp          text NOT NULL,
    state        text NOT NULL CHECK (state IN ('live', 'served', 'left', 'ended')),
    rev          integer NOT NULL CHECK (rev > 0),
    nf           bytea NOT NULL UNIQUE CHECK (octet_length(nf) = 32),
    w            smallint NOT NULL CHECK (w BETWEEN 1 AND 8),
    g            smallint NOT NULL CHECK (g IN (0, 1)),
    windows      bigint NOT NULL CHECK (windows <> 0),
    commitment   bytea NOT NULL CHECK (octet_length(commitment) = 32), -- of the current revision
    counts_loss  boolean NOT NULL,
    reschedules  uuid,
    accepted_at  timestamptz NOT NULL,
    served_in    text NOT NULL DEFAULT '',
    PRIMARY KEY (wave, declarer)
) WITH (fillfactor = 85);
CREATE INDEX entries_live ON booking.entries (family) WHERE state = 'live';
CREATE INDEX entries_of_declarer ON booking.entries (declarer, accepted_at DESC);

-- Every signed request; the highest revision is in force.
CREATE TABLE booking.entry_revisions (
    wave        text NOT NULL,
    declarer    uuid NOT NULL,
    rev         integer NOT NULL,
    leaves      boolean NOT NULL, -- a request to leave
    windows     bigint NOT NULL,
    commitment  bytea NOT NULL CHECK (octet_length(commitment) = 32),
    opening     bytea NOT NULL CHECK (octet_length(opening) = 32),
    request     bytea NOT NULL,
    evidence    bytea NOT NULL,
    signature   bytea NOT NULL CHECK (octet_length(signature) = 32),
    receipt     bytea,
    at          timestamptz NOT NULL,
    PRIMARY KEY (wave, declarer, rev),
    CONSTRAINT entry_revisions_signature_key UNIQUE (signature)
);
ALTER TABLE booking.entry_revisions ALTER COLUMN evidence SET STORAGE EXTERNAL; -- sealed bytes do not compress
CREATE TABLE booking.entry_members (
    wave      text NOT NULL,
    declarer  uuid NOT NULL,
    rev       integer NOT NULL,
    n         smallint NOT NULL,
    applicant uuid NOT NULL,
    service   text NOT NULL,
    person_nf bytea NOT NULL CHECK (octet_length(person_nf) = 32),
    PRIMARY KEY (wave, declarer, rev, n)
);

-- One live entry for a person in a group, everywhere: of each member, and of the declarer.
CREATE TABLE booking.entry_claims (
    applicant     uuid NOT NULL,
    service_group text NOT NULL,
    wave          text NOT NULL,
    declarer      uuid NOT NULL,
    PRIMARY KEY (applicant, service_group)
);

-- What took part in a wave, as it was when the wave was frozen.
CREATE TABLE booking.wave_entries (
    wave        text NOT NULL,
    entry_wave  text NOT NULL,
    declarer    uuid NOT NULL,
    rev         integer NOT NULL,
    nf          bytea NOT NULL,
    w           smallint NOT NULL,
    g           smallint NOT NULL,
    windows     bigint NOT NULL,
    commitment  bytea NOT NULL,
    counts_loss boolean NOT NULL,
    reschedules uuid,
    accepted_at timestamptz NOT NULL,
    served      boolean NOT NULL DEFAULT false,
    PRIMARY KEY (wave, entry_wave, declarer)
);
CREATE INDEX wave_entries_of_entry ON booking.wave_entries (entry_wave, declarer);

-- What takes part in a wave as things stand: its own live entries, and into a standby wave those of the family's waves
-- that are over, where they accept one of its windows; not those with a person who gave one of its seats back.
CREATE VIEW booking.wave_takers AS
SELECT w.id AS wave, e.wave AS entry_wave, e.declarer
FROM booking.waves w JOIN booking.entries e ON e.family = w.family JOIN booking.waves o ON o.id = e.wave
WHERE e.state = 'live'
  AND (e.wave = w.id OR (w.kind = 'standby' AND o.state IN ('drawn', 'finished', 'cancelled')
                         AND e.windows & w.windows_mask <> 0))
  AND NOT EXISTS (SELECT 1 FROM booking.wave_returners r
                  JOIN booking.entry_claims c ON c.applicant = r.person AND c.service_group = w.grp
                  WHERE r.wave = w.id AND c.wave = e.wave AND c.declarer = e.declarer);

CREATE TABLE booking.offers (
    id               uuid PRIMARY KEY,
    wave             text NOT NULL REFERENCES booking.waves (id),
    entry_wave       text NOT NULL,
    declarer         uuid NOT NULL,
    consulate        text NOT NULL,
    grp              text NOT NULL,
    state            text NOT NULL CHECK (state IN ('open', 'signed', 'declined', 'expired', 'withheld')),
    until            timestamptz NOT NULL,
    reschedules      uuid,
    reason           text NOT NULL DEFAULT '', -- why it was withheld
    made_at          timestamptz NOT NULL,
    ended_at         timestamptz CHECK ((ended_at IS NULL) = (state = 'open')),
    counted          boolean NOT NULL DEFAULT false, -- an unsigned offer that has led to a pause
    signature_digest bytea CONSTRAINT offers_signature_digest_key UNIQUE,
    document_digest  bytea,
    evidence         bytea,
    UNIQUE (wave, entry_wave, declarer)
) WITH (fillfactor = 85);
CREATE INDEX offers_open ON booking.offers (until) WHERE state = 'open';
CREATE INDEX offers_of_declarer ON booking.offers (declarer, made_at DESC);
CREATE TABLE booking.offer_seats (
    offer       uuid NOT NULL REFERENCES booking.offers (id),
    n           smallint NOT NULL,
    seat        text NOT NULL REFERENCES booking.seats (id),
    applicant   uuid NOT NULL,
    service     text NOT NULL,
    appointment uuid,
    PRIMARY KEY (offer, n)
);
CREATE INDEX offer_seats_of_applicant ON booking.offer_seats (applicant);

-- Standing. A loss counts once for a person, group and week of seats, until the next reset or 24 months.
CREATE TABLE booking.losses (
    applicant uuid NOT NULL,
    grp       text NOT NULL,
    iso_week  text NOT NULL,
    wave      text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (applicant, grp, iso_week)
);
CREATE TABLE booking.resets (
    applicant uuid NOT NULL,
    grp       text NOT NULL,
    at        timestamptz NOT NULL,
    reason    text NOT NULL
);
CREATE INDEX resets_of_applicant ON booking.resets (applicant, grp, at DESC);
CREATE TABLE booking.pauses (
    applicant uuid NOT NULL,
    grp       text NOT NULL,
    until     timestamptz NOT NULL,
    reason    text NOT NULL,
    at        timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX pauses_of_applicant ON booking.pauses (applicant, grp, until DESC);
-- A winner of a withdrawn seat is guaranteed in the next main draw of the post's group.
CREATE TABLE booking.guarantees (
    applicant uuid NOT NULL,
    consulate text NOT NULL,
    grp       text NOT NULL,
    wave      text NOT NULL, -- whose seat was withdrawn
    at        timestamptz NOT NULL,
    used_in   text,
    PRIMARY KEY (applicant, consulate, grp, wave)
);

-- +goose Down
DROP VIEW booking.wave_takers;
DROP TABLE booking.guarantees, booking.pauses, booking.resets, booking.losses, booking.offer_seats, booking.offers,
    booking.wave_entries, booking.entry_claims, booking.entry_members, booking.entry_revisions, booking.entries,
    booking.wave_leaves, booking.wave_files, booking.wave_returners, booking.wave_seats, booking.wave_windows, booking.waves;
ALTER TABLE booking.appointments DROP CONSTRAINT appointments_signature_digest_key;
ALTER TABLE booking.appointments DROP COLUMN part, DROP COLUMN changes;
ALTER TABLE booking.appointments ADD CONSTRAINT appointments_signature_digest_key UNIQUE (signature_digest);
DROP INDEX booking.seats_returned, booking.seats_planned_weeks, booking.seats_planned;
ALTER TABLE booking.seats DROP COLUMN published_pool, DROP COLUMN returned_by;
