// Package obs is what an operator sees of the running program: its log and its metrics.
//
// Invariants.
//   - Nothing here is global: the logger and the metrics registry are made once and handed on.
//   - Neither log lines nor metric labels carry personal data.
//
// Reading order: log.go, metrics.go. Request numbers and the log line of a request, and readiness, belong to the api room.
package obs
