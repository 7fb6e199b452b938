// Package mailer delivers mail: by SMTP, or into a mailbox in memory that the demo shows on a page.
//
// Terms. To deliver is to hand a message to the first mail server; what becomes of it then is not known here.
//
// Invariants.
//   - With TLS asked for, nothing is sent in the clear: no STARTTLS, no mail.
//   - Addresses and texts are in no error and no log; of a server's answer only its code is kept.
//   - A line break in an address or a subject cannot add a header: go-mail encodes them, and identity refuses them before.
//   - Every delivery ends within the timeout.
package mailer
