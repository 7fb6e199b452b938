package handlers

import (
	"context"
	"encoding/hex"
	"time"

	"chesna/api"
	"chesna/api/oapi"
	"chesna/booking"
	"chesna/booking/opening"
	"chesna/identity"
)

// Openings is what the API needs of openings; *opening.Office satisfies it.
type Openings interface {
	Openings(ctx context.Context) ([]opening.Opening, error)
	Order(ctx context.Context, id booking.OpeningID) ([]byte, error)
	Arrive(ctx context.Context, s identity.Session, id booking.OpeningID) (opening.View, error)
	Place(ctx context.Context, s identity.Session, id booking.OpeningID) (opening.View, error)
}

// openings are the openings, where this installation has them.
func (a *API) openings() (Openings, error) {
	if a.d.Openings == nil {
		return nil, booking.Refuse(booking.CodeOpeningAbsent, "nothing is opened by turns here")
	}
	return a.d.Openings, nil
}

// ListOpenings implements GET /api/v1/openings.
func (a *API) ListOpenings(ctx context.Context, _ oapi.ListOpeningsRequestObject) (oapi.ListOpeningsResponseObject, error) {
	out := oapi.ListOpenings200JSONResponse{Items: []oapi.LiveOpening{}}
	if a.d.Openings == nil {
		return out, nil
	}
	list, err := a.d.Openings.Openings(ctx)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		post, err := a.d.Catalogue.Consulate(o.Consulate)
		if err != nil {
			return nil, err
		}
		local := func(t time.Time) time.Time { return t.In(post.Location) }
		out.Items = append(out.Items, oapi.LiveOpening{
			Id: string(o.ID), Consulate: string(o.Consulate), Group: string(o.Group), Week: o.ISOWeek, TimeZone: post.Location.String(),
			State: oapi.LiveOpeningState(o.State), LobbyFrom: local(o.LobbyFrom), OpensAt: local(o.OpensAt), GatherUntil: local(o.GatherUntil),
			PerMinute: o.PerMinute, TurnMinutes: int((o.Turn + time.Minute - 1) / time.Minute), Round: int64(o.Round),
			ChainHash: o.Chain.ChainHash.String(), Waiting: opening.Rounded(o.Waiting),
		})
	}
	return out, nil
}

// GetOpeningOrder implements GET /api/v1/openings/{id}/order.
func (a *API) GetOpeningOrder(ctx context.Context, r oapi.GetOpeningOrderRequestObject) (oapi.GetOpeningOrderResponseObject, error) {
	openings, err := a.openings()
	if err != nil {
		return nil, err
	}
	file, err := openings.Order(ctx, booking.OpeningID(r.Id))
	return oapi.GetOpeningOrder200TextResponse(file), err
}

// Arrive implements POST /api/v1/openings/{id}/place.
func (a *API) Arrive(ctx context.Context, r oapi.ArriveRequestObject) (oapi.ArriveResponseObject, error) {
	out, err := a.place(ctx, r.Id, Openings.Arrive)
	return oapi.Arrive200JSONResponse{OpeningPlaceJSONResponse: out}, err
}

// GetPlace implements GET /api/v1/openings/{id}/place.
func (a *API) GetPlace(ctx context.Context, r oapi.GetPlaceRequestObject) (oapi.GetPlaceResponseObject, error) {
	out, err := a.place(ctx, r.Id, Openings.Place)
	return oapi.GetPlace200JSONResponse{OpeningPlaceJSONResponse: out}, err
}

// place asks for the person's place and shows it.
func (a *API) place(ctx context.Context, id string,
	ask func(Openings, context.Context, identity.Session, booking.OpeningID) (opening.View, error),
) (oapi.OpeningPlaceJSONResponse, error) {
	var none oapi.OpeningPlaceJSONResponse
	s, err := api.RequireSession(ctx)
	if err != nil {
		return none, err
	}
	openings, err := a.openings()
	if err != nil {
		return none, err
	}
	v, err := ask(openings, ctx, s, booking.OpeningID(id))
	if err != nil {
		return none, err
	}
	poll := int(v.PollAfter / time.Second)
	out := oapi.OpeningPlace{
		Opening: id, State: oapi.OpeningPlaceState(v.State), Ticket: hex.EncodeToString(v.Ticket[:]), Waiting: opening.Rounded(v.Waiting),
		CalledUntil: optionalTime(v.CalledUntil), PollAfter: poll,
	}
	if v.Place > 0 {
		out.Place = &v.Place
	}
	if v.State == opening.PlaceWaiting {
		wait := int(v.Wait / time.Second)
		out.Ahead, out.ExpectedSeconds, out.Enough = &v.Ahead, &wait, &v.Enough
	}
	return oapi.OpeningPlaceJSONResponse{Body: out, Headers: oapi.OpeningPlaceResponseHeaders{RetryAfter: &poll}}, nil
}
