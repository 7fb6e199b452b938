// Package obs is what an operator sees of the running program: its log, its metrics and its health.
//
// Terms. Live means that the process answers at all; ready means that it can do its work now, so that a load balancer should send it requests.
// A check is one named condition of readiness (ledger, inventory, clock skew).
//
// Invariants.
//   - Nothing here is global: the logger and the metrics registry are made once and handed on.
//   - Neither log lines nor metric labels nor health answers carry personal data or the text of an error from below (which may hold addresses of
//     servers); the reason a check fails goes to the log, its name to the answer.
//   - A hanging check counts as failed after its time; it cannot hang the answer.
//
// Reading order: log.go, metrics.go, health.go. Request numbers and the log line of a request belong to the api room.
package obs
