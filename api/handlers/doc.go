// Package handlers joins the API's contract to the use cases: one file a resource, each operation a translation
// of words and nothing else.
//
// Every operation passes the gate (gate.go) first: coarse limit, session, form check for cookies, parameters
// and body against the contract, the person's own limit, Idempotency-Key. So a handler sees only what
// openapi.yaml allows, and the session that asks. Refusals are returned as errors of booking and identity;
// package problem gives them their words.
//
// Reading order: handlers.go, gate.go, then any resource.
package handlers
