package app

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/wave"
	"chesna/identity"
)

// drawNotifier tells people by e-mail how a draw ended for them. It reads everything anew, so that it can be repeated.
type drawNotifier struct {
	notifier
	waves interface {
		Wave(ctx context.Context, id wave.ID) (wave.Wave, error)
		Offer(ctx context.Context, id uuid.UUID) (wave.Offer, error)
	}
}

// drawTexts are subject and first sentence by event, Ukrainian and English.
func drawTexts(event string) (out [2][2]string, ok bool) {
	texts := map[string][2][2]string{
		"made": {
			{"Вам запропоновано місце:", "Жеребкування дало вам місце. Воно стане вашим записом, коли ви підпишете пропозицію до вказаного часу; інакше місце розіграють знову."},
			{"You are offered a seat:", "The draw gave you a seat. It becomes your appointment when you sign the offer before the time below; otherwise the seat is drawn again."},
		},
		"expired": {
			{"Пропозиція завершилася:", "Пропозицію не було підписано вчасно, місце буде розіграно знову. Після двох непідписаних пропозицій запис онлайн призупиняється."},
			{"The offer has ended:", "The offer was not signed in time and the seat will be drawn again. After two unsigned offers, online entry is paused."},
		},
		"signed": {
			{"Вас записано на прийом:", "Ви підписали пропозицію, вас записано на прийом."},
			{"You have an appointment:", "You have signed the offer and have an appointment."},
		},
		"withheld": {
			{"Місце не надано:", "Жеребкування дало вам місце, але надати його неможливо: хтось із записаних уже має запис або установа скасувала цей час."},
			{"The seat could not be given:", "The draw gave you a seat, but it could not be given: somebody of the entry has an appointment already, or the consulate has cancelled this time."},
		},
		"lost": {
			{"Цього разу місця не випало:", "Місць було менше, ніж охочих. Ваша заявка лишається в жеребкуваннях повернутих місць цього тижня, поки ви її не відкличете. Чому так і які ваші шанси далі — на сторінці розіграшу."},
			{"No seat this time:", "There were fewer seats than entries. Your entry stays in the draws of seats that come back this week until you withdraw it. Why, and your chances from here, are on the page of the draw."},
		},
	}
	out, ok = texts[event]
	return out, ok
}

// NotifyOffer implements jobs.DrawNotifier.
func (n drawNotifier) NotifyOffer(ctx context.Context, id uuid.UUID, event string) error {
	o, err := n.waves.Offer(ctx, id)
	if errors.Is(err, &booking.Error{Code: booking.CodeOfferAbsent}) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the offer: %w", err)
	}
	if event == "made" && o.State != wave.OfferOpen {
		return nil // it was signed or declined before the mail went out
	}
	return n.tell(ctx, o.Declarer, event, func(lang string) (string, string, error) {
		post, err := n.catalogue.Consulate(o.Consulate)
		if err != nil {
			return "", "", err
		}
		var b strings.Builder
		for _, s := range o.Seats {
			fmt.Fprintf(&b, "%s (%s)\n", s.Seat.Start.In(post.Location).Format("02.01.2006 15:04 -07:00"), post.Location)
		}
		until := "Підписати до: %s\n"
		if lang == "en" {
			until = "Sign before: %s\n"
		}
		if o.State == wave.OfferOpen {
			fmt.Fprintf(&b, until, o.Until.In(post.Location).Format("02.01.2006 15:04 -07:00"))
		}
		return post.City.In(lang), b.String() + "\n" + n.origin + "/" + lang + "/offers", nil
	})
}

// NotifyLoss implements jobs.DrawNotifier.
func (n drawNotifier) NotifyLoss(ctx context.Context, id wave.ID, declarer uuid.UUID) error {
	w, err := n.waves.Wave(ctx, id)
	if err != nil {
		return fmt.Errorf("read the draw: %w", err)
	}
	return n.tell(ctx, declarer, "lost", func(lang string) (string, string, error) {
		post, err := n.catalogue.Consulate(w.Consulate)
		if err != nil {
			return "", "", err
		}
		return post.City.In(lang), n.origin + "/" + lang + "/draws/" + string(id) + "/card", nil
	})
}

// tell sends one mail, if the person has a verified address.
func (n drawNotifier) tell(ctx context.Context, person uuid.UUID, event string, describe func(lang string) (where, text string, err error)) error {
	texts, ok := drawTexts(event)
	if !ok {
		return nil
	}
	p, err := n.people.Person(ctx, person)
	if err != nil {
		return fmt.Errorf("read the person: %w", err)
	}
	if !p.EmailVerified {
		return nil
	}
	lang, i, foot := "uk", 0, "Участь безоплатна. Ніхто не має права вимагати за неї гроші.\n\n"+systemName
	if p.Language == "en" {
		lang, i, foot = "en", 1, "Taking part is free. Nobody may ask you for money.\n\n"+systemNameEnglish
	}
	where, text, err := describe(lang)
	if err != nil {
		return err
	}
	return n.mail.Send(ctx, identity.Mail{To: p.Email, Subject: texts[i][0] + " " + where, Text: texts[i][1] + "\n\n" + text + "\n\n" + foot + "\n"})
}
