package app

import (
	"os"
	"testing"

	"chesna/booking/bookingtest/servers"
)

// TestMain is also the program of the processes that these tests kill.
func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		os.Exit(runChild(order))
	}
	os.Exit(servers.Main(m))
}
