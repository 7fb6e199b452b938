package draw

import (
	"bytes"
	"crypto/sha256"
	"encoding"
	"encoding/binary"
	"hash"
)

const (
	blockBytes = sha256.BlockSize
	// lengthBytes end a message's last block: its length in bits. One byte before marks the message's end.
	lengthBytes = 8
)

// hasher computes SHA-256 of many short messages in less than half the time of sha256.Sum256: messages come padded,
// their blocks are compressed where they stand, a beginning that many share is compressed once, and the result is
// read from the saved state. How the standard library saves it is not promised, so newHasher tries it, and falls
// back to Sum256. Not for concurrent use.
type hasher struct {
	state interface {
		hash.Hash
		encoding.BinaryAppender
		encoding.BinaryUnmarshaler
	}
	begun []byte // a state that resume goes back to
	out   []byte
	sum   [sha256.Size]byte // without state: the result
}

// stateHead is how many bytes stand before the eight words in a saved state.
const stateHead = 4

func newHasher() *hasher {
	h := &hasher{out: make([]byte, 0, 128), begun: make([]byte, 0, 128)}
	state, ok := sha256.New().(interface {
		hash.Hash
		encoding.BinaryAppender
		encoding.BinaryUnmarshaler
	})
	if !ok {
		return h
	}
	h.state = state
	var buf [2 * blockBytes]byte
	n := copy(buf[:], "is the state saved as it was when this was written, in eight words after a head of four bytes?")
	want := sha256.Sum256(buf[:n])
	message := pad(buf[:], n)
	saved, err := state.AppendBinary(nil)
	if err != nil || len(saved) < stateHead+sha256.Size ||
		!bytes.Equal(h.hash(message), want[:]) || !h.begin(message[:blockBytes]) || !bytes.Equal(h.resume(message), want[:]) {
		h.state = nil
	}
	return h
}

// pad ends the message of n bytes in buf as SHA-256 does, and returns its whole blocks; buf has room for them.
func pad(buf []byte, n int) []byte {
	blocks := buf[:(n+1+lengthBytes+blockBytes-1)/blockBytes*blockBytes]
	clear(blocks[n:])
	blocks[n] = 0x80
	binary.BigEndian.PutUint64(blocks[len(blocks)-lengthBytes:], uint64(n)*8)
	return blocks
}

// hash is the hash of a padded message, good until the next call.
func (h *hasher) hash(message []byte) []byte {
	if h.state == nil {
		h.sum = sha256.Sum256(unpad(message))
		return h.sum[:]
	}
	h.state.Reset()
	_, _ = h.state.Write(message) // a hash takes everything
	return h.read()
}

// begin compresses the block with which the messages of resume begin; false when it cannot.
func (h *hasher) begin(block []byte) bool {
	if h.state == nil {
		return false
	}
	h.state.Reset()
	_, _ = h.state.Write(block)
	var err error
	h.begun, err = h.state.AppendBinary(h.begun[:0])
	return err == nil
}

// resume is the hash of a padded message whose first block was given to begin, good until the next call.
func (h *hasher) resume(message []byte) []byte {
	if h.state == nil || h.state.UnmarshalBinary(h.begun) != nil {
		return h.hash(message)
	}
	_, _ = h.state.Write(message[blockBytes:])
	return h.read()
}

// read is the state's words. The error is for states that cannot be saved, and newHasher saw that this one can.
func (h *hasher) read() []byte {
	h.out, _ = h.state.AppendBinary(h.out[:0])
	return h.out[stateHead : stateHead+sha256.Size]
}

// unpad is the message in its blocks.
func unpad(blocks []byte) []byte {
	return blocks[:binary.BigEndian.Uint64(blocks[len(blocks)-lengthBytes:])/8]
}
