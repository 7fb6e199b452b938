// Package app is the only place where the core meets its adapters. It opens the stores, builds the use cases on
// them, mounts API and pages, and runs the background work, in this order; it stops them in the opposite one.
//
// The demo is the same program with its own servers (package embedded) and an invented world: a trust service,
// people with test keys, and published weeks for every post.
//
// Reading order: app.go, stores.go, identity.go, booking.go, http.go; then world.go for the demo.
package app
