package wave

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

// enoughWindows is how many windows an entry accepts at least to have a lost draw counted.
const enoughWindows = 3

// countsLoss is the rule of weights: main draws of the online pool, three windows (or all that there are, or the word
// that she cannot), and no rescheduling. That the post is one of her district is for the caller to see.
func countsLoss(w Wave, mask uint64, r EntryRequest) bool {
	accepted := 0
	for _, win := range w.Windows {
		if mask&win.Bit() != 0 {
			accepted++
		}
	}
	enough := accepted >= enoughWindows || r.Cannot || len(w.Windows) < enoughWindows
	return w.Kind == KindMain && w.Pool == booking.PoolDraw && r.Reschedules == uuid.Nil && enough
}

// maskOf reads the numbers of windows; each must be one of the wave, and be named once.
func maskOf(w Wave, numbers []int) (uint64, error) {
	if len(numbers) == 0 {
		return 0, wrong(booking.CodeInvalid, "/windows", "required", "accept at least one window")
	}
	if len(numbers) > len(w.Windows) {
		return 0, wrong(booking.CodeInvalid, "/windows", "too-many", fmt.Sprintf("this draw has %d windows", len(w.Windows)))
	}
	var mask uint64
	var fields []booking.FieldError
	for i, n := range numbers {
		at := func(code, detail string) {
			fields = append(fields, booking.FieldError{Pointer: fmt.Sprintf("/windows/%d", i), Code: code, Detail: detail})
		}
		j := slices.IndexFunc(w.Windows, func(w Window) bool { return w.Number == n })
		switch {
		case j < 0:
			at("unknown", "this draw has no such window")
		case mask&w.Windows[j].Bit() != 0:
			at("repeated", "this window is named already")
		default:
			mask |= w.Windows[j].Bit()
		}
	}
	if len(fields) > 0 {
		return 0, &booking.Error{Code: booking.CodeInvalid, Detail: "some of the windows are not right", Fields: fields}
	}
	return mask, nil
}

// fits refuses an entry that could never be served: more persons than the wave has seats, or than any of the windows.
func fits(w Wave, mask uint64, size int) error {
	if size > w.Seats {
		return wrong(booking.CodeEntryTooLarge, "/members", "too-many",
			fmt.Sprintf("%d persons, but the draw has %d seats", size, w.Seats))
	}
	most := 0
	for _, win := range w.Windows {
		if mask&win.Bit() != 0 {
			most = max(most, win.Seats)
		}
	}
	if size > most {
		return wrong(booking.CodeEntryTooLarge, "/members", "too-many",
			fmt.Sprintf("%d persons come together in one window, but the windows you accept have %d seats at most", size, most))
	}
	return nil
}

// persons finds who would come, and the appointment that is to be replaced.
func (o *Office) persons(ctx context.Context, s identity.Session, w Wave, r EntryRequest) ([]person, *replaced, error) {
	if r.Reschedules != uuid.Nil {
		return o.rescheduled(ctx, s, w, r)
	}
	switch n := len(r.Members); {
	case n == 0:
		return nil, nil, wrong(booking.CodeInvalid, "/members", "required", "say who comes, with the service for each")
	case n > MaxSize:
		return nil, nil, wrong(booking.CodeInvalid, "/members", "too-many", fmt.Sprintf("an entry has at most %d persons", MaxSize))
	}
	out := make([]person, len(r.Members))
	for i, m := range r.Members { // all that is wrong with services first: nobody is declared for nothing
		var err error
		if out[i].service, err = o.service(w, m.Service, fmt.Sprintf("/members/%d", i)); err != nil {
			return nil, nil, err
		}
		if err := forWhom(out[i].service, m.Applicant, fmt.Sprintf("/members/%d", i)); err != nil {
			return nil, nil, err
		}
	}
	for i, m := range r.Members {
		if err := o.member(ctx, s, m, &out[i]); err != nil {
			return nil, nil, below(fmt.Sprintf("/members/%d", i), err)
		}
		if slices.ContainsFunc(out[:i], func(p person) bool { return p.applicant == out[i].applicant }) {
			return nil, nil, wrong(booking.CodeInvalid, fmt.Sprintf("/members/%d", i), "repeated", "this person is named already")
		}
	}
	return out, nil, nil
}

// member finds the applicant and how the text names her: herself by her certificate, another as she is typed in this
// request, so that the same request gives the same bytes and a slip can be corrected before it is signed.
func (o *Office) member(ctx context.Context, s identity.Session, m MemberRequest, p *person) (err error) {
	if m.Applicant == nil {
		p.applicant = s.Person
		p.name, err = o.nameIn(ctx, s.Person, s.Person, "")
		return err
	}
	p.name = m.Applicant.Names.Full()
	p.applicant, err = o.d.People.ResolveApplicant(ctx, s.Person, *m.Applicant)
	return err
}

func (o *Office) nameIn(ctx context.Context, declarer, applicant uuid.UUID, text string) (string, error) {
	n, err := o.d.People.NamesIn(ctx, declarer, applicant, text)
	if err != nil {
		return "", fmt.Errorf("name a person: %w", err)
	}
	return n.Full(), nil
}

// service checks that it is one of the wave's group.
func (o *Office) service(w Wave, id booking.ServiceID, pointer string) (booking.Service, error) {
	svc, err := o.d.Catalogue.Service(id)
	if err != nil {
		return booking.Service{}, wrong(booking.CodeUnknownService, pointer+"/service", "unknown", "there is no such service")
	}
	if svc.Group != w.Group {
		return booking.Service{}, wrong(booking.CodeInvalid, pointer+"/service", "not-allowed", "this draw is about other services")
	}
	return svc, nil
}

// forWhom is booking's rule on applicants.
func forWhom(svc booking.Service, a *identity.Applicant, pointer string) error {
	switch {
	case a == nil && svc.Applicants == booking.ForChild:
		return wrong(booking.CodeApplicantRefused, pointer+"/applicant", "required", "this service is asked for a child: say for whom")
	case a != nil && svc.Applicants == booking.ForSelf:
		return wrong(booking.CodeApplicantRefused, pointer+"/applicant", "not-allowed", "this service can be asked for oneself only")
	case a != nil && svc.Applicants == booking.ForChild && a.Relation == identity.RelationOther:
		return wrong(booking.CodeApplicantRefused, pointer+"/applicant/relation", "not-allowed", "this service is asked by a parent or guardian for a child or a ward")
	}
	return nil
}

// below moves the pointers of a refusal to where the applicant stands in the request.
func below(pointer string, err error) error {
	var e *identity.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	moved := *e
	moved.Fields = slices.Clone(e.Fields)
	for i := range moved.Fields {
		moved.Fields[i].Pointer = pointer + moved.Fields[i].Pointer
	}
	return &moved
}

// rescheduled is the one person of an entry that would replace an appointment.
func (o *Office) rescheduled(ctx context.Context, s identity.Session, w Wave, r EntryRequest) ([]person, *replaced, error) {
	const pointer = "/reschedules"
	if len(r.Members) > 0 {
		return nil, nil, wrong(booking.CodeInvalid, "/members", "not-allowed", "the appointment says who comes")
	}
	a, err := o.d.Appointments.Appointment(ctx, r.Reschedules)
	switch {
	case booking.CodeOf(err) == booking.CodeAppointmentAbsent || (err == nil && a.Person != s.Person):
		return nil, nil, wrong(booking.CodeAppointmentAbsent, pointer, "unknown", "no such appointment")
	case err != nil:
		return nil, nil, err
	case a.Group != w.Group:
		return nil, nil, wrong(booking.CodeInvalid, pointer, "not-allowed", "this draw is about other services")
	}
	if err := o.replaceable(a); err != nil {
		return nil, nil, err
	}
	svc, err := o.d.Catalogue.Service(a.Service)
	if err != nil {
		return nil, nil, err
	}
	old, err := o.replaced(a)
	if err != nil {
		return nil, nil, err
	}
	name, err := o.nameIn(ctx, s.Person, a.Applicant, string(a.Hold))
	return []person{{applicant: a.Applicant, service: svc, name: name}}, old, err
}

// replaceable is the ledger's rule: a booked appointment before it begins, as often as the policy has it; one whose time
// the post has taken away at any time.
func (o *Office) replaceable(a booking.Appointment) error {
	const pointer = "/reschedules"
	switch {
	case a.State == booking.AppointmentDisplaced:
		return nil
	case a.State != booking.AppointmentBooked:
		return wrong(booking.CodeNotActive, pointer, "not-active", "this appointment cannot be replaced any more")
	case !a.Start.After(o.d.Now()):
		return wrong(booking.CodeTooLate, pointer, "too-late", "this appointment has begun")
	case a.Changes >= o.d.Policy.MaxChanges:
		return wrong(booking.CodeChangesUsedUp, pointer, "used-up", fmt.Sprintf("an appointment can be rescheduled %d times", o.d.Policy.MaxChanges))
	}
	return nil
}

func (o *Office) replaced(a booking.Appointment) (*replaced, error) {
	c, err := o.d.Catalogue.Consulate(a.Consulate)
	return &replaced{id: a.ID, reference: a.Reference, start: a.Start, post: c}, err
}

func applicants(members []Member) []uuid.UUID {
	out := make([]uuid.UUID, len(members))
	for i, m := range members {
		out[i] = m.Applicant
	}
	return out
}

// nullify has the authority name the person as an entrant of the wave.
func (o *Office) nullify(ctx context.Context, id ID, declarer uuid.UUID) ([32]byte, error) {
	names, err := o.d.Authority.Nullify(ctx, string(id), []uuid.UUID{declarer})
	if err == nil && len(names) != 1 {
		err = fmt.Errorf("%d names for one person", len(names))
	}
	if err != nil {
		return [32]byte{}, fmt.Errorf("ask the authority for a name: %w", err)
	}
	return names[0], nil
}

// pseudonyms has the authority name the declarer and the members for the wave.
func (o *Office) pseudonyms(ctx context.Context, a *Acceptance, persons []person) error {
	var err error
	if a.NF, err = o.nullify(ctx, a.Wave, a.Declarer); err != nil {
		return err
	}
	for _, p := range persons {
		a.Members = append(a.Members, Member{Applicant: p.applicant, Service: p.service.ID})
	}
	names, err := o.d.Authority.NullifyPersons(ctx, string(a.Wave), applicants(a.Members))
	if err == nil && len(names) != len(a.Members) {
		err = fmt.Errorf("%d names for %d persons", len(names), len(a.Members))
	}
	if err != nil {
		return fmt.Errorf("ask the authority for names of persons: %w", err)
	}
	for i := range a.Members {
		a.Members[i].PersonNF = names[i]
	}
	return nil
}
