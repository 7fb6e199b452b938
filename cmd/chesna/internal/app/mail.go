package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"chesna/api/web"
	"chesna/booking"
	"chesna/identity"
	"chesna/identity/mailer"
)

// openMail makes the way out for mail: SMTP, or in the demo a mailbox that a page shows.
func (a *App) openMail() (identity.Mailer, error) {
	c := a.options.Config.SMTP
	if a.options.Demo && c.Host == "" {
		box, err := mailer.NewMailbox(200, time.Now)
		a.parts.mailbox, a.parts.mail = box, box
		return box, err
	}
	post, err := mailer.NewSMTP(mailer.Deps{
		Host: c.Host, Port: c.Port, TLS: mailer.TLS(c.TLS), Username: c.Username, Password: c.Password.Reveal(),
		From: c.From, Name: c.FromName, Timeout: c.Timeout.D(), Now: time.Now,
	})
	a.parts.mail = post
	return post, err
}

// mailPage shows the demo's mails.
type mailPage struct{ box *mailer.Mailbox }

// Mails implements web.Mailbox.
func (m mailPage) Mails(_ context.Context, limit int) ([]web.DemoMail, error) {
	var out []web.DemoMail
	for _, r := range m.box.Mails() {
		if len(out) == limit {
			break
		}
		out = append(out, web.DemoMail{At: r.At, Mail: r.Mail})
	}
	return out, nil
}

// notifier tells people by e-mail what happened to their appointments. It reads everything anew, so that it can
// be repeated; nobody without a verified address is told.
type notifier struct {
	people    *identity.Service
	ledger    booking.Ledger
	catalogue *booking.Catalogue
	mail      identity.Mailer
	origin    string
}

// Notify sends the notice of an event of an appointment.
func (n notifier) Notify(ctx context.Context, kind string, id uuid.UUID) error {
	a, err := n.ledger.Appointment(ctx, id)
	if errors.Is(err, &booking.Error{Code: booking.CodeAppointmentAbsent}) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the appointment: %w", err)
	}
	p, err := n.people.Person(ctx, a.Person)
	if err != nil {
		return fmt.Errorf("read the person: %w", err)
	}
	if !p.EmailVerified {
		return nil
	}
	subject, lead, ok := notice(booking.EventType(kind), p.Language)
	if !ok {
		return nil
	}
	text, err := n.describe(a, p.Language)
	if err != nil {
		return err
	}
	return n.mail.Send(ctx, identity.Mail{To: p.Email, Subject: subject + " " + a.Reference, Text: lead + "\n\n" + text})
}

// notice is the subject and the first sentence for an event.
func notice(kind booking.EventType, lang string) (subject, lead string, ok bool) {
	texts := map[booking.EventType][2][2]string{
		booking.EventBooked: {
			{"Вас записано на прийом:", "Ви записані на прийом до консула."},
			{"You have an appointment:", "You have an appointment at the consulate."},
		},
		booking.EventCancelled: {
			{"Запис скасовано:", "Ваш запис скасовано. Якщо це зробили не ви, зверніться до установи і до надавача, що видав ключ."},
			{"Appointment cancelled:", "Your appointment has been cancelled. If this was not you, contact the consulate and the provider of your key."},
		},
		booking.EventDisplaced: {
			{"Час скасовано установою:", "Установа скасувала час вашого прийому: не приходьте в цей час. Місце лишається за вами як право на інший час, " +
				"який запропонує установа. Якщо не хочете чекати, скасуйте цей запис і запишіться на інший час."},
			{"Time cancelled by the consulate:", "The consulate has cancelled the time of your appointment: do not come at this time. Your place is kept as a claim " +
				"to another time, which the consulate will offer. If you do not want to wait, cancel this appointment and book another time."},
		},
		booking.EventOutcome: {
			{"Результат прийому:", "Установа записала результат вашого прийому."},
			{"Your appointment's result:", "The consulate has recorded the result of your appointment."},
		},
		booking.EventLapsed: {
			{"Запис завершено:", "Результату прийому не записано, тому запис завершено."},
			{"Appointment closed:", "No result was recorded, so the appointment has been closed."},
		},
	}
	t, ok := texts[kind]
	i := 0
	if lang == "en" {
		i = 1
	}
	return t[i][0], t[i][1], ok
}

// describe says where and when, in the post's local time.
func (n notifier) describe(a booking.Appointment, lang string) (string, error) {
	post, err := n.catalogue.Consulate(a.Consulate)
	if err != nil {
		return "", err
	}
	svc, err := n.catalogue.Service(a.Service)
	if err != nil {
		return "", err
	}
	if lang != "en" {
		lang = "uk"
	}
	local := a.Start.In(post.Location)
	format := "Номер запису: %s\nУстанова: %s, %s\nПослуга: %s\nЧас: %s (%s)\n\n%s\n\nЗапис безоплатний. Ніхто не має права вимагати за нього гроші.\n\n" + systemName + "\n"
	if lang == "en" {
		format = "Reference: %s\nConsulate: %s, %s\nService: %s\nTime: %s (%s)\n\n%s\n\nThe appointment is free. Nobody may ask you for money.\n\n" + systemNameEnglish + "\n"
	}
	return fmt.Sprintf(format, a.Reference, post.City.In(lang), post.Country.In(lang), svc.Title.In(lang),
		local.Format("02.01.2006 15:04 -07:00"), post.Location, n.origin+"/"+lang+"/appointments"), nil
}
