package devbeacon

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"chesna/booking/beacon"
)

// Fetch signs a round, as beacon.Client fetches one. A round ahead of the clock is beacon.ErrNotYet.
func (b *Beacon) Fetch(_ context.Context, round uint64) (beacon.Round, error) {
	if round == 0 {
		return beacon.Round{}, &beacon.RefusedError{Round: round, Reason: "rounds begin at 1"}
	}
	if round > b.chain.Latest(b.now()) {
		return beacon.Round{}, fmt.Errorf("beacon round %d: %w", round, beacon.ErrNotYet)
	}
	message := beacon.Message(round)
	point, err := bls.HashToG1(message[:], []byte(beacon.Domain))
	if err != nil {
		return beacon.Round{}, fmt.Errorf("hash the round to the curve: %w", err)
	}
	point.ScalarMultiplication(&point, b.secret)
	return beacon.Round{Number: round, Signature: point.Bytes()}, nil
}

// Handler answers as drand's relays do: GET /{chain hash}/public/{round}, …/public/latest and /{chain hash}/info.
// Other chains, and rounds ahead of the clock, are not found.
func (b *Beacon) Handler() http.Handler {
	base := "GET /" + hex.EncodeToString(b.chain.Hash[:])
	mux := http.NewServeMux()
	mux.HandleFunc(base+"/public/{round}", b.round)
	mux.HandleFunc(base+"/info", b.info)
	return mux
}

func (b *Beacon) round(w http.ResponseWriter, r *http.Request) {
	text, caching := r.PathValue("round"), "public, max-age=31536000, immutable"
	number, err := strconv.ParseUint(text, 10, 64)
	switch {
	case text == "latest":
		number, caching = b.chain.Latest(b.now()), "no-store"
	case err != nil || strconv.FormatUint(number, 10) != text:
		http.Error(w, "a round is a number", http.StatusBadRequest)
		return
	}
	if number == 0 {
		http.Error(w, "rounds begin at 1", http.StatusNotFound)
		return
	}
	round, err := b.Fetch(r.Context(), number)
	switch {
	case errors.Is(err, beacon.ErrNotYet):
		w.Header().Set("Cache-Control", "no-store")
		http.Error(w, "not yet", http.StatusNotFound)
	case err != nil:
		http.Error(w, "the round could not be signed", http.StatusInternalServerError)
	default:
		w.Header().Set("Cache-Control", caching)
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(round.JSON())
	}
}

// info is the chain's description in drand's words.
func (b *Beacon) info(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"public_key":   hex.EncodeToString(b.params.PublicKey),
		"period":       int64(b.params.Period / time.Second),
		"genesis_time": b.params.Genesis,
		"hash":         hex.EncodeToString(b.chain.Hash[:]),
		"groupHash":    hex.EncodeToString(b.params.GenesisSeed),
		"schemeID":     beacon.Scheme,
		"metadata":     map[string]string{"beaconID": b.params.BeaconID},
	})
}
