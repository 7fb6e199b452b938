package identity

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
	"time"
)

// challengeVersion is stated in the text; it changes when the wording does.
const challengeVersion = 3

var challengeIDPattern = regexp.MustCompile(`^[0-9a-f]{32}$`)

// Challenge composes a text to sign in with, keeps it and gives it out. Its first lines name the system and the
// action, so that it can never be taken for a booking or for another service's text, nor the other way round.
func (s *Service) Challenge(ctx context.Context) (Challenge, error) {
	var id, nonce [16]byte
	_, _ = rand.Read(id[:]) // never fails, see crypto/rand
	_, _ = rand.Read(nonce[:])
	issued := s.d.Now().UTC().Truncate(time.Second)
	c := Challenge{ID: hex.EncodeToString(id[:]), ExpiresAt: issued.Add(s.d.Policy.ChallengeTTL)}
	c.Document = s.challengeText(hex.EncodeToString(nonce[:]), issued, c.ExpiresAt)
	if err := s.d.Challenges.PutChallenge(ctx, c, s.d.Policy.ChallengeTTL); err != nil {
		return Challenge{}, fmt.Errorf("keep challenge: %w", err)
	}
	return c, nil
}

// challengeText is what a person reads and signs; lines end with LF.
func (s *Service) challengeText(nonce string, issued, expires time.Time) []byte {
	const layout = "02.01.2006 15:04:05 UTC"
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", s.d.SystemName)
	b.WriteString("Вхід до системи запису на прийом у консульських установах України\n\n")
	b.WriteString("Дія: вхід\n")
	fmt.Fprintf(&b, "Сайт: %s\n", s.d.Origin)
	fmt.Fprintf(&b, "Складено: %s\n", issued.Format(layout))
	fmt.Fprintf(&b, "Підписати не пізніше: %s\n", expires.Format(layout))
	fmt.Fprintf(&b, "Одноразовий код: %s\n", nonce)
	fmt.Fprintf(&b, "Версія тексту: %d\n\n", challengeVersion)
	b.WriteString("Підписавши цей текст, ви лише входите на зазначений сайт. Підпис нічого не бронює і не змінює.\n")
	b.WriteString("Не підписуйте, якщо ви не входите зараз на цей сайт самі або якщо його адреса інша.\n")
	b.WriteString("Нікому не передавайте файл особистого ключа і пароль до нього.\n")
	return []byte(b.String())
}
