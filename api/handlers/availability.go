package handlers

import (
	"context"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/booking"
)

// GetAvailability implements GET /api/v1/consulates/{id}/availability. Times carry the post's own offset.
func (a *API) GetAvailability(ctx context.Context, r oapi.GetAvailabilityRequestObject) (oapi.GetAvailabilityResponseObject, error) {
	s, err := api.RequireSession(ctx)
	if err != nil {
		return nil, err
	}
	o, err := a.d.Bookings.Availability(ctx, s, booking.ConsulateID(r.Id), booking.ServiceID(r.Params.Service))
	if err != nil {
		return nil, err
	}
	loc := o.Consulate.Location
	out := oapi.GetAvailability200JSONResponse{
		Consulate: string(o.Consulate.ID), Service: string(o.Service.ID), TimeZone: loc.String(), ByDraw: o.ByDraw,
		Windows: make([]oapi.Window, 0, len(o.Windows)),
	}
	if !o.DrawFrom.IsZero() {
		at := o.DrawFrom.In(loc)
		out.DrawFrom = &at
	}
	for _, w := range o.Windows {
		one := oapi.Window{
			Id: string(w.ID), Day: w.Day.String(), From: w.From.In(loc), To: w.To.In(loc), Free: oapi.WindowFree(w.Free),
			Slots: make([]oapi.Slot, 0, len(w.Slots)),
		}
		for _, slot := range w.Slots {
			one.Slots = append(one.Slots, oapi.Slot{Id: string(slot.ID), Start: slot.Start.In(loc)})
		}
		out.Windows = append(out.Windows, one)
	}
	return out, nil
}
