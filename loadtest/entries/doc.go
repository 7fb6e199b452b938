// Package entries measures the rush on one draw: 100,000 people enter one wave, each with a qualified signature of her own.
//
// Terms. People are certified by the demo's trust service, each with a key on P-256, and registered as a sign-in would have
// done. Asking is the request without a signature, which is refused with the text to sign; it and the signing happen
// before the measured minute. Entering is the signed request, from the use case down: limits of acts in Redis, the
// signature with its path and revocation lists, the signer, the seal of the evidence, the ledger of waves on a PostgreSQL
// that flushes what it commits, leaves and events of the journal, which is sequenced and published meanwhile, and the
// signed receipt.
//
// Then the wave is closed, attested, cosigned and drawn, and everything is checked: every entry is in the published file
// once, every receipt verifies and names its line and commitment, and nothing waits outside the journal.
//
// The benchmark is in entries_test.go, because it needs real servers; people_test.go makes the people, world_test.go joins
// the rooms as the program does, check_test.go looks at what came out. The environment sets PEOPLE (100,000) and CALLERS
// (256). docs/adr/0011-entries-in-batches.md has figures.
package entries
