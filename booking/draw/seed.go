package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
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

// key is the smallest of the entry's tickets. The smallest of w uniform tickets gives the weighted order
// without replacement, in integers only.
func key(seed [32]byte, e *Entry) [32]byte {
	var buf [len(ticketPrefix) + 32 + 32 + 4]byte
	copy(buf[:], ticketPrefix)
	copy(buf[len(ticketPrefix):], seed[:])
	copy(buf[len(ticketPrefix)+32:], e.leaf[:])
	var least [32]byte
	for j := range e.Weight {
		binary.BigEndian.PutUint32(buf[len(buf)-4:], uint32(j))
		if t := sha256.Sum256(buf[:]); j == 0 || bytes.Compare(t[:], least[:]) < 0 {
			least = t
		}
	}
	return least
}

// order returns the indices of the entries in key order, ties by leaf hash, and all keys.
func order(seed [32]byte, rows []Entry) (sorted []int32, keys [][32]byte) {
	type rank struct {
		head uint64
		row  int32
	}
	keys = make([][32]byte, len(rows))
	ranks := make([]rank, len(rows))
	for i := range rows {
		keys[i] = key(seed, &rows[i])
		ranks[i] = rank{binary.BigEndian.Uint64(keys[i][:]), int32(i)}
	}
	slices.SortFunc(ranks, func(a, b rank) int {
		switch {
		case a.head < b.head:
			return -1
		case a.head > b.head:
			return 1
		}
		if c := bytes.Compare(keys[a.row][:], keys[b.row][:]); c != 0 {
			return c
		}
		return bytes.Compare(rows[a.row].leaf[:], rows[b.row].leaf[:])
	})
	sorted = make([]int32, len(rows))
	for i, r := range ranks {
		sorted[i] = r.row
	}
	return sorted, keys
}
