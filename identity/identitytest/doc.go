// Package identitytest helps tests that need signed-in people: a clock, a verifier of make-believe signatures,
// an outbox, and a whole identity service on real or in-process stores.
//
// A make-believe signature is the signer's assertion and a hash of the document in JSON: it proves nothing and
// must never be accepted outside tests. It binds to the exact bytes as the real one does.
package identitytest
