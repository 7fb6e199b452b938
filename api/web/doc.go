// Package web holds the pages of Chesna: server-rendered HTML in Ukrainian and English that needs no JavaScript
// for any step, after the patterns of govuk-frontend under our own colours and the system's fonts.
//
// # Terms
//
// A page lives at /uk/… and at /en/…; the rest of the address is the same. A step of the booking is one page
// with one question and one main button. A form is sent by POST with the session's form token and answered by
// a redirect, so that reloading and going back are harmless; only a refused form is answered in place, with
// what was typed.
//
// # Invariants
//
//   - No page before sign-in says when a seat is free; nothing here names a counter to a citizen.
//   - What is signed is shown byte for byte, and what was shown is what is verified.
//   - No personal data in an address: applicants are named by their random identifier.
//   - No inline script or style; the one script file only adds a countdown and the visitor's own time.
//   - The demo's helper pages are mounted only when [Deps].Demo is set, and say that they are a demo.
//
// # Reading order
//
// deps.go (what the pages stand on), site.go and render.go, then the pages in the order of a visit: home.go,
// signin.go, profile.go, book.go, time.go, hold.go, appointments.go; draws: lot.go, draws.go, wish.go (what was chosen,
// carried by the address), entering.go, entrysign.go, entry.go, entries.go, offers.go, moving.go, verify.go; for
// officers desk.go, week.go, weekform.go; demo.go. Styles are built ahead by styles/build.sh.
package web
