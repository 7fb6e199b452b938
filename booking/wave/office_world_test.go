package wave

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/identity"
)

// hall is everything that an office stands on, scripted: it remembers what it is told and refuses what it is told to
// refuse. It judges nothing, which is the real ledger's part.
type hall struct {
	OfficeLedger // what is not needed here panics

	t        testing.TB
	now      time.Time
	waves    map[ID]Wave
	files    map[ID]Files
	leaves   []Leaf
	proofs   map[int64]Proof
	asked    map[int64]int // k for which each leaf's proof was asked
	entries  map[EntryKey]Entry
	offers   map[uuid.UUID]Offer
	booked   map[uuid.UUID]booking.Appointment
	standing map[uuid.UUID]Standing
	live     map[uuid.UUID]Entry
	blocked  map[uuid.UUID]error
	country  map[uuid.UUID]string
	names    map[uuid.UUID]identity.Names
	texts    map[string]identity.Names
	declared identity.Names
	child    map[string]uuid.UUID // by given name
	refuse   error                // of Enter, Leave, SignOffer and DeclineOffer
	taken    int                  // how many sets of references are taken

	accepted []Acceptance
	left     []Leaving
	signings []Signing
	forgot   []uuid.UUID
	signer   note.Signer
	verifier note.Verifier
}

func (h *hall) Wave(_ context.Context, id ID) (Wave, error) {
	if w, ok := h.waves[id]; ok {
		return w, nil
	}
	return Wave{}, booking.Refuse(booking.CodeDrawAbsent, "none")
}

func (h *hall) Waves(_ context.Context, f Filter) (out []Wave, _ error) {
	for _, w := range h.waves {
		if (f.Family == "" || w.Family == f.Family) && (len(f.States) == 0 || slices.Contains(f.States, w.State)) {
			out = append(out, w)
		}
	}
	return out, nil
}

func (h *hall) Files(_ context.Context, id ID) (Files, error) { return h.files[id], nil }
func (h *hall) File(_ context.Context, id ID, name string) ([]byte, error) {
	f := h.files[id]
	return f.all()[name], nil
}
func (h *hall) Leaves(context.Context, ID) ([]Leaf, error)        { return h.leaves, nil }
func (h *hall) Policy() []byte                                    { return []byte("{}") }
func (h *hall) Attest(context.Context, Statement) ([]byte, error) { return nil, nil }

func (h *hall) Proof(_ context.Context, seq int64, k int) (Proof, error) {
	h.asked[seq] = k
	return h.proofs[seq], nil
}

func (h *hall) Entry(_ context.Context, id ID, declarer uuid.UUID) (Entry, error) {
	if e, ok := h.entries[EntryKey{id, declarer}]; ok {
		return e, nil
	}
	return Entry{}, booking.Refuse(booking.CodeEntryAbsent, "none")
}

func (h *hall) EntriesOf(_ context.Context, declarer uuid.UUID) (out []Entry, _ error) {
	for k, e := range h.entries {
		if k.Declarer == declarer {
			out = append(out, e)
		}
	}
	return out, nil
}

func (h *hall) Enter(_ context.Context, a Acceptance) (Entry, error) {
	if h.refuse != nil {
		return Entry{}, h.refuse
	}
	h.accepted = append(h.accepted, a)
	e := Entry{
		Wave: a.Wave, Declarer: a.Declarer, Rev: a.Rev, State: EntryLive, NF: a.NF, W: 1, Windows: a.Windows, Members: a.Members,
		CountsLoss: a.CountsLoss, Reschedules: a.Reschedules, Commitment: a.Commitment, Opening: a.Opening, Request: a.Request, AcceptedAt: h.now,
	}
	h.entries[EntryKey{a.Wave, a.Declarer}] = e
	return e, nil
}

func (h *hall) Leave(_ context.Context, l Leaving) (Entry, error) {
	if h.refuse != nil {
		return Entry{}, h.refuse
	}
	h.left = append(h.left, l)
	e := h.entries[EntryKey{l.Wave, l.Declarer}]
	e.Rev, e.State, e.Commitment, e.Opening, e.Request, e.Receipt, e.AcceptedAt = l.Rev, EntryLeft, l.Commitment, l.Opening, l.Request, nil, h.now
	h.entries[EntryKey{l.Wave, l.Declarer}] = e
	return e, nil
}

func (h *hall) SetReceipt(_ context.Context, id ID, declarer uuid.UUID, rev int, receipt []byte) error {
	e := h.entries[EntryKey{id, declarer}]
	if e.Rev != rev {
		return errors.New("another revision")
	}
	e.Receipt = receipt
	h.entries[EntryKey{id, declarer}] = e
	return nil
}

func (h *hall) Standing(_ context.Context, p uuid.UUID, _ booking.GroupID) (Standing, error) {
	return h.standing[p], nil
}

func (h *hall) LiveEntry(_ context.Context, p uuid.UUID, _ booking.GroupID) (Entry, bool, error) {
	e, ok := h.live[p]
	return e, ok, nil
}

func (h *hall) Blocked(_ context.Context, p uuid.UUID, _ booking.GroupID) error {
	if _, ok := h.live[p]; ok {
		return booking.Refuse(booking.CodeLiveEntry, "")
	}
	return h.blocked[p]
}

func (h *hall) Offer(_ context.Context, id uuid.UUID) (Offer, error) {
	if o, ok := h.offers[id]; ok {
		return o, nil
	}
	return Offer{}, booking.Refuse(booking.CodeOfferAbsent, "none")
}

func (h *hall) OffersOf(_ context.Context, p uuid.UUID) (out []Offer, _ error) {
	for _, o := range h.offers {
		if o.Declarer == p {
			out = append(out, o)
		}
	}
	return out, nil
}

func (h *hall) SignOffer(_ context.Context, g Signing) ([]booking.Appointment, error) {
	if h.refuse != nil {
		return nil, h.refuse
	}
	h.signings = append(h.signings, g)
	if len(h.signings) <= h.taken {
		return nil, wrong(booking.CodeInvalid, "/reference", "taken", "")
	}
	o := h.offers[g.Offer]
	if o.State == OfferOpen {
		o.State, o.Appointments = OfferSigned, g.Appointments
		h.offers[g.Offer] = o
	}
	var out []booking.Appointment
	for i, id := range o.Appointments {
		out = append(out, booking.Appointment{ID: id, Reference: g.References[i], Seat: o.Seats[i].Seat.ID})
	}
	return out, nil
}

func (h *hall) DeclineOffer(_ context.Context, id, _ uuid.UUID, _ booking.Actor) (Offer, error) {
	o := h.offers[id]
	if o.State != OfferOpen {
		return Offer{}, booking.Refuse(booking.CodeOfferEnded, "over")
	}
	o.State = OfferDeclined
	h.offers[id] = o
	return o, h.refuse
}

func (h *hall) Appointment(_ context.Context, id uuid.UUID) (booking.Appointment, error) {
	if a, ok := h.booked[id]; ok {
		return a, nil
	}
	return booking.Appointment{}, booking.Refuse(booking.CodeAppointmentAbsent, "none")
}

func (h *hall) Nullify(_ context.Context, id string, persons []uuid.UUID) ([][32]byte, error) {
	return hashes("entry", id, persons), nil
}

func (h *hall) NullifyPersons(_ context.Context, id string, persons []uuid.UUID) ([][32]byte, error) {
	return hashes("person", id, persons), nil
}

func hashes(label, id string, persons []uuid.UUID) (out [][32]byte) {
	for _, p := range persons {
		out = append(out, sha256.Sum256([]byte(label+id+p.String())))
	}
	return out
}

// sign is what a person's key makes of a document.
func sign(person uuid.UUID, document []byte) []byte {
	return fmt.Appendf(nil, "%s signed %x", person, sha256.Sum256(document))
}

func (h *hall) VerifyAct(_ context.Context, person uuid.UUID, document, signature []byte) (identity.Act, error) {
	if string(signature) != string(sign(person, document)) {
		return identity.Act{}, &identity.Error{Code: identity.CodeSignatureRejected}
	}
	return identity.Act{Person: person, Digest: sha256.Sum256(signature), Evidence: signature}, nil
}

func (h *hall) ResolveApplicant(_ context.Context, _ uuid.UUID, a identity.Applicant) (uuid.UUID, error) {
	if a.Names.GivenName == "" {
		return uuid.Nil, &identity.Error{Code: identity.CodeInvalid, Fields: []identity.FieldError{{Pointer: "/applicant/givenName", Code: "required"}}}
	}
	h.declared = a.Names
	id, ok := h.child[a.Names.GivenName]
	if !ok {
		id = uuid.NewSHA1(uuid.Nil, []byte(a.Names.GivenName))
		h.child[a.Names.GivenName] = id
	}
	h.names[id] = a.Names
	return id, nil
}

func (h *hall) NamesIn(_ context.Context, declarer, person uuid.UUID, text string) (identity.Names, error) {
	if declarer == person {
		return h.names[person], nil
	}
	if len(text) == 0 || len(text) > 100 {
		return identity.Names{}, errors.New("not the name of a text")
	}
	if _, ok := h.texts[text]; !ok {
		h.texts[text] = h.names[person]
	}
	return h.texts[text], nil
}

func (h *hall) Country(_ context.Context, p uuid.UUID) (string, error) { return h.country[p], nil }

func (h *hall) Sign(text string) ([]byte, error) { return note.Sign(&note.Note{Text: text}, h.signer) }

// The world of the tests: a post, a group of services, a main wave that takes entries now, and a citizen.
var (
	entryNow = time.Date(2026, 12, 3, 12, 0, 0, 0, time.UTC)
	mainID   = ID("waw-passport-2026w51")
	she      = uuid.MustParse("7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11")
)

func warsawZone(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func hallWave() Wave {
	day := time.Date(2026, 12, 14, 8, 0, 0, 0, time.UTC)
	w := Wave{
		ID: mainID, Family: mainID, Kind: KindMain, Consulate: "waw", Group: "passport", Pool: booking.PoolDraw, ISOWeek: "2026-W51",
		State: StateAnnounced, Opens: entryNow.Add(-24 * time.Hour), Closes: entryNow.Add(24 * time.Hour),
	}
	for i, seats := range []int{4, 6, 8, 4} {
		from := day.Add(time.Duration(i/2) * 24 * time.Hour).Add(time.Duration(i%2) * 5 * time.Hour)
		half := []string{"am", "pm"}[i%2]
		w.Windows = append(w.Windows, Window{
			Number: i, LastHalf: i, Seats: seats, From: from, To: from.Add(2 * time.Hour),
			Label: from.Format("2006-01-02") + " " + half,
		})
		w.Seats += seats
	}
	return w
}

func newHall(t testing.TB, change func(*OfficeDeps)) (*Office, *hall) {
	t.Helper()
	post := booking.Consulate{
		ID: "waw", City: booking.Text{UK: "Варшава"}, Country: booking.Text{UK: "Польща"}, Location: warsawZone(t),
		District: []booking.District{{Country: "PL"}},
	}
	services := []booking.Service{
		{ID: "passport-adult", Group: "passport", Title: booking.Text{UK: "Паспорт для виїзду за кордон"}, Applicants: booking.ForSelf},
		{ID: "passport-child", Group: "passport", Title: booking.Text{UK: "Паспорт дитини"}, Applicants: booking.ForChild},
		{ID: "passport-any", Group: "passport", Title: booking.Text{UK: "Паспорт"}, Applicants: booking.ForAny},
		{ID: "visa", Group: "visa", Title: booking.Text{UK: "Віза"}, Applicants: booking.ForSelf},
	}
	groups := []booking.Group{{ID: "passport", Title: booking.Text{UK: "Паспортні послуги"}, Minutes: 20}, {ID: "visa", Title: booking.Text{UK: "Візи"}, Minutes: 10}}
	catalogue, err := booking.NewCatalogue([]booking.Consulate{post}, groups, services)
	if err != nil {
		t.Fatal(err)
	}
	private, public, err := note.GenerateKey(rand.Reader, "receipts.chesna.example")
	if err != nil {
		t.Fatal(err)
	}
	h := &hall{
		t: t, now: entryNow, waves: map[ID]Wave{mainID: hallWave()}, files: map[ID]Files{}, proofs: map[int64]Proof{}, asked: map[int64]int{},
		entries: map[EntryKey]Entry{}, offers: map[uuid.UUID]Offer{}, booked: map[uuid.UUID]booking.Appointment{},
		standing: map[uuid.UUID]Standing{}, live: map[uuid.UUID]Entry{}, blocked: map[uuid.UUID]error{},
		country: map[uuid.UUID]string{she: "PL"}, names: map[uuid.UUID]identity.Names{she: {Surname: "Прикладна", GivenName: "Оксана", Patronymic: "Іванівна"}},
		texts: map[string]identity.Names{}, child: map[string]uuid.UUID{},
	}
	if h.signer, err = note.NewSigner(private); err != nil {
		t.Fatal(err)
	}
	if h.verifier, err = note.NewVerifier(public); err != nil {
		t.Fatal(err)
	}
	d := OfficeDeps{
		Catalogue: catalogue, Ledger: h, Appointments: h, Authority: h, Log: h, Acts: h, People: h, Trust: h, Receipts: h, Policy: somePolicy(),
		Audience: "https://chesna.example", Now: func() time.Time { return h.now }, Rand: rand.Reader,
		Forget: func(_ context.Context, p uuid.UUID, _ booking.GroupID, _ uuid.UUID) error {
			h.forgot = append(h.forgot, p)
			return nil
		},
	}
	if change != nil {
		change(&d)
	}
	o, err := NewOffice(d)
	if err != nil {
		t.Fatal(err)
	}
	return o, h
}

func somePolicy() Policy {
	const day = 24 * time.Hour
	return Policy{
		Notice: 3 * day, Entry: 2 * day, StandbyEntry: day, StandbyEvery: day, Lead: 14 * day, Spread: 12 * time.Hour, Delays: draw.Standard(),
		Offer: 3 * day, Margin: day, OpenWithin: day, Pause: 14 * day, LateCancel: 2 * day, MaxChanges: 2, Witnesses: 2, Online: 34, Kiosk: 33, Today: 33,
	}
}

func her() identity.Session {
	return identity.Session{Person: she, Grants: []identity.Grant{{Role: identity.RoleCitizen}}}
}

func alone(windows ...int) EntryRequest {
	return EntryRequest{Windows: windows, Members: []MemberRequest{{Service: "passport-adult"}}}
}

func child(name string) *identity.Applicant {
	return &identity.Applicant{Relation: identity.RelationChild, Names: identity.Names{Surname: "Прикладна", GivenName: name}}
}

// text asks without a signature and answers what is to be signed.
func text(t testing.TB, o *Office, r EntryRequest) []byte {
	t.Helper()
	_, err := o.Enter(t.Context(), her(), mainID, r)
	var e *booking.Error
	if !errors.As(err, &e) || e.Code != booking.CodeSignatureNeeded || len(e.Document) == 0 {
		t.Fatalf("want a text to sign, got %v", err)
	}
	return e.Document
}

func enter(t testing.TB, o *Office, r EntryRequest) Receipt {
	t.Helper()
	r.Signature = sign(she, text(t, o, r))
	got, err := o.Enter(t.Context(), her(), mainID, r)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// checkReceipt opens a receipt as its owner can: by the public key, with her request and opening.
func (h *hall) checkReceipt(r Receipt) (lines []string) {
	h.t.Helper()
	n, err := note.Open(r.Note, note.VerifierList(h.verifier))
	if err != nil {
		h.t.Fatal(err)
	}
	lines = strings.Split(strings.TrimSuffix(n.Text, "\n"), "\n")
	c := sha256.Sum256(append(slices.Clone(r.Entry.Request), r.Entry.Opening[:]...))
	if len(lines) != 6 || lines[0] != "chesna/receipt/v1" || lines[1] != string(mainID) || lines[5] != fmt.Sprintf("%x", c) {
		h.t.Fatalf("receipt %q for commitment %x", lines, c)
	}
	return lines
}
