package redisinv_test

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"

	"chesna/booking/bookingtest"
	"chesna/booking/bookingtest/servers"
)

// TestCluster runs the contract on a real cluster, the only engine that refuses keys of several hash slots.
func TestCluster(t *testing.T) {
	cluster := servers.RedisCluster(t)
	client := cluster.Client()
	e := servers.Engine{Name: "cluster", Client: client}
	bookingtest.Inventory(t, func(t *testing.T) bookingtest.InventoryHarness {
		h := harness(t, e, noGate)
		h.Lose = func() {
			err := client.ForEachMaster(context.Background(), func(ctx context.Context, node *redis.Client) error {
				return node.FlushAll(ctx).Err()
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		return h
	})
}
