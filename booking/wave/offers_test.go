package wave

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/identity"
)

const wantOfferText = `ЧЕСНА — запис на прийом до консула за результатом жеребкування
Версія документа: chesna/offer/v1
Система: https://chesna.example
Дія: підтвердження запису на прийом за пропозицією

Жеребкування: waw-passport-2026w51
Установа: Варшава, Польща (waw)
Група послуг: Паспортні послуги (passport)

Місце: 1 з 2
Послуга: Паспорт для виїзду за кордон (passport-adult)
День: понеділок, 14 грудня 2026 року
Час: 09:00–09:20 за місцевим часом установи
Точний час: 2026-12-14T09:00:00+01:00 (Europe/Warsaw)
Для кого: для себе
Псевдонім заявника: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11
Номер місця: waw-passport-20261214T0800Z

Місце: 2 з 2
Послуга: Паспорт дитини (passport-child)
День: понеділок, 14 грудня 2026 року
Час: 09:20–09:40 за місцевим часом установи
Точний час: 2026-12-14T09:20:00+01:00 (Europe/Warsaw)
Для кого: Прикладна Анна
Псевдонім заявника: %s
Номер місця: waw-passport-20261214T0820Z

Псевдонім підписувача: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11
Номер пропозиції (одноразовий): 11111111-2222-4333-8444-555555555555
Складено: 04.12.2026 14:00:00 UTC+01:00
Найпізніший час підпису: 07.12.2026 14:00:00 UTC+01:00

Підписуючи цей текст, я обираю саме цей день і час для кожної названої особи.
Запис безоплатний. Місце не можна передати чи продати.
`

func someOffer() Offer {
	start := time.Date(2026, 12, 14, 8, 0, 0, 0, time.UTC)
	seat := func(id booking.SeatID, at time.Time) booking.Seat {
		return booking.Seat{ID: id, Consulate: "waw", Counter: "c1", Group: "passport", Start: at, Minutes: 20}
	}
	made := time.Date(2026, 12, 4, 13, 0, 0, 0, time.UTC)
	return Offer{
		ID: uuid.MustParse("11111111-2222-4333-8444-555555555555"), Wave: mainID, Entry: mainID, Declarer: she, Consulate: "waw", Group: "passport",
		State: OfferOpen, MadeAt: made, Until: made.Add(72 * time.Hour),
		Seats: []OfferedSeat{
			{Seat: seat("waw-c1-20261214T0800Z-20", start), Applicant: she, Service: "passport-adult"},
			{Seat: seat("waw-c1-20261214T0820Z-20", start.Add(20*time.Minute)), Applicant: known("А"), Service: "passport-child"},
		},
	}
}

func withOffer(h *hall, change func(*Offer)) Offer {
	h.names[known("А")] = identity.Names{Surname: "Прикладна", GivenName: "Анна"}
	o := someOffer()
	change(&o)
	h.offers[o.ID] = o
	return o
}

func TestOfferTextSaysWhatIsSigned(t *testing.T) {
	o, h := newHall(t, nil)
	offer := withOffer(h, func(*Offer) {})
	got, err := o.Offer(t.Context(), her(), offer.ID)
	want := fmt.Sprintf(wantOfferText, known("А"))
	if err != nil || string(got.Document) != want {
		t.Errorf("%v, text:\n%s\nwant:\n%s", err, got.Document, want)
	}
	h.now = offer.Until
	if late, err := o.Offer(t.Context(), her(), offer.ID); err != nil || late.Document != nil {
		t.Error("a text when it is too late to sign:", err)
	}
	h.now = entryNow
	// Whatever is typed later, and whoever looks on: the text has the names it had, and so has the appointment's hold.
	h.names[known("А")] = identity.Names{Surname: "Інша", GivenName: "Марія"}
	list, err := o.Offers(t.Context(), her())
	if err != nil || len(list) != 1 || !bytes.Equal(list[0].Document, got.Document) {
		t.Error("the bytes to sign have changed", err)
	}
	hold := HoldOf("waw", offer.ID, 1)
	if h.texts[string(hold)].GivenName != "Анна" || hold.Consulate() != "waw" {
		t.Error("the names do not stand under the hold", h.texts)
	}
	if p, err := booking.ParseHoldID(string(hold)); err != nil || p != hold {
		t.Error(err)
	}
}

func TestOfferTextBindsTheOffer(t *testing.T) {
	o, h := newHall(t, nil)
	document := func(change func(*Offer)) string {
		h.offers, h.texts = map[uuid.UUID]Offer{}, map[string]identity.Names{}
		offer := withOffer(h, change)
		b, err := o.offerDocument(t.Context(), offer)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	appointment(func(*booking.Appointment) {})(h)
	base := document(func(*Offer) {})
	if document(func(o *Offer) { o.State, o.EndedAt = OfferSigned, entryNow }) != base {
		t.Error("the state changed the text")
	}
	for name, change := range map[string]func(*Offer){
		"id":        func(o *Offer) { o.ID = uuid.New() },
		"draw":      func(o *Offer) { o.Wave += "-s1" },
		"deadline":  func(o *Offer) { o.Until = o.Until.Add(time.Second) },
		"start":     func(o *Offer) { o.Seats[1].Seat.Start = o.Seats[1].Seat.Start.Add(time.Minute) },
		"minutes":   func(o *Offer) { o.Seats[0].Seat.Minutes++ },
		"service":   func(o *Offer) { o.Seats[1].Service = "passport-any" },
		"applicant": func(o *Offer) { o.Seats[0].Applicant = known("А") },
		"replaces":  func(o *Offer) { o.Reschedules = known("x") },
		"seats":     func(o *Offer) { o.Seats = o.Seats[:1] },
	} {
		if document(change) == base {
			t.Errorf("the text does not bind %s", name)
		}
	}
}

func TestSigning(t *testing.T) {
	o, h := newHall(t, nil)
	offer := withOffer(h, func(*Offer) {})
	var e *booking.Error
	if _, _, err := o.Sign(t.Context(), her(), offer.ID, nil); !errors.As(err, &e) || e.Code != booking.CodeSignatureNeeded {
		t.Fatal(err)
	}
	h.taken = 2
	signature := sign(she, e.Document)
	signed, made, err := o.Sign(t.Context(), her(), offer.ID, signature)
	if err != nil || signed.State != OfferSigned || len(made) != 2 || made[0].Seat != offer.Seats[0].Seat.ID {
		t.Fatal(signed, made, err)
	}
	var references []string
	for _, g := range h.signings {
		references = append(references, g.References...)
		if len(g.Appointments) != 2 || g.MaxChanges != 2 || g.LateCancel != 48*time.Hour || g.Pause != 14*24*time.Hour || g.Declarer != she {
			t.Errorf("%+v", g)
		}
	}
	slices.Sort(references)
	if len(references) != 6 || len(slices.Compact(references)) != 6 || !strings.HasPrefix(references[0], "WAW-") {
		t.Error(references)
	}
	_, again, err := o.Sign(t.Context(), her(), offer.ID, signature)
	if err != nil || again[0].ID != made[0].ID {
		t.Error("signing again:", again, err)
	}
	if len(h.forgot) != 0 {
		t.Error("somebody was forgotten")
	}
	h.signings, h.taken = nil, 3
	withOffer(h, func(*Offer) {})
	if _, _, err := o.Sign(t.Context(), her(), offer.ID, signature); booking.CodeOf(err) != booking.CodeUnavailable {
		t.Error("references that are all taken:", err)
	}
}

func TestSigningWhatReschedules(t *testing.T) {
	o, h := newHall(t, nil)
	appointment(func(*booking.Appointment) {})(h)
	offer := withOffer(h, func(o *Offer) { o.Seats, o.Reschedules = o.Seats[1:], known("x") })
	text, err := o.Offer(t.Context(), her(), offer.ID)
	if err != nil || !bytes.Contains(text.Document, []byte("Замінює запис: WAW-1234-5678, ")) {
		t.Fatal(err, string(text.Document))
	}
	if _, _, err := o.Sign(t.Context(), her(), offer.ID, sign(she, text.Document)); err != nil || !slices.Equal(h.forgot, []uuid.UUID{known("А")}) {
		t.Error(h.forgot, err)
	}
}

func TestOffersThatAreOverOrAnothers(t *testing.T) {
	o, h := newHall(t, nil)
	for _, state := range []OfferState{OfferDeclined, OfferExpired, OfferWithheld} {
		offer := withOffer(h, func(o *Offer) { o.State = state })
		if got, err := o.Offer(t.Context(), her(), offer.ID); err != nil || got.Document != nil {
			t.Error(state, err)
		}
		if _, _, err := o.Sign(t.Context(), her(), offer.ID, []byte("x")); booking.CodeOf(err) != booking.CodeOfferEnded {
			t.Error(state, err)
		}
		want := booking.CodeOfferEnded
		if state == OfferDeclined {
			want = ""
		}
		if got, err := o.Decline(t.Context(), her(), offer.ID); booking.CodeOf(err) != want {
			t.Error(state, got, err)
		}
	}
	offer := withOffer(h, func(*Offer) {})
	stranger := her()
	stranger.Person = uuid.New()
	_, err1 := o.Offer(t.Context(), stranger, offer.ID)
	_, _, err2 := o.Sign(t.Context(), stranger, offer.ID, []byte("x"))
	_, err3 := o.Decline(t.Context(), stranger, offer.ID)
	_, err4 := o.Offer(t.Context(), her(), uuid.New())
	for i, err := range []error{err1, err2, err3, err4} {
		if booking.CodeOf(err) != booking.CodeOfferAbsent {
			t.Error(i, err)
		}
	}
	if _, _, err := o.Sign(t.Context(), her(), offer.ID, []byte("x")); identity.CodeOf(err) != identity.CodeSignatureRejected || len(h.signings) != 0 {
		t.Error("a wrong signature:", err)
	}
	if got, err := o.Decline(t.Context(), her(), offer.ID); err != nil || got.State != OfferDeclined {
		t.Error(got, err)
	}
}
