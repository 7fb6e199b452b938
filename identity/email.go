package identity

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

const (
	macEmailCode    = "email-code"
	macEmailAddress = "email-address"
)

// englishName is what English mails call the system; Deps.SystemName is Ukrainian.
const englishName = "Chesna – consular appointments"

// emailPattern takes the addresses people have; quoting, comments and line breaks of RFC 5322 are left out on purpose.
var emailPattern = regexp.MustCompile("^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@" +
	`[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)+$`)

var sixDigits = regexp.MustCompile(`^[0-9]{6}$`)

// CheckEmail brings an address to the form it is kept in, the domain in lower case; false when it is none.
func CheckEmail(address string) (string, bool) {
	address = strings.TrimSpace(address)
	local, domain, _ := strings.Cut(address, "@")
	if len(address) > 254 || !emailPattern.MatchString(address) || strings.HasPrefix(local, ".") ||
		strings.HasSuffix(local, ".") || strings.Contains(local, "..") {
		return "", false
	}
	return local + "@" + strings.ToLower(domain), true
}

// SetEmail sends a code of six digits to the address. The address counts only after VerifyEmail; an address
// verified before stays until then. A new code ends the one before.
func (s *Service) SetEmail(ctx context.Context, person uuid.UUID, address string) error {
	address, ok := CheckEmail(address)
	if !ok {
		return &Error{Code: CodeInvalid, Fields: []FieldError{{"/email", "format", "an e-mail address such as name@example.org"}}}
	}
	p, err := s.d.Persons.Person(ctx, person)
	if err != nil {
		return fmt.Errorf("load person: %w", err)
	}
	now := s.d.Now()
	byAddress := s.d.Pseudonyms.MAC(macEmailAddress, []byte(strings.ToLower(address)))
	for _, key := range []string{person.String(), fmt.Sprintf("%x", byAddress[:16])} {
		if err := s.d.Limiter.Allow(ctx, key, s.d.Policy.EmailSends, now); err != nil {
			return fmt.Errorf("limit e-mails: %w", err)
		}
	}
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		return fmt.Errorf("draw code: %w", err)
	}
	code := fmt.Sprintf("%06d", n)
	sealed, err := s.d.Sealer.Seal(SealEmail, person[:], []byte(address))
	if err != nil {
		return fmt.Errorf("seal address: %w", err)
	}
	pending := EmailCode{MAC: s.emailCodeMAC(person, code), Address: sealed}
	if err := s.d.EmailCodes.PutEmailCode(ctx, person, pending, s.d.Policy.EmailCodeTTL); err != nil {
		return fmt.Errorf("keep code: %w", err)
	}
	if err := s.d.Mailer.Send(ctx, s.codeMail(address, code, p.Language)); err != nil {
		return &Error{Code: CodeUnavailable, Detail: "the e-mail could not be sent; try again later", Cause: err}
	}
	return nil
}

// VerifyEmail takes the code from the mail; then the address counts. Sessions learn of it by Reissue or Refresh.
func (s *Service) VerifyEmail(ctx context.Context, person uuid.UUID, code string) (Person, error) {
	code = compact(code)
	if !sixDigits.MatchString(code) {
		return Person{}, &Error{Code: CodeInvalid, Fields: []FieldError{{"/code", "format", "six digits"}}}
	}
	now := s.d.Now()
	if err := s.d.Limiter.Allow(ctx, person.String(), s.d.Policy.EmailAnswers, now); err != nil {
		return Person{}, fmt.Errorf("limit answers: %w", err)
	}
	pending, err := s.d.EmailCodes.TakeEmailCode(ctx, person, s.emailCodeMAC(person, code), s.d.Policy.EmailCodeTries)
	if err != nil {
		return Person{}, fmt.Errorf("take code: %w", err)
	}
	if err := s.d.Persons.SetEmail(ctx, person, pending.Address, now); err != nil {
		return Person{}, fmt.Errorf("keep address: %w", err)
	}
	return s.Person(ctx, person)
}

func (s *Service) emailCodeMAC(person uuid.UUID, code string) [32]byte {
	return s.d.Pseudonyms.MAC(macEmailCode, append(person[:], code...))
}

func (s *Service) codeMail(to, code, language string) Mail {
	minutes := int(s.d.Policy.EmailCodeTTL.Minutes())
	if language == "en" {
		return Mail{
			To: to, Subject: "Code " + code + " to confirm your e-mail address",
			Text: fmt.Sprintf("%s\n%s\n\nYour code: %s\n\nEnter it on the site within %d minutes.\n"+
				"If you did not ask for it, do nothing: without the code the address will not be used.\n",
				englishName, s.d.Origin, code, minutes),
		}
	}
	return Mail{
		To: to, Subject: "Код " + code + " для підтвердження електронної пошти",
		Text: fmt.Sprintf("%s\n%s\n\nВаш код: %s\n\nВведіть його на сайті. Код дійсний %d хв.\n"+
			"Якщо ви його не запитували, нічого не робіть: без коду адресу не буде використано.\n",
			s.d.SystemName, s.d.Origin, code, minutes),
	}
}
