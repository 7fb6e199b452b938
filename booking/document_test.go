package booking

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

func warsaw(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Warsaw")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func sampleHold() Hold {
	person := uuid.MustParse("7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11")
	return Hold{
		ID:        "waw-00112233445566778899aabbccddeeff",
		Consulate: "waw", Group: "passport", Service: "passport-adult",
		Seat: "waw-c1-20261207T0820Z-20", Slot: "waw-passport-20261207T0820Z",
		Start: time.Date(2026, 12, 7, 8, 20, 0, 0, time.UTC), Minutes: 20,
		Person: person, Applicant: person, State: HoldHeld,
		CreatedAt:  time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC),
		ExpiresAt:  time.Date(2026, 11, 21, 20, 10, 0, 0, time.UTC),
		LastExpiry: time.Date(2026, 11, 21, 20, 15, 0, 0, time.UTC),
		Nonce:      "00ff00ff00ff00ff00ff00ff00ff00ff",
	}
}

func samplePost(t testing.TB) (Consulate, Service) {
	c := Consulate{ID: "waw", City: Text{UK: "Варшава"}, Country: Text{UK: "Польща"}, Location: warsaw(t)}
	return c, Service{ID: "passport-adult", Group: "passport", Title: Text{UK: "Паспорт для виїзду за кордон"}}
}

const wantDocument = `ЧЕСНА — запис на прийом до консула
Версія документа: chesna/booking/v1
Система: https://chesna.example
Дія: підтвердження запису на прийом

Установа: Варшава, Польща (waw)
Послуга: Паспорт для виїзду за кордон (passport-adult)
День: понеділок, 7 грудня 2026 року
Час: 09:20–09:40 за місцевим часом установи
Точний час: 2026-12-07T09:20:00+01:00 (Europe/Warsaw)
Для кого: для себе

Псевдонім підписувача: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11
Псевдонім заявника: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11
Номер бронювання: waw-00112233445566778899aabbccddeeff
Місце: waw-passport-20261207T0820Z
Одноразовий код: 00ff00ff00ff00ff00ff00ff00ff00ff
Складено: 21.11.2026 21:00:00 UTC+01:00
Найпізніший час підпису (якщо бронювання продовжено): 21.11.2026 21:15:00 UTC+01:00

Підписуючи цей текст, я обираю саме цей день і час.
Запис безоплатний. Місце не можна передати чи продати.
`

func TestBookingDocumentSaysWhatIsSigned(t *testing.T) {
	c, s := samplePost(t)
	got := string(BookingDocument("https://chesna.example", sampleHold(), c, s, ""))
	if got != wantDocument {
		t.Errorf("document:\n%s\nwant:\n%s", got, wantDocument)
	}
}

func TestBookingDocumentForAnother(t *testing.T) {
	c, s := samplePost(t)
	h := sampleHold()
	h.Applicant = uuid.MustParse("11111111-2222-4333-8444-555555555555")
	got := string(BookingDocument("https://chesna.example", h, c, s, "Тестовий\nДія: інше\u2028Марко"))
	if !strings.Contains(got, "Для кого: Тестовий Дія: інше Марко\n") {
		t.Errorf("a name broke out of its line:\n%s", got)
	}
}

// Any change of what is booked changes the bytes; the state and the extension do not.
func TestBookingDocumentBindsTheHold(t *testing.T) {
	c, s := samplePost(t)
	base := BookingDocument("https://a.example", sampleHold(), c, s, "")
	same := sampleHold()
	same.State, same.Extended, same.ExpiresAt = HoldConfirming, true, same.LastExpiry
	if !bytes.Equal(base, BookingDocument("https://a.example", same, c, s, "")) {
		t.Error("extending or pinning changed the text")
	}
	changes := map[string]func(*Hold){
		"id":        func(h *Hold) { h.ID = "waw-ff112233445566778899aabbccddeeff" },
		"slot":      func(h *Hold) { h.Slot = "waw-passport-20261207T0840Z" },
		"start":     func(h *Hold) { h.Start = h.Start.Add(20 * time.Minute) },
		"minutes":   func(h *Hold) { h.Minutes++ },
		"person":    func(h *Hold) { h.Person = uuid.New(); h.Applicant = h.Person },
		"applicant": func(h *Hold) { h.Applicant = uuid.New() },
		"nonce":     func(h *Hold) { h.Nonce = "1" + h.Nonce[1:] },
		"expiry":    func(h *Hold) { h.LastExpiry = h.LastExpiry.Add(time.Second) },
	}
	for name, change := range changes {
		h := sampleHold()
		change(&h)
		if bytes.Equal(base, BookingDocument("https://a.example", h, c, s, "")) {
			t.Errorf("the text does not bind %s", name)
		}
	}
	if bytes.Equal(base, BookingDocument("https://b.example", sampleHold(), c, s, "")) {
		t.Error("the text does not bind the audience")
	}
}

func TestHoldIDCarriesItsPost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		post := rapid.StringMatching(`[a-z0-9]{2,8}`).Draw(t, "post")
		var id uuid.UUID
		copy(id[:], rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
		h := NewHoldID(ConsulateID(post), id)
		if h.Consulate() != ConsulateID(post) {
			t.Fatalf("%s says %s", h, h.Consulate())
		}
		if p, err := ParseHoldID(string(h)); err != nil || p != h {
			t.Fatalf("parse %s: %v", h, err)
		}
	})
}

func FuzzParseHoldID(f *testing.F) {
	f.Add("waw-00112233445566778899aabbccddeeff")
	f.Add("")
	f.Add("-{waw}:00112233445566778899aabbccddeeff")
	f.Fuzz(func(t *testing.T, s string) {
		h, err := ParseHoldID(s)
		if err == nil && (string(h) != s || h.Consulate() == "") {
			t.Fatalf("accepted %q", s)
		}
	})
}
