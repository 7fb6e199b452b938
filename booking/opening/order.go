package opening

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/google/uuid"

	"chesna/booking"
	"chesna/booking/draw"
)

// Ticket stands for one person in one opening. It is published; nobody without the opening's secret can tell whose it is.
type Ticket [32]byte

// TicketOf is HMAC-SHA-256 under the opening's secret: the same person always has the same ticket, so that coming twice
// is not two chances.
func TicketOf(secret [32]byte, id booking.OpeningID, person uuid.UUID) Ticket {
	mac := hmac.New(sha256.New, secret[:])
	mac.Write([]byte("chesna/opening/v1/ticket\x00"))
	mac.Write(person[:])
	mac.Write([]byte(id))
	return Ticket(mac.Sum(nil))
}

// Root is the Merkle tree hash (RFC 6962) over the sorted tickets.
func Root(tickets []Ticket) [32]byte {
	sorted := slices.Clone(tickets)
	slices.SortFunc(sorted, compareTickets)
	return merkle(sorted)
}

func merkle(sorted []Ticket) [32]byte {
	switch n := len(sorted); n {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, sorted[0][:]...))
	default:
		left := 1 << (bits.Len(uint(n-1)) - 1)
		l, r := merkle(sorted[:left]), merkle(sorted[left:])
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
}

// Seed mixes the beacon with what was frozen before its round was known.
func Seed(id booking.OpeningID, b draw.Beacon, crowd int, root [32]byte) [32]byte {
	var buf bytes.Buffer
	buf.WriteString("chesna/opening/v1/seed\x00")
	buf.Write(b.ChainHash[:])
	buf.Write(binary.BigEndian.AppendUint64(nil, b.Round))
	buf.Write(b.Signature[:])
	buf.Write(binary.BigEndian.AppendUint64(nil, uint64(crowd)))
	buf.Write(root[:])
	buf.WriteString(string(id))
	return sha256.Sum256(buf.Bytes())
}

// Order puts the tickets in the order of the seed: by SHA-256("chesna/opening/v1" ‖ 00 ‖ seed ‖ ticket), ties by ticket. The
// order in which they are given has no effect.
func Order(seed [32]byte, tickets []Ticket) []Ticket {
	type ranked struct{ key, ticket [32]byte }
	list := make([]ranked, len(tickets))
	message := append(append([]byte("chesna/opening/v1\x00"), seed[:]...), make([]byte, len(Ticket{}))...)
	for i, t := range tickets {
		copy(message[len(message)-len(t):], t[:])
		list[i] = ranked{sha256.Sum256(message), t}
	}
	slices.SortFunc(list, func(a, b ranked) int {
		if c := bytes.Compare(a.key[:], b.key[:]); c != 0 {
			return c
		}
		return bytes.Compare(a.ticket[:], b.ticket[:])
	})
	out := make([]Ticket, len(list))
	for i, r := range list {
		out[i] = r.ticket
	}
	return out
}

func compareTickets(a, b Ticket) int { return bytes.Compare(a[:], b[:]) }
