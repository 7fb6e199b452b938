// Package child starts a server program as a child process that does not outlive its parent.
//
// Terms. The parent is this Go process; the child is the program it started. The death signal is what the kernel sends to the child when the
// parent ends in any way, kill -9 included.
//
// Invariants.
//   - On Linux the child gets the death signal when the parent is gone. The kernel ties that signal to the OS thread that created the child, so
//     [Start] keeps one goroutine locked to its thread for as long as the child lives.
//   - The child is in a process group of its own: Ctrl-C in a terminal reaches the parent only, which then stops its children in order.
//   - Only the process that was started here is ever signalled, through its own handle, never by name and never by a number read from elsewhere.
//
// On systems other than Linux there is no death signal; a child of a parent killed by kill -9 then stays, and whoever starts the next one must
// look for it (package pgcluster does).
//
// It lives beside the test helpers because both they and the demo's embedded PostgreSQL need it, and it imports nothing but the standard library.
package child
