package pgstore

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"chesna/identity"
)

// IdentifiersWithout answers identifiers that have no pseudonym of the key version.
func (s *Store) IdentifiersWithout(ctx context.Context, keyVersion, limit int) ([]identity.StoredIdentifier, error) {
	rows, err := s.pool.Query(ctx, `
		SELECT i.id, i.kind, i.sealed FROM identity.person_identifiers i
		WHERE NOT EXISTS (SELECT FROM identity.identifier_pseudonyms p WHERE p.identifier = i.id AND p.key_version = $1)
		ORDER BY i.id LIMIT $2`, keyVersion, limit)
	if err != nil {
		return nil, translate("find identifiers", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (i identity.StoredIdentifier, err error) {
		err = row.Scan(&i.ID, &i.Kind, &i.Sealed)
		return i, err
	})
	return list, translate("find identifiers", err)
}

// AddPseudonym adds the hash under another key; one that is there is left, and so is an identifier that is gone.
func (s *Store) AddPseudonym(ctx context.Context, identifier uuid.UUID, p identity.Pseudonym) error {
	_, err := s.pool.Exec(ctx, `
		INSERT INTO identity.identifier_pseudonyms (kind, key_version, hmac, identifier)
		SELECT kind, $2, $3, id FROM identity.person_identifiers WHERE id = $1
		ON CONFLICT (identifier, key_version) DO NOTHING`, identifier, p.KeyVersion, p.MAC[:])
	return translate("add pseudonym", err)
}

// DropPseudonyms deletes the hashes under a retired key. While an identifier has no other it refuses and deletes none.
func (s *Store) DropPseudonyms(ctx context.Context, keyVersion int) (n int64, err error) {
	err = s.inTx(ctx, "drop pseudonyms", func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM identity.identifier_pseudonyms WHERE key_version = $1`, keyVersion)
		if err != nil {
			return err
		}
		var bare int64
		err = tx.QueryRow(ctx, `
			SELECT count(*) FROM identity.person_identifiers i
			WHERE NOT EXISTS (SELECT FROM identity.identifier_pseudonyms p WHERE p.identifier = i.id)`).Scan(&bare)
		if err != nil {
			return err
		}
		if bare > 0 {
			return &identity.Error{
				Code: identity.CodeInvalid, Reason: "not-rehashed",
				Detail: fmt.Sprintf("%d identifiers have no hash under another key yet", bare),
			}
		}
		n = tag.RowsAffected()
		return nil
	})
	if err != nil {
		return 0, err
	}
	return n, nil
}
