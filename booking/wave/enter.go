package wave

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/identity"
)

// Enter makes the person's entry in the wave, or its next revision, by her qualified signature. Without one the request
// is judged and refused with CodeSignatureNeeded and the text to sign. The same signature again answers the same
// receipt, whenever it comes, as long as the revision stands. A live entry of hers in another wave of the group ends
// with it; the text says so.
//
// Refusals: CodeDrawAbsent, CodeForbidden, CodeEntryClosed with the times, CodeCountryNeeded, CodeOutsideDistrict,
// CodeEmailNeeded, CodeInvalid, CodeUnknownService, CodeApplicantRefused and those of People.ResolveApplicant with a
// pointer to the field, CodeEntryTooLarge, CodeAppointmentAbsent and CodeNotActive of what is to be replaced,
// CodeChangesUsedUp, CodeSignatureNeeded, those of Acts.VerifyAct and of Citizens.Enter.
func (o *Office) Enter(ctx context.Context, s identity.Session, id ID, r EntryRequest) (Receipt, error) {
	if !s.Has(identity.RoleCitizen) {
		return Receipt{}, booking.Refuse(booking.CodeForbidden, "only a citizen can enter a draw")
	}
	w, err := o.open(ctx, id)
	if err != nil {
		return Receipt{}, err
	}
	hers, err := o.d.Ledger.EntriesOf(ctx, s.Person)
	if err != nil {
		return Receipt{}, err
	}
	before := entryOf(hers, id)
	if len(r.Signature) > 0 && before.State == EntryLive && before.wishes(r) {
		// Probably the same request once more. When it is not, the signature says so.
		if _, err := o.d.Acts.VerifyAct(ctx, s.Person, before.Request, r.Signature); err == nil {
			return o.receipt(ctx, w, before)
		}
	}
	a, document, err := o.compose(ctx, s, w, hers, r)
	if err != nil {
		return Receipt{}, err
	}
	if len(r.Signature) == 0 {
		if err := o.foresee(ctx, w, a); err != nil {
			return Receipt{}, err
		}
		return Receipt{}, signatureNeeded(document)
	}
	act, err := o.d.Acts.VerifyAct(ctx, s.Person, document, r.Signature)
	if err != nil {
		return Receipt{}, err
	}
	a.Request, a.Evidence, a.Signature = document, act.Evidence, act.Digest
	if a.Commitment, a.Opening, err = o.commit(document); err != nil {
		return Receipt{}, err
	}
	a.Receipt = func(e Entry) ([]byte, error) { return o.d.Receipts.Sign(ReceiptText(e)) }
	e, err := o.d.Ledger.Enter(ctx, a)
	if err != nil {
		return o.meanwhile(ctx, s, w, document, err)
	}
	return o.receipt(ctx, w, e)
}

// entryOf is the one made in the wave, whatever its state; revision 0 when there is none.
func entryOf(list []Entry, id ID) Entry {
	for _, e := range list {
		if e.Wave == id {
			return e
		}
	}
	return Entry{Wave: id}
}

// own is the person's entry in the wave, whatever its state; revision 0 when she has none.
func (o *Office) own(ctx context.Context, s identity.Session, id ID) (Entry, error) {
	e, err := o.d.Ledger.Entry(ctx, id, s.Person)
	if booking.CodeOf(err) == booking.CodeEntryAbsent {
		return Entry{Wave: id, Declarer: s.Person}, nil
	}
	return e, err
}

// meanwhile answers a request that the ledger refused because the same one, sent twice at once, had come before.
func (o *Office) meanwhile(ctx context.Context, s identity.Session, w Wave, document []byte, refused error) (Receipt, error) {
	switch booking.CodeOf(refused) {
	case booking.CodeStale, booking.CodeSignatureReused:
	default:
		return Receipt{}, refused
	}
	e, err := o.own(ctx, s, w.ID)
	if err != nil || !bytes.Equal(e.Request, document) {
		return Receipt{}, refused
	}
	return o.receipt(ctx, w, e)
}

// wishes tells whether the request could be the one that the entry came from.
func (e Entry) wishes(r EntryRequest) bool {
	var mask uint64
	for _, n := range r.Windows {
		if n < 0 || n >= draw.MaxWindows {
			return false
		}
		mask |= 1 << n
	}
	if mask != e.Windows || r.Reschedules != e.Reschedules {
		return false
	}
	if len(r.Members) == 0 {
		return len(e.Members) == 1
	}
	return slices.EqualFunc(e.Members, r.Members, func(m Member, q MemberRequest) bool { return m.Service == q.Service })
}

// compose judges the request as far as it can be seen from here, and writes what would be signed.
func (o *Office) compose(ctx context.Context, s identity.Session, w Wave, hers []Entry, r EntryRequest) (Acceptance, []byte, error) {
	if err := o.takesEntries(w); err != nil {
		return Acceptance{}, nil, err
	}
	home, err := o.admit(ctx, s, w)
	if err != nil {
		return Acceptance{}, nil, err
	}
	mask, err := maskOf(w, r.Windows)
	if err != nil {
		return Acceptance{}, nil, err
	}
	persons, old, err := o.persons(ctx, s, w, r)
	if err != nil {
		return Acceptance{}, nil, err
	}
	if err := fits(w, mask, len(persons)); err != nil {
		return Acceptance{}, nil, err
	}
	leaves, err := o.leaving(ctx, hers, w)
	if err != nil {
		return Acceptance{}, nil, err
	}
	before := entryOf(hers, w.ID)
	if before.Rev >= MaxRevisions {
		return Acceptance{}, nil, wrong(booking.CodeChangesUsedUp, "/windows", "too-many", "your entry has been changed as often as it can be; you can still leave")
	}
	a := Acceptance{
		Wave: w.ID, Declarer: s.Person, Rev: before.Rev + 1, Windows: mask, Reschedules: r.Reschedules,
		CountsLoss: home && countsLoss(w, mask, r), Leaves: leaves.Wave, Actor: citizen(s),
	}
	if err := o.pseudonyms(ctx, &a, persons); err != nil {
		return Acceptance{}, nil, err
	}
	t := entryText{
		action: actionEnter, wave: w, rev: a.Rev, windows: mask, persons: persons, replaces: old,
		cannot: r.Cannot, counts: a.CountsLoss, leaves: leaves.Wave, leavesRev: leaves.Rev, declarer: s.Person, nf: a.NF,
	}
	if before.State == EntryLive {
		t.action = actionChange
	}
	document, err := o.entryDocument(t)
	return a, document, err
}

// entryDocument fills in what a text needs of the catalogue.
func (o *Office) entryDocument(t entryText) (document []byte, err error) {
	if t.post, err = o.d.Catalogue.Consulate(t.wave.Consulate); err != nil {
		return nil, err
	}
	if t.group, err = o.d.Catalogue.Group(t.wave.Group); err != nil {
		return nil, err
	}
	t.audience, t.policy = o.d.Audience, o.d.Policy
	return t.bytes(), nil
}

// takesEntries refuses with the times when the wave does not take entries now.
func (o *Office) takesEntries(w Wave) error {
	now := o.d.Now()
	span := fmt.Sprintf("entries are taken from %s to %s", w.Opens.UTC().Format(utcForm), w.Closes.UTC().Format(utcForm))
	switch {
	case w.State == StateCancelled:
		return booking.Refuse(booking.CodeEntryClosed, "this draw was cancelled")
	case w.State != StateAnnounced || !now.Before(w.Closes):
		return booking.Refuse(booking.CodeEntryClosed, "entry is over: "+span)
	case now.Before(w.Opens):
		e := booking.Refuse(booking.CodeEntryClosed, "entry has not begun: "+span)
		e.RetryAfter = w.Opens.Sub(now)
		return e
	case w.Kind == KindMain && (w.Pool == booking.PoolKiosk || w.Pool == booking.PoolToday):
		return booking.Refuse(booking.CodeEntryClosed, "entries of this draw are taken at the post")
	}
	return nil
}

// admit checks that the person may ask for seats at the post of the wave, by the country that is stored. Home tells
// that it is a post of her district.
func (o *Office) admit(ctx context.Context, s identity.Session, w Wave) (home bool, err error) {
	c, err := o.d.Catalogue.Consulate(w.Consulate)
	if err != nil {
		return false, err
	}
	country, err := o.d.People.Country(ctx, s.Person)
	switch {
	case err != nil:
		return false, fmt.Errorf("find the country of stay: %w", err)
	case country == "" && o.d.NeedCountry:
		return false, booking.Refuse(booking.CodeCountryNeeded, "declare your country of stay first")
	case country != "" && !c.Serves(country):
		return false, booking.Refuse(booking.CodeOutsideDistrict, "this post does not serve your country of stay")
	case o.d.NeedEmail && !s.Reachable:
		return false, booking.Refuse(booking.CodeEmailNeeded, "give an e-mail address and confirm it first")
	}
	return country != "", nil
}

// leaving is the live one of the person's entries in another wave of the group, which ends with the new one; or none.
func (o *Office) leaving(ctx context.Context, hers []Entry, w Wave) (Entry, error) {
	for _, e := range hers {
		if e.State != EntryLive || e.Wave == w.ID {
			continue
		}
		other, err := o.open(ctx, e.Wave)
		if err != nil {
			return Entry{}, err
		}
		if other.Group != w.Group {
			continue
		}
		if err := o.movable(ctx, e, other); err != nil {
			return Entry{}, err
		}
		return e, nil
	}
	return Entry{}, nil
}

// movable refuses an entry that is in a draw between its close and its result.
func (o *Office) movable(ctx context.Context, e Entry, w Wave) error {
	frozen := booking.Refuse(booking.CodeEntryFrozen, "your entry is in a draw now; wait for its result")
	if inDraw(w.State) {
		return frozen
	}
	carried, err := o.carried(ctx, e, w)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(carried, func(w Wave) bool { return inDraw(w.State) }) {
		return frozen
	}
	return nil
}

func inDraw(s State) bool { return s == StateClosed || s == StateStanding }

// foresee tells before anything is signed what the ledger would refuse after it.
func (o *Office) foresee(ctx context.Context, w Wave, a Acceptance) error {
	for i, m := range a.Members {
		if err := o.hinders(ctx, w, a, m.Applicant, fmt.Sprintf("/members/%d", i)); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(a.Members, func(m Member) bool { return m.Applicant == a.Declarer }) {
		return nil
	}
	return o.hinders(ctx, w, a, a.Declarer, "/members") // who declares for others is bound by the same
}

// hinders tells what stands against one person's part in an entry.
func (o *Office) hinders(ctx context.Context, w Wave, a Acceptance, p uuid.UUID, pointer string) error {
	st, err := o.d.Ledger.Standing(ctx, p, w.Group)
	if err != nil {
		return err
	}
	if now := o.d.Now(); st.PausedUntil.After(now) {
		e := wrong(booking.CodePaused, pointer, "paused", "online entry is paused until "+st.PausedUntil.UTC().Format(utcForm))
		e.RetryAfter = st.PausedUntil.Sub(now)
		return e
	}
	err = o.d.Ledger.Blocked(ctx, p, w.Group)
	switch booking.CodeOf(err) {
	case booking.CodeOfferOpen:
		return wrong(booking.CodeOfferOpen, pointer, "offer-open", "an offer waits to be signed or declined for this person")
	case booking.CodeLiveEntry:
		return o.elsewhere(ctx, w, a, p, pointer)
	}
	return err
}

// elsewhere refuses a person whose live entry is neither the one that is changed nor the one that ends with this.
func (o *Office) elsewhere(ctx context.Context, w Wave, a Acceptance, p uuid.UUID, pointer string) error {
	live, found, err := o.d.Ledger.LiveEntry(ctx, p, w.Group)
	if err == nil && found && (live.Declarer != a.Declarer || (live.Wave != a.Wave && live.Wave != a.Leaves)) {
		err = wrong(booking.CodeAlreadyEntered, pointer, "already-entered", "this person has a live entry already; a person has one everywhere")
	}
	return err
}
