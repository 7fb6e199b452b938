package booking

import (
	"errors"
	"time"
)

// Code names a reason why something was refused. The edge turns each into an RFC 9457 problem.
type Code string

// The reasons. docs/problems.md has a paragraph for each.
const (
	CodeInvalid           Code = "invalid"             // a field is wrong; Fields says which
	CodeUnknownConsulate  Code = "unknown-consulate"   // no such post
	CodeUnknownService    Code = "unknown-service"     // no such service at this post
	CodeOutsideDistrict   Code = "outside-district"    // not the post of the person's country of stay
	CodeCountryNeeded     Code = "country-needed"      // no country of stay is declared yet
	CodeEmailNeeded       Code = "email-needed"        // no e-mail address is verified yet
	CodeApplicantRefused  Code = "applicant-refused"   // the service cannot be asked for this applicant
	CodeByDraw            Code = "by-draw"             // the post gives its seats by draw, not at once
	CodeSoldOut           Code = "sold-out"            // no seat in this slot or window is free now
	CodeNoInventory       Code = "no-inventory"        // the inventory is being rebuilt; try again
	CodeUnavailable       Code = "unavailable"         // a store cannot be reached; try again
	CodeHoldNotFound      Code = "hold-not-found"      // no such hold, or not of this person
	CodeHoldExpired       Code = "hold-expired"        // its time is over
	CodeHoldConfirming    Code = "hold-confirming"     // it is being confirmed and cannot change
	CodeAlreadyExtended   Code = "already-extended"    // one extension only
	CodeHoldLimit         Code = "hold-limit"          // too many holds today in this group
	CodeHoldElsewhere     Code = "hold-elsewhere"      // the applicant has a live hold in this group already, by another person or post
	CodeAlreadyBooked     Code = "already-booked"      // one active appointment per applicant and group
	CodeSeatTaken         Code = "seat-taken"          // the ledger knows another owner of the seat
	CodeAlreadyConfirmed  Code = "already-confirmed"   // confirmed with another signature
	CodeSignatureReused   Code = "signature-reused"    // this signature was accepted once before
	CodeAppointmentAbsent Code = "appointment-absent"  // no such appointment, or not of this person
	CodeNotActive         Code = "not-active"          // the appointment has ended already
	CodeTooLate           Code = "too-late"            // the appointment has begun
	CodeTooEarly          Code = "too-early"           // an outcome before the appointment's time
	CodeForbidden         Code = "forbidden"           // not within the rights given
	CodeSeatsTaken        Code = "seats-taken"         // published seats that someone has cannot vanish
	CodeBelowMinimum      Code = "below-legal-minimum" // a week under R-06 needs a signed reason
	CodeStale             Code = "stale"               // If-Match does not match
	CodeWeekPast          Code = "week-past"           // the week is over
	CodeWaitForTurn       Code = "wait-for-turn"       // an opening runs here, and the person is not called
	CodeOpeningAbsent     Code = "opening-absent"      // no such opening
	CodeOpeningEnded      Code = "opening-ended"       // it is over: booking is free
	CodeLobbyClosed       Code = "lobby-closed"        // its lobby is not open yet
	CodePlaceAbsent       Code = "place-absent"        // the person has not arrived there
)

// Refusals of waves, entries and offers.
const (
	CodeDrawAbsent      Code = "draw-absent"      // no such draw
	CodeNotPublished    Code = "not-published"    // the draw has no such file yet
	CodeEntryClosed     Code = "entry-closed"     // entry has not begun, or is over
	CodeEntryFrozen     Code = "entry-frozen"     // the entry is in a draw now and cannot change
	CodeEntryAbsent     Code = "entry-absent"     // she has no entry in this draw
	CodeAlreadyEntered  Code = "already-entered"  // a person has one live entry in a group, everywhere (C2)
	CodeLiveEntry       Code = "live-entry"       // a live entry bars holds in the group
	CodeOfferOpen       Code = "offer-open"       // an offer waits for her signature
	CodeOfferAbsent     Code = "offer-absent"     // no such offer, or not of this person
	CodeOfferEnded      Code = "offer-ended"      // it was declined or its time is over
	CodePaused          Code = "paused"           // online entry is paused after a no-show, a late cancellation or unsigned offers
	CodeSignatureNeeded Code = "signature-needed" // sign the document and send the same request again
	CodeEntryTooLarge   Code = "entry-too-large"  // more persons than seats
	CodeReturnedSeat    Code = "returned-seat"    // she gave back a seat of this draw
	CodeChangesUsedUp   Code = "changes-used-up"  // an appointment can be rescheduled twice, an entry changed 29 times
)

// FieldError points at one field of the input that is wrong.
type FieldError struct {
	Pointer string // RFC 6901 JSON pointer, "/slot"
	Code    string
	Detail  string
}

// Error is a refusal with its reason. Detail is for the person and holds no personal data; the cause, when
// there is one, is for the log only.
type Error struct {
	Code       Code
	Detail     string
	Fields     []FieldError
	RetryAfter time.Duration
	// Seats names the seats a CodeSeatsTaken is about; Document is what has to be signed for
	// CodeBelowMinimum and CodeSignatureNeeded.
	Seats    []SeatID
	Document []byte
	Cause    error
}

// Error returns the code and the detail.
func (e *Error) Error() string {
	s := string(e.Code)
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Cause != nil {
		s += ": " + e.Cause.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// Is makes errors.Is(err, &Error{Code: c}) compare codes.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// Refuse makes an Error of a code and a detail.
func Refuse(c Code, detail string) *Error { return &Error{Code: c, Detail: detail} }

// CodeOf returns the code of an error, or "" when it has none.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}
