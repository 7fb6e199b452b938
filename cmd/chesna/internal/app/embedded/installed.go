package embedded

import "chesna/booking/bookingtest/servers/pgcluster"

// PostgresInstalled tells whether the binaries of PostgreSQL are on this machine; ErrPostgresMissing otherwise.
func PostgresInstalled() error {
	_, err := pgcluster.FindBinaries()
	return err
}
