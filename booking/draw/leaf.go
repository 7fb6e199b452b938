package draw

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Rule names the version of the rules that a draw follows.
const Rule = "chesna/draw/v1"

// LeafType says what a leaf of the log of draws is. docs/DRAW-FILES.md shows each.
type LeafType string

// The leaves.
const (
	LeafAnnouncement LeafType = "announcement"
	LeafClose        LeafType = "close"
	LeafVoid         LeafType = "void"
	LeafDelayed      LeafType = "delayed"
	LeafNewChain     LeafType = "newchain"
	LeafCancelled    LeafType = "cancelled"
	LeafResult       LeafType = "result"
)

// Head is what every leaf begins with: what it is, its index in the log, and its draw.
type Head struct {
	Type   LeafType `json:"type"`
	Seq    int64    `json:"seq"`
	DrawID string   `json:"drawID"`
}

// Announcement is what is fixed before anybody enters.
type Announcement struct {
	Head
	Rule         string        `json:"rule"`
	Kind         string        `json:"kind"` // main or standby
	Parent       string        `json:"parent"`
	Predecessor  string        `json:"predecessor"`
	Consulate    string        `json:"consulate"`
	Group        string        `json:"group"`
	Pool         string        `json:"pool"`
	ISOWeek      string        `json:"isoWeek"`
	Announced    Time          `json:"announced"`
	Opens        Time          `json:"opens"`
	Closes       Time          `json:"closes"`
	Windows      []WindowInfo  `json:"windows"`
	ManifestRoot Hash          `json:"manifestRoot"`
	Round        uint64        `json:"round"`
	Beacon       BeaconInfo    `json:"beacon"`
	Delays       Delays        `json:"delays"`
	Guarantee    GuaranteeInfo `json:"guarantee"`
	Policy       Hash          `json:"policy"` // SHA-256 of the trust policy
}

// WindowInfo is a window as it is announced.
type WindowInfo struct {
	Number int    `json:"number"`
	Label  string `json:"label"`
	From   Time   `json:"from"` // first start
	To     Time   `json:"to"`   // last start
	Seats  int    `json:"seats"`
}

// BeaconInfo is the chain that a draw takes its round from.
type BeaconInfo struct {
	ID          string `json:"id"`
	ChainHash   Hash   `json:"chainHash"`
	Scheme      string `json:"scheme"`
	PublicKey   string `json:"publicKey"` // hex
	Period      int64  `json:"period"`    // seconds
	Genesis     int64  `json:"genesis"`   // Unix seconds
	GenesisSeed string `json:"genesisSeed"`
	Development bool   `json:"development"`
}

// Delays are the seconds between the close and what follows it.
type Delays struct {
	Deadline int64 `json:"deadline"` // for the cosignatures; 300
	Round    int64 `json:"round"`    // to the beacon's round; 600
	Fallback int64 `json:"fallback"` // between attempts; 86400
}

// Standard are the delays of an independent draw.
func Standard() Delays { return Delays{Deadline: 300, Round: 600, Fallback: 86400} }

// GuaranteeInfo says how waiting is bounded, where it can be.
type GuaranteeInfo struct {
	T       int    `json:"t"`       // losses after which an entry is guaranteed; 0: no bound can be promised
	Rho     string `json:"rho"`     // new entrants a seat, four decimals
	GiveUp  string `json:"giveUp"`  // share who give up after a loss, four decimals
	Entries int    `json:"entries"` // G: the guaranteed who wait when it is announced
	Draws   int    `json:"draws"`   // ⌈G ÷ quota⌉: draws until all of them are served
}

// Close freezes the entries.
type Close struct {
	Head
	Closed         Time   `json:"closed"`
	Fallback       int    `json:"fallback"` // 0
	N              int    `json:"n"`
	SumW           int64  `json:"sumW"`
	Weights        [8]int `json:"weights"` // how many entries have weight i+1
	EntriesRoot    Hash   `json:"entriesRoot"`
	ManifestRoot   Hash   `json:"manifestRoot"`
	EntriesSHA256  Hash   `json:"entriesSha256"`
	BindingsSHA256 Hash   `json:"bindingsSha256"`
	PersonsSHA256  Hash   `json:"personsSha256"`
}

// Void says that an attempt does not stand and when the next one is.
type Void struct {
	Head
	Attempt int    `json:"attempt"` // the next one, 1…3
	Round   uint64 `json:"round"`   // of the next one
	Reason  string `json:"reason"`
}

// Delayed says that the round is not known a day after its time.
type Delayed struct {
	Head
	Round uint64 `json:"round"`
}

// NewChain names another chain, seven days after the round's time.
type NewChain struct {
	Head
	Round  uint64     `json:"round"`
	Beacon BeaconInfo `json:"beacon"`
}

// Cancelled ends a draw without a result.
type Cancelled struct {
	Head
	Reason string `json:"reason"`
}

// ResultLeaf publishes what was drawn.
type ResultLeaf struct {
	Head
	Attempt      int    `json:"attempt"`
	Round        uint64 `json:"round"`
	Signature    string `json:"signature"` // hex
	Seed         Hash   `json:"seed"`
	ManifestRoot Hash   `json:"manifestRoot"`
	ResultSHA256 Hash   `json:"resultSha256"`
}

// AttemptRound is the round of attempt f (0: the first) for a chain that began at genesis.
func AttemptRound(closes time.Time, d Delays, b BeaconInfo, f int) uint64 {
	at := closes.Unix() + d.Fallback*int64(f) + d.Round
	if at <= b.Genesis {
		return 1
	}
	return 1 + uint64((at-b.Genesis+b.Period-1)/b.Period)
}

// AttemptDeadline is until when the cosignatures of attempt f must be dated.
func AttemptDeadline(closes time.Time, d Delays, f int) time.Time {
	return closes.Add(time.Duration(d.Fallback*int64(f)+d.Deadline) * time.Second)
}

// LeafBytes writes a leaf as canonical JSON (RFC 8785): keys sorted, no spaces. Leaves hold strings, whole numbers and
// truth values only, so that sorting the keys is all there is to do.
func LeafBytes(leaf any) ([]byte, error) {
	plain, err := json.Marshal(leaf)
	if err != nil {
		return nil, fmt.Errorf("write a leaf: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(plain))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("write a leaf: %w", err)
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil { // maps are written with sorted keys
		return nil, fmt.Errorf("write a leaf: %w", err)
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// ParseLeaf reads one kind of leaf strictly: unknown keys, and bytes that are not canonical, are refused.
func ParseLeaf[L any](b []byte) (L, error) {
	var leaf L
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&leaf); err != nil {
		return leaf, fmt.Errorf("read a leaf: %w", err)
	}
	again, err := LeafBytes(leaf)
	if err != nil {
		return leaf, err
	}
	if !bytes.Equal(again, b) {
		return leaf, errors.New("read a leaf: not in canonical form")
	}
	return leaf, nil
}

// ParseHead reads what every leaf begins with and leaves the rest unread.
func ParseHead(b []byte) (Head, error) {
	var h Head
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("read a leaf: %w", err)
	}
	return h, nil
}

// Hash is 32 bytes that stand as 64 hex digits in lower case.
type Hash [32]byte

// String is the hex form.
func (h Hash) String() string { return fmt.Sprintf("%x", h[:]) }

// MarshalText writes the hex form.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads the hex form.
func (h *Hash) UnmarshalText(b []byte) error {
	if len(b) != 64 {
		return errors.New("want 64 lower-case hex digits")
	}
	if _, err := hex.Decode(h[:], b); err != nil || h.String() != string(b) {
		return errors.New("want 64 lower-case hex digits")
	}
	return nil
}

// Time is an instant in whole seconds UTC, written YYYY-MM-DDTHH:MM:SSZ.
type Time struct{ time.Time }

const timeForm = "2006-01-02T15:04:05Z"

// At makes a Time; fractions of a second are cut off.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Second)} }

// MarshalText writes the form.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.UTC().Format(timeForm)), nil }

// MarshalJSON hides that of time.Time.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.UTC().Format(timeForm)) }

// UnmarshalJSON reads the form and nothing else.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return errors.New("want a time as a string")
	}
	at, err := time.Parse(timeForm, s)
	if err != nil || at.Format(timeForm) != s {
		return errors.New("want YYYY-MM-DDTHH:MM:SSZ")
	}
	t.Time = at
	return nil
}
