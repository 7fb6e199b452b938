// Package authority is the identity authority of the draws: it gives each person one name per draw that tells
// nothing about her, and vouches at the close that every name in the draw's files is one it gave, once, to one
// person.
//
// # Terms
//
//   - pseudonym: 64 lower-case hex digits that stand for a verified person everywhere in this system.
//   - nf: HMAC-SHA-256 under the authority's key over a pseudonym and a draw's identifier: the name of an entry.
//   - personNf: the same under another label: the name of each person that an entry speaks for. Its declarer is one
//     of them, or a parent who enters a child.
//   - attestation: a signed note over the numbers and hashes of a draw's files.
//
// # Invariants
//
//   - Without the key nobody can tell who an nf is, nor link nfs of two draws; whoever holds the key can. So in
//     production the key is held by another organisation, a new one each quarter, destroyed after the time for
//     appeals. This package is the default for those who have no such organisation: a key file beside the service.
//   - Attest signs nothing that it has not computed again: every nf, every personNf, and the file of persons whole.
//     It cannot see weights or windows: for the other two files it passes on hashes that the caller answers for.
//   - The key file is mode 0600, and wider permissions are refused. Keys and pseudonyms are never printed.
//
// # Reading order
//
// authority.go (nfs), attest.go (what is checked before signing), attestation.go (the note, for verifiers), keyfile.go.
package authority
