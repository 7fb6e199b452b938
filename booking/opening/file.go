package opening

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"chesna/booking"
	"chesna/booking/draw"
)

// fileVersion is the first line of a published order.
const fileVersion = "chesna/opening/v1"

// headLines are the names of the lines before the tickets, in their order.
var headLines = []string{"opening", "gatherUntil", "delay", "chain", "genesis", "period", "round", "signature", "crowd", "root", "seed"}

// File is the published order of an opening's crowd: a head, then one ticket on each line, in the order of places.
func File(o Opening, tickets []Ticket) []byte {
	seed := Seed(o.ID, o.beacon(), len(tickets), Root(tickets))
	var b bytes.Buffer
	values := []any{
		o.ID, o.GatherUntil.UTC().Format(time.RFC3339), int64(o.Delay / time.Second), o.Chain.ChainHash, o.Chain.Genesis, o.Chain.Period,
		o.Round, hex.EncodeToString(o.Signature[:]), len(tickets), draw.Hash(Root(tickets)), draw.Hash(seed),
	}
	fmt.Fprintln(&b, fileVersion)
	for i, name := range headLines {
		fmt.Fprintln(&b, name, values[i])
	}
	for _, t := range Order(seed, tickets) {
		fmt.Fprintln(&b, hex.EncodeToString(t[:]))
	}
	return b.Bytes()
}

func (o Opening) beacon() draw.Beacon {
	return draw.Beacon{ChainHash: o.Chain.ChainHash, Round: o.Round, Signature: o.Signature}
}

// Verified is what a published order says, once it was computed again.
type Verified struct {
	ID      booking.OpeningID
	Beacon  draw.Beacon
	Tickets []Ticket // in the order of places
}

// Verify computes a published order again from its tickets and its beacon round, byte for byte: the round by the rule, the
// root, the seed, the order. That the round's signature is the chain's is for the caller to check, with the chain that he
// trusts.
func Verify(file []byte) (Verified, error) {
	lines := strings.Split(string(file), "\n")
	if len(lines) < len(headLines)+2 || lines[0] != fileVersion {
		return Verified{}, errors.New("opening: not an order of this version")
	}
	head := map[string]string{}
	for i, name := range headLines {
		value, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			return Verified{}, fmt.Errorf("opening: line %d is not %s", i+2, name)
		}
		head[name] = value
	}
	o, err := readHead(head)
	if err != nil {
		return Verified{}, err
	}
	rest := lines[len(headLines)+1:]
	tickets := make([]Ticket, len(rest)-1) // the file ends with a line feed
	for i := range tickets {
		if !unhex(tickets[i][:], rest[i]) {
			return Verified{}, fmt.Errorf("opening: line %d is no ticket", len(headLines)+2+i)
		}
	}
	if sorted := slices.SortedFunc(slices.Values(tickets), compareTickets); len(slices.Compact(sorted)) != len(tickets) {
		return Verified{}, errors.New("opening: a ticket is there twice")
	}
	if want := draw.AttemptRound(o.GatherUntil, draw.Delays{Round: int64(o.Delay / time.Second)}, o.Chain, 0); want != o.Round {
		return Verified{}, fmt.Errorf("opening: the rule names round %d", want)
	}
	if !bytes.Equal(File(o, tickets), file) {
		return Verified{}, errors.New("opening: the order does not follow from its tickets and its round")
	}
	return Verified{ID: o.ID, Beacon: o.beacon(), Tickets: tickets}, nil
}

// readHead reads what the order depends on; the rest of the head must come out of it.
func readHead(head map[string]string) (Opening, error) {
	o := Opening{ID: booking.OpeningID(head["opening"])}
	var errs []error
	number := func(name string) int64 {
		n, err := strconv.ParseInt(head[name], 10, 64)
		if err != nil || n < 0 {
			errs = append(errs, fmt.Errorf("opening: %s is no number", name))
		}
		return n
	}
	var err error
	if o.GatherUntil, err = time.Parse(time.RFC3339, head["gatherUntil"]); err != nil {
		errs = append(errs, errors.New("opening: gatherUntil is no time"))
	}
	delay := number("delay")
	if delay < 1 || delay > int64(time.Hour/time.Second) {
		errs = append(errs, errors.New("opening: the delay is out of range"))
	}
	o.Delay = time.Duration(delay) * time.Second
	o.Chain.Genesis, o.Chain.Period, o.Round = number("genesis"), number("period"), uint64(number("round"))
	if o.Chain.Period < 1 {
		errs = append(errs, errors.New("opening: the period is out of range"))
	}
	if !unhex(o.Chain.ChainHash[:], head["chain"]) || !unhex(o.Signature[:], head["signature"]) {
		errs = append(errs, errors.New("opening: chain or signature is no hex"))
	}
	return o, errors.Join(errs...)
}

func unhex(dst []byte, s string) bool {
	if len(s) != hex.EncodedLen(len(dst)) {
		return false
	}
	_, err := hex.Decode(dst, []byte(s))
	return err == nil && hex.EncodeToString(dst) == s
}
