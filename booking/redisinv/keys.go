package redisinv

import (
	"strings"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
)

// Keys of one post share the hash tag of its identifier, keys of one applicant that of hers, so that every
// script touches a single slot of a Redis Cluster. No other file composes a key.

func epochKey(c booking.ConsulateID) string      { return "c:{" + string(c) + "}:epoch" }
func seatsKey(c booking.ConsulateID) string      { return "c:{" + string(c) + "}:seats" }
func holdsKey(c booking.ConsulateID) string      { return "c:{" + string(c) + "}:holds" }
func expiriesKey(c booking.ConsulateID) string   { return "c:{" + string(c) + "}:expiries" }
func confirmingKey(c booking.ConsulateID) string { return "c:{" + string(c) + "}:confirming" }
func endedKey(c booking.ConsulateID) string      { return "c:{" + string(c) + "}:ended" }

func freeKey(c booking.ConsulateID, g booking.GroupID) string {
	return "c:{" + string(c) + "}:free:" + string(g)
}

// personKey holds "c <hold> <person>" (claim; "u…" when it does not count), "h <hold> <person>" (hold) or "appt:<id>" (active appointment).
func personKey(applicant uuid.UUID, g booking.GroupID) string {
	return "p:{" + applicant.String() + "}:" + string(g)
}

// dayKey counts the holds of an applicant in a group on one UTC day.
func dayKey(applicant uuid.UUID, g booking.GroupID, now time.Time) string {
	return personKey(applicant, g) + ":n:" + now.UTC().Format("20060102")
}

// signerKey names the holds that a person took for others in a group on one UTC day.
func signerKey(person uuid.UUID, g booking.GroupID, now time.Time) string {
	return personKey(person, g) + ":for:" + now.UTC().Format("20060102")
}

// pastKey says that an appointment of the applicant is over.
func pastKey(applicant uuid.UUID, g booking.GroupID, appointment uuid.UUID) string {
	return personKey(applicant, g) + ":past:" + appointment.String()
}

const appointmentPrefix = "appt:"

func appointmentMark(id uuid.UUID) string { return appointmentPrefix + id.String() }

// sign is what a person key says about a hold.
type sign struct {
	claim  bool // the seat is still being looked for
	hold   booking.HoldID
	person uuid.UUID
}

// token is the part of the sign that names the hold and its person.
func token(id booking.HoldID, person uuid.UUID) string { return string(id) + " " + person.String() }

// parseSign reads a person key's value; ok is false for appointments and for anything unknown.
func parseSign(value string) (s sign, ok bool) {
	parts := strings.Split(value, " ")
	if len(parts) != 3 || (parts[0] != "c" && parts[0] != "u" && parts[0] != "h") {
		return sign{}, false
	}
	person, err := uuid.Parse(parts[2])
	if err != nil {
		return sign{}, false
	}
	return sign{claim: parts[0] != "h", hold: booking.HoldID(parts[1]), person: person}, true
}
