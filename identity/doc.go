// Package identity knows who a person is: sign-in by a qualified electronic signature, sessions, signed acts,
// applicants, rights, and the personal data of which every other room sees only a random UUID.
//
// Terms. A person is one human being, named elsewhere by a UUID that tells nothing. An identifier is a number
// that names a human (tax number, demographic-register number, document, birth certificate); it is kept as
// pseudonyms (keyed hashes, one per key version) and sealed (encrypted), never as it is. A certified identifier
// was seen in a qualified certificate; a declared one was typed by somebody who asks for another. An
// assertion is what a verified signature says about its signer. An act is a document signed by a known person.
//
// Invariants.
//   - Stores see pseudonyms and sealed values only; names, numbers and addresses leave this package only to
//     the person they belong to or to the declarer who typed them, and are never logged.
//   - Certified identifiers belong to one person for ever. A certificate whose identifiers belong to two
//     persons changes nothing and stops with CodeIdentityConflict.
//   - A declared identifier never binds a certified person and gives way to a certificate: nobody can attach a
//     number to somebody else, or lock her out, by typing it.
//   - A challenge signs in once. A refresh token is good once, apart from a short grace for a lost answer.
//   - Rights come from the register of grants, never from a certificate.
//   - Time and stores are handed in; nothing here reads a clock, a file or the network.
//
// Reading order: person.go, session.go, act.go, action.go, assertion.go (the words); ports.go (what the service needs);
// service.go, signin.go, challenge.go, sessions.go, acts.go, applicant.go, validate.go, email.go, profile.go,
// grants.go, rotation.go (the use cases).
package identity
