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
//     number to somebody else, or book in her place, by typing it before or after she first signs in. Who has
//     a certificate cannot be declared at all.
//   - Of an applicant's numbers one identifies; nothing is ever added to a person by typing. Among the applicants of
//     one declarer the same names and date of birth are one person, and he has at most Policy.MaxApplicants a year.
//   - The names in a text that is signed for an applicant are fixed when the text is first composed.
//   - A challenge signs in once. A refresh token is good once, apart from a short grace for a lost answer.
//   - Rights come from the register of grants, never from a certificate.
//   - Evidence holds document and signature together and opens for whoever knows the person.
//   - Time and stores are handed in; nothing here reads a clock, a file or the network.
//
// What typing cannot settle. A number that no certificate shows is believed: two declarers who type different
// numbers for one child make two persons of her, somebody who types the number of another's child is taken for
// asking for that child, and a declarer who misspells a name has an applicant more. A refused declaration tells
// that the number may be registered; the bounds on declarations keep that from being searched. Registers
// will settle the first two; until then the officer at the desk does, by the documents.
//
// Reading order: person.go, session.go, act.go, action.go, assertion.go (the words); ports.go (what the service needs);
// service.go, signin.go, challenge.go, sessions.go, acts.go, declare.go, applicant.go, validate.go, email.go, profile.go,
// grants.go, rotation.go (the use cases).
package identity
