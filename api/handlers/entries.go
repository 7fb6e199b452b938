package handlers

import (
	"context"
	"encoding/hex"
	"errors"
	"math/bits"
	"slices"
	"strings"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

// drawsFor are the waves, for somebody who is signed in.
func (a *API) drawsFor(ctx context.Context) (Draws, identity.Session, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, s, err
	}
	d, err := a.draws()
	return d, s, err
}

// PutEntry implements PUT /api/v1/draws/{id}/entry.
func (a *API) PutEntry(ctx context.Context, r oapi.PutEntryRequestObject) (oapi.PutEntryResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	in, err := entryRequest(*r.Body)
	if err != nil {
		return nil, err
	}
	receipt, err := draws.Enter(ctx, s, wave.ID(r.Id), in)
	if err != nil && r.Body.Members == nil {
		err = asOne(err, r.Body.Applicant != nil)
	}
	if err != nil {
		return nil, err
	}
	return oapi.PutEntry200JSONResponse{ReceiptJSONResponse: receiptOf(s, receipt)}, nil
}

// entryRequest reads the body: one person by service and applicant, or several members.
func entryRequest(in oapi.EntryRequest) (wave.EntryRequest, error) {
	out := wave.EntryRequest{Windows: in.Windows, Cannot: in.Cannot != nil && *in.Cannot}
	invalid := func(pointer, code, detail string) error {
		return problem.Refuse(problem.CodeInvalid, "", problem.Field{Pointer: pointer, In: "body", Code: code, Detail: detail})
	}
	switch {
	case in.Members != nil && (in.Service != nil || in.Applicant != nil):
		return out, invalid("/members", "not-allowed", "give members, or service and applicant for one person")
	case in.Members != nil:
		for _, m := range *in.Members {
			out.Members = append(out.Members, wave.MemberRequest{Service: booking.ServiceID(m.Service), Applicant: applicant(m.Applicant)})
		}
	case in.Service != nil:
		out.Members = []wave.MemberRequest{{Service: booking.ServiceID(*in.Service), Applicant: applicant(in.Applicant)}}
	case in.Reschedules == nil:
		return out, invalid("/service", problem.FieldRequired, "say for which service")
	}
	if in.Reschedules != nil {
		id, err := uuid.Parse(*in.Reschedules)
		if err != nil || id == uuid.Nil {
			return out, invalid("/reschedules", problem.FieldMalformed, "want the identifier of an appointment")
		}
		out.Reschedules = id
	}
	if in.Signature != nil {
		raw, err := signatureBytes(*in.Signature)
		if err != nil {
			return out, err
		}
		out.Signature = raw
	}
	return out, nil
}

// asOne points a refusal of a request for one person at what she sent: service and applicant, not the list that the
// use case knows.
func asOne(err error, other bool) error {
	moved := func(pointer string) string {
		whole := "/service"
		if other {
			whole = "/applicant"
		}
		rest, found := strings.CutPrefix(pointer, "/members")
		rest = strings.TrimPrefix(rest, "/0")
		switch {
		case !found:
			return pointer
		case rest == "":
			return whole
		}
		return rest
	}
	var ours *booking.Error
	if errors.As(err, &ours) && len(ours.Fields) > 0 {
		e := *ours
		e.Fields = slices.Clone(e.Fields)
		for i := range e.Fields {
			e.Fields[i].Pointer = moved(e.Fields[i].Pointer)
		}
		return &e
	}
	var theirs *identity.Error
	if errors.As(err, &theirs) && len(theirs.Fields) > 0 {
		e := *theirs
		e.Fields = slices.Clone(e.Fields)
		for i := range e.Fields {
			e.Fields[i].Pointer = moved(e.Fields[i].Pointer)
		}
		return &e
	}
	return err
}

// DeleteEntry implements DELETE /api/v1/draws/{id}/entry.
func (a *API) DeleteEntry(ctx context.Context, r oapi.DeleteEntryRequestObject) (oapi.DeleteEntryResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	var signature []byte
	if r.Body != nil && r.Body.Signature != nil {
		if signature, err = signatureBytes(*r.Body.Signature); err != nil {
			return nil, err
		}
	}
	receipt, err := draws.Leave(ctx, s, wave.ID(r.Id), signature)
	if err != nil {
		return nil, err
	}
	return oapi.DeleteEntry200JSONResponse{ReceiptJSONResponse: receiptOf(s, receipt)}, nil
}

// receiptOf shows a receipt with the entry as it stands.
func receiptOf(s identity.Session, r wave.Receipt) oapi.ReceiptJSONResponse {
	return oapi.ReceiptJSONResponse{
		Receipt: string(r.Note), Entry: entry(wave.EntryView{Entry: r.Entry, Wave: r.Wave}, s.Person),
		Request: r.Entry.Request, Opening: hex.EncodeToString(r.Entry.Opening[:]),
	}
}

// GetEntry implements GET /api/v1/draws/{id}/entry.
func (a *API) GetEntry(ctx context.Context, r oapi.GetEntryRequestObject) (oapi.GetEntryResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	v, err := draws.Entry(ctx, s, wave.ID(r.Id))
	if err != nil {
		return nil, err
	}
	return oapi.GetEntry200JSONResponse(entry(v, s.Person)), nil
}

// ListEntries implements GET /api/v1/entries.
func (a *API) ListEntries(ctx context.Context, _ oapi.ListEntriesRequestObject) (oapi.ListEntriesResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	list, err := draws.Entries(ctx, s)
	if err != nil {
		return nil, err
	}
	out := oapi.ListEntries200JSONResponse{Items: make([]oapi.Entry, 0, len(list))}
	for _, v := range list {
		out.Items = append(out.Items, entry(v, s.Person))
	}
	return out, nil
}

func entry(v wave.EntryView, person uuid.UUID) oapi.Entry {
	e := v.Entry
	out := oapi.Entry{
		Draw: string(e.Wave), DrawState: oapi.DrawState(v.Wave.State), State: oapi.EntryState(e.State), Rev: e.Rev, Nf: hex.EncodeToString(e.NF[:]),
		Weight: e.W, Guaranteed: e.G == 1, Size: e.Size(), Windows: windowNumbers(e.Windows), Line: e.Line(),
		Members: make([]oapi.EntryMember, 0, len(e.Members)), Commitment: hex.EncodeToString(e.Commitment[:]),
		Receipt: optional(string(e.Receipt)), AcceptedAt: utc(e.AcceptedAt), ServedIn: optional(string(e.ServedIn)),
	}
	if len(e.Request) > 0 {
		opening := hex.EncodeToString(e.Opening[:])
		out.Request, out.Opening = &e.Request, &opening
	}
	if e.Reschedules != uuid.Nil {
		out.Reschedules = optional(e.Reschedules.String())
	}
	for _, m := range e.Members {
		out.Members = append(out.Members, oapi.EntryMember{Service: string(m.Service), Other: m.Applicant != person})
	}
	if len(v.Carried) > 0 {
		ids := make([]string, 0, len(v.Carried))
		for _, w := range v.Carried {
			ids = append(ids, string(w.ID))
		}
		out.Standby = &ids
	}
	return out
}

// windowNumbers are the bits of a mask.
func windowNumbers(mask uint64) []int {
	out := make([]int, 0, bits.OnesCount64(mask))
	for ; mask != 0; mask &= mask - 1 {
		out = append(out, bits.TrailingZeros64(mask))
	}
	return out
}

// GetCard implements GET /api/v1/draws/{id}/card.
func (a *API) GetCard(ctx context.Context, r oapi.GetCardRequestObject) (oapi.GetCardResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	c, err := draws.Card(ctx, s, wave.ID(r.Id))
	if err != nil {
		return nil, err
	}
	out := oapi.GetCard200JSONResponse{
		Draw: r.Id, Entries: c.Entries, Seats: c.Seats, ServedEntries: c.Served, Served: c.Won, Place: c.Place, Weight: c.Weight,
		WeightNext: c.WeightNext, Guaranteed: c.Guaranteed, Target: c.Target, Chance: c.Chance, Known: c.Known, Basis: c.Basis,
	}
	if language(ctx) == "en" {
		out.Basis = c.BasisEN
	}
	if c.Standby != nil {
		out.Standby = optional(string(c.Standby.ID))
	}
	return out, nil
}
