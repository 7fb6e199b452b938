package servers

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// clusterMasters is the least number that Redis Cluster works with.
const clusterMasters = 3

// ClusterServer is a Redis Cluster of three masters without replicas: the only engine that refuses a script whose keys lie in several hash slots.
type ClusterServer struct {
	t     testing.TB
	nodes []*RedisServer
}

// RedisCluster starts the cluster (about a second) and stops it after the test.
func RedisCluster(t testing.TB) *ClusterServer {
	t.Helper()
	cli := redisProgram(t, "redis-cli")
	c := &ClusterServer{t: t}
	args := []string{"--cluster", "create"}
	for range clusterMasters {
		node := Redis(t, func(s *RedisServer) { s.cluster = true })
		c.nodes = append(c.nodes, node)
		args = append(args, node.Addr())
	}
	args = append(args, "--cluster-replicas", "0", "--cluster-yes")
	if out, err := exec.CommandContext(t.Context(), cli, args...).CombinedOutput(); err != nil {
		t.Fatalf("create the Redis Cluster: %v\n%s", err, out)
	}
	for _, node := range c.nodes {
		c.awaitReady(node)
	}
	return c
}

// awaitReady waits until the node itself believes that all hash slots are served.
func (c *ClusterServer) awaitReady(node *RedisServer) {
	c.t.Helper()
	client := redis.NewClient(&redis.Options{Addr: node.Addr()})
	defer client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), redisPatience)
	defer cancel()
	ticker := time.NewTicker(redisPoll)
	defer ticker.Stop()
	for {
		info, err := client.ClusterInfo(ctx).Result()
		if err == nil && strings.Contains(info, "cluster_state:ok") && strings.Contains(info, fmt.Sprintf("cluster_size:%d", clusterMasters)) {
			return
		}
		select {
		case <-ctx.Done():
			c.t.Fatalf("the Redis Cluster is not ready in time: %v %s", err, info)
		case <-ticker.C:
		}
	}
}

// Addrs are the nodes' host:port.
func (c *ClusterServer) Addrs() []string {
	addrs := make([]string, 0, len(c.nodes))
	for _, node := range c.nodes {
		addrs = append(addrs, node.Addr())
	}
	return addrs
}

// Nodes are the masters, for tests that kill one.
func (c *ClusterServer) Nodes() []*RedisServer { return c.nodes }

// Client returns a cluster client, closed after the test. It re-reads the topology each second: by default it would take a minute to notice a
// dead master.
func (c *ClusterServer) Client() *redis.ClusterClient {
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs(), ClusterStateReloadInterval: time.Second})
	c.t.Cleanup(func() { _ = client.Close() })
	return client
}
