-- +goose Up
-- A displaced seat keeps its claim, and with it its person's place in the ledger, but nobody is received in its
-- time any more: it no longer bars new seats of the same counter.
ALTER TABLE booking.seats DROP CONSTRAINT seats_consulate_counter_span_excl;
ALTER TABLE booking.seats DROP COLUMN live;
ALTER TABLE booking.seats ADD COLUMN live boolean NOT NULL
    GENERATED ALWAYS AS (state <> 'withdrawn' AND state <> 'displaced') STORED;
ALTER TABLE booking.seats ADD CONSTRAINT seats_consulate_counter_span_excl
    EXCLUDE USING gist (consulate WITH =, counter WITH =, span WITH &&) WHERE (live);

-- Somebody had this seat once and it came back. When it is withdrawn and published anew it opens at a drawn time,
-- so that nobody who publishes weeks can choose the moment.
ALTER TABLE booking.seats ADD COLUMN came_back boolean NOT NULL DEFAULT false;
UPDATE booking.seats s SET came_back = true
WHERE s.state = 'returned' OR s.id IN (SELECT e.seat FROM booking.events e
                                       WHERE e.type IN ('seat.returned', 'appointment.cancelled'));

-- +goose Down
ALTER TABLE booking.seats DROP COLUMN came_back;
ALTER TABLE booking.seats DROP CONSTRAINT seats_consulate_counter_span_excl;
ALTER TABLE booking.seats DROP COLUMN live;
ALTER TABLE booking.seats ADD COLUMN live boolean NOT NULL GENERATED ALWAYS AS (state <> 'withdrawn') STORED;
ALTER TABLE booking.seats ADD CONSTRAINT seats_consulate_counter_span_excl
    EXCLUDE USING gist (consulate WITH =, counter WITH =, span WITH &&) WHERE (live);
