package handlers

import (
	"context"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/booking"
	"chesna/booking/capacity"
)

// ListDesk implements GET /api/v1/consulates/{id}/appointments.
func (a *API) ListDesk(ctx context.Context, r oapi.ListDeskRequestObject) (oapi.ListDeskResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	post, err := a.d.Catalogue.Consulate(booking.ConsulateID(r.Id))
	if err != nil {
		return nil, err
	}
	list, err := a.d.Bookings.Desk(ctx, s, post.ID, r.Params.Day)
	if err != nil {
		return nil, err
	}
	out := oapi.ListDesk200JSONResponse{Items: make([]oapi.DeskAppointment, 0, len(list))}
	for _, b := range list {
		one := oapi.DeskAppointment{
			Id: b.ID.String(), Reference: b.Reference, State: oapi.AppointmentState(b.State), Service: string(b.Service),
			Start: b.Start.In(post.Location), Minutes: b.Minutes,
		}
		if seat, err := capacity.ParseSeatID(string(b.Seat)); err == nil {
			one.Counter = seat.Counter
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

// RecordOutcome implements POST /api/v1/appointments/{id}/outcome.
func (a *API) RecordOutcome(ctx context.Context, r oapi.RecordOutcomeRequestObject) (oapi.RecordOutcomeResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	id, err := appointmentID(r.Id)
	if err != nil {
		return nil, err
	}
	done, err := a.d.Bookings.RecordOutcome(ctx, s, id, booking.Outcome(r.Body.Outcome), value(r.Body.Reason))
	if err != nil {
		return nil, err
	}
	out, err := a.appointment(done)
	return oapi.RecordOutcome200JSONResponse{AppointmentJSONResponse: oapi.AppointmentJSONResponse(out)}, err
}
