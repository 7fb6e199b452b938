package handlers

import (
	"context"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/api/oapi"
)

// recordLimit is how many events are shown when nothing is said.
const recordLimit = 100

// GetRecord implements GET /api/v1/record. Counters and the names of officers are left out.
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
	out := oapi.GetRecord200JSONResponse{Items: make([]oapi.Event, 0, len(events))}
	for _, e := range events {
		one := oapi.Event{
			Id: e.ID.String(), At: utc(e.At), Type: string(e.Type), Actor: e.Actor.Role, Consulate: optional(string(e.Consulate)),
		}
		if e.Appointment != uuid.Nil {
			one.Appointment = optional(e.Appointment.String())
		}
		if len(e.Data) > 0 {
			data := make(map[string]string, len(e.Data))
			for k, v := range e.Data {
				data[k] = v
			}
			one.Data = &data
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}
