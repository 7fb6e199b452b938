package wave

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"chesna/booking"
	"chesna/booking/draw"
	"chesna/identity"
)

const wantEntryText = `ЧЕСНА — заявка на жеребкування місць на прийом до консула
Версія документа: chesna/entry/v1
Система: https://chesna.example
Дія: участь у жеребкуванні

Жеребкування: waw-passport-2026w51
Установа: Варшава, Польща (waw)
Група послуг: Паспортні послуги (passport)
Тиждень прийому: 2026-W51
Заявки приймають до: 04.12.2026 13:00:00 UTC+01:00
Редакція заявки: 1

Прийнятних проміжків: 2 з 4
Проміжок 1: 2026-12-14 pm — понеділок, 14 грудня 2026 року, початок прийому з 14:00 до 16:00
Проміжок 2: 2026-12-15 am — вівторок, 15 грудня 2026 року, початок прийому з 09:00 до 11:00
Моє слово: прийняти три проміжки чи більше я не можу

Особа 1 з 2: Прикладна Оксана Іванівна — Паспорт для виїзду за кордон (passport-adult)
Псевдонім особи 1: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11
Особа 2 з 2: Прикладна Соломія — Паспорт дитини (passport-child)
Псевдонім особи 2: %s
Місця: для всіх названих осіб разом або для жодної
Вага заявки: за попередніми програшами, станом на перше прийняття заявки; програш її збільшить

Псевдонім у жеребкуванні: %x
Псевдонім підписувача: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11

Підписуючи цей текст, я беру участь у жеребкуванні. Час подання заявки не впливає на результат.
Якщо випаде місце, пропозицію треба підписати до зазначеного в ній строку; запропоноване місце повертає вагу до 1.
Скасування менш ніж за 48 год до початку, неявка або дві непідписані пропозиції повертають вагу до 1 і зупиняють на 14 дн. участь онлайн.
`

func TestEntryTextSaysWhatIsSigned(t *testing.T) {
	o, h := newHall(t, nil)
	r := alone(2, 1)
	r.Members = append(r.Members, MemberRequest{Service: "passport-child", Applicant: child("Соломія")})
	r.Cannot = true
	got := text(t, o, r)
	want := fmt.Sprintf(wantEntryText, h.child["Соломія"], hashes("entry", string(mainID), []uuid.UUID{she})[0])
	if string(got) != want {
		t.Errorf("text:\n%s\nwant:\n%s", got, want)
	}
	h.now = h.now.Add(time.Hour) // later, the same request has the same text
	r.Windows = []int{1, 2}
	if !bytes.Equal(text(t, o, r), got) {
		t.Error("the same request gave another text")
	}
}

func TestEnterChangeLeave(t *testing.T) {
	o, h := newHall(t, nil)
	r := alone(0, 1, 2)
	first := enter(t, o, r)
	lines := h.checkReceipt(first)
	entry := fmt.Sprintf("%x 1 0 1 0000000000000007", first.Entry.NF)
	if !slices.Equal(lines[2:5], []string{"1", "2026-12-03T12:00:00Z", entry}) {
		t.Errorf("receipt %q", lines)
	}
	if _, err := draw.ParseEntries([]byte(lines[4] + "\n")); err != nil {
		t.Error(err)
	}
	if a := h.accepted[0]; !a.CountsLoss || a.Leaves != "" || len(a.Members) != 1 || a.Members[0].PersonNF != hashes("person", string(mainID), []uuid.UUID{she})[0] {
		t.Errorf("accepted %+v", a)
	}

	r.Signature = sign(she, first.Entry.Request)
	h.now = hallWave().Closes.Add(time.Hour) // the answer was lost, and the entry has closed meanwhile
	again, err := o.Enter(t.Context(), her(), mainID, r)
	if err != nil || !bytes.Equal(again.Note, first.Note) || len(h.accepted) != 1 {
		t.Error("the same signature gave another receipt", err, len(h.accepted))
	}
	h.now = entryNow

	changed := enter(t, o, alone(3))
	if lines := h.checkReceipt(changed); lines[2] != "2" || !strings.Contains(lines[4], " 0000000000000008") {
		t.Errorf("receipt %q", lines)
	}
	if !bytes.Contains(changed.Entry.Request, []byte("Дія: зміна заявки")) || h.accepted[1].CountsLoss {
		t.Errorf("accepted %+v", h.accepted[1])
	}

	_, err = o.Leave(t.Context(), her(), mainID, nil)
	var e *booking.Error
	if !errors.As(err, &e) || e.Code != booking.CodeSignatureNeeded || !bytes.Contains(e.Document, []byte("Дія: вихід із жеребкування")) {
		t.Fatal(err)
	}
	for range 2 { // and once more
		left, err := o.Leave(t.Context(), her(), mainID, sign(she, e.Document))
		if err != nil {
			t.Fatal(err)
		}
		if lines := h.checkReceipt(left); lines[2] != "3" || lines[4] != "-" {
			t.Errorf("receipt %q", lines)
		}
	}
	if len(h.left) != 1 {
		t.Error("left", len(h.left), "times")
	}
	if back := enter(t, o, alone(0)); back.Entry.Rev != 4 || !bytes.Contains(back.Entry.Request, []byte("Дія: участь у жеребкуванні\n")) {
		t.Errorf("back with %+v", back.Entry)
	}
}

// The same request may arrive twice at once: the ledger takes one, and both get its receipt.
func TestTwiceAtOnce(t *testing.T) {
	o, h := newHall(t, nil)
	r := alone(0, 1)
	r.Signature = sign(she, text(t, o, r))
	first, err := o.Enter(t.Context(), her(), mainID, r)
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []booking.Code{booking.CodeStale, booking.CodeSignatureReused} {
		got, err := o.meanwhile(t.Context(), her(), hallWave(), first.Entry.Request, booking.Refuse(code, ""))
		if err != nil || !bytes.Equal(got.Note, first.Note) {
			t.Error(code, err)
		}
		if _, err := o.meanwhile(t.Context(), her(), hallWave(), []byte("another"), booking.Refuse(code, "")); booking.CodeOf(err) != code {
			t.Error(code, err)
		}
	}
	h.refuse = booking.Refuse(booking.CodePaused, "")
	if _, err := o.meanwhile(t.Context(), her(), hallWave(), first.Entry.Request, h.refuse); booking.CodeOf(err) != booking.CodePaused {
		t.Error(err)
	}
}

func TestWhatTheLedgerRefusesIsAnswered(t *testing.T) {
	for _, code := range []booking.Code{
		booking.CodeEntryClosed, booking.CodeStale, booking.CodeAlreadyEntered, booking.CodeAlreadyBooked, booking.CodeOfferOpen, booking.CodePaused,
		booking.CodeEntryFrozen, booking.CodeReturnedSeat, booking.CodeChangesUsedUp, booking.CodeUnavailable,
	} {
		o, h := newHall(t, nil)
		r := alone(0)
		r.Signature = sign(she, text(t, o, r))
		h.refuse = booking.Refuse(code, "because")
		if _, err := o.Enter(t.Context(), her(), mainID, r); booking.CodeOf(err) != code {
			t.Errorf("%s became %v", code, err)
		}
	}
	o, h := newHall(t, nil)
	r := alone(0)
	r.Signature = sign(uuid.New(), text(t, o, r))
	if _, err := o.Enter(t.Context(), her(), mainID, r); identity.CodeOf(err) != identity.CodeSignatureRejected || len(h.accepted) != 0 {
		t.Error("a signature of somebody else:", err)
	}
}

// A move ends the older entry, and the text that is signed says so.
func TestMoving(t *testing.T) {
	o, h := newHall(t, nil)
	older := hallWave()
	older.ID, older.Family, older.State = "waw-passport-2026w50", "waw-passport-2026w50", StateDrawn
	h.waves[older.ID] = older
	h.entries[EntryKey{older.ID, she}] = Entry{Wave: older.ID, Declarer: she, Rev: 3, State: EntryLive, Windows: 1}
	h.live[she] = h.entries[EntryKey{older.ID, she}]
	r := enter(t, o, alone(0))
	if h.accepted[0].Leaves != older.ID || !bytes.Contains(r.Entry.Request, []byte("Припиняється моя попередня заявка: waw-passport-2026w50, редакція 3\n")) {
		t.Errorf("leaves %q by\n%s", h.accepted[0].Leaves, r.Entry.Request)
	}
	standby := older
	standby.ID, standby.Kind, standby.State = "waw-passport-2026w50-s1", KindStandby, StateAnnounced
	standby.Closes = older.Closes.Add(time.Hour)
	for state, want := range map[State]booking.Code{StateAnnounced: booking.CodeSignatureNeeded, StateClosed: booking.CodeEntryFrozen, StateStanding: booking.CodeEntryFrozen} {
		standby.State = state
		h.waves[standby.ID] = standby
		if _, err := o.Enter(t.Context(), her(), mainID, alone(1)); booking.CodeOf(err) != want {
			t.Errorf("with a standby draw %s: %v", state, err)
		}
	}
	standby.State = StateAnnounced
	h.waves[standby.ID] = standby
	v, err := o.Entry(t.Context(), her(), older.ID)
	if err != nil || len(v.Carried) != 1 || v.Carried[0].ID != standby.ID {
		t.Errorf("carried %+v %v", v.Carried, err)
	}
	if list, err := o.Entries(t.Context(), her()); err != nil || len(list) != 2 {
		t.Error(len(list), err)
	}
}

func TestWhatALossIsWorth(t *testing.T) {
	w := hallWave()
	narrow := w
	narrow.Windows = w.Windows[:2]
	standby, open := w, w
	standby.Kind, open.Pool = KindStandby, booking.PoolOpen
	for name, c := range map[string]struct {
		w    Wave
		mask uint64
		r    EntryRequest
		want bool
	}{
		"three windows":              {w, 7, EntryRequest{}, true},
		"two windows":                {w, 3, EntryRequest{}, false},
		"two, and her word":          {w, 3, EntryRequest{Cannot: true}, true},
		"two that there are":         {narrow, 3, EntryRequest{}, true},
		"one of two that there are":  {narrow, 1, EntryRequest{}, true},
		"a standby draw":             {standby, 7, EntryRequest{}, false},
		"another pool":               {open, 7, EntryRequest{}, false},
		"rescheduling":               {w, 7, EntryRequest{Reschedules: she}, false},
		"windows that there are not": {w, 1 | 1<<40 | 1<<41, EntryRequest{}, false},
	} {
		if got := countsLoss(c.w, c.mask, c.r); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	o, h := newHall(t, nil)
	h.country[she] = "" // no district: nothing counts
	if enter(t, o, alone(0, 1, 2)); h.accepted[0].CountsLoss {
		t.Error("a loss counts without a district")
	}
}

// No name can add a line, hide one or turn its order; and every name stands in its line.
func TestNamesStayOnTheirLines(t *testing.T) {
	o, _ := newHall(t, nil)
	plain := func(name string) []byte {
		r := alone(0, 1, 2)
		r.Members = append(r.Members, MemberRequest{Service: "passport-child", Applicant: child(name)})
		return text(t, o, r)
	}
	labels := func(document []byte) (out []string) {
		for line := range strings.Lines(string(document)) {
			label, _, _ := strings.Cut(line, ": ")
			out = append(out, label)
		}
		return out
	}
	want := labels(plain("Соломія"))
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.OneOf(
			rapid.String(),
			rapid.StringMatching("[а-я]*[\n\r\u0085\u2028\u2029\u202e\u2066\u200b]Дія: інше[\n]*"),
			rapid.Custom(func(t *rapid.T) string { return string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) }),
		).Draw(t, "name")
		if name == "" {
			return
		}
		got := plain(name)
		if l := labels(got); len(l) != len(want) || !slices.Equal(l[:14], want[:14]) {
			t.Fatalf("%q changed the lines:\n%s", name, got)
		}
		if bytes.ContainsAny(got, "\r\u0085\u2028\u2029\u202e\u2066\u200b\ufffd") {
			t.Fatalf("%q hides something:\n%s", name, got)
		}
	})
}

// countingLedger counts how often a wave is read.
type countingLedger struct {
	*hall
	reads int
	fail  error
}

func (c *countingLedger) Wave(ctx context.Context, id ID) (Wave, error) {
	if c.reads++; c.fail != nil {
		return Wave{}, c.fail
	}
	return c.hall.Wave(ctx, id)
}

// A wave that takes entries is read once a second, however many enter; one that does not is read each time.
func TestTheWaveIsNotReadForEveryEntry(t *testing.T) {
	c := &countingLedger{}
	var deps OfficeDeps
	_, c.hall = newHall(t, func(d *OfficeDeps) { deps = *d })
	deps.Ledger = c
	o, err := NewOffice(deps)
	if err != nil {
		t.Fatal(err)
	}
	read := func(want int, code booking.Code) {
		t.Helper()
		c.reads = 0
		for range 10 {
			if _, err := o.open(t.Context(), mainID); booking.CodeOf(err) != code {
				t.Fatal(err)
			}
		}
		if c.reads != want {
			t.Errorf("read %d times, want %d", c.reads, want)
		}
	}
	read(1, "")
	read(0, "")
	c.now = c.now.Add(freshness)
	read(1, "")
	if _, ok := o.window.get(mainID, c.now.Add(freshness)); ok { // somebody begins to read it
		t.Error("it is old")
	}
	c.now = c.now.Add(freshness + time.Second)
	read(0, "")
	c.now = c.now.Add(patience)
	read(1, "")
	c.now = c.now.Add(patience)
	c.fail = booking.Refuse(booking.CodeUnavailable, "")
	read(10, booking.CodeUnavailable)
	c.fail = nil
	c.now = hallWave().Closes
	read(10, "")
	c.now = hallWave().Opens.Add(-1)
	read(10, "")
}

// What fails after the ledger has taken an entry is made up for when the same request comes again.
func TestReceiptsThatFail(t *testing.T) {
	failing := &unsigned{err: errors.New("no key")}
	o, h := newHall(t, func(d *OfficeDeps) { d.Receipts = failing })
	failing.Receipts = h
	r := alone(0)
	r.Signature = sign(she, text(t, o, r))
	if _, err := o.Enter(t.Context(), her(), mainID, r); err == nil || len(h.accepted) != 1 {
		t.Fatal("a receipt that was not signed")
	}
	failing.err = nil
	got, err := o.Enter(t.Context(), her(), mainID, r)
	if err != nil || len(h.accepted) != 1 {
		t.Fatal(err, len(h.accepted))
	}
	h.checkReceipt(got)
	e := h.entries[EntryKey{mainID, she}]
	e.Receipt = nil // it was not kept: the next answer has the same bytes
	h.entries[EntryKey{mainID, she}] = e
	if again, err := o.Enter(t.Context(), her(), mainID, r); err != nil || !bytes.Equal(again.Note, got.Note) {
		t.Error(err)
	}
}

type unsigned struct {
	Receipts
	err error
}

func (u *unsigned) Sign(text string) ([]byte, error) {
	if u.err != nil {
		return nil, u.err
	}
	return u.Receipts.Sign(text)
}

const wantLeaveText = `ЧЕСНА — вихід із жеребкування місць на прийом до консула
Версія документа: chesna/entry/v1
Система: https://chesna.example
Дія: вихід із жеребкування

Жеребкування: waw-passport-2026w51
Установа: Варшава, Польща (waw)
Група послуг: Паспортні послуги (passport)
Тиждень прийому: 2026-W51
Заявки приймають до: 04.12.2026 13:00:00 UTC+01:00
Редакція заявки: 2
Припиняється редакція: 1

Псевдонім у жеребкуванні: %x
Псевдонім підписувача: 7f4f5d0e-2b7c-4b5e-9f43-0a7d4d2c1b11

Підписуючи цей текст, я припиняю участь у цьому жеребкуванні та в жеребкуваннях повернених місць того самого тижня.
`

func TestLeaveTextSaysWhatIsSigned(t *testing.T) {
	o, _ := newHall(t, nil)
	if _, err := o.Leave(t.Context(), her(), mainID, nil); booking.CodeOf(err) != booking.CodeEntryAbsent {
		t.Error("without an entry:", err)
	}
	first := enter(t, o, alone(0))
	_, err := o.Leave(t.Context(), her(), mainID, nil)
	var e *booking.Error
	want := fmt.Sprintf(wantLeaveText, first.Entry.NF)
	if !errors.As(err, &e) || string(e.Document) != want {
		t.Errorf("%v, text:\n%s\nwant:\n%s", err, e.Document, want)
	}
	if _, err := o.Leave(t.Context(), her(), mainID, sign(she, first.Entry.Request)); identity.CodeOf(err) != identity.CodeSignatureRejected {
		t.Error("the signature of the entry:", err)
	}
}

// Every input that the entry rests on changes its text.
func TestEntryTextBindsTheEntry(t *testing.T) {
	post := booking.Consulate{ID: "waw", Location: warsawZone(t)}
	base := func() entryText {
		return entryText{
			audience: "a", action: actionEnter, wave: hallWave(), post: post, rev: 1, windows: 7, declarer: she, policy: somePolicy(),
			persons: []person{{applicant: she, name: "n", service: booking.Service{ID: "s"}}},
		}
	}
	want := base().bytes()
	if !bytes.Equal(base().bytes(), want) {
		t.Fatal("the same inputs gave another text")
	}
	for name, change := range map[string]func(*entryText){
		"audience":  func(t *entryText) { t.audience = "b" },
		"action":    func(t *entryText) { t.action = actionChange },
		"draw":      func(t *entryText) { t.wave.ID = "x" },
		"close":     func(t *entryText) { t.wave.Closes = t.wave.Closes.Add(time.Second) },
		"rev":       func(t *entryText) { t.rev++ },
		"windows":   func(t *entryText) { t.windows = 11 },
		"person":    func(t *entryText) { t.persons[0].applicant = uuid.Max },
		"name":      func(t *entryText) { t.persons[0].name = "m" },
		"service":   func(t *entryText) { t.persons[0].service.ID = "t" },
		"two":       func(t *entryText) { t.persons = append(t.persons, t.persons[0]) },
		"word":      func(t *entryText) { t.cannot = true },
		"weight":    func(t *entryText) { t.counts = true },
		"leaves":    func(t *entryText) { t.leaves = "y" },
		"replaces":  func(t *entryText) { t.replaces = &replaced{post: post} },
		"declarer":  func(t *entryText) { t.declarer = uuid.Max },
		"nf":        func(t *entryText) { t.nf[0]++ },
		"rules":     func(t *entryText) { t.policy.Pause *= 2 },
		"late rule": func(t *entryText) { t.policy.LateCancel /= 2 },
	} {
		x := base()
		if change(&x); bytes.Equal(x.bytes(), want) {
			t.Errorf("the text does not bind %s", name)
		}
	}
}

func TestWindowsOverTwoDays(t *testing.T) {
	from := time.Date(2026, 12, 14, 13, 0, 0, 0, time.UTC)
	got := span(Window{From: from, To: from.Add(20 * time.Hour)}, warsawZone(t))
	if want := "початок прийому з 14:00 (понеділок, 14 грудня 2026 року) до 10:00 (вівторок, 15 грудня 2026 року)"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for d, want := range map[time.Duration]string{
		14 * 24 * time.Hour: "14 дн.", 48 * time.Hour: "48 год", 90 * time.Minute: "90 хв", 45 * time.Second: "45 с", 0: "0 с",
	} {
		if got := length(d); got != want {
			t.Errorf("%s is written %s", d, got)
		}
	}
}
