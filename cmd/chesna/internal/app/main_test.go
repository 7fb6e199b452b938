package app

import (
	"context"
	"os"
	"testing"

	"github.com/redis/go-redis/v9"

	"chesna/booking/bookingtest/servers"
)

// TestMain is also the program of the processes that these tests kill.
func TestMain(m *testing.M) {
	if order := os.Getenv(childVariable); order != "" {
		os.Exit(runChild(order))
	}
	redis.SetLogger(quiet{}) // servers die here all the time
	os.Exit(servers.Main(m))
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}
