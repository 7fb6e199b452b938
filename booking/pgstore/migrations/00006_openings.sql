-- +goose Up
-- Openings: open seats of a published week that become bookable all at once, with turns in random order instead of a race.

CREATE TABLE booking.openings (
    id           text PRIMARY KEY, -- consulate-group-opensAtUTC
    consulate    text NOT NULL,
    grp          text NOT NULL,
    iso_week     text NOT NULL,
    opens_at     timestamptz NOT NULL,
    state        text NOT NULL DEFAULT 'planned'
                 CHECK (state IN ('planned', 'announced', 'gathering', 'frozen', 'calling', 'ended')),
    -- Set when it is announced, before anybody can arrive.
    lobby_from   timestamptz,
    gather_until timestamptz,
    per_minute   integer NOT NULL DEFAULT 0,
    turn_s       integer NOT NULL DEFAULT 0,
    chain        jsonb NOT NULL DEFAULT '{}',
    delay_s      integer NOT NULL DEFAULT 0,
    round        bigint NOT NULL DEFAULT 0,
    secret       bytea CHECK (octet_length(secret) = 32),
    -- Frozen when gathering is over.
    crowd        integer NOT NULL DEFAULT 0,
    root         bytea CHECK (octet_length(root) = 32),
    -- The beacon's word.
    signature    bytea CHECK (octet_length(signature) = 48),
    -- Places given so far, and up to which of them people have been called.
    places       integer NOT NULL DEFAULT 0,
    called       integer NOT NULL DEFAULT 0,
    free         integer NOT NULL DEFAULT 0,
    paced_at     timestamptz,
    ended_at     timestamptz,
    CHECK (called <= places),
    CHECK (state = 'planned' OR (gather_until IS NOT NULL AND round > 0 AND secret IS NOT NULL)),
    CHECK (state NOT IN ('frozen', 'calling') OR root IS NOT NULL),
    CHECK (state <> 'calling' OR signature IS NOT NULL)
);
CREATE INDEX openings_live ON booking.openings (opens_at) WHERE state <> 'ended';

-- Seats that wait for their opening: planned until then.
CREATE TABLE booking.opening_seats (
    seat    text PRIMARY KEY REFERENCES booking.seats (id),
    opening text NOT NULL REFERENCES booking.openings (id)
);
CREATE INDEX opening_seats_by_opening ON booking.opening_seats (opening);

-- One place per person. place is NULL while nobody can know it.
CREATE TABLE booking.arrivals (
    opening    text NOT NULL REFERENCES booking.openings (id),
    person     uuid NOT NULL,
    ticket     bytea NOT NULL CHECK (octet_length(ticket) = 32),
    seq        bigint GENERATED ALWAYS AS IDENTITY,
    late       boolean NOT NULL,
    place      integer CHECK (place > 0),
    called_at  timestamptz,
    turn_until timestamptz,
    took_at    timestamptz,
    PRIMARY KEY (opening, person),
    UNIQUE (opening, place),
    UNIQUE (opening, ticket)
);
CREATE INDEX arrivals_turns ON booking.arrivals (opening, turn_until) WHERE turn_until IS NOT NULL;

-- +goose Down
DROP TABLE booking.arrivals, booking.opening_seats, booking.openings;
