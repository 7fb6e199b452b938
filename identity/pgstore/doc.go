// Package pgstore keeps persons, their sealed data and the register of rights in PostgreSQL, in a schema of its
// own named identity.
//
// Terms. An identifier is certified (seen in a qualified certificate) or declared (typed by somebody who asks
// for another). A likeness is what one declarer typed of names and date of birth, kept like a number. A pseudonym is its keyed hash under one key version; the primary key over pseudonyms is what
// makes concurrent first sign-ins of one human end in one person.
//
// Invariants.
//   - A certified identifier never changes its person and is never deleted here.
//   - A person with a certified identifier has no declared ones and never was an applicant: nothing typed by another
//     sticks to her, neither numbers nor appointments.
//   - An applicant gets one number and the likenesses her declarers gave her. Each declarer is locked while he
//     declares, so that his applicants are counted one by one.
//   - Declarations never change; one that a text names stays.
//   - A refused resolution changes nothing (one transaction).
//   - No readable personal data: names, addresses and numbers arrive sealed. Country and language are plain.
//
// Reading order: migrations/, migrate.go, store.go, identifiers.go, resolve.go, declare.go, persons.go,
// applicants.go, grants.go, rotation.go.
package pgstore
