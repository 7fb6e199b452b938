package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/note"
)

// PolicyVersion is the format of the trust policy.
const PolicyVersion = "chesna/policy/v1"

// SelfOperated is the operator of a witness that the system's own operator runs.
const SelfOperated = "self"

// Limits of a policy's file.
const (
	maxPolicy    = 1 << 20
	maxWitnesses = 64
	maxBeacons   = 16
	maxTSARoots  = 64
	maxTSARoot   = 64 << 10
)

// Policy says whom a verifier trusts; its file and its hash in each announcement are canonical JSON (docs/DRAW-FILES.md).
type Policy struct {
	Authority   string          `json:"authority"` // verifier key of the identity authority
	Beacons     []PolicyBeacon  `json:"beacons"`
	Development bool            `json:"development"`
	K           int             `json:"k"` // cosignatures that make a checkpoint stand; more than half of the witnesses
	Logs        PolicyLogs      `json:"logs"`
	Operator    string          `json:"operator"` // verifier key of receipts
	TSARoots    []string        `json:"tsaRoots"` // base64 of DER certificates
	Version     string          `json:"version"`
	Witnesses   []PolicyWitness `json:"witnesses"`
}

// PolicyLogs are the verifier keys of the two logs; a key's name is its log's origin.
type PolicyLogs struct {
	Draws   string `json:"draws"`
	Journal string `json:"journal"`
}

// PolicyWitness is one witness and who runs it.
type PolicyWitness struct {
	Key      string `json:"key"` // verifier key, algorithm 4
	Operator string `json:"operator"`
}

// PolicyBeacon is a beacon's chain as announcements name it too; bytes are lower-case hex.
type PolicyBeacon struct {
	ChainHash   string `json:"chainHash"`
	Development bool   `json:"development"`
	Genesis     int64  `json:"genesis"` // Unix seconds
	GenesisSeed string `json:"genesisSeed"`
	ID          string `json:"id"`
	Period      int64  `json:"period"` // seconds
	PublicKey   string `json:"publicKey"`
	Scheme      string `json:"scheme"`
}

// Cosignature is one witness's word for a checkpoint.
type Cosignature struct {
	Witness  string // the key's name
	Operator string // who runs it, from the policy
	Time     time.Time
}

// ParsePolicy reads a policy's file, which must be canonical JSON of exactly the known keys, and validates it.
// CodeInvalid.
func ParsePolicy(file []byte) (Policy, error) {
	if len(file) > maxPolicy {
		return Policy{}, Refuse(CodeInvalid, "a policy that is too long")
	}
	d := json.NewDecoder(bytes.NewReader(file))
	d.DisallowUnknownFields()
	var p Policy
	if err := d.Decode(&p); err != nil {
		return Policy{}, &Error{Code: CodeInvalid, Detail: "read the policy", Cause: err}
	}
	canonical, err := p.Bytes()
	if err != nil {
		return Policy{}, err
	}
	if !bytes.Equal(canonical, file) {
		return Policy{}, Refuse(CodeInvalid, "the policy is not canonical JSON (RFC 8785), or lacks a key")
	}
	return p, p.Validate()
}

// Bytes is the policy's file: canonical JSON without a last LF.
func (p Policy) Bytes() ([]byte, error) {
	if p.TSARoots == nil {
		p.TSARoots = []string{}
	}
	if p.Beacons == nil {
		p.Beacons = []PolicyBeacon{}
	}
	if p.Witnesses == nil {
		p.Witnesses = []PolicyWitness{}
	}
	return Canonical(p)
}

// SHA256 is the hash that announcements name.
func (p Policy) SHA256() ([32]byte, error) {
	b, err := p.Bytes()
	return sha256.Sum256(b), err
}

// Validate tells what is wrong, all at once: keys that cannot be read or stand twice, k not above half of the
// witnesses, no witness, lists that are too long.
func (p Policy) Validate() error {
	var errs []error
	complain := func(format string, args ...any) {
		errs = append(errs, Refuse(CodeInvalid, "policy: "+fmt.Sprintf(format, args...)))
	}
	if p.Version != PolicyVersion {
		complain("version: not %s", PolicyVersion)
	}
	if n := len(p.Witnesses); n < 1 || n > maxWitnesses {
		complain("witnesses: 1 to %d", maxWitnesses)
	} else if 2*p.K <= n || p.K > n {
		complain("k: more than half of the witnesses, and not more than all")
	}
	keys := map[string]string{}
	for _, named := range []struct{ what, key string }{
		{"logs.journal", p.Logs.Journal}, {"logs.draws", p.Logs.Draws}, {"operator", p.Operator}, {"authority", p.Authority},
	} {
		name, _, key, err := parseKey(named.key, algEd25519)
		if err != nil {
			complain("%s: %v", named.what, err)
			continue
		}
		if named.what == "logs.draws" && keys["name "+name] != "" {
			complain("the two logs have one origin")
		}
		keys["name "+name] = named.what
		keys[string(key)] = named.what
	}
	for i, w := range p.Witnesses {
		c, err := NewCosigning(w.Key)
		switch {
		case err != nil:
			complain("witnesses[%d].key: %v", i, err)
		case keys[string(c.key)] != "":
			complain("witnesses[%d].key: the same key as %s", i, keys[string(c.key)])
		case keys["witness "+c.name] != "":
			complain("witnesses[%d].key: the same name as another witness", i)
		case w.Operator == "" || len(w.Operator) > maxOrigin:
			complain("witnesses[%d].operator: who runs it", i)
		default:
			keys[string(c.key)], keys["witness "+c.name] = fmt.Sprintf("witnesses[%d]", i), "taken"
		}
	}
	return errors.Join(append(errs, p.validateLists()...)...)
}

func (p Policy) validateLists() (errs []error) {
	if len(p.Beacons) > maxBeacons || len(p.TSARoots) > maxTSARoots {
		errs = append(errs, Refuse(CodeInvalid, "policy: too many beacons or tsaRoots"))
	}
	for i, r := range p.TSARoots {
		der, err := base64.StdEncoding.Strict().DecodeString(r)
		if err != nil || len(der) == 0 || len(der) > maxTSARoot {
			errs = append(errs, Refuse(CodeInvalid, fmt.Sprintf("policy: tsaRoots[%d]: not base64 of a certificate", i)))
		}
	}
	for i, b := range p.Beacons {
		if len(b.ChainHash) != 64 || b.Period < 1 || b.ID == "" || len(b.PublicKey) > 1024 || len(b.GenesisSeed) > 1024 {
			errs = append(errs, Refuse(CodeInvalid, fmt.Sprintf("policy: beacons[%d]: not a chain", i)))
		}
	}
	return errs
}

// Log is the verifier of the log of that name.
func (p Policy) Log(name string) (note.Verifier, error) {
	switch name {
	case NameJournal:
		return NewVerifier(p.Logs.Journal)
	case NameDraws:
		return NewVerifier(p.Logs.Draws)
	}
	return nil, Refuse(CodeInvalid, "there is no log "+name)
}

// AuthorityVerifier is the verifier of the identity authority's attestations.
func (p Policy) AuthorityVerifier() (note.Verifier, error) { return NewVerifier(p.Authority) }

// OperatorVerifier is the verifier of receipts.
func (p Policy) OperatorVerifier() (note.Verifier, error) { return NewVerifier(p.Operator) }

// WitnessVerifiers are the witnesses' verifiers in the policy's order.
func (p Policy) WitnessVerifiers() ([]*Cosigning, error) {
	out := make([]*Cosigning, 0, len(p.Witnesses))
	for _, w := range p.Witnesses {
		c, err := NewCosigning(w.Key)
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

// Cosigned opens a checkpoint of the log and lists the cosignatures of the policy's witnesses, each witness once, in the
// policy's order. Unknown signatures are ignored; a false one of a known key is an error. Whether there are enough
// (p.K), and in time, is the caller's question. CodeSignature or CodeInvalid.
func (p Policy) Cosigned(checkpoint []byte, log note.Verifier) (Checkpoint, []Cosignature, error) {
	witnesses, err := p.WitnessVerifiers()
	if err != nil {
		return Checkpoint{}, nil, err
	}
	c, cosigned, err := openCosigned(checkpoint, log, witnesses)
	for i := range cosigned {
		for j, w := range witnesses {
			if w.name == cosigned[i].Witness {
				cosigned[i].Operator = p.Witnesses[j].Operator
			}
		}
	}
	return c, cosigned, err
}

func openCosigned(checkpoint []byte, log note.Verifier, witnesses []*Cosigning) (Checkpoint, []Cosignature, error) {
	others := make([]note.Verifier, len(witnesses))
	for i, w := range witnesses {
		others[i] = w
	}
	c, n, err := OpenCheckpoint(checkpoint, log, others...)
	if err != nil {
		return Checkpoint{}, nil, err
	}
	var out []Cosignature
	for _, w := range witnesses {
		for _, s := range n.Sigs {
			if at, ok := timeOf(s); ok && s.Name == w.name && s.Hash == w.hash {
				out = append(out, Cosignature{Witness: w.name, Time: at})
			}
		}
	}
	return c, out, nil
}
