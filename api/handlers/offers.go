package handlers

import (
	"context"

	"github.com/google/uuid"

	"chesna/api/oapi"
	"chesna/booking"
	"chesna/booking/wave"
)

// ListOffers implements GET /api/v1/offers.
func (a *API) ListOffers(ctx context.Context, _ oapi.ListOffersRequestObject) (oapi.ListOffersResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	list, err := draws.Offers(ctx, s)
	if err != nil {
		return nil, err
	}
	out := oapi.ListOffers200JSONResponse{Items: make([]oapi.Offer, 0, len(list))}
	for _, o := range list {
		one, err := a.offer(o)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}

// GetOffer implements GET /api/v1/offers/{id}.
func (a *API) GetOffer(ctx context.Context, r oapi.GetOfferRequestObject) (oapi.GetOfferResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	id, err := offerID(r.Id)
	if err != nil {
		return nil, err
	}
	found, err := draws.Offer(ctx, s, id)
	if err != nil {
		return nil, err
	}
	out, err := a.offer(found)
	return oapi.GetOffer200JSONResponse{OfferJSONResponse: oapi.OfferJSONResponse(out)}, err
}

// SignOffer implements POST /api/v1/offers/{id}/sign.
func (a *API) SignOffer(ctx context.Context, r oapi.SignOfferRequestObject) (oapi.SignOfferResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	id, err := offerID(r.Id)
	if err != nil {
		return nil, err
	}
	signature, err := signatureBytes(r.Body.Signature)
	if err != nil {
		return nil, err
	}
	signed, booked, err := draws.Sign(ctx, s, id, signature)
	if err != nil {
		return nil, err
	}
	out := oapi.SignOffer200JSONResponse{Appointments: make([]oapi.Appointment, 0, len(booked))}
	if out.Offer, err = a.offer(wave.OfferText{Offer: signed}); err != nil {
		return nil, err
	}
	for _, b := range booked {
		one, err := a.appointment(b)
		if err != nil {
			return nil, err
		}
		out.Appointments = append(out.Appointments, one)
	}
	return out, nil
}

// DeclineOffer implements POST /api/v1/offers/{id}/decline.
func (a *API) DeclineOffer(ctx context.Context, r oapi.DeclineOfferRequestObject) (oapi.DeclineOfferResponseObject, error) {
	draws, s, err := a.drawsFor(ctx)
	if err != nil {
		return nil, err
	}
	id, err := offerID(r.Id)
	if err != nil {
		return nil, err
	}
	declined, err := draws.Decline(ctx, s, id)
	if err != nil {
		return nil, err
	}
	out, err := a.offer(wave.OfferText{Offer: declined})
	return oapi.DeclineOffer200JSONResponse{OfferJSONResponse: oapi.OfferJSONResponse(out)}, err
}

func offerID(raw string) (uuid.UUID, error) {
	id, err := uuid.Parse(raw)
	if err != nil {
		return uuid.Nil, booking.Refuse(booking.CodeOfferAbsent, "")
	}
	return id, nil
}

func (a *API) offer(t wave.OfferText) (oapi.Offer, error) {
	o := t.Offer
	post, err := a.d.Catalogue.Consulate(o.Consulate)
	if err != nil {
		return oapi.Offer{}, err
	}
	out := oapi.Offer{
		Id: o.ID.String(), Draw: string(o.Wave), Consulate: string(o.Consulate), Group: string(o.Group), State: oapi.OfferState(o.State),
		Until: utc(o.Until), MadeAt: utc(o.MadeAt), EndedAt: optionalTime(o.EndedAt),
		Seats: make([]oapi.OfferedSeat, 0, len(o.Seats)), Appointments: make([]string, 0, len(o.Appointments)),
	}
	for _, s := range o.Seats {
		out.Seats = append(out.Seats, oapi.OfferedSeat{
			Start: s.Seat.Start.In(post.Location), Minutes: s.Seat.Minutes, Service: string(s.Service), ForAnother: s.Applicant != o.Declarer,
		})
	}
	for _, id := range o.Appointments {
		out.Appointments = append(out.Appointments, id.String())
	}
	if o.Reschedules != uuid.Nil {
		out.Reschedules = optional(o.Reschedules.String())
	}
	if len(t.Document) > 0 {
		out.Document = &t.Document
	}
	return out, nil
}
