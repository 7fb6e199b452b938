// Package token makes and reads the two tokens of a session.
//
// Terms. The access token is a JWT (RFC 7519, typ at+jwt as in RFC 9068) signed with HMAC-SHA256; it lives some
// minutes and carries the person's pseudonym, rights and country of stay. The refresh token is opaque: the
// session, the generation of the token, and a MAC; the store says which generation is good.
//
// Invariants.
//   - HS256 only, whatever the token says of itself; the key is chosen by kid among the loaded versions.
//   - Issuer, audience, typ, exp, iat, jti are required; a token that lives longer than the session policy
//     allows is refused. Clocks may differ by five seconds.
//   - Nothing outside the MAC is believed; a refused token says only "unauthenticated".
//   - A refresh token of a session and a generation is always the same, so that a lost answer can be repeated.
package token
