package wave

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/capacity"
	"chesna/identity"
)

// HoldOf is the name under which the n-th seat of an offer stands where a confirmed hold has its own. It is the Hold of
// the appointment that the seat becomes: by it officers find the names that were signed (identity's NamesIn).
func HoldOf(c booking.ConsulateID, offer uuid.UUID, n int) booking.HoldID {
	return booking.NewHoldID(c, uuid.NewSHA1(offer, fmt.Appendf(nil, "seat %d", n)))
}

// Offers lists the person's offers with the text to sign for those that are open, newest first.
func (o *Office) Offers(ctx context.Context, s identity.Session) ([]OfferText, error) {
	list, err := o.d.Ledger.OffersOf(ctx, s.Person)
	if err != nil {
		return nil, err
	}
	out := make([]OfferText, len(list))
	for i, offer := range list {
		if out[i], err = o.withDocument(ctx, offer); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Offer is one offer of the person, with the text to sign while it is open, or CodeOfferAbsent.
func (o *Office) Offer(ctx context.Context, s identity.Session, id uuid.UUID) (OfferText, error) {
	offer, err := o.ownOffer(ctx, s, id)
	if err != nil {
		return OfferText{}, err
	}
	return o.withDocument(ctx, offer)
}

// ownOffer hides an offer from everyone but the person who won it.
func (o *Office) ownOffer(ctx context.Context, s identity.Session, id uuid.UUID) (Offer, error) {
	offer, err := o.d.Ledger.Offer(ctx, id)
	if err == nil && offer.Declarer != s.Person {
		err = booking.Refuse(booking.CodeOfferAbsent, "no such offer")
	}
	if err != nil {
		return Offer{}, err
	}
	return offer, nil
}

func (o *Office) withDocument(ctx context.Context, offer Offer) (OfferText, error) {
	if offer.State != OfferOpen || !o.d.Now().Before(offer.Until) { // over, though the ledger may not have said so yet
		return OfferText{Offer: offer}, nil
	}
	document, err := o.offerDocument(ctx, offer)
	return OfferText{Offer: offer, Document: document}, err
}

// referenceTries is how many sets of references are drawn for one offer; of 40 bits each, the second is hardly ever needed.
const referenceTries = 3

// Sign turns an open offer into appointments, one for each seat, by the person's signature over its text; what it
// reschedules is cancelled in the same transaction. The same signature answers the same appointments, whenever it comes.
//
// Refusals: CodeOfferAbsent, CodeOfferEnded, those of Acts.VerifyAct and of Citizens.SignOffer.
func (o *Office) Sign(ctx context.Context, s identity.Session, id uuid.UUID, signature []byte) (Offer, []booking.Appointment, error) {
	offer, err := o.ownOffer(ctx, s, id)
	if err != nil {
		return Offer{}, nil, err
	}
	if offer.State != OfferOpen && offer.State != OfferSigned {
		return Offer{}, nil, ended(offer)
	}
	document, err := o.offerDocument(ctx, offer)
	if err != nil {
		return Offer{}, nil, err
	}
	if len(signature) == 0 {
		return Offer{}, nil, signatureNeeded(document)
	}
	act, err := o.d.Acts.VerifyAct(ctx, s.Person, document, signature)
	if err != nil {
		return Offer{}, nil, err
	}
	made, err := o.book(ctx, Signing{
		Offer: id, Declarer: s.Person, SignatureDigest: act.Digest, DocumentDigest: sha256.Sum256(document),
		Evidence: act.Evidence, MaxChanges: o.d.Policy.MaxChanges, LateCancel: o.d.Policy.LateCancel, Pause: o.d.Policy.Pause,
		Actor: citizen(s),
	}, offer)
	if err != nil {
		return Offer{}, nil, err
	}
	if offer.Reschedules != uuid.Nil {
		o.forget(ctx, offer)
	}
	if signed, err := o.d.Ledger.Offer(ctx, id); err == nil {
		return signed, made, nil
	}
	// The appointments stand; only the offer's new state could not be read again.
	offer.State = OfferSigned
	return offer, made, nil
}

func ended(offer Offer) error {
	switch offer.State {
	case OfferExpired:
		return booking.Refuse(booking.CodeOfferEnded, "its time was over on "+offer.Until.UTC().Format(utcForm))
	case OfferWithheld:
		return booking.Refuse(booking.CodeOfferEnded, "this offer could not be made: somebody in it has another appointment, or is suspended")
	default:
		return booking.Refuse(booking.CodeOfferEnded, "this offer was declined")
	}
}

// book writes the signing under references that no other appointment has.
func (o *Office) book(ctx context.Context, g Signing, offer Offer) ([]booking.Appointment, error) {
	for range referenceTries {
		g.Appointments, g.References = nil, nil
		for range offer.Seats {
			id, err := uuid.NewRandomFromReader(o.d.Rand)
			if err != nil {
				return nil, fmt.Errorf("draw an appointment id: %w", err)
			}
			reference, err := booking.NewReference(o.d.Rand, offer.Consulate)
			if err != nil {
				return nil, err
			}
			g.Appointments, g.References = append(g.Appointments, id), append(g.References, reference)
		}
		made, err := o.d.Ledger.SignOffer(ctx, g)
		if !booking.TakenReference(err) {
			return made, err
		}
	}
	return nil, booking.Refuse(booking.CodeUnavailable, "no reference was free")
}

// forget frees the inventory's claim of the appointment that was replaced; until that is done, or repaired by the next
// rebuild, the inventory is stricter than the ledger, never laxer.
func (o *Office) forget(ctx context.Context, offer Offer) {
	for _, seat := range offer.Seats {
		if err := o.d.Forget(ctx, seat.Applicant, offer.Group, offer.Reschedules); err != nil {
			o.d.Logger.WarnContext(ctx, "free the applicant in the inventory", "appointment", offer.Reschedules, "error", err)
		}
	}
}

// Decline ends an open offer at the person's wish; its seats go to the next standby draw. Declining a declined offer
// answers it again.
//
// Refusals: CodeOfferAbsent, CodeOfferEnded.
func (o *Office) Decline(ctx context.Context, s identity.Session, id uuid.UUID) (Offer, error) {
	offer, err := o.ownOffer(ctx, s, id)
	if err != nil || offer.State == OfferDeclined {
		return offer, err
	}
	return o.d.Ledger.DeclineOffer(ctx, id, s.Person, citizen(s))
}

// offerText is everything that the text of an offer says.
type offerText struct {
	audience string
	offer    Offer
	post     booking.Consulate
	group    booking.Group
	persons  []person // in the order of the offer's seats
	replaces *replaced
}

// offerDocument composes the text to sign for an offer from what never changes in it.
func (o *Office) offerDocument(ctx context.Context, offer Offer) ([]byte, error) {
	t := offerText{audience: o.d.Audience, offer: offer}
	var err error
	if t.post, err = o.d.Catalogue.Consulate(offer.Consulate); err != nil {
		return nil, err
	}
	if t.group, err = o.d.Catalogue.Group(offer.Group); err != nil {
		return nil, err
	}
	for n, seat := range offer.Seats {
		p := person{applicant: seat.Applicant}
		if p.service, err = o.d.Catalogue.Service(seat.Service); err != nil {
			return nil, err
		}
		if seat.Applicant != offer.Declarer {
			hold := HoldOf(offer.Consulate, offer.ID, n)
			if p.name, err = o.nameIn(ctx, offer.Declarer, seat.Applicant, string(hold)); err != nil {
				return nil, err
			}
		}
		t.persons = append(t.persons, p)
	}
	if offer.Reschedules != uuid.Nil {
		a, err := o.d.Appointments.Appointment(ctx, offer.Reschedules)
		if err != nil {
			return nil, fmt.Errorf("find the appointment to be replaced: %w", err)
		}
		if t.replaces, err = o.replaced(a); err != nil {
			return nil, err
		}
	}
	return t.bytes(), nil
}

// bytes is the text: for each seat what the text of a booking says, with the draw and the deadline.
func (t offerText) bytes() []byte {
	var p page
	p.title("ЧЕСНА — запис на прийом до консула за результатом жеребкування")
	p.line("Версія документа", OfferVersion)
	p.line("Система", t.audience)
	p.line("Дія", "підтвердження запису на прийом за пропозицією")
	p.gap()
	p.line("Жеребкування", string(t.offer.Wave))
	p.line("Установа", post(t.post))
	p.line("Група послуг", fmt.Sprintf("%s (%s)", t.group.Title.UK, t.group.ID))
	for i, seat := range t.offer.Seats {
		p.gap()
		p.line("Місце", fmt.Sprintf("%d з %d", i+1, len(t.offer.Seats)))
		t.seat(&p, seat, t.persons[i])
	}
	if t.replaces != nil {
		p.gap()
		p.line("Замінює запис", t.replaces.String())
	}
	p.gap()
	p.line("Псевдонім підписувача", t.offer.Declarer.String())
	p.line("Номер пропозиції (одноразовий)", t.offer.ID.String())
	p.line("Складено", t.offer.MadeAt.In(t.post.Location).Format(momentForm))
	p.line("Найпізніший час підпису", t.offer.Until.In(t.post.Location).Format(momentForm))
	p.gap()
	if t.replaces != nil {
		p.say("Підписуючи цей текст, я обираю саме цей день і час; названий вище попередній запис скасовується.")
	} else {
		p.say("Підписуючи цей текст, я обираю саме цей день і час для кожної названої особи.")
	}
	p.say("Запис безоплатний. Місце не можна передати чи продати.")
	return p.bytes()
}

func (t offerText) seat(p *page, seat OfferedSeat, who person) {
	local := seat.Seat.Start.In(t.post.Location)
	end := local.Add(time.Duration(seat.Seat.Minutes) * time.Minute)
	slot := capacity.SlotRef{Consulate: string(t.offer.Consulate), Group: string(t.offer.Group), Start: seat.Seat.Start}
	name := who.name
	if seat.Applicant == t.offer.Declarer {
		name = "для себе"
	}
	p.line("Послуга", fmt.Sprintf("%s (%s)", who.service.Title.UK, who.service.ID))
	p.line("День", day(local))
	p.line("Час", fmt.Sprintf("%s–%s за місцевим часом установи", local.Format("15:04"), end.Format("15:04")))
	p.line("Точний час", exact(local, t.post.Location))
	p.line("Для кого", name)
	p.line("Псевдонім заявника", seat.Applicant.String())
	p.line("Номер місця", slot.ID())
}
