package handlers

import (
	"bytes"
	"context"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/booking"
)

// ListAppointments implements GET /api/v1/appointments.
func (a *API) ListAppointments(ctx context.Context, _ oapi.ListAppointmentsRequestObject) (oapi.ListAppointmentsResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	list, err := a.d.Bookings.Appointments(ctx, s)
	if err != nil {
		return nil, err
	}
	out := oapi.ListAppointments200JSONResponse{Items: make([]oapi.Appointment, 0, len(list))}
	for _, one := range list {
		item, err := a.appointment(one)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

// GetAppointment implements GET /api/v1/appointments/{id}.
func (a *API) GetAppointment(ctx context.Context, r oapi.GetAppointmentRequestObject) (oapi.GetAppointmentResponseObject, error) {
	found, err := a.own(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	out, err := a.appointment(found)
	return oapi.GetAppointment200JSONResponse{AppointmentJSONResponse: oapi.AppointmentJSONResponse(out)}, err
}

// CancelAppointment implements POST /api/v1/appointments/{id}/cancel.
func (a *API) CancelAppointment(ctx context.Context, r oapi.CancelAppointmentRequestObject) (oapi.CancelAppointmentResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	id, err := appointmentID(r.Id)
	if err != nil {
		return nil, err
	}
	done, err := a.d.Bookings.Cancel(ctx, s, id)
	if err != nil {
		return nil, err
	}
	out, err := a.appointment(done)
	return oapi.CancelAppointment200JSONResponse{AppointmentJSONResponse: oapi.AppointmentJSONResponse(out)}, err
}

// GetCalendar implements GET /api/v1/appointments/{id}/calendar.ics.
func (a *API) GetCalendar(ctx context.Context, r oapi.GetCalendarRequestObject) (oapi.GetCalendarResponseObject, error) {
	found, err := a.own(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	file, err := a.calendar(found, language(ctx))
	if err != nil {
		return nil, err
	}
	return oapi.GetCalendar200TextcalendarResponse{Body: bytes.NewReader(file), ContentLength: int64(len(file))}, nil
}

// GetQR implements GET /api/v1/appointments/{id}/qr.png.
func (a *API) GetQR(ctx context.Context, r oapi.GetQRRequestObject) (oapi.GetQRResponseObject, error) {
	found, err := a.own(ctx, r.Id)
	if err != nil {
		return nil, err
	}
	picture, err := a.qr(found, language(ctx))
	if err != nil {
		return nil, err
	}
	return oapi.GetQR200ImagepngResponse{Body: bytes.NewReader(picture), ContentLength: int64(len(picture))}, nil
}

// own finds an appointment of the person who asks.
func (a *API) own(ctx context.Context, raw string) (booking.Appointment, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return booking.Appointment{}, err
	}
	id, err := appointmentID(raw)
	if err != nil {
		return booking.Appointment{}, err
	}
	return a.d.Bookings.Appointment(ctx, s, id)
}

func appointmentID(raw string) (uuid.UUID, error) {
	id, err := uuid.Parse(raw)
	if err != nil {
		return uuid.Nil, booking.Refuse(booking.CodeAppointmentAbsent, "")
	}
	return id, nil
}

func (a *API) appointment(b booking.Appointment) (oapi.Appointment, error) {
	post, err := a.d.Catalogue.Consulate(b.Consulate)
	if err != nil {
		return oapi.Appointment{}, err
	}
	return oapi.Appointment{
		Id: b.ID.String(), Reference: b.Reference, State: oapi.AppointmentState(b.State), Consulate: string(b.Consulate),
		Service: string(b.Service), Start: b.Start.In(post.Location), Minutes: b.Minutes, HoldId: string(b.Hold),
		ForAnother: b.Applicant != b.Person, BookedAt: utc(b.BookedAt), EndedAt: optionalTime(b.EndedAt),
	}, nil
}
