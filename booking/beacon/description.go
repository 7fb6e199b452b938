package beacon

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"time"
)

const maxDescription = 4 << 10

// Description is a chain as it is published beside what rests on it, so that anybody can verify its rounds. Hex is
// lower case; period is in seconds, genesis in Unix seconds.
type Description struct {
	ID          string `json:"id"`
	ChainHash   string `json:"chainHash"`
	Scheme      string `json:"scheme"`
	PublicKey   string `json:"publicKey"`
	Period      int64  `json:"period"`
	Genesis     int64  `json:"genesis"`
	GenesisSeed string `json:"genesisSeed"`
	Development bool   `json:"development"`
}

// Describe is the chain's published description.
func (c *Chain) Describe() Description {
	return Description{
		ID: c.params.BeaconID, ChainHash: hex.EncodeToString(c.Hash[:]), Scheme: Scheme,
		PublicKey: hex.EncodeToString(c.params.PublicKey), Period: int64(c.Period / time.Second), Genesis: c.params.Genesis,
		GenesisSeed: hex.EncodeToString(c.params.GenesisSeed), Development: c.params.Development,
	}
}

// ParseDescription reads a description's JSON, at most 4 KiB, without keys that it does not have. What it says is not
// checked: see FromDescription.
func ParseDescription(b []byte) (Description, error) {
	var d Description
	decoder := json.NewDecoder(bytes.NewReader(b))
	decoder.DisallowUnknownFields()
	if len(b) > maxDescription || decoder.Decode(&d) != nil || !errors.Is(decoder.Decode(&struct{}{}), io.EOF) {
		return Description{}, errors.New("beacon: not a chain's description")
	}
	return d, nil
}

// FromDescription makes the chain that a description tells of. It refuses every scheme but Scheme, a hash that is
// not that of the parameters, and the public chain marked as a development one. A description proves nothing about
// who holds the key: compare the hash with a pinned one.
func FromDescription(d Description) (*Chain, error) {
	if d.Scheme != Scheme {
		return nil, fmt.Errorf("beacon: the scheme is not %s", Scheme)
	}
	if d.ID == "" || len(d.ID) > 64 {
		return nil, errors.New("beacon: a chain's id has 1 to 64 bytes")
	}
	if d.Period < 1 || d.Period > int64(24*time.Hour/time.Second) {
		return nil, fmt.Errorf("beacon: a period of %d s", d.Period)
	}
	if d.Genesis < 0 || d.Genesis > math.MaxUint32 {
		return nil, errors.New("beacon: a genesis out of range")
	}
	var key [96]byte
	var seed, hash [32]byte
	if !lowerHex(key[:], d.PublicKey) || !lowerHex(seed[:], d.GenesisSeed) || !lowerHex(hash[:], d.ChainHash) {
		return nil, errors.New("beacon: publicKey, genesisSeed and chainHash are 192, 64 and 64 lower-case hex digits")
	}
	c, err := NewChain(Params{
		PublicKey: key[:], Period: time.Duration(d.Period) * time.Second, Genesis: d.Genesis, GenesisSeed: seed[:],
		BeaconID: d.ID, Development: d.Development,
	})
	if err != nil {
		return nil, err
	}
	if c.Hash != hash {
		return nil, errors.New("beacon: the chain's hash is not that of its parameters")
	}
	if d.Development && c.Hash == Quicknet().Hash {
		return nil, errors.New("beacon: the public chain is marked as a development one")
	}
	return c, nil
}
