package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// The two logs.
const (
	NameJournal = "journal" // everything
	NameDraws   = "draws"   // announcements, closes, voids and results: gap-free numbers
)

// MaxLeaf is the most bytes of a leaf: an entry bundle gives its length in 16 bits.
const MaxLeaf = 1<<16 - 1

// CheckLeaf refuses, with CodeInvalid, leaves that no entry bundle could hold or that are not canonical JSON.
func CheckLeaf(leaf []byte) error {
	if len(leaf) == 0 || len(leaf) > MaxLeaf {
		return Refuse(CodeInvalid, fmt.Sprintf("a leaf of %d bytes; 1 to %d are possible", len(leaf), MaxLeaf))
	}
	if !IsCanonical(leaf) {
		return Refuse(CodeInvalid, "a leaf is one canonical JSON value (RFC 8785)")
	}
	return nil
}

// timeFormat is that of all times in leaves: UTC, whole seconds.
const timeFormat = "2006-01-02T15:04:05Z"

// eventJSON is what a blinded leaf commits to. The names are part of the format.
type eventJSON struct {
	Actor       string            `json:"actor"`
	Appointment string            `json:"appointment"`
	At          string            `json:"at"`
	Consulate   string            `json:"consulate"`
	Data        map[string]string `json:"data"`
	ID          string            `json:"id"`
	Role        string            `json:"role"`
	Seat        string            `json:"seat"`
	Subject     string            `json:"subject"`
	Type        string            `json:"type"`
}

// EventJSON is the canonical form of an event of the ledger, which its leaf commits to:
//
//	{"actor":"<uuid>","appointment":"<uuid>","at":"2026-12-07T08:20:00Z","consulate":"waw","data":{"reason":"…"},
//	 "id":"<uuid>","role":"citizen","seat":"waw-c1-…","subject":"<uuid>","type":"appointment.booked"}
//
// on one line without spaces (RFC 8785). The UUIDs are the system's own pseudonyms; what does not apply is "" and
// data {}. The time is cut to whole seconds, UTC. Seq does not belong to it.
func EventJSON(e booking.Event) ([]byte, error) {
	data := e.Data
	if data == nil {
		data = map[string]string{}
	}
	return Canonical(eventJSON{
		Actor: uuidText(e.Actor.Person), Appointment: uuidText(e.Appointment),
		At: e.At.UTC().Truncate(time.Second).Format(timeFormat), Consulate: string(e.Consulate), Data: data,
		ID: uuidText(e.ID), Role: e.Actor.Role, Seat: string(e.Seat), Subject: uuidText(e.Subject), Type: string(e.Type),
	})
}

func uuidText(id uuid.UUID) string {
	if id == uuid.Nil {
		return ""
	}
	return id.String()
}

// EventLeaf is the blinded leaf of an event: {"c":"<hex SHA-256(event ‖ blind)>","type":"event"}. Who knows the
// event's canonical JSON and its 32 blinding bytes can recompute it; nobody else learns anything.
func EventLeaf(event, blind []byte) ([]byte, error) {
	if len(event) == 0 || len(blind) != 32 {
		return nil, Refuse(CodeInvalid, "an event's leaf needs its JSON and 32 blinding bytes")
	}
	h := sha256.New()
	h.Write(event)
	h.Write(blind)
	return []byte(`{"c":"` + hex.EncodeToString(h.Sum(nil)) + `","type":"event"}`), nil
}

// EventOpening is what its subject needs to find her event in the journal.
type EventOpening struct {
	Event []byte // canonical JSON, see EventJSON
	Blind []byte // 32 bytes
	Leaf  []byte // EventLeaf of the two
	// Index is the leaf's place in the journal; -1 while it waits to be sequenced.
	Index int64
	// Subject is the person whose record it belongs to, or uuid.Nil. Only she may see the opening.
	Subject uuid.UUID
}
