// Package devqtsp is the demo's trust service provider: it plays root authority, qualified certification authority,
// certificate owner's key store, revocation list and time stamp authority for invented people.
//
// Terms. An Authority is the whole service. A person is named by a short ASCII name ("olena", "officer-waw"), which is
// also the name of her folder. The root issues the CA and the time stamp certificate; the CA issues everybody else.
// Each of the two signs a revocation list about what it issued.
//
// Invariants. Every person, number and organisation here is invented. Certificates carry the profile of Ukrainian
// qualified ones, so that the verifier (package qes) needs no exception for the demo. Keys are not protected: whoever can
// read the folder can sign as anybody. NEVER add this root to a trust list of a real system.
//
// Files of Save: trust/root.pem, trust/ca.pem, trust/tsa.pem (PEM), people.json (a list of name, displayName, roles),
// people/<name>/{key.pem,cert.pem,chain.pem}, and private/ (0700) with the service's own keys, so that a restart keeps the
// same trust. Files of SaveCRL: trust/ca.crl (about people) and trust/root.crl (about CA and time stamp), both DER.
//
// Reading order: people.go, authority.go, issue.go, sign.go, crl.go, stamp.go, store.go. An Authority is safe for use by
// several goroutines.
package devqtsp
