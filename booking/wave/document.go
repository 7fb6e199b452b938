package wave

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"

	"chesna/booking"
)

// DocumentVersion stands in the first lines of every text about an entry, OfferVersion in those about offers; neither is
// ever the text of a booking or of a sign-in.
const (
	DocumentVersion = "chesna/entry/v1"
	OfferVersion    = "chesna/offer/v1"
)

var (
	ukWeekdays = [...]string{"неділя", "понеділок", "вівторок", "середа", "четвер", "п’ятниця", "субота"}
	ukMonths   = [...]string{"січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада", "грудня"}
)

// momentForm is how a text states a moment on the clock of the post.
const momentForm = "02.01.2006 15:04:05 UTC-07:00"

// action is what a text about an entry does.
type action string

const (
	actionEnter  action = "участь у жеребкуванні"
	actionChange action = "зміна заявки на участь у жеребкуванні"
	actionLeave  action = "вихід із жеребкування"
)

// person is somebody named in a text.
type person struct {
	applicant uuid.UUID
	service   booking.Service
	name      string
}

// replaced is the appointment that an entry or an offer would replace.
type replaced struct {
	id        uuid.UUID
	reference string
	start     time.Time
	post      booking.Consulate
}

// entryText is everything that the text of an entry says; nothing else has an effect on its bytes.
type entryText struct {
	audience  string
	action    action
	wave      Wave
	post      booking.Consulate
	group     booking.Group
	rev       int
	windows   uint64
	persons   []person
	cannot    bool
	counts    bool // losing raises the weight
	leaves    ID   // the older entry that ends with this one, with its revision
	leavesRev int
	replaces  *replaced
	declarer  uuid.UUID
	nf        [32]byte
	policy    Policy
}

// bytes is the text: UTF-8, lines end in LF, each value stays on its line.
func (t entryText) bytes() []byte {
	var p page
	if t.action == actionLeave {
		p.title("ЧЕСНА — вихід із жеребкування місць на прийом до консула")
	} else {
		p.title("ЧЕСНА — заявка на жеребкування місць на прийом до консула")
	}
	p.line("Версія документа", DocumentVersion)
	p.line("Система", t.audience)
	p.line("Дія", string(t.action))
	p.gap()
	p.line("Жеребкування", string(t.wave.ID))
	p.line("Установа", post(t.post))
	p.line("Група послуг", fmt.Sprintf("%s (%s)", t.group.Title.UK, t.group.ID))
	p.line("Тиждень прийому", t.wave.ISOWeek)
	p.line("Заявки приймають до", t.wave.Closes.In(t.post.Location).Format(momentForm))
	p.line("Редакція заявки", fmt.Sprint(t.rev))
	if t.action == actionLeave {
		p.line("Припиняється редакція", fmt.Sprint(t.rev-1))
	} else {
		t.wishes(&p)
	}
	p.gap()
	p.line("Псевдонім у жеребкуванні", fmt.Sprintf("%x", t.nf))
	p.line("Псевдонім підписувача", t.declarer.String())
	p.gap()
	t.conditions(&p)
	return p.bytes()
}

// wishes are the windows and the persons.
func (t entryText) wishes(p *page) {
	p.gap()
	accepted := 0
	for _, w := range t.wave.Windows {
		if t.windows&w.Bit() != 0 {
			accepted++
		}
	}
	p.line("Прийнятних проміжків", fmt.Sprintf("%d з %d", accepted, len(t.wave.Windows)))
	for _, w := range t.wave.Windows {
		if t.windows&w.Bit() != 0 {
			p.line(fmt.Sprintf("Проміжок %d", w.Number), fmt.Sprintf("%s — %s", w.Label, span(w, t.post.Location)))
		}
	}
	if t.cannot {
		p.line("Моє слово", "прийняти три проміжки чи більше я не можу")
	}
	p.gap()
	for i, m := range t.persons {
		p.line(fmt.Sprintf("Особа %d з %d", i+1, len(t.persons)), fmt.Sprintf("%s — %s (%s)", m.name, m.service.Title.UK, m.service.ID))
		p.line(fmt.Sprintf("Псевдонім особи %d", i+1), m.applicant.String())
	}
	if len(t.persons) > 1 {
		p.line("Місця", "для всіх названих осіб разом або для жодної")
	}
	if t.replaces != nil {
		p.line("Замінює запис", t.replaces.String())
		p.line("До підпису пропозиції", "цей запис лишається чинним")
	}
	if t.leaves != "" {
		p.line("Припиняється моя попередня заявка", fmt.Sprintf("%s, редакція %d", t.leaves, t.leavesRev))
	}
	p.line("Вага заявки", t.weight())
}

// weight says what the entry's weight rests on. The number itself is fixed when the first revision is accepted.
func (t entryText) weight() string {
	switch {
	case t.replaces != nil:
		return "1; програш її не збільшує"
	case t.counts:
		return "за попередніми програшами, станом на перше прийняття заявки; програш її збільшить"
	default:
		return "за попередніми програшами, станом на перше прийняття заявки; програш її не збільшить"
	}
}

func (t entryText) conditions(p *page) {
	if t.action == actionLeave {
		p.say("Підписуючи цей текст, я припиняю участь у цьому жеребкуванні та в жеребкуваннях повернених місць того самого тижня.")
		return
	}
	p.say("Підписуючи цей текст, я беру участь у жеребкуванні. Час подання заявки не впливає на результат.")
	p.say("Якщо випаде місце, пропозицію треба підписати до зазначеного в ній строку; запропоноване місце повертає вагу до 1.")
	p.say(fmt.Sprintf("Скасування менш ніж за %s до початку, неявка або дві непідписані пропозиції повертають вагу до 1 і зупиняють на %s участь онлайн.",
		length(t.policy.LateCancel), length(t.policy.Pause)))
}

// String is the appointment as a text names it.
func (r replaced) String() string {
	return fmt.Sprintf("%s, %s, %s (%s)", r.reference, exact(r.start, r.post.Location), post(r.post), r.id)
}

// page composes a text of labelled lines.
type page struct{ b strings.Builder }

func (p *page) title(s string) { p.b.WriteString(oneLine(s) + "\n") }
func (p *page) gap()           { p.b.WriteString("\n") }
func (p *page) say(s string)   { p.b.WriteString(oneLine(s) + "\n") }

func (p *page) line(label, value string) {
	p.b.WriteString(oneLine(label) + ": " + oneLine(value) + "\n")
}

func (p *page) bytes() []byte { return []byte(p.b.String()) }

// oneLine keeps a value from adding lines to a text, from hiding, and from turning the order of what stands beside it.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= ' ' && r <= '~' || r >= 'Ѐ' && r <= 'ӿ' { // nearly all there is, and none of the below
			return r
		}
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, s)
}

func post(c booking.Consulate) string {
	return fmt.Sprintf("%s, %s (%s)", c.City.UK, c.Country.UK, c.ID)
}

func day(t time.Time) string {
	return fmt.Sprintf("%s, %d %s %d року", ukWeekdays[t.Weekday()], t.Day(), ukMonths[t.Month()-1], t.Year())
}

func exact(t time.Time, loc *time.Location) string {
	return fmt.Sprintf("%s (%s)", t.In(loc).Format("2006-01-02T15:04:05-07:00"), loc)
}

// span says when a window's seats begin, on the clock of the post.
func span(w Window, loc *time.Location) string {
	from, to := w.From.In(loc), w.To.In(loc)
	if from.YearDay() == to.YearDay() && from.Year() == to.Year() {
		return fmt.Sprintf("%s, початок прийому з %s до %s", day(from), from.Format("15:04"), to.Format("15:04"))
	}
	return fmt.Sprintf("початок прийому з %s (%s) до %s (%s)", from.Format("15:04"), day(from), to.Format("15:04"), day(to))
}

// length writes a span of time in whole units; the abbreviations need no plural.
func length(d time.Duration) string {
	const dayLong = 24 * time.Hour
	switch {
	case d >= 3*dayLong && d%dayLong == 0:
		return fmt.Sprintf("%d дн.", d/dayLong)
	case d >= time.Hour && d%time.Hour == 0:
		return fmt.Sprintf("%d год", d/time.Hour)
	case d >= time.Minute && d%time.Minute == 0:
		return fmt.Sprintf("%d хв", d/time.Minute)
	default:
		return fmt.Sprintf("%d с", d/time.Second)
	}
}
