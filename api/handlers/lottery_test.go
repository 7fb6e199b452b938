package handlers_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/booking/wave"
	"chesna/identity"
)

// tiles stands in for the handler of a log.
type tiles string

func (t tiles) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s of %s", r.URL.Path, string(t))
}

// lottery stands in for waves: what the API has to pass on, and every refusal that it is told to give.
type lottery struct {
	mu      sync.Mutex
	people  *people
	waves   []wave.Wave
	entries map[wave.ID]wave.Entry // one person's is enough
	offers  []wave.Offer
	asked   []wave.EntryRequest
	filters []wave.Filter
	refuse  error
	done    int // what was changed
}

func newLottery(p *people) *lottery {
	now := time.Now().UTC().Truncate(time.Second)
	one := func(id wave.ID, s wave.State, opens, closes time.Duration) wave.Wave {
		w := wave.Wave{
			ID: id, Family: id, Kind: wave.KindMain, Consulate: "ber", Group: "passport", Pool: booking.PoolDraw, ISOWeek: "2026-W50", State: s,
			Announced: now.Add(opens), Opens: now.Add(opens), Closes: now.Add(closes), Seats: 9, Entries: 4, Round: 1000,
			Windows: []wave.Window{{Number: 0, Label: "2026-12-07 am", From: now, To: now, Seats: 4}, {Number: 3, LastHalf: 3, Label: "2026-12-08 pm", From: now, To: now, Seats: 5}},
			Beacon:  draw.BeaconInfo{ID: "quicknet", Period: 3, Genesis: 1692803367}, Delays: draw.Delays{Deadline: 300, Round: 600, Fallback: 86400},
			Guarantee: draw.GuaranteeInfo{T: 3, Rho: "1.2500", GiveUp: "0.1000"},
		}
		if s == wave.StateDrawn {
			w.Drawn, w.OfferUntil, w.Served = now, now.Add(72*time.Hour), 3
		}
		return w
	}
	return &lottery{
		people: p, entries: map[wave.ID]wave.Entry{},
		waves: []wave.Wave{one("ber-passport-2026w50", wave.StateAnnounced, -time.Hour, time.Hour), one("ber-passport-2026w49", wave.StateDrawn, -3*time.Hour, -2*time.Hour)},
		offers: []wave.Offer{{
			ID: uuid.UUID{9}, Wave: "ber-passport-2026w49", Entry: "ber-passport-2026w49", Declarer: p.persons["olena"].ID, Consulate: "ber", Group: "passport",
			State: wave.OfferOpen, Until: now.Add(72 * time.Hour), MadeAt: now,
			Seats: []wave.OfferedSeat{{Seat: booking.Seat{ID: "s1", Start: now.Add(200 * time.Hour), Minutes: 30}, Applicant: p.persons["olena"].ID, Service: "passport-adult"}},
		}},
	}
}

func (l *lottery) changes() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.done
}

func (l *lottery) Draws(_ context.Context, f wave.Filter) ([]wave.Wave, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.filters = append(l.filters, f)
	out := slices.DeleteFunc(slices.Clone(l.waves), func(w wave.Wave) bool {
		return f.Consulate != "" && f.Consulate != w.Consulate || len(f.States) > 0 && !slices.Contains(f.States, w.State) || !f.Before.IsZero() && !w.Closes.Before(f.Before)
	})
	return out[:min(len(out), f.Limit)], nil
}

func (l *lottery) Draw(_ context.Context, id wave.ID) (wave.Wave, error) {
	for _, w := range l.waves {
		if w.ID == id {
			return w, nil
		}
	}
	return wave.Wave{}, booking.Refuse(booking.CodeDrawAbsent, "")
}

func (l *lottery) published(ctx context.Context, id wave.ID) error {
	w, err := l.Draw(ctx, id)
	if err == nil && w.State != wave.StateDrawn {
		err = booking.Refuse(booking.CodeNotPublished, "")
	}
	return err
}

const resultFile = "--\nclosed 0000000000000000\n"

func (l *lottery) Result(ctx context.Context, id wave.ID) ([]byte, error) {
	return []byte(resultFile), l.published(ctx, id)
}

func (l *lottery) File(ctx context.Context, id wave.ID, name string) ([]byte, error) {
	if name != "result" {
		return nil, booking.Refuse(booking.CodeDrawAbsent, "")
	}
	return l.Result(ctx, id)
}

func (l *lottery) Bundle(ctx context.Context, id wave.ID) (map[string][]byte, error) {
	if err := l.published(ctx, id); err != nil {
		return nil, err
	}
	return map[string][]byte{"result": []byte(resultFile), "entries": nil, "leaves/12.json": []byte("{}"), "leaves/12.proof": []byte("proof"), "beacon.json": []byte("{}\n")}, nil
}

func toSign(document string) error {
	return &booking.Error{Code: booking.CodeSignatureNeeded, Document: []byte(document), Fields: []booking.FieldError{{Pointer: "/signature", Code: "required"}}}
}

// signed asks for a signature over the text, or checks it.
func (l *lottery) signed(ctx context.Context, s identity.Session, signature []byte, document string) error {
	if len(signature) == 0 {
		return toSign(document)
	}
	_, err := l.people.VerifyAct(ctx, s.Person, []byte(document), signature)
	return err
}

func (l *lottery) accept(e wave.Entry, request string) wave.Receipt {
	e.Request, e.Opening, e.AcceptedAt = []byte(request), [32]byte{1, 2, 3}, time.Now()
	e.Commitment = wave.Commit(e.Request, e.Opening)
	e.Receipt = []byte(wave.ReceiptText(e) + "\n— chesna.test/receipts AAAA\n")
	l.entries[e.Wave] = e
	l.done++
	return l.receipt(e)
}

func (l *lottery) receipt(e wave.Entry) wave.Receipt {
	w, _ := l.Draw(context.Background(), e.Wave)
	return wave.Receipt{Entry: e, Wave: w, Note: e.Receipt}
}

func (l *lottery) Enter(ctx context.Context, s identity.Session, id wave.ID, r wave.EntryRequest) (wave.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = append(l.asked, r)
	if _, err := l.Draw(ctx, id); err != nil {
		return wave.Receipt{}, err
	}
	if l.refuse != nil {
		return wave.Receipt{}, l.refuse
	}
	request := fmt.Sprintf("заявка %s %v %v %s", id, r.Windows, r.Cannot, r.Reschedules)
	if err := l.signed(ctx, s, r.Signature, request); err != nil {
		return wave.Receipt{}, err
	}
	if old, ok := l.entries[id]; ok && string(old.Request) == request {
		return l.receipt(old), nil
	}
	e := wave.Entry{Wave: id, Declarer: s.Person, Rev: 1, State: wave.EntryLive, NF: [32]byte{0xab}, W: 2, G: 1, CountsLoss: true, Reschedules: r.Reschedules}
	for _, n := range r.Windows {
		e.Windows |= 1 << n
	}
	for _, m := range r.Members {
		who := s.Person
		if m.Applicant != nil {
			who = uuid.UUID{77}
		}
		e.Members = append(e.Members, wave.Member{Applicant: who, Service: m.Service})
	}
	return l.accept(e, request), nil
}

func (l *lottery) Leave(ctx context.Context, s identity.Session, id wave.ID, signature []byte) (wave.Receipt, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e, err := l.own(s, id)
	if err != nil {
		return wave.Receipt{}, err
	}
	if err := l.signed(ctx, s, signature, "вихід "+string(id)); err != nil {
		return wave.Receipt{}, err
	}
	e.State, e.Rev = wave.EntryLeft, 2
	return l.accept(e, "вихід "+string(id)), nil
}

func (l *lottery) own(s identity.Session, id wave.ID) (wave.Entry, error) {
	if e, ok := l.entries[id]; ok && e.Declarer == s.Person {
		return e, nil
	}
	return wave.Entry{}, booking.Refuse(booking.CodeEntryAbsent, "")
}

func (l *lottery) Entry(ctx context.Context, s identity.Session, id wave.ID) (wave.EntryView, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	w, err := l.Draw(ctx, id)
	if err != nil {
		return wave.EntryView{}, err
	}
	e, err := l.own(s, id)
	return wave.EntryView{Entry: e, Wave: w, Carried: []wave.Wave{{ID: id + "-s1"}}}, err
}

func (l *lottery) Entries(ctx context.Context, s identity.Session) ([]wave.EntryView, error) {
	var out []wave.EntryView
	for _, w := range l.waves {
		if v, err := l.Entry(ctx, s, w.ID); err == nil {
			out = append(out, v)
		}
	}
	return out, nil
}

func (l *lottery) Card(ctx context.Context, _ identity.Session, id wave.ID) (wave.Card, error) {
	return wave.Card{
		Entries: 4, Seats: 9, Served: 3, Place: 1, Weight: 1, WeightNext: 2, Target: 3, Chance: 0.5, Known: true, Basis: "за цим", BasisEN: "by this",
		Standby: &wave.Wave{ID: id + "-s1"},
	}, l.published(ctx, id)
}

func (l *lottery) offer(s identity.Session, id uuid.UUID) (*wave.Offer, error) {
	for i := range l.offers {
		if l.offers[i].ID == id && l.offers[i].Declarer == s.Person {
			return &l.offers[i], nil
		}
	}
	return nil, booking.Refuse(booking.CodeOfferAbsent, "")
}

func offerText(o wave.Offer) wave.OfferText {
	if o.State != wave.OfferOpen {
		return wave.OfferText{Offer: o}
	}
	return wave.OfferText{Offer: o, Document: []byte("пропозиція " + o.ID.String())}
}

func (l *lottery) Offers(_ context.Context, s identity.Session) ([]wave.OfferText, error) {
	var out []wave.OfferText
	for _, o := range l.offers {
		if o.Declarer == s.Person {
			out = append(out, offerText(o))
		}
	}
	return out, nil
}

func (l *lottery) Offer(_ context.Context, s identity.Session, id uuid.UUID) (wave.OfferText, error) {
	o, err := l.offer(s, id)
	if err != nil {
		return wave.OfferText{}, err
	}
	return offerText(*o), nil
}

func (l *lottery) Sign(ctx context.Context, s identity.Session, id uuid.UUID, signature []byte) (wave.Offer, []booking.Appointment, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.offer(s, id)
	if err != nil {
		return wave.Offer{}, nil, err
	}
	if o.State == wave.OfferDeclined {
		return wave.Offer{}, nil, booking.Refuse(booking.CodeOfferEnded, "")
	}
	if err := l.signed(ctx, s, signature, "пропозиція "+id.String()); err != nil {
		return wave.Offer{}, nil, err
	}
	made := booking.Appointment{
		ID: uuid.UUID{5}, Reference: "BER-7K3M-9QXD", State: booking.AppointmentBooked, Consulate: "ber", Group: "passport", Service: "passport-adult",
		Start: o.Seats[0].Seat.Start, Minutes: 30, Person: s.Person, Applicant: s.Person, BookedAt: time.Now(),
	}
	if o.State == wave.OfferOpen {
		o.State, o.EndedAt, o.Appointments = wave.OfferSigned, time.Now(), []uuid.UUID{made.ID}
		l.done++
	}
	return *o, []booking.Appointment{made}, nil
}

func (l *lottery) Decline(_ context.Context, s identity.Session, id uuid.UUID) (wave.Offer, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	o, err := l.offer(s, id)
	switch {
	case err != nil:
		return wave.Offer{}, err
	case o.State == wave.OfferSigned:
		return wave.Offer{}, booking.Refuse(booking.CodeOfferEnded, "")
	}
	o.State = wave.OfferDeclined
	l.done++
	return *o, nil
}
