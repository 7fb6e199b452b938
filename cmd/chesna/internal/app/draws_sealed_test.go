package app

import "testing"

// requestsAreSealed looks for signed texts, which hold names, in the database.
func requestsAreSealed(t *testing.T, a *App) {
	t.Helper()
	var all, plain int
	err := a.parts.pool.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE position('chesna/entry/v1'::bytea IN request) > 0)
		FROM booking.entry_revisions`).Scan(&all, &plain)
	if err != nil {
		t.Fatal(err)
	}
	if all == 0 || plain > 0 {
		t.Errorf("%d of %d signed requests stand in clear", plain, all)
	}
}
