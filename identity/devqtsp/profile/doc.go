// Package profile encodes what makes a certificate a Ukrainian qualified one: the subject's name, the qualified
// statements, the directory attributes with the identity numbers, the policy.
//
// It knows encodings only; who gets which certificate is decided in package devqtsp. The verifier's tests use it too, to
// make certificates that are wrong in exactly one place.
package profile
