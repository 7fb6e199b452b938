// Package qes verifies qualified electronic signatures: CAdES-BES messages (CMS SignedData) over a text that the caller
// knows, made by a natural person with a qualified certificate of a pinned authority.
//
// Terms.
//   - message: the CMS that came in, DER or bounded BER, attached or detached. It proves nothing by itself.
//   - trust: pinned roots, known intermediates and revocation lists. Certificates inside a message are hints for the path,
//     never trust; revocation lists inside a message are not read at all.
//   - suite: the table of allowed algorithms (digest, signature, key). Whatever is not a row is refused.
//   - at: the time of judgement, given by the caller: the server's clock at receipt. The signing time in the message is
//     only what the signer claims.
//   - profile: citizen (a person) or operator (a person with the register number of an institution).
//
// Invariants. Accepting is the last line of Verify; every earlier return is a refusal with its own Code. Nothing here reads
// a file, a clock or a network; the same input gives the same verdict. No code path accepts an unknown: a missing or stale
// revocation list is "unknown", never "good". Details of errors name no person.
//
// Order of the checks, which fixes the code when several rules are broken:
//  1. size; form (BER normalised to DER within limits; nothing after the end);
//  2. ContentInfo, versions, content type, certificates (kind, number, form), exactly one signer, its identifier;
//  3. content: present once, equal to what the caller stored, not itself a set of signed attributes;
//  4. the signer's certificate, found by the signer's identifier;
//  5. digest algorithm, key, signature algorithm: one row of the suite;
//  6. signed attributes: present, each type once with one value; content type; message digest; signing certificate;
//  7. the signature itself, over the attributes as received (first byte A0 read as 31, order untouched);
//  8. the certificate: purpose (not a CA, key usage, extended key usage), qualified, not a seal; its subject can be read,
//     agrees with itself and is a natural person; it is valid at the time of judgement;
//  9. path to a pinned root, everything valid at the time of judgement;
//  10. revocation;
//  11. the profile: a personal number, its check digit if asked, the institution of an operator.
//
// Sources: RFC 5652, 5035, 5280, 5755, 8017; ETSI EN 319 122-1, 319 412-2, 319 412-5; and the profile that Ukrainian
// providers' certificates really have.
//
// Reading order: verify.go, message.go, attributes.go, suite.go, policy.go, path.go, crl.go, crl_scope.go,
// subject.go, report.go.
package qes
