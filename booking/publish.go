package booking

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chesna/booking/capacity"
	"chesna/identity"
)

// WeekPlan is what an officer publishes: counters with their openings, and closures. Slot lengths, working
// days and holidays come from the catalogue, which the administrator keeps.
type WeekPlan struct {
	Counters []capacity.Counter `json:"counters"`
	Closures []capacity.Closure `json:"closures,omitempty"`
	// OpensAt is when the seats of the open pool that this publication adds open, all at once and by turns; nil: at once,
	// without turns.
	OpensAt *time.Time `json:"opensAt,omitempty"`
	// Reason is why the week is below the legal minimum; Signature is the officer's over the document that
	// CodeBelowMinimum carries. Displace lets booked seats be moved instead of refusing.
	Reason    string `json:"reason,omitempty"`
	Signature []byte `json:"-"`
	Displace  bool   `json:"-"`
}

// Publication is a published week with its legal meter.
type Publication struct {
	Week  PublishedWeek
	Meter capacity.Report
}

// PublishWeek publishes a week, or the changes to a published one: seats that stay keep their identity and
// their owners, new ones are added (ledger, then inventory), others withdrawn (inventory, then ledger). A seat that
// somebody had before it was withdrawn opens again at a drawn time, never at the officer's moment. A
// week under the legal minimum needs a reason that the officer signs. Expected is the revision that the
// officer saw (0: never published).
//
// Refusals: CodeForbidden, CodeInvalid with a pointer per fault, CodeWeekPast, CodeBelowMinimum with the
// document to sign, CodeSeatsTaken with the seats, CodeStale.
func (o *Office) PublishWeek(ctx context.Context, s identity.Session, c ConsulateID, isoWeek string, expected int64, p WeekPlan) (Publication, error) {
	post, err := o.Catalogue.Consulate(c)
	if err != nil {
		return Publication{}, err
	}
	if !s.HasAt(identity.RoleOfficer, string(c)) {
		return Publication{}, Refuse(CodeForbidden, "only an officer of the post publishes its weeks")
	}
	week, seats, err := o.expand(post, isoWeek, p)
	if err != nil {
		return Publication{}, err
	}
	if err := o.mayOpen(ctx, post, p); err != nil {
		return Publication{}, err
	}
	report := capacity.Meter(week.MeterInput(seats))
	evidence, err := o.signedShortfall(ctx, s, post, week, report, p)
	if err != nil {
		return Publication{}, err
	}
	old, err := o.Weeks.Week(ctx, c, week.ISOWeek.String())
	if err != nil {
		return Publication{}, err
	}
	if old.Revision != expected {
		return Publication{}, Refuse(CodeStale, "the week was changed by somebody else; look at it again")
	}
	change, err := o.change(old, seats, p)
	if err != nil {
		return Publication{}, err
	}
	if change.Evidence = evidence; evidence != nil {
		change.Reason = reasonOf(p)
	}
	change.Actor = Actor{Person: s.Person, Role: string(identity.RoleOfficer)}
	done, err := o.apply(ctx, change)
	if err != nil {
		return Publication{}, err
	}
	return Publication{Week: done, Meter: report}, nil
}

// expand turns the plan into the week's seats, all faults at once.
func (o *Office) expand(post Consulate, isoWeek string, p WeekPlan) (capacity.Week, []capacity.Seat, error) {
	w, err := capacity.ParseISOWeek(isoWeek)
	if err != nil {
		return capacity.Week{}, nil, invalidFields("/isoWeek", err)
	}
	if _, end := w.Span(post.Location); !end.After(o.Now()) {
		return capacity.Week{}, nil, Refuse(CodeWeekPast, "this week is over")
	}
	lengths := map[string]int{}
	for _, g := range o.Catalogue.Groups() {
		lengths[string(g.ID)] = g.Minutes
	}
	week := capacity.Week{
		Consulate: string(post.ID), ISOWeek: w, Location: post.Location, Workdays: post.Workdays, Holidays: post.Holidays,
		SlotMinutes: lengths, Grid: o.Policy.Grid, Counters: p.Counters, Closures: slices.Clone(p.Closures),
	}
	for i := range week.Closures {
		// What is a public holiday, and so shortens the legal week, is the administrator's word, not the officer's.
		week.Closures[i].PublicHoliday = slices.Contains(post.Holidays, week.Closures[i].Date)
	}
	seats, err := capacity.Expand(week)
	if err != nil {
		return capacity.Week{}, nil, invalidFields("", err)
	}
	return week, ShareOut(post, seats, o.Channel), nil
}

// invalidFields carries capacity's faults to the edge.
func invalidFields(pointer string, err error) error {
	out := &Error{Code: CodeInvalid, Detail: "the schedule has faults"}
	var many capacity.Errors
	var one *capacity.FieldError
	switch {
	case errors.As(err, &many):
		for _, f := range many {
			out.Fields = append(out.Fields, FieldError{Pointer: f.Pointer, Code: f.Code, Detail: f.Detail})
		}
	case errors.As(err, &one):
		out.Fields = []FieldError{{Pointer: pointer + one.Pointer, Code: one.Code, Detail: one.Detail}}
	default:
		return err
	}
	return out
}

// signedShortfall lets a short week pass only with a reason under the officer's signature.
func (o *Office) signedShortfall(ctx context.Context, s identity.Session, post Consulate, w capacity.Week, r capacity.Report, p WeekPlan) ([]byte, error) {
	if r.Met {
		return nil, nil
	}
	if len(p.Reason) > maxReason {
		return nil, &Error{Code: CodeInvalid, Detail: "the reason is too long", Fields: []FieldError{{Pointer: "/reason", Code: "too-long", Detail: "at most 1000 bytes"}}}
	}
	document, err := shortfallDocument(o.Audience, post, w, r, p)
	if err != nil {
		return nil, err
	}
	refusal := &Error{
		Code:     CodeBelowMinimum,
		Detail:   fmt.Sprintf("the week is %d minutes below the legal minimum; sign the document and send the same request again", r.Shortfall),
		Document: document,
	}
	if len(p.Signature) == 0 {
		refusal.Fields = []FieldError{{Pointer: "/signature", Code: "required", Detail: "sign the document and send the same request again"}}
		return nil, refusal
	}
	act, err := o.Acts.VerifyAct(ctx, s.Person, document, p.Signature)
	if err != nil {
		return nil, err
	}
	return act.Evidence, nil
}

// maxReason bounds the reason for a short week, in bytes.
const maxReason = 1000

// unstated is signed as the reason by an officer who names none.
const unstated = "посадова особа підтверджує коротший тиждень без окремого пояснення"

func reasonOf(p WeekPlan) string {
	if r := strings.TrimSpace(p.Reason); r != "" {
		return r
	}
	return unstated
}

// shortfallDocument is the text an officer signs to publish a short week. It depends on the plan, its reason
// and the post alone, so that the same request gives the same bytes.
func shortfallDocument(audience string, post Consulate, w capacity.Week, r capacity.Report, p WeekPlan) ([]byte, error) {
	plan, err := json.Marshal(w)
	if err != nil {
		return nil, fmt.Errorf("write the plan: %w", err)
	}
	var b strings.Builder
	line := func(label, value string) { fmt.Fprintf(&b, "%s: %s\n", label, value) }
	b.WriteString("ЧЕСНА — тиждень прийому, коротший за встановлений мінімум\n")
	line("Версія документа", "chesna/short-week/v1")
	line("Система", audience)
	line("Дія", "оприлюднення розкладу з поясненням")
	line("Установа", fmt.Sprintf("%s, %s (%s)", oneLine(post.City.UK), oneLine(post.Country.UK), post.ID))
	line("Тиждень", w.ISOWeek.String())
	line("Потрібно хвилин", fmt.Sprint(r.Required))
	line("Відкрито хвилин", fmt.Sprint(r.Open))
	line("Бракує хвилин", fmt.Sprint(r.Shortfall))
	line("Причина", oneLine(reasonOf(p)))
	line("Відбиток розкладу (SHA-256)", fmt.Sprintf("%x", sha256.Sum256(plan)))
	return []byte(b.String()), nil
}

// change is the difference between what stands and what is wanted.
func (o *Office) change(old PublishedWeek, wanted []capacity.Seat, p WeekPlan) (WeekChange, error) {
	published := make([]capacity.Seat, 0, len(old.Seats))
	for _, s := range old.Seats {
		if s.PublishedAs != "" {
			s.Pool = s.PublishedAs
		}
		published = append(published, capacity.Seat{
			ID: string(s.ID), Counter: string(s.Counter), Group: string(s.Group), Pool: capacity.Pool(s.Pool), Start: s.Start, Minutes: s.Minutes,
		})
	}
	if turned := capacity.Changed(published, wanted); len(turned) > 0 {
		e := Refuse(CodeSeatsTaken, "a published seat cannot change its group or pool: withdraw it first, then publish it again under other times")
		for _, t := range turned {
			e.Seats = append(e.Seats, SeatID(t.To.ID))
		}
		return WeekChange{}, e
	}
	plan, err := json.Marshal(WeekPlan{Counters: p.Counters, Closures: p.Closures, OpensAt: p.OpensAt, Reason: p.Reason})
	if err != nil {
		return WeekChange{}, fmt.Errorf("write the plan: %w", err)
	}
	add, _, remove := capacity.Diff(published, wanted)
	out := WeekChange{
		Consulate: old.Consulate, ISOWeek: old.ISOWeek, Expected: old.Revision,
		Plan: plan, Displace: p.Displace,
	}
	now := o.Now()
	for _, s := range add {
		if s.Start.Before(now) {
			continue // the week has begun: what lies behind us is not published
		}
		out.Add = append(out.Add, Seat{
			ID: SeatID(s.ID), Consulate: old.Consulate, Counter: CounterID(s.Counter), Group: GroupID(s.Group),
			Pool: Pool(s.Pool), Start: s.Start, Minutes: s.Minutes,
		})
	}
	if out.OpensAt, err = p.opening(now, out.Add); err != nil {
		return WeekChange{}, err
	}
	from := now
	if out.OpensAt.After(from) {
		from = out.OpensAt
	}
	for _, s := range out.Add {
		reopen, err := o.ReopenAt(from, s.Start)
		if err != nil {
			return WeekChange{}, err
		}
		out.ReopenAt = append(out.ReopenAt, reopen)
	}
	for _, s := range remove {
		out.Remove = append(out.Remove, SeatID(s.ID))
	}
	return out, nil
}

// apply removes from the inventory first and adds to it last, so that no seat is ever offered that the
// ledger does not have. When the ledger refuses, the withdrawn seats are put back. It takes its turn with repair,
// re-opening and rebuild, none of which would know that these seats are about to leave.
func (o *Office) apply(ctx context.Context, change WeekChange) (PublishedWeek, error) {
	var done PublishedWeek
	err := o.Weeks.Serially(ctx, change.Consulate, func(ctx context.Context) error {
		held, err := o.Inventory.Withdraw(ctx, change.Consulate, change.Remove)
		if err == nil && len(held) > 0 {
			err = &Error{Code: CodeSeatsTaken, Detail: "some of these seats are being booked just now; try again in a quarter of an hour", Seats: held}
		}
		var since int64
		if err == nil {
			since, err = o.Ledger.Position(ctx)
		}
		if err == nil {
			done, err = o.Weeks.PublishWeek(ctx, change)
		}
		if err != nil {
			o.restore(ctx, change, held)
			return err
		}
		open := openOf(done.Seats, idSet(change.Add))
		if err := AddOpen(ctx, o.Inventory, o.Ledger, change.Consulate, since, open); err != nil {
			// The ledger has them; the repair job adds what the inventory lacks.
			o.Logger.WarnContext(ctx, "add published seats to the inventory", "consulate", change.Consulate, "error", err)
		}
		return nil
	})
	return done, err
}

// restore puts back what was withdrawn, as far as the ledger calls it open now; held seats were not withdrawn.
func (o *Office) restore(ctx context.Context, change WeekChange, held []SeatID) {
	err := func() error {
		since, err := o.Ledger.Position(ctx)
		if err != nil {
			return err
		}
		week, err := o.Weeks.Week(ctx, change.Consulate, change.ISOWeek)
		if err != nil {
			return err
		}
		gone := map[SeatID]bool{}
		for _, id := range change.Remove {
			gone[id] = !slices.Contains(held, id)
		}
		return AddOpen(ctx, o.Inventory, o.Ledger, change.Consulate, since, openOf(week.Seats, gone))
	}()
	if err != nil { // the repair job will
		o.Logger.WarnContext(ctx, "put withdrawn seats back", "consulate", change.Consulate, "error", err)
	}
}
