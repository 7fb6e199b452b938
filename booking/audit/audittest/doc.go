// Package audittest makes worlds to audit: a throw-away operator, authority, time stamp authority, witnesses and beacon
// that hold real keys and really sign, a log of draws, and people who enter, lose, wait and return seats.
//
// Terms. A World has one log and one trust policy. An Open draw has been announced; Close freezes it, Result draws it,
// Bundle gives its files as the system would publish them. A Forge is a published bundle in the hands of an operator
// who has his own keys, but not those of honest witnesses, the authority or the time stamp authority.
//
// Everything follows from a seed, so that a failure can be repeated; nothing here is secret or safe.
//
// Reading order: world.go, chain.go, stamps.go, draws.go, people.go, forge.go, files.go.
package audittest
