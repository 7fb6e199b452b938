package handlers

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/identity"
)

// Draws is what the API needs of waves; *wave.Office satisfies it.
type Draws interface {
	Draws(ctx context.Context, f wave.Filter) ([]wave.Wave, error)
	Draw(ctx context.Context, id wave.ID) (wave.Wave, error)
	Result(ctx context.Context, id wave.ID) ([]byte, error)
	File(ctx context.Context, id wave.ID, name string) ([]byte, error)
	Bundle(ctx context.Context, id wave.ID) (map[string][]byte, error)
	Enter(ctx context.Context, s identity.Session, id wave.ID, r wave.EntryRequest) (wave.Receipt, error)
	Leave(ctx context.Context, s identity.Session, id wave.ID, signature []byte) (wave.Receipt, error)
	Entry(ctx context.Context, s identity.Session, id wave.ID) (wave.EntryView, error)
	Entries(ctx context.Context, s identity.Session) ([]wave.EntryView, error)
	Card(ctx context.Context, s identity.Session, id wave.ID) (wave.Card, error)
	Offers(ctx context.Context, s identity.Session) ([]wave.OfferText, error)
	Offer(ctx context.Context, s identity.Session, id uuid.UUID) (wave.OfferText, error)
	Sign(ctx context.Context, s identity.Session, id uuid.UUID, signature []byte) (wave.Offer, []booking.Appointment, error)
	Decline(ctx context.Context, s identity.Session, id uuid.UUID) (wave.Offer, error)
}

// drawsPage is how many draws a page has unless it is asked for fewer or more.
const drawsPage = 50

// ListDraws implements GET /api/v1/draws.
func (a *API) ListDraws(ctx context.Context, r oapi.ListDrawsRequestObject) (oapi.ListDrawsResponseObject, error) {
	draws, err := a.draws()
	if err != nil {
		return nil, err
	}
	f := wave.Filter{
		Consulate: booking.ConsulateID(value(r.Params.Consulate)), Group: booking.GroupID(value(r.Params.Group)),
		Family: wave.ID(value(r.Params.Family)), Limit: drawsPage,
	}
	if r.Params.Before != nil {
		f.Before = *r.Params.Before
	}
	if r.Params.Limit != nil {
		f.Limit = *r.Params.Limit
	}
	if f.States, err = drawStates(value(r.Params.State)); err != nil {
		return nil, err
	}
	list, err := draws.Draws(ctx, f)
	if err != nil {
		return nil, err
	}
	out := oapi.ListDraws200JSONResponse{Items: make([]oapi.Draw, 0, len(list))}
	for _, w := range list {
		one, err := a.draw(w)
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, one)
	}
	if len(list) == f.Limit {
		out.Next = optionalTime(list[len(list)-1].Closes)
	}
	return out, nil
}

func drawStates(list string) ([]wave.State, error) {
	if list == "" {
		return nil, nil
	}
	known := []wave.State{wave.StateAnnounced, wave.StateClosed, wave.StateStanding, wave.StateDrawn, wave.StateFinished, wave.StateCancelled}
	var out []wave.State
	for one := range strings.SplitSeq(list, ",") {
		if !slices.Contains(known, wave.State(one)) {
			return nil, problem.Refuse(problem.CodeInvalid, "", problem.Field{
				Pointer: "/state", In: "query", Code: "invalid", Detail: "announced, closed, standing, drawn, finished or cancelled",
			})
		}
		out = append(out, wave.State(one))
	}
	return out, nil
}

// GetDraw implements GET /api/v1/draws/{id}.
func (a *API) GetDraw(ctx context.Context, r oapi.GetDrawRequestObject) (oapi.GetDrawResponseObject, error) {
	draws, err := a.draws()
	if err != nil {
		return nil, err
	}
	w, err := draws.Draw(ctx, wave.ID(r.Id))
	if err != nil {
		return nil, err
	}
	out, err := a.draw(w)
	return oapi.GetDraw200JSONResponse(out), err
}

// GetResult implements GET /api/v1/draws/{id}/result.
func (a *API) GetResult(ctx context.Context, r oapi.GetResultRequestObject) (oapi.GetResultResponseObject, error) {
	draws, err := a.draws()
	if err != nil {
		return nil, err
	}
	file, err := draws.Result(ctx, wave.ID(r.Id))
	return oapi.GetResult200TextResponse(file), err
}

// GetBundle implements GET /api/v1/draws/{id}/bundle.zip: the same bytes for the same files, packed once a minute.
func (a *API) GetBundle(ctx context.Context, r oapi.GetBundleRequestObject) (oapi.GetBundleResponseObject, error) {
	draws, err := a.draws()
	if err != nil {
		return nil, err
	}
	id := wave.ID(r.Id)
	packed, err := a.bundles.get(ctx, id, a.d.Server.Now, func() ([]byte, error) {
		files, err := draws.Bundle(ctx, id)
		if err != nil {
			return nil, err
		}
		return pack(files)
	})
	if err != nil {
		return nil, err
	}
	return oapi.GetBundle200ApplicationzipResponse{Body: bytes.NewReader(packed), ContentLength: int64(len(packed))}, nil
}

// pack makes a zip file that depends on the files alone.
func pack(files map[string][]byte) ([]byte, error) {
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for _, name := range names {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
		if err == nil {
			_, err = w.Write(files[name])
		}
		if err != nil {
			return nil, fmt.Errorf("pack %s: %w", name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("pack a bundle: %w", err)
	}
	return out.Bytes(), nil
}

// draws are the waves, where this installation has them.
func (a *API) draws() (Draws, error) {
	if a.d.Draws == nil {
		return nil, booking.Refuse(booking.CodeDrawAbsent, "nothing is given by draw here")
	}
	return a.d.Draws, nil
}

// draw shows a wave as everyone may see it.
func (a *API) draw(w wave.Wave) (oapi.Draw, error) {
	post, err := a.d.Catalogue.Consulate(w.Consulate)
	if err != nil {
		return oapi.Draw{}, err
	}
	local := func(t time.Time) time.Time { return t.In(post.Location) }
	chain := w.Beacon
	out := oapi.Draw{
		Id: string(w.ID), Kind: oapi.DrawKind(w.Kind), State: oapi.DrawState(w.State), Consulate: string(w.Consulate), Group: string(w.Group),
		Pool: oapi.DrawPool(w.Pool), Week: w.ISOWeek, Family: string(w.Family), Parent: optional(string(w.Parent)), Predecessor: optional(string(w.Predecessor)),
		TimeZone: post.Location.String(), Announced: utc(w.Announced), Opens: local(w.Opens), Closes: local(w.Closes),
		Deadline:  utc(draw.AttemptDeadline(w.Closes, w.Delays, w.Attempt)),
		RoundTime: utc(time.Unix(chain.Genesis+chain.Period*(int64(w.Round)-1), 0)),
		Drawn:     optionalTime(w.Drawn), OfferUntil: optionalTime(w.OfferUntil), Round: int64(w.Round), Attempt: w.Attempt,
		Seats: w.Seats, Windows: make([]oapi.DrawWindow, 0, len(w.Windows)), Entries: w.Entries, Served: w.Served, Leftover: w.Leftover,
		Offers:       oapi.OfferCounts{Open: w.Offers.Open, Signed: w.Offers.Signed, Declined: w.Offers.Declined, Expired: w.Offers.Expired, Withheld: w.Offers.Withheld},
		Guarantee:    oapi.Guarantee{T: w.Guarantee.T, Rho: w.Guarantee.Rho, GiveUp: w.Guarantee.GiveUp, Entries: w.Guarantee.Entries, Draws: w.Guarantee.Draws},
		ManifestRoot: draw.Hash(w.ManifestRoot).String(),
		Beacon: oapi.BeaconChain{
			Id: chain.ID, ChainHash: chain.ChainHash.String(), Scheme: chain.Scheme, PublicKey: chain.PublicKey, Period: chain.Period,
			Genesis: chain.Genesis, GenesisSeed: chain.GenesisSeed, Development: chain.Development,
		},
	}
	now := a.d.Server.Now()
	out.Open = w.State == wave.StateAnnounced && !now.Before(w.Opens) && now.Before(w.Closes)
	for _, n := range w.Windows {
		out.Windows = append(out.Windows, oapi.DrawWindow{Number: n.Number, Label: n.Label, From: local(n.From), To: local(n.To), Seats: n.Seats})
	}
	return out, nil
}
