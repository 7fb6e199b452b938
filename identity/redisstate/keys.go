package redisstate

import "github.com/google/uuid"

// The braces are Redis Cluster's hash tags.

func challengeKey(id string) string       { return "identity:challenge:{" + id + "}" }
func sessionKey(id string) string         { return "identity:session:{" + id + "}" }
func sessionsKey(person uuid.UUID) string { return "identity:sessions:{" + person.String() + "}" }
func emailKey(person uuid.UUID) string    { return "identity:email:{" + person.String() + "}" }
func rateKey(name, key string) string     { return "identity:rate:{" + name + ":" + key + "}" }
