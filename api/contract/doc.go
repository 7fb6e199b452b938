// Package contract checks requests against the API's OpenAPI description before any handler sees them.
//
// # Terms
//
// An [Operation] is one method at one path of the description. Its class names the coarse limit, Public says
// that no session is needed.
//
// # Invariants
//
//   - Every bound that openapi.yaml states for a parameter or a body holds: required, length, pattern, range,
//     enumeration, unknown members.
//   - All faults of a request are reported at once, each with its place; no fault repeats what was sent. (The
//     messages of kin-openapi hold input values and are dropped.)
//   - Query parameters that the description does not know, and repeated ones, are refused.
//
// # Reading order
//
// contract.go, parameters.go, body.go.
package contract
