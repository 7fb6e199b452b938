package app

import (
	"strings"
	"testing"
	"time"

	"chesna/booking"
	"chesna/configs"
)

func TestNoticesSpeakTheLanguageOfThePerson(t *testing.T) {
	post := booking.Consulate{
		ID: "waw", City: booking.Text{UK: "Варшава", EN: "Warsaw"}, Country: booking.Text{UK: "Польща", EN: "Poland"},
		CountryID: "PL", Location: time.UTC, District: []booking.District{{Country: "PL"}}, Pool: booking.PoolOpen,
	}
	group := booking.Group{ID: "passport", Title: booking.Text{UK: "Паспорт", EN: "Passport"}, Minutes: 20}
	svc := booking.Service{ID: "passport-adult", Group: "passport", Title: group.Title, Applicants: booking.ForSelf}
	list, err := booking.NewCatalogue([]booking.Consulate{post}, []booking.Group{group}, []booking.Service{svc})
	if err != nil {
		t.Fatal(err)
	}
	n := notifier{catalogue: list, origin: "https://chesna.example"}
	for lang, want := range map[string][]string{
		"uk": {"https://chesna.example/uk/appointments\n", systemName, "Варшава"},
		"en": {"https://chesna.example/en/appointments\n", systemNameEnglish, "Warsaw"},
		"":   {"https://chesna.example/uk/appointments\n"},
	} {
		text, err := n.describe(booking.Appointment{Consulate: "waw", Service: "passport-adult"}, lang)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("%q: no %q in %q", lang, w, text)
			}
		}
	}
	for _, kind := range []booking.EventType{booking.EventBooked, booking.EventCancelled, booking.EventDisplaced, booking.EventOutcome, booking.EventLapsed} {
		_, lead, ok := notice(kind, "uk")
		if !ok || strings.Contains(lead, " Ви") || strings.Contains(lead, " Ва") {
			t.Errorf("%s: %q", kind, lead)
		}
	}
	if _, lead, _ := notice(booking.EventDisplaced, "uk"); !strings.Contains(lead, "не приходьте") {
		t.Errorf("displaced: %q", lead)
	}
}

func TestAFeeOfNothingIsFree(t *testing.T) {
	for amount, want := range map[string]string{"0": "безоплатно", "0.00": "безоплатно", "30": "30 USD", "0.50": "0.50 USD"} {
		got := fee(configs.Fee{Amount: amount, Currency: "USD", Note: configs.Text{UK: "орієнтовно", EN: "about"}})
		if got.UK != want+". орієнтовно" {
			t.Errorf("%s: %q", amount, got.UK)
		}
	}
}
