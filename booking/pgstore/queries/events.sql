-- name: InsertEvents :exec
INSERT INTO booking.events (id, type, actor, actor_role, subject, appointment, consulate, seat, data, blind)
SELECT i.id, i.type, NULLIF(i.actor, '00000000-0000-0000-0000-000000000000'), i.actor_role,
       NULLIF(i.subject, '00000000-0000-0000-0000-000000000000'),
       NULLIF(i.appointment, '00000000-0000-0000-0000-000000000000'), i.consulate, i.seat, i.data::jsonb, i.blind
FROM (SELECT unnest(@ids::uuid[]) AS id, unnest(@types::text[]) AS type, unnest(@actors::uuid[]) AS actor,
             unnest(@actor_roles::text[]) AS actor_role, unnest(@subjects::uuid[]) AS subject,
             unnest(@appointments::uuid[]) AS appointment, unnest(@consulates::text[]) AS consulate,
             unnest(@seats::text[]) AS seat, unnest(@datas::text[]) AS data, unnest(@blinds::bytea[]) AS blind) AS i;

-- name: EventsOf :many
SELECT seq, id, at, type, actor, actor_role, subject, appointment, consulate, seat, data
FROM booking.events WHERE subject = @subject::uuid ORDER BY seq DESC LIMIT @max_rows;
