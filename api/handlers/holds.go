package handlers

import (
	"context"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/booking"
	"chesna/identity"
)

// CreateHold implements POST /api/v1/holds: 201 for a new hold, 200 for one that was there.
func (a *API) CreateHold(ctx context.Context, r oapi.CreateHoldRequestObject) (oapi.CreateHoldResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	held, err := a.d.Bookings.Reserve(ctx, s, booking.ReserveRequest{
		Consulate: booking.ConsulateID(r.Body.Consulate), Service: booking.ServiceID(r.Body.Service),
		Slot: booking.SlotID(value(r.Body.Slot)), Window: booking.WindowID(value(r.Body.Window)), Applicant: applicant(r.Body.Applicant),
	})
	if err != nil {
		return nil, err
	}
	out, err := a.hold(held)
	if err != nil {
		return nil, err
	}
	at := "/api/v1/holds/" + out.HoldId
	if held.Again {
		return oapi.CreateHold200JSONResponse{Body: out, Headers: oapi.CreateHold200ResponseHeaders{Location: &at}}, nil
	}
	return oapi.CreateHold201JSONResponse{Body: out, Headers: oapi.CreateHold201ResponseHeaders{Location: &at}}, nil
}

// GetHold implements GET /api/v1/holds/{id}.
func (a *API) GetHold(ctx context.Context, r oapi.GetHoldRequestObject) (oapi.GetHoldResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	held, err := a.d.Bookings.Hold(ctx, s, booking.HoldID(r.Id))
	if err != nil {
		return nil, err
	}
	out, err := a.hold(held)
	return oapi.GetHold200JSONResponse{HoldJSONResponse: oapi.HoldJSONResponse(out)}, err
}

// ExtendHold implements POST /api/v1/holds/{id}/extend.
func (a *API) ExtendHold(ctx context.Context, r oapi.ExtendHoldRequestObject) (oapi.ExtendHoldResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	held, err := a.d.Bookings.Extend(ctx, s, booking.HoldID(r.Id))
	if err != nil {
		return nil, err
	}
	out, err := a.hold(held)
	return oapi.ExtendHold200JSONResponse{HoldJSONResponse: oapi.HoldJSONResponse(out)}, err
}

// ReleaseHold implements DELETE /api/v1/holds/{id}.
func (a *API) ReleaseHold(ctx context.Context, r oapi.ReleaseHoldRequestObject) (oapi.ReleaseHoldResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.d.Bookings.Release(ctx, s, booking.HoldID(r.Id)); err != nil {
		return nil, err
	}
	return oapi.ReleaseHold204Response{}, nil
}

// ConfirmHold implements POST /api/v1/holds/{id}/confirm.
func (a *API) ConfirmHold(ctx context.Context, r oapi.ConfirmHoldRequestObject) (oapi.ConfirmHoldResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	signature, err := signatureBytes(r.Body.Signature)
	if err != nil {
		return nil, err
	}
	booked, err := a.d.Bookings.Confirm(ctx, s, booking.HoldID(r.Id), signature)
	if err != nil {
		return nil, err
	}
	out, err := a.appointment(booked)
	if err != nil {
		return nil, err
	}
	at := "/api/v1/appointments/" + out.Id
	return oapi.ConfirmHold201JSONResponse{Body: out, Headers: oapi.ConfirmHold201ResponseHeaders{Location: &at}}, nil
}

func applicant(a *oapi.Applicant) *identity.Applicant {
	if a == nil {
		return nil
	}
	return &identity.Applicant{
		Relation:  string(a.Relation),
		Names:     identity.Names{Surname: a.Surname, GivenName: a.GivenName, Patronymic: value(a.Patronymic)},
		BirthDate: a.BirthDate, RNOKPP: value(a.Rnokpp), UNZR: value(a.Unzr), BirthCertificate: value(a.BirthCertificate),
	}
}

func (a *API) hold(held booking.HeldSeat) (oapi.Hold, error) {
	h := held.Hold
	post, err := a.d.Catalogue.Consulate(h.Consulate)
	if err != nil {
		return oapi.Hold{}, err
	}
	return oapi.Hold{
		HoldId: string(h.ID), Consulate: string(h.Consulate), Service: string(h.Service), Slot: string(h.Slot),
		Start: h.Start.In(post.Location), Minutes: h.Minutes, State: oapi.HoldState(h.State),
		ExpiresAt: utc(h.ExpiresAt), LastExpiry: utc(h.LastExpiry), Extended: h.Extended,
		ForAnother: h.Applicant != h.Person, Document: held.Document,
	}, nil
}
