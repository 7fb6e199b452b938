// Package journaltest has what tests of the logs share: the contract of journal.Store, a store in memory, keys, and a
// witness without a network. It does not speak for production: nothing but tests may import it.
package journaltest
