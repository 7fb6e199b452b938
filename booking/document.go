package booking

import (
	"fmt"
	"strings"
	"time"
)

// DocumentVersion stands in the first lines of every booking document; the verifier of a signature never
// meets a sign-in text of the same form.
const DocumentVersion = "chesna/booking/v1"

// documentTime is how a text states a moment on the clock of the post.
const documentTime = "02.01.2006 15:04:05 UTC-07:00"

var (
	ukWeekdays = [...]string{"неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"}
	ukMonths   = [...]string{"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"}
)

// BookingDocument is the text that a citizen signs to confirm a hold: what, where, when with the zone
// offset, for whom, until when, and a nonce. It is composed from the hold alone, so that asking again gives
// the same bytes. UTF-8, lines end in LF. Forname is the applicant's name when she is not the signer.
func BookingDocument(audience string, h Hold, c Consulate, s Service, forName string) []byte {
	local := h.Start.In(c.Location)
	end := local.Add(time.Duration(h.Minutes) * time.Minute)
	who := "для себе"
	if h.Applicant != h.Person {
		who = oneLine(forName)
	}
	var b strings.Builder
	line := func(label, value string) { fmt.Fprintf(&b, "%s: %s\n", label, value) }
	b.WriteString("ЧЕСНА — запис на прийом до консула\n")
	line("Версія документа", DocumentVersion)
	line("Система", audience)
	line("Дія", "підтвердження запису на прийом")
	b.WriteString("\n")
	line("Установа", fmt.Sprintf("%s, %s (%s)", oneLine(c.City.UK), oneLine(c.Country.UK), c.ID))
	line("Послуга", fmt.Sprintf("%s (%s)", oneLine(s.Title.UK), s.ID))
	line("День", fmt.Sprintf("%s, %d %s %d року", ukWeekdays[local.Weekday()], local.Day(), ukMonths[local.Month()-1], local.Year()))
	line("Час", fmt.Sprintf("%s–%s за місцевим часом установи", local.Format("15:04"), end.Format("15:04")))
	line("Точний час", fmt.Sprintf("%s (%s)", local.Format("2006-01-02T15:04:05-07:00"), c.Location))
	line("Для кого", who)
	b.WriteString("\n")
	line("Псевдонім підписувача", h.Person.String())
	line("Псевдонім заявника", h.Applicant.String())
	line("Номер бронювання", string(h.ID))
	line("Місце", string(h.Slot))
	line("Одноразовий код", h.Nonce)
	line("Складено", h.CreatedAt.In(c.Location).Format(documentTime))
	line("Найпізніший час підпису (якщо бронювання продовжено)", h.LastExpiry.In(c.Location).Format(documentTime))
	b.WriteString("\nПідписуючи цей текст, я обираю саме цей день і час.\n")
	b.WriteString("Запис безоплатний. Місце не можна передати чи продати.\n")
	return []byte(b.String())
}

// oneLine keeps a value from adding lines to a document.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, s)
}
