package draw

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math/bits"
	"slices"
)

// Beacon is the round that a draw's seed comes from. The signature has been verified by whoever passes it.
type Beacon struct {
	ChainHash [32]byte
	Round     uint64
	Signature [48]byte
}

// Seed mixes the beacon with what was closed before it was known.
func Seed(drawID string, b Beacon, entries int, entriesRoot, manifestRoot [32]byte) [32]byte {
	var buf bytes.Buffer
	buf.WriteString("chesna/draw/v1/seed")
	buf.WriteByte(0)
	buf.Write(b.ChainHash[:])
	buf.Write(binary.BigEndian.AppendUint64(nil, b.Round))
	buf.Write(b.Signature[:])
	buf.Write(binary.BigEndian.AppendUint64(nil, uint64(entries)))
	buf.Write(entriesRoot[:])
	buf.Write(manifestRoot[:])
	buf.WriteString(drawID)
	return sha256.Sum256(buf.Bytes())
}

// Ticketing: SHA-256 over this prefix, the seed, the entry's leaf hash and the ticket's number.
const ticketPrefix = "chesna/draw/v1/ticket\x00"

// ticketBytes is the length of what a ticket hashes.
const ticketBytes = len(ticketPrefix) + 32 + 32 + 4

// tickets computes keys for one seed. Not for concurrent use.
type tickets struct {
	*hasher
	message []byte // padded: prefix ‖ seed ‖ leaf ‖ ticket's number; only the last two change
}

func newTickets(h *hasher, seed [32]byte) *tickets {
	t := &tickets{h, pad(make([]byte, 2*blockBytes), ticketBytes)}
	copy(t.message, ticketPrefix)
	copy(t.message[len(ticketPrefix):], seed[:])
	return t
}

// key is the smallest of an entry's tickets. The smallest of w uniform tickets gives the weighted order without
// replacement, in integers only.
func (t *tickets) key(e *Entry) [32]byte {
	copy(t.message[len(ticketPrefix)+32:], e.leaf[:])
	number := t.message[ticketBytes-4 : ticketBytes]
	binary.BigEndian.PutUint32(number, 0)
	if e.Weight == 1 {
		return [32]byte(t.hash(t.message))
	}
	t.begin(t.message[:blockBytes]) // all tickets of an entry begin alike
	least := [32]byte(t.resume(t.message))
	for j := 1; j < e.Weight; j++ {
		binary.BigEndian.PutUint32(number, uint32(j))
		if ticket := t.resume(t.message); bytes.Compare(ticket, least[:]) < 0 {
			least = [32]byte(ticket)
		}
	}
	return least
}

// keysOf computes all keys, in the order of the rows.
func keysOf(h *hasher, seed [32]byte, rows []Entry) [][32]byte {
	t := newTickets(h, seed)
	keys := make([][32]byte, len(rows))
	for i := range rows {
		keys[i] = t.key(&rows[i])
	}
	return keys
}

// rank is an entry with what its key begins with.
type rank struct {
	head uint64
	row  int32
}

// order returns the indices of the entries in key order, ties by leaf hash.
func order(keys [][32]byte, rows []Entry) []int32 {
	list, ends := shelve(keys)
	begin := 0
	for _, end := range ends {
		slices.SortFunc(list[begin:end], func(a, b rank) int {
			if c := cmp.Compare(a.head, b.head); c != 0 {
				return c
			}
			if c := bytes.Compare(keys[a.row][:], keys[b.row][:]); c != 0 {
				return c
			}
			return bytes.Compare(rows[a.row].leaf[:], rows[b.row].leaf[:])
		})
		begin = end
	}
	sorted := make([]int32, len(rows))
	for i, r := range list {
		sorted[i] = r.row
	}
	return sorted
}

// shelve puts the keys on shelves by their first bits, about eight on each: sorting shelf by shelf is then quick.
// It returns where each shelf ends.
func shelve(keys [][32]byte) (list []rank, ends []int) {
	width := max(0, bits.Len(uint(len(keys)))-3)
	head := func(i int) uint64 { return binary.BigEndian.Uint64(keys[i][:]) }
	ends = make([]int, 1<<width)
	for i := range keys {
		ends[head(i)>>(64-width)]++
	}
	sum := 0
	for shelf, n := range ends {
		ends[shelf] = sum // its beginning, for now
		sum += n
	}
	list = make([]rank, len(keys))
	for i := range keys {
		shelf := &ends[head(i)>>(64-width)]
		list[*shelf] = rank{head(i), int32(i)}
		*shelf++
	}
	return list, ends
}
