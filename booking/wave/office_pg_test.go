package wave_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"chesna/booking"
	"chesna/booking/bookingtest"
	"chesna/booking/wave"
	"chesna/identity"
)

// front is an office over the real ledger, with the people who come to it.
type front struct {
	*town
	*wave.Office
	public note.Verifier

	mu     sync.Mutex
	names  map[uuid.UUID]identity.Names
	texts  map[string]identity.Names
	forgot []uuid.UUID
}

func newFront(w *town) *front {
	w.Helper()
	f := &front{town: w, names: map[uuid.UUID]identity.Names{}, texts: map[string]identity.Names{}}
	services := []booking.Service{
		{ID: "passport-adult", Group: bookingtest.TestGroup, Title: booking.Text{UK: "Паспорт"}, Applicants: booking.ForSelf},
		{ID: "passport-child", Group: bookingtest.TestGroup, Title: booking.Text{UK: "Паспорт дитини"}, Applicants: booking.ForChild},
	}
	posts := slices.Clone(w.posts)
	for i := range posts {
		posts[i].District = []booking.District{{Country: "PL"}}
	}
	catalogue, err := booking.NewCatalogue(posts, []booking.Group{{ID: bookingtest.TestGroup, Minutes: 20}}, services)
	if err != nil {
		w.Fatal(err)
	}
	private, public, err := note.GenerateKey(rand.Reader, "receipts.chesna.example")
	if err != nil {
		w.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		w.Fatal(err)
	}
	if f.public, err = note.NewVerifier(public); err != nil {
		w.Fatal(err)
	}
	f.Office, err = wave.NewOffice(wave.OfficeDeps{
		Catalogue: catalogue, Ledger: w.ledger, Appointments: w.bookings, Authority: w, Log: w, Acts: f, People: f, Trust: trust{},
		Receipts: receipts{signer}, Policy: w.policy, Audience: "https://chesna.example", Now: w.Now, Rand: rand.Reader,
		Forget: func(_ context.Context, p uuid.UUID, _ booking.GroupID, _ uuid.UUID) error {
			f.forgot = append(f.forgot, p)
			return nil
		},
	})
	if err != nil {
		w.Fatal(err)
	}
	return f
}

type receipts struct{ signer note.Signer }

func (r receipts) Sign(text string) ([]byte, error) {
	return note.Sign(&note.Note{Text: text}, r.signer)
}

func signature(p uuid.UUID, document []byte) []byte {
	return fmt.Appendf(nil, "%s signed %x", p, sha256.Sum256(document))
}

func (f *front) VerifyAct(_ context.Context, p uuid.UUID, document, sig []byte) (identity.Act, error) {
	if string(sig) != string(signature(p, document)) {
		return identity.Act{}, &identity.Error{Code: identity.CodeSignatureRejected}
	}
	return identity.Act{Person: p, Digest: sha256.Sum256(sig), Evidence: sig}, nil
}

func (f *front) ResolveApplicant(_ context.Context, declarer uuid.UUID, a identity.Applicant) (uuid.UUID, error) {
	id := uuid.NewSHA1(uuid.Nil, []byte(a.Names.GivenName))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.names[id] = a.Names
	return id, nil
}

func (f *front) NamesIn(_ context.Context, declarer, p uuid.UUID, text string) (identity.Names, error) {
	if declarer == p {
		return identity.Names{Surname: "Прикладна", GivenName: "Оксана"}, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, ok := f.texts[text]; !ok {
		f.texts[text] = f.names[p]
	}
	return f.texts[text], nil
}

func (f *front) Country(context.Context, uuid.UUID) (string, error) { return "PL", nil }

func session(p uuid.UUID) identity.Session {
	return identity.Session{Person: p, Grants: []identity.Grant{{Role: identity.RoleCitizen}}}
}

// takePart enters as a citizen does: asks, reads, signs, sends.
func (f *front) takePart(p uuid.UUID, id wave.ID, r wave.EntryRequest) (wave.Receipt, error) {
	_, err := f.Enter(f.Context(), session(p), id, r)
	var e *booking.Error
	if !errors.As(err, &e) || e.Code != booking.CodeSignatureNeeded {
		return wave.Receipt{}, err
	}
	r.Signature = signature(p, e.Document)
	return f.Enter(f.Context(), session(p), id, r)
}

func (f *front) must(p uuid.UUID, id wave.ID, r wave.EntryRequest) wave.Receipt {
	f.Helper()
	got, err := f.takePart(p, id, r)
	if err != nil {
		f.Fatal(err)
	}
	return got
}

func (f *front) goAway(p uuid.UUID, id wave.ID) wave.Receipt {
	f.Helper()
	_, err := f.Leave(f.Context(), session(p), id, nil)
	var e *booking.Error
	if !errors.As(err, &e) || e.Code != booking.CodeSignatureNeeded {
		f.Fatal(err)
	}
	got, err := f.Leave(f.Context(), session(p), id, signature(p, e.Document))
	if err != nil {
		f.Fatal(err)
	}
	return got
}

// accept signs her offer through the office.
func (f *front) accept(p, offer uuid.UUID) []booking.Appointment {
	f.Helper()
	text, err := f.Offer(f.Context(), session(p), offer)
	if err != nil || len(text.Document) == 0 {
		f.Fatal(text, err)
	}
	signed, made, err := f.Sign(f.Context(), session(p), offer, signature(p, text.Document))
	if err != nil || signed.State != wave.OfferSigned {
		f.Fatal(signed, err)
	}
	again, same, err := f.Sign(f.Context(), session(p), offer, signature(p, text.Document))
	if err != nil || again.State != wave.OfferSigned || len(same) != len(made) {
		f.Fatal("signing again: ", again, err)
	}
	for i := range made {
		if same[i].ID != made[i].ID || made[i].Hold != wave.HoldOf(made[i].Consulate, offer, i) {
			f.Errorf("appointment %+v, signing again %+v", made[i], same[i])
		}
	}
	return made
}

func numbers(x wave.Wave) (out []int) {
	for _, v := range x.Windows {
		out = append(out, v.Number)
	}
	return out
}

func aloneIn(x wave.Wave) wave.EntryRequest {
	return wave.EntryRequest{Windows: numbers(x), Members: []wave.MemberRequest{{Service: "passport-adult"}}}
}

// wantIn checks that a receipt's line and commitment stand in the published files, as its owner would.
func (f *front) wantIn(id wave.ID, r wave.Receipt, in bool) {
	f.Helper()
	n, err := note.Open(r.Note, note.VerifierList(f.public))
	if err != nil {
		f.Fatal(err)
	}
	lines := strings.Split(n.Text, "\n")
	entries, err := f.File(f.Context(), id, wave.FileEntries)
	if err != nil {
		f.Fatal(err)
	}
	bindings, err := f.File(f.Context(), id, wave.FileBindings)
	if err != nil {
		f.Fatal(err)
	}
	row := slices.Index(strings.Split(string(entries), "\n"), lines[4])
	if (row >= 0) != in {
		f.Fatalf("line %q in the entries: %v, want %v", lines[4], row >= 0, in)
	}
	c := fmt.Sprintf("%x", sha256.Sum256(append(slices.Clone(r.Entry.Request), r.Entry.Opening[:]...)))
	if in && (strings.Split(string(bindings), "\n")[row] != c || lines[5] != c) {
		f.Fatalf("the binding of line %d is another", row+1)
	}
}

// A wave as citizens meet it, from the entry to the appointment, on the real ledger.
func TestTheOfficeOnTheLedger(t *testing.T) {
	w := newTown(t, "waw")
	f := newFront(w)
	tick := w.tick(w.scheduler(w.ledger))
	w.publish("waw", 12)
	x := w.open(tick)
	parent, leaver, twice := uuid.New(), uuid.New(), uuid.New()
	family2 := aloneIn(x)
	family2.Members = append(family2.Members, wave.MemberRequest{
		Service: "passport-child", Applicant: &identity.Applicant{Relation: identity.RelationChild, Names: identity.Names{Surname: "Прикладна", GivenName: "Соломія"}},
	})
	kept := map[uuid.UUID]wave.Receipt{parent: f.must(parent, x.ID, family2)}
	if _, err := f.takePart(uuid.New(), x.ID, family2); booking.CodeOf(err) != booking.CodeAlreadyEntered {
		t.Error("the other parent with the same child:", err)
	}
	f.must(leaver, x.ID, aloneIn(x))
	left := f.goAway(leaver, x.ID)
	f.must(twice, x.ID, aloneIn(x))
	narrow := aloneIn(x)
	narrow.Windows = narrow.Windows[:1]
	kept[twice] = f.must(twice, x.ID, narrow)
	if kept[twice].Entry.Rev != 2 || left.Entry.Rev != 2 {
		t.Error("revisions", kept[twice].Entry.Rev, left.Entry.Rev)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			p := uuid.New()
			r, err := f.takePart(p, x.ID, aloneIn(x))
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			kept[p] = r
		})
	}
	all.Wait()
	if err := f.Blocked(t.Context(), twice, bookingtest.TestGroup); booking.CodeOf(err) != booking.CodeLiveEntry {
		t.Error(err)
	}
	x = w.through(x.ID, tick)
	f.wantIn(x.ID, left, false)
	served, places, people := 0, map[int]bool{}, []uuid.UUID{}
	for p, r := range kept {
		people = append(people, p)
		f.wantIn(x.ID, r, true)
		c, err := f.Card(t.Context(), session(p), x.ID)
		if err != nil || c.Entries != 42 || c.Seats != 12 {
			t.Fatalf("%+v %v", c, err)
		}
		if c.Won {
			served++
			continue
		}
		places[c.Place] = true
		if c.Weight != 1 || p != twice && c.WeightNext != 1+lossOf(x) || !c.Known && p != twice || c.Chance < 0 || c.Chance > 1 {
			t.Errorf("%+v", c)
		}
	}
	if served != x.Served || len(places) != 42-served || !places[1] || !places[42-served] {
		t.Error(served, "served,", len(places), "places")
	}
	f.theirOffers(x, people)
}

// lossOf is what a lost draw of all windows adds.
func lossOf(wave.Wave) int { return 1 }

// theirOffers has the first winners sign and one decline, and the bundle published.
func (f *front) theirOffers(x wave.Wave, people []uuid.UUID) {
	f.Helper()
	signed, declined := 0, false
	for _, p := range people {
		list, err := f.Offers(f.Context(), session(p))
		if err != nil {
			f.Fatal(err)
		}
		switch {
		case len(list) == 0:
			continue
		case !declined:
			o, err := f.Decline(f.Context(), session(p), list[0].Offer.ID)
			if err != nil || o.State != wave.OfferDeclined {
				f.Fatal(o, err)
			}
			if _, _, err := f.Sign(f.Context(), session(p), o.ID, signature(p, list[0].Document)); booking.CodeOf(err) != booking.CodeOfferEnded {
				f.Error("signing what was declined:", err)
			}
			declined = true
		default:
			f.accept(p, list[0].Offer.ID)
			signed++
		}
	}
	if !declined || signed == 0 {
		f.Fatal("nobody signed, or nobody declined")
	}
	w := f.wave(x.ID)
	if w.Offers.Signed != signed || w.Offers.Declined != 1 {
		f.Errorf("%+v", w.Offers)
	}
	f.set(f.Now().Add(2 * time.Second))
	bundle, err := f.Bundle(f.Context(), x.ID)
	if err != nil || len(bundle) != 8+2*3 || !bytes.HasSuffix(bundle[wave.FileResult], []byte("\n")) {
		f.Error(len(bundle), err)
	}
	f.check()
}

// An appointment is moved by way of the standby draw of a seat that somebody else gave back, and kept until then.
func TestMovingAnAppointmentOnTheLedger(t *testing.T) {
	w := newTown(t, "waw")
	f := newFront(w)
	tick := w.tick(w.scheduler(w.ledger))
	w.publish("waw", 2)
	x := w.open(tick)
	p, other := uuid.New(), uuid.New()
	f.must(p, x.ID, aloneIn(x))
	f.must(other, x.ID, aloneIn(x))
	x = w.through(x.ID, tick)
	offers := w.offers(x.ID, []uuid.UUID{p, other})
	old := f.accept(p, offers[p].ID)[0]
	if _, err := f.Decline(t.Context(), session(other), offers[other].ID); err != nil {
		t.Fatal(err)
	}
	w.set(x.OfferUntil.Add(time.Second))
	tick()
	tick()
	s1 := w.wantState(x.ID+"-s1", wave.StateAnnounced)
	w.set(s1.Opens.Add(time.Second))
	if _, err := f.takePart(other, s1.ID, aloneIn(s1)); booking.CodeOf(err) != booking.CodeReturnedSeat {
		t.Error("who gave the seat back:", err)
	}
	if _, err := f.takePart(p, s1.ID, aloneIn(s1)); booking.CodeOf(err) != booking.CodeAlreadyBooked {
		t.Error("a second appointment:", err)
	}
	r := f.must(p, s1.ID, wave.EntryRequest{Windows: numbers(s1), Reschedules: old.ID})
	if r.Entry.W != 1 || r.Entry.G != 0 || r.Entry.CountsLoss || len(r.Entry.Members) != 1 || r.Entry.Members[0].Applicant != p {
		t.Errorf("%+v", r.Entry)
	}
	v, err := f.Entry(t.Context(), session(p), s1.ID)
	if err != nil || v.Wave.ID != s1.ID || !bytes.Equal(v.Entry.Receipt, r.Note) {
		t.Errorf("%+v %v", v.Entry, err)
	}
	w.through(s1.ID, tick)
	if a, err := w.bookings.Appointment(t.Context(), old.ID); err != nil || a.State != booking.AppointmentBooked {
		t.Error("the old appointment was not kept:", a.State, err)
	}
	made := f.accept(p, w.offers(s1.ID, []uuid.UUID{p})[p].ID)
	a, err := w.bookings.Appointment(t.Context(), old.ID)
	if err != nil || a.State != booking.AppointmentCancelled || made[0].Changes != 1 || made[0].Seat == old.Seat || !slices.Contains(f.forgot, p) {
		t.Errorf("%+v replaced by %+v, %v", a, made[0], err)
	}
	w.check()
}

// Who was not served may narrow her windows for the standby draw: her older entry ends with the new one.
func TestEnteringTheStandbyDrawAnew(t *testing.T) {
	w := newTown(t, "waw")
	f := newFront(w)
	tick := w.tick(w.scheduler(w.ledger))
	w.publish("waw", 1)
	x := w.open(tick)
	people := []uuid.UUID{uuid.New(), uuid.New()}
	for _, p := range people {
		f.must(p, x.ID, aloneIn(x))
	}
	x = w.through(x.ID, tick)
	winner, loser := people[0], people[1]
	if _, won := w.offers(x.ID, people)[loser]; won {
		winner, loser = loser, winner
	}
	if _, err := f.Decline(t.Context(), session(winner), w.offers(x.ID, people)[winner].ID); err != nil {
		t.Fatal(err)
	}
	w.set(x.OfferUntil.Add(time.Second))
	tick()
	tick()
	s1 := w.wantState(x.ID+"-s1", wave.StateAnnounced)
	w.set(s1.Opens.Add(time.Second))
	if c, err := f.Card(t.Context(), session(loser), x.ID); err != nil || c.Standby == nil || c.Standby.ID != s1.ID || c.Place != 1 {
		t.Errorf("%+v %v", c, err)
	}
	if v, err := f.Entry(t.Context(), session(loser), x.ID); err != nil || len(v.Carried) != 1 {
		t.Errorf("%+v %v", v, err)
	}
	r := f.must(loser, s1.ID, aloneIn(s1))
	if !bytes.Contains(r.Entry.Request, []byte("Припиняється моя попередня заявка: "+string(x.ID)+", редакція 1\n")) || r.Entry.G != 0 || r.Entry.CountsLoss {
		t.Errorf("%+v\n%s", r.Entry, r.Entry.Request)
	}
	t.Logf("weight %d in the standby draw", r.Entry.W)
	list, err := f.Entries(t.Context(), session(loser))
	if err != nil || len(list) != 2 || list[0].Entry.State != wave.EntryLive || list[1].Entry.State != wave.EntryLeft || len(list[1].Carried) != 0 {
		t.Errorf("%+v %v", list, err)
	}
	s1 = w.through(s1.ID, tick)
	if s1.Entries != 1 || s1.Served != 1 {
		t.Errorf("%+v", s1)
	}
	f.wantIn(s1.ID, r, true)
	f.accept(loser, w.offers(s1.ID, people)[loser].ID)
	w.check()
}
