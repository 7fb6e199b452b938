// Package api is the edge: it carries requests to the use cases and refusals back, and decides nothing else.
//
// # Terms
//
// A route class is a group of routes that share a coarse limit by client address. A session comes from a
// bearer token or, on pages, from an HttpOnly cookie. A form token proves that a form was made by us for this
// browser. A problem is a refusal as RFC 9457 has it.
//
// # Parts
//
// [Server] owns echo, the middleware that every request passes, health and metrics. Sub-packages: problem (the
// table of refusals), strictjson (what a body may be), oapi (the contract and the code made from it), contract
// (checks requests against it), handlers (one file a resource), web and locale (pages).
//
// # Invariants
//
//   - A client's address is the connection's, unless that is a configured proxy.
//   - Neither logs nor bodies of problems hold input values, names or causes; a log line has the route's
//     pattern, never the path or the query.
//   - A request that changes something and is authorised by a cookie passes the origin and form-token checks.
//   - Everything a request can make us keep is bounded: body, depth, headers, keys.
//
// # Reading order
//
// server.go, observe.go, session.go, form.go, limit.go, idempotency.go,
// cache.go, respond.go.
package api
