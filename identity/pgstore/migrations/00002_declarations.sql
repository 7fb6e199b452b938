-- +goose Up
ALTER TABLE identity.person_identifiers DROP CONSTRAINT person_identifiers_kind_check;
ALTER TABLE identity.person_identifiers ADD CONSTRAINT person_identifiers_kind_check
    CHECK (kind IN ('rnokpp', 'unzr', 'document', 'birth-certificate', 'likeness'));

CREATE TABLE identity.declarations (
    seq         bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    declarer    uuid NOT NULL,
    id          uuid NOT NULL,
    person      uuid NOT NULL,
    relation    text NOT NULL CHECK (relation IN ('child', 'ward', 'other')),
    details     bytea NOT NULL,
    declared_at timestamptz NOT NULL,
    PRIMARY KEY (declarer, id),
    FOREIGN KEY (declarer, person) REFERENCES identity.applicants (declarer, person)
);
CREATE INDEX ON identity.declarations (declarer, person, seq DESC);
COMMENT ON TABLE identity.declarations IS
    'What a declarer typed of an applicant (sealed); nobody else reads it. Rows never change. The newest counts for new texts; older ones stay only while a text gives their names.';
INSERT INTO identity.declarations (declarer, id, person, relation, details, declared_at)
    SELECT declarer, person, person, relation, details, declared_at FROM identity.applicants ORDER BY declared_at;

ALTER TABLE identity.applicants DROP COLUMN relation, DROP COLUMN details;
COMMENT ON TABLE identity.applicants IS 'For whom a person has asked. declared_at: the first time; the bound on applicants counts these rows.';
CREATE INDEX ON identity.applicants (declarer, declared_at);

CREATE TABLE identity.declared_texts (
    text        text PRIMARY KEY CHECK (length(text) BETWEEN 1 AND 100),
    declarer    uuid NOT NULL,
    declaration uuid NOT NULL,
    FOREIGN KEY (declarer, declaration) REFERENCES identity.declarations (declarer, id)
);
CREATE INDEX ON identity.declared_texts (declarer, declaration);
COMMENT ON TABLE identity.declared_texts IS
    'Which declaration gives the names in a text to sign, by the text''s own identifier: the bytes to sign never change.';

-- +goose Down
DROP TABLE identity.declared_texts;
ALTER TABLE identity.applicants ADD COLUMN relation text, ADD COLUMN details bytea;
UPDATE identity.applicants a SET (relation, details) = (
    SELECT relation, details FROM identity.declarations d
    WHERE d.declarer = a.declarer AND d.person = a.person ORDER BY seq DESC LIMIT 1);
DROP TABLE identity.declarations;
DELETE FROM identity.person_identifiers WHERE kind = 'likeness';
