package handlers

import (
	"context"
	"encoding/hex"
	"strconv"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/booking"
	"chesna/identity"
)

// recordLimit is how many events are shown when nothing is said.
const recordLimit = 100

// GetRecord implements GET /api/v1/record: what happened to the person's bookings, and to her data and rights, newest
// first. Counters, the names of officers and who another citizen is are left out.
func (a *API) GetRecord(ctx context.Context, r oapi.GetRecordRequestObject) (oapi.GetRecordResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	limit := recordLimit
	if r.Params.Limit != nil {
		limit = *r.Params.Limit
	}
	events, err := a.d.Bookings.Record(ctx, s, limit)
	if err != nil {
		return nil, err
	}
	actions, err := a.d.Identity.Actions(ctx, s.Person, limit)
	if err != nil {
		return nil, err
	}
	out := oapi.GetRecord200JSONResponse{Items: make([]oapi.Event, 0, limit)}
	// Both lists are in order, the newest first; so is what is taken from their heads.
	for len(out.Items) < limit && len(events)+len(actions) > 0 {
		if len(actions) == 0 || (len(events) > 0 && !events[0].At.Before(actions[0].At)) {
			out.Items, events = append(out.Items, event(events[0])), events[1:]
		} else {
			out.Items, actions = append(out.Items, action(s.Person, actions[0])), actions[1:]
		}
	}
	return out, nil
}

func event(e booking.Event) oapi.Event {
	out := oapi.Event{
		Id: e.ID.String(), At: utc(e.At), Type: string(e.Type), Actor: e.Actor.Role, Consulate: optional(string(e.Consulate)),
	}
	if e.Appointment != uuid.Nil {
		out.Appointment = optional(e.Appointment.String())
	}
	if len(e.Data) > 0 {
		data := make(map[string]string, len(e.Data))
		for k, v := range e.Data {
			data[k] = v
		}
		out.Data = &data
	}
	return out
}

// action is an entry of identity's record as its person reads it.
func action(person uuid.UUID, a identity.Action) oapi.Event {
	out := oapi.Event{
		// The entry's own number would tell how much happens in the whole system.
		Id: uuid.NewSHA1(person, strconv.AppendInt([]byte("action "), a.Seq, 10)).String(),
		At: utc(a.At), Type: "person." + string(a.Kind), Actor: actor(person, a),
	}
	detail := map[identity.ActionKind]string{
		identity.ActionCountry: "country", identity.ActionLanguage: "language", identity.ActionApplicant: "relation",
		identity.ActionGrant: "right", identity.ActionWithdrawal: "right",
	}
	switch name := detail[a.Kind]; {
	case a.Kind == identity.ActionSignIn:
		out.Data = &map[string]string{"certificate": hex.EncodeToString(a.Certificate[:])}
	case name != "" && a.Detail != "":
		out.Data = &map[string]string{name: a.Detail}
	}
	return out
}

func actor(person uuid.UUID, a identity.Action) string {
	switch {
	case a.By == person:
		return string(identity.RoleCitizen)
	case a.By == uuid.Nil:
		return booking.System().Role
	case a.Kind == identity.ActionApplicant:
		return "other"
	}
	return string(identity.RoleAdministrator)
}

// Diary proves lines of a person's record of actions.
type Diary interface {
	// Prove opens the blinded leaf of an event of the person's record; CodeNotPublished when her record has no such event
	// in the journal.
	Prove(ctx context.Context, person, event uuid.UUID) (EventProof, error)
}

// EventProof is what proves an event. Proof is empty until a checkpoint covers the leaf; Index is -1 until it has a place.
type EventProof struct {
	Event, Blind, Leaf, Proof []byte
	Index                     int64
}

// GetRecordProof implements GET /api/v1/record/{id}/proof.
func (a *API) GetRecordProof(ctx context.Context, r oapi.GetRecordProofRequestObject) (oapi.GetRecordProofResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	absent := booking.Refuse(booking.CodeNotPublished, "no such event of yours in the journal")
	id, err := uuid.Parse(r.Id)
	if err != nil || a.d.Diary == nil {
		return nil, absent
	}
	p, err := a.d.Diary.Prove(ctx, s.Person, id)
	if err != nil {
		return nil, err
	}
	out := oapi.GetRecordProof200JSONResponse{
		Event: string(p.Event), Blind: hex.EncodeToString(p.Blind), Leaf: string(p.Leaf), Proof: optional(string(p.Proof)),
	}
	if p.Index >= 0 {
		out.Index = &p.Index
	}
	return out, nil
}
