// Package journal is the append-only record: two logs of one kind, journal (everything) and draws.
package journal
