package wave

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

func TestRefusalsOfAnEntryNameTheirField(t *testing.T) {
	day := 24 * time.Hour
	for name, c := range map[string]struct {
		world   func(h *hall)
		request EntryRequest
		code    booking.Code
		pointer string
	}{
		"no window":           {nil, EntryRequest{Members: alone().Members}, booking.CodeInvalid, "/windows"},
		"another window":      {nil, alone(0, 7), booking.CodeInvalid, "/windows/1"},
		"a negative window":   {nil, alone(-1), booking.CodeInvalid, "/windows/0"},
		"a huge window":       {nil, alone(1 << 40), booking.CodeInvalid, "/windows/0"},
		"a window twice":      {nil, alone(1, 1), booking.CodeInvalid, "/windows/1"},
		"more windows":        {nil, alone(0, 1, 2, 3, 0), booking.CodeInvalid, "/windows"},
		"nobody":              {nil, EntryRequest{Windows: []int{0}}, booking.CodeInvalid, "/members"},
		"nine":                {nil, EntryRequest{Windows: []int{0}, Members: make([]MemberRequest, 9)}, booking.CodeInvalid, "/members"},
		"no such service":     {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "none"}}}, booking.CodeUnknownService, "/members/0/service"},
		"another group":       {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "visa"}}}, booking.CodeInvalid, "/members/0/service"},
		"a child is missing":  {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-child"}}}, booking.CodeApplicantRefused, "/members/0/applicant"},
		"oneself only":        {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-adult", Applicant: child("А")}}}, booking.CodeApplicantRefused, "/members/0/applicant"},
		"not a child":         {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-child", Applicant: &identity.Applicant{Relation: identity.RelationOther}}}}, booking.CodeApplicantRefused, "/members/0/applicant/relation"},
		"a person twice":      {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-adult"}, {Service: "passport-any"}}}, booking.CodeInvalid, "/members/1"},
		"a child twice":       {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-child", Applicant: child("А")}, {Service: "passport-any", Applicant: child("А")}}}, booking.CodeInvalid, "/members/1"},
		"a name is missing":   {nil, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-adult"}, {Service: "passport-child", Applicant: child("")}}}, "", "/members/1/applicant/givenName"},
		"too large a family":  {nil, family(5, 0, 3), booking.CodeEntryTooLarge, "/members"},
		"a large draw":        {func(h *hall) { seats(h, 4) }, family(5, 2), booking.CodeEntryTooLarge, "/members"},
		"paused":              {func(h *hall) { h.standing[she] = Standing{PausedUntil: h.now.Add(day)} }, alone(0), booking.CodePaused, "/members/0"},
		"a paused child":      {func(h *hall) { h.standing[known("А")] = Standing{PausedUntil: h.now.Add(day)} }, family(2, 0), booking.CodePaused, "/members/1"},
		"entered elsewhere":   {func(h *hall) { h.live[known("А")] = Entry{Wave: mainID, Declarer: uuid.New()} }, family(2, 0), booking.CodeAlreadyEntered, "/members/1"},
		"she is in another's": {func(h *hall) { h.live[she] = Entry{Wave: mainID, Declarer: uuid.New()} }, alone(0), booking.CodeAlreadyEntered, "/members/0"},
		"a paused declarer":   {func(h *hall) { h.standing[she] = Standing{PausedUntil: h.now.Add(day)} }, EntryRequest{Windows: []int{0}, Members: []MemberRequest{{Service: "passport-child", Applicant: child("А")}}}, booking.CodePaused, "/members"},
		"an open offer":       {func(h *hall) { h.blocked[she] = booking.Refuse(booking.CodeOfferOpen, "") }, alone(0), booking.CodeOfferOpen, "/members/0"},
		"no appointment":      {nil, EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeAppointmentAbsent, "/reschedules"},
		"members besides":     {nil, EntryRequest{Windows: []int{0}, Members: alone().Members, Reschedules: known("x")}, booking.CodeInvalid, "/members"},
		"another's":           {appointment(func(a *booking.Appointment) { a.Person = uuid.New() }), EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeAppointmentAbsent, "/reschedules"},
		"a visa":              {appointment(func(a *booking.Appointment) { a.Group = "visa" }), EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeInvalid, "/reschedules"},
		"cancelled":           {appointment(func(a *booking.Appointment) { a.State = booking.AppointmentCancelled }), EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeNotActive, "/reschedules"},
		"changed twice":       {appointment(func(a *booking.Appointment) { a.Changes = 2 }), EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeChangesUsedUp, "/reschedules"},
		"displaced":           {appointment(func(a *booking.Appointment) { a.State, a.Changes, a.Start = booking.AppointmentDisplaced, 2, entryNow }), EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeSignatureNeeded, "/signature"},
		"begun":               {appointment(func(a *booking.Appointment) { a.Start = entryNow }), EntryRequest{Windows: []int{0}, Reschedules: known("x")}, booking.CodeTooLate, "/reschedules"},
	} {
		t.Run(name, func(t *testing.T) {
			o, h := newHall(t, nil)
			if c.world != nil {
				c.world(h)
			}
			_, err := o.Enter(t.Context(), her(), mainID, c.request)
			if booking.CodeOf(err) != c.code {
				t.Fatalf("%v, want %q", err, c.code)
			}
			if got := pointers(err); len(got) != 1 || got[0] != c.pointer {
				t.Errorf("fault at %q, want %q", got, c.pointer)
			}
		})
	}
}

func pointers(err error) (out []string) {
	var b *booking.Error
	var i *identity.Error
	switch {
	case errors.As(err, &b):
		for _, f := range b.Fields {
			out = append(out, f.Pointer)
		}
	case errors.As(err, &i):
		for _, f := range i.Fields {
			out = append(out, f.Pointer)
		}
	}
	return out
}

func known(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }

// family is herself and children, A, AA, AAA …
func family(size int, windows ...int) EntryRequest {
	r := alone(windows...)
	for i := 1; i < size; i++ {
		r.Members = append(r.Members, MemberRequest{Service: "passport-child", Applicant: child(strings.Repeat("А", i))})
	}
	return r
}

func seats(h *hall, n int) {
	w := h.waves[mainID]
	w.Seats = n
	h.waves[mainID] = w
}

// appointment books her appointment x.
func appointment(change func(*booking.Appointment)) func(*hall) {
	return func(h *hall) {
		a := booking.Appointment{
			ID: known("x"), Reference: "WAW-1234-5678", State: booking.AppointmentBooked, Hold: "waw-00112233445566778899aabbccddeeff",
			Consulate: "waw", Group: "passport", Service: "passport-child", Start: entryNow.Add(30 * 24 * time.Hour), Minutes: 20,
			Person: she, Applicant: known("А"),
		}
		h.names[known("А")] = identity.Names{Surname: "Прикладна", GivenName: "Анна"}
		change(&a)
		h.booked[a.ID] = a
	}
}

func TestWhoMayEnter(t *testing.T) {
	for name, c := range map[string]struct {
		world func(h *hall, d *OfficeDeps, s *identity.Session)
		code  booking.Code
	}{
		"all is well":         {func(*hall, *OfficeDeps, *identity.Session) {}, booking.CodeSignatureNeeded},
		"no citizen":          {func(_ *hall, _ *OfficeDeps, s *identity.Session) { s.Grants = nil }, booking.CodeForbidden},
		"another district":    {func(h *hall, _ *OfficeDeps, _ *identity.Session) { h.country[she] = "DE" }, booking.CodeOutsideDistrict},
		"the token is old":    {func(_ *hall, _ *OfficeDeps, s *identity.Session) { s.Country = "DE" }, booking.CodeSignatureNeeded},
		"no country":          {func(h *hall, d *OfficeDeps, _ *identity.Session) { d.NeedCountry, h.country[she] = true, "" }, booking.CodeCountryNeeded},
		"no country needed":   {func(h *hall, _ *OfficeDeps, _ *identity.Session) { h.country[she] = "" }, booking.CodeSignatureNeeded},
		"no address":          {func(_ *hall, d *OfficeDeps, _ *identity.Session) { d.NeedEmail = true }, booking.CodeEmailNeeded},
		"an address":          {func(_ *hall, d *OfficeDeps, s *identity.Session) { d.NeedEmail, s.Reachable = true, true }, booking.CodeSignatureNeeded},
		"too early":           {func(h *hall, _ *OfficeDeps, _ *identity.Session) { h.now = hallWave().Opens.Add(-1) }, booking.CodeEntryClosed},
		"too late":            {func(h *hall, _ *OfficeDeps, _ *identity.Session) { h.now = hallWave().Closes }, booking.CodeEntryClosed},
		"at the post":         {wave(func(w *Wave) { w.Pool = booking.PoolKiosk }), booking.CodeEntryClosed},
		"closed":              {wave(func(w *Wave) { w.State = StateClosed }), booking.CodeEntryClosed},
		"cancelled":           {wave(func(w *Wave) { w.State = StateCancelled }), booking.CodeEntryClosed},
		"absent":              {func(h *hall, _ *OfficeDeps, _ *identity.Session) { delete(h.waves, mainID) }, booking.CodeDrawAbsent},
		"a standby of kiosks": {wave(func(w *Wave) { w.Kind, w.Pool = KindStandby, booking.PoolKiosk }), booking.CodeSignatureNeeded},
	} {
		t.Run(name, func(t *testing.T) {
			s := her()
			var h *hall
			var deps OfficeDeps
			_, h = newHall(t, func(d *OfficeDeps) { deps = *d })
			c.world(h, &deps, &s)
			o, err := NewOffice(deps)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := o.Enter(t.Context(), s, mainID, alone(0)); booking.CodeOf(err) != c.code {
				t.Errorf("%v, want %s", err, c.code)
			}
			if _, err := o.Enter(t.Context(), s, "no such DRAW/..", alone(0)); c.code != booking.CodeForbidden && booking.CodeOf(err) != booking.CodeDrawAbsent {
				t.Error(err)
			}
		})
	}
}

func wave(change func(*Wave)) func(*hall, *OfficeDeps, *identity.Session) {
	return func(h *hall, _ *OfficeDeps, _ *identity.Session) {
		w := h.waves[mainID]
		change(&w)
		h.waves[mainID] = w
	}
}

func TestEntryClosedTellsTheTimes(t *testing.T) {
	o, h := newHall(t, nil)
	h.now = hallWave().Opens.Add(-time.Hour)
	_, err := o.Enter(t.Context(), her(), mainID, alone(0))
	var e *booking.Error
	if !errors.As(err, &e) || e.RetryAfter != time.Hour || e.Detail != "entry has not begun: entries are taken from 2026-12-02 12:00:00 UTC to 2026-12-04 12:00:00 UTC" {
		t.Errorf("%+v", err)
	}
}

// Rescheduling: the appointment says who comes, the text says what is replaced, and nothing is earned.
func TestRescheduling(t *testing.T) {
	o, h := newHall(t, nil)
	appointment(func(*booking.Appointment) {})(h)
	r := enter(t, o, EntryRequest{Windows: []int{0, 1, 2}, Reschedules: known("x")})
	a := h.accepted[0]
	if a.CountsLoss || a.Reschedules != known("x") || len(a.Members) != 1 || a.Members[0].Applicant != known("А") || a.Members[0].Service != "passport-child" {
		t.Errorf("%+v", a)
	}
	for _, line := range []string{
		"Особа 1 з 1: Прикладна Анна — Паспорт дитини (passport-child)\n",
		"Замінює запис: WAW-1234-5678, 2027-01-02T13:00:00+01:00 (Europe/Warsaw), Варшава, Польща (waw) (" + known("x").String() + ")\n",
		"Вага заявки: 1; програш її не збільшує\n",
	} {
		if !strings.Contains(string(r.Entry.Request), line) {
			t.Errorf("%q is missing in\n%s", line, r.Entry.Request)
		}
	}
	again := EntryRequest{Windows: []int{2, 1, 0}, Reschedules: known("x"), Signature: sign(she, r.Entry.Request)}
	if got, err := o.Enter(t.Context(), her(), mainID, again); err != nil || string(got.Note) != string(r.Note) || len(h.accepted) != 1 {
		t.Error(err)
	}
}

// A thousand requests of any shape: never a panic, never an error without a code, every fault with its field.
func TestAnyRequestIsAnswered(t *testing.T) {
	o, h := newHall(t, nil)
	appointment(func(*booking.Appointment) {})(h)
	r := rand.New(rand.NewPCG(3, 5))
	services := []booking.ServiceID{"passport-adult", "passport-child", "passport-any", "visa", "", "none"}
	accepted, before := 0, 0
	for i := range 1000 {
		if accepted-before == MaxRevisions { // as often as an entry can be changed
			o, h = newHall(t, nil)
			appointment(func(*booking.Appointment) {})(h)
			before = accepted
		}
		var q EntryRequest
		for n := range r.IntN(4) {
			if q.Windows = append(q.Windows, n); r.IntN(8) == 0 {
				q.Windows[n] = []int{0, 1, 2, 3, 4, -1, 63, 64, 1 << 62}[r.IntN(9)]
			}
		}
		if r.IntN(2) == 0 {
			q.Members = family(1+r.IntN(4), 0).Members
		}
		for range r.IntN(5) * r.IntN(3) {
			m := MemberRequest{Service: services[r.IntN(len(services))]}
			if r.IntN(2) == 0 {
				m.Applicant = child(strings.Repeat("я", r.IntN(4)))
				m.Applicant.Relation = []string{"child", "ward", "other", "", "\n"}[r.IntN(5)]
			}
			q.Members = append(q.Members, m)
		}
		q.Cannot = r.IntN(2) == 0
		if r.IntN(8) == 0 {
			q.Reschedules = []uuid.UUID{known("x"), uuid.New()}[r.IntN(2)]
		}
		_, err := o.Enter(t.Context(), her(), mainID, q)
		code := booking.CodeOf(err)
		if err == nil || code == "" && identity.CodeOf(err) == "" {
			t.Fatalf("%+v: %v", q, err)
		}
		if len(pointers(err)) == 0 {
			t.Fatalf("%+v: %v names no field", q, err)
		}
		for _, p := range pointers(err) {
			if !strings.HasPrefix(p, "/windows") && !strings.HasPrefix(p, "/members") && p != "/reschedules" && p != "/signature" {
				t.Fatalf("%+v: a fault at %s", q, p)
			}
		}
		if code == booking.CodeSignatureNeeded {
			accepted++
			got := enter(t, o, q)
			h.checkReceipt(got)
			if got.Entry.Rev != accepted-before {
				t.Fatalf("%d: revision %d after %d", i, got.Entry.Rev, accepted-before-1)
			}
		}
	}
	if accepted < 50 {
		t.Fatal("only", accepted, "were right: the test is no test")
	}
	t.Log(fmt.Sprint(accepted), "of 1000 were right")
}
