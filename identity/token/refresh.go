package token

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/google/uuid"
)

// A refresh token is format, key version, session, generation, MAC of all before it; base64url without padding.
const (
	refreshFormat = 1
	refreshBody   = 1 + 2 + 16 + 8
	refreshBytes  = refreshBody + sha256.Size
)

// Refresh makes the refresh token of a session's generation.
func (m *Minter) Refresh(session uuid.UUID, generation uint64) (string, error) {
	body := make([]byte, 0, refreshBytes)
	body = append(body, refreshFormat)
	body = binary.BigEndian.AppendUint16(body, uint16(m.current))
	body = append(body, session[:]...)
	body = binary.BigEndian.AppendUint64(body, generation)
	return base64.RawURLEncoding.EncodeToString(append(body, refreshMAC(m.refresh[m.current], body)...)), nil
}

// ParseRefresh reads a refresh token; whether its generation is still good is the store's to say.
func (m *Minter) ParseRefresh(token string) (uuid.UUID, uint64, error) {
	if base64.RawURLEncoding.EncodedLen(refreshBytes) != len(token) {
		return uuid.Nil, 0, refused("invalid", nil)
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || len(raw) != refreshBytes || raw[0] != refreshFormat {
		return uuid.Nil, 0, refused("invalid", nil)
	}
	key, ok := m.refresh[int(binary.BigEndian.Uint16(raw[1:]))]
	if !ok || !hmac.Equal(refreshMAC(key, raw[:refreshBody]), raw[refreshBody:]) {
		return uuid.Nil, 0, refused("invalid", nil)
	}
	return uuid.UUID(raw[3:19]), binary.BigEndian.Uint64(raw[19:27]), nil
}

func refreshMAC(key, body []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(body)
	return h.Sum(nil)
}
