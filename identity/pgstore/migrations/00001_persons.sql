-- +goose Up
CREATE TABLE identity.persons (
    id                uuid PRIMARY KEY,
    created_at        timestamptz NOT NULL,
    names             bytea,
    email             bytea,
    email_verified_at timestamptz,
    country           text CHECK (country ~ '^[A-Z]{2}$'),
    country_set_at    timestamptz,
    language          text NOT NULL DEFAULT 'uk' CHECK (language IN ('uk', 'en')),
    CHECK ((email IS NULL) = (email_verified_at IS NULL)),
    CHECK ((country IS NULL) = (country_set_at IS NULL))
);
COMMENT ON TABLE identity.persons IS 'One human being each. names and email are sealed.';

CREATE TABLE identity.person_identifiers (
    id           uuid PRIMARY KEY,
    person       uuid NOT NULL REFERENCES identity.persons,
    kind         text NOT NULL CHECK (kind IN ('rnokpp', 'unzr', 'document', 'birth-certificate')),
    sealed       bytea NOT NULL,
    declared_at  timestamptz NOT NULL,
    certified_at timestamptz,
    UNIQUE (id, kind)
);
CREATE INDEX ON identity.person_identifiers (person);
COMMENT ON TABLE identity.person_identifiers IS
    'Numbers that name a person. certified_at: first seen in her certificate; null: only typed by a declarer.';

CREATE TABLE identity.identifier_pseudonyms (
    kind        text NOT NULL,
    key_version integer NOT NULL CHECK (key_version > 0),
    hmac        bytea NOT NULL CHECK (octet_length(hmac) = 32),
    identifier  uuid NOT NULL,
    PRIMARY KEY (kind, key_version, hmac),
    UNIQUE (identifier, key_version),
    FOREIGN KEY (identifier, kind) REFERENCES identity.person_identifiers (id, kind) ON DELETE CASCADE
);
COMMENT ON TABLE identity.identifier_pseudonyms IS
    'Keyed hashes of the numbers; the primary key makes a number belong to one person whoever comes first.';

CREATE TABLE identity.applicants (
    declarer    uuid NOT NULL REFERENCES identity.persons,
    person      uuid NOT NULL REFERENCES identity.persons,
    relation    text NOT NULL CHECK (relation IN ('child', 'ward', 'other')),
    details     bytea NOT NULL,
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (declarer, person),
    CHECK (declarer <> person)
);
COMMENT ON TABLE identity.applicants IS 'For whom a person has asked, as she typed it (sealed); nobody else reads it.';

CREATE TABLE identity.actions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person      uuid NOT NULL REFERENCES identity.persons,
    at          timestamptz NOT NULL,
    kind        text NOT NULL CHECK (kind IN
                    ('sign-in', 'email', 'country', 'language', 'applicant', 'grant', 'withdrawal')),
    by          uuid NOT NULL,
    detail      text NOT NULL DEFAULT '',
    certificate bytea CHECK (octet_length(certificate) = 32),
    CHECK ((kind = 'sign-in') = (certificate IS NOT NULL))
);
CREATE INDEX ON identity.actions (person, id DESC);
COMMENT ON TABLE identity.actions IS
    'What happened to a person''s data and rights, shown to her. detail is a country, a language, a relation or a right; never a name or an address.';

CREATE TABLE identity.grants (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person       uuid NOT NULL REFERENCES identity.persons,
    role         text NOT NULL CHECK (role IN ('officer', 'analyst', 'administrator', 'auditor')),
    consulate    text NOT NULL,
    granted_by   uuid NOT NULL,
    granted_at   timestamptz NOT NULL,
    withdrawn_by uuid,
    withdrawn_at timestamptz,
    CHECK (granted_by <> person),
    CHECK (withdrawn_by <> person),
    CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
);
CREATE UNIQUE INDEX grants_standing ON identity.grants (person, role, consulate) WHERE withdrawn_at IS NULL;
COMMENT ON TABLE identity.grants IS 'Register of rights: who got which, when, from whom. granted_by all zeros: the operator of the system. Rows are never deleted.';

-- +goose Down
DROP TABLE identity.grants, identity.actions, identity.applicants, identity.identifier_pseudonyms,
    identity.person_identifiers, identity.persons;
