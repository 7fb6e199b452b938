package qes_test

import (
	"maps"
	"slices"
	"testing"

	"chesna/identity/qes"
)

// hostile is one message that must be refused with its own code.
type hostile struct {
	code qes.Code
	make func(t *testing.T, l *lab) *trial
}

// TestHostileSet judges messages that are each wrong in one place. Generic verifiers accept many of them.
func TestHostileSet(t *testing.T) {
	l := newLab(t)
	total := 0
	codes := map[qes.Code]bool{}
	for group, cases := range map[string]map[string]hostile{
		"form": formCases(), "structure": structureCases(), "content": contentCases(), "attributes": attributeCases(),
		"algorithms": algorithmCases(), "certificate": certificateCases(), "path": pathCases(),
		"revocation": revocationCases(), "shard": shardCases(), "scope": scopeCases(), "subject": subjectCases(),
	} {
		for _, name := range slices.Sorted(maps.Keys(cases)) {
			c := cases[name]
			total++
			codes[c.code] = true
			t.Run(group+"/"+name, func(t *testing.T) {
				got, err := c.make(t, l).verify(t)
				if qes.CodeOf(err) != c.code {
					t.Errorf("got %v, want code %s", err, c.code)
				}
				if err != nil && (got.Subject != (qes.Subject{}) || got.Content != nil) {
					t.Error("a refusal gave something away")
				}
			})
		}
	}
	t.Logf("%d hostile messages, %d codes", total, len(codes))
	if total < 34 {
		t.Errorf("only %d cases", total)
	}
}

// TestLabIsGood shows that the hostile set starts from something acceptable.
func TestLabIsGood(t *testing.T) {
	for name, c := range goodCases() {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			if _, err := c(t, l).verify(t); err != nil {
				t.Error(err)
			}
		})
	}
}
