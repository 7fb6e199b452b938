// Package qescli is `chesna qes verify`: it judges a signature from files and prints one JSON object.
//
// Invariants: standard output carries the verdict and nothing else, and only when there is one; the exit code says the
// same (0 accept, 1 reject, 2 usage). Whatever is wrong with the message or a revocation list is a verdict; a wrong flag,
// an unreadable file or a broken trust certificate is usage. The time of judgement is given, never the clock.
package qescli
