package audittest

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/draw"
	"chesna/booking/journal"
)

// Options say what kind of world it is.
type Options struct {
	Seed        uint64
	Witnesses   int  // 3 if 0
	Self        bool // the operator runs all witnesses
	Development bool // policy and beacon are for development
	Stamper     *Stamper
	Chain       *Chain // one of its own if nil
}

// World is an operator with everybody he needs. It is not safe for concurrent use.
type World struct {
	Policy  journal.Policy
	Chain   *Chain
	Now     time.Time
	Random  *rand.Rand
	Leaves  [][]byte // the log of draws
	Checked []byte   // the last checkpoint that was made

	operator, authority, logKey note.Signer
	seeds                       [][]byte // of the witnesses' keys
	witnesses                   []*journal.CosigningKey
	stamper                     *Stamper
	hashes                      []tlog.Hash
	secret                      []byte // K, the authority's
}

// New makes a world.
func New(o Options) (*World, error) {
	if o.Witnesses == 0 {
		o.Witnesses = 3
	}
	random := rand.New(rand.NewPCG(o.Seed, 1)) //nolint:gosec // a world must be repeatable, and hides nothing
	w := &World{Now: genesis.AddDate(0, 2, 0), Random: random, Chain: o.Chain, stamper: o.Stamper}
	if w.Chain == nil {
		w.Chain = NewChain("test", 1_000_003, o.Development)
	}
	w.secret = w.bytes(32)
	p := journal.Policy{Version: journal.PolicyVersion, K: o.Witnesses/2 + 1, Development: o.Development}
	var err error
	for _, key := range []struct {
		name   string
		signer *note.Signer
		public *string
	}{
		{"operator.example/receipts", &w.operator, &p.Operator},
		{"authority.example", &w.authority, &p.Authority},
		{"operator.example/draws", &w.logKey, &p.Logs.Draws},
		{"operator.example/journal", new(note.Signer), &p.Logs.Journal},
	} {
		if *key.signer, *key.public, err = w.key(key.name); err != nil {
			return nil, err
		}
	}
	for i := range o.Witnesses {
		w.seeds = append(w.seeds, w.bytes(32))
		key, err := w.witness(i)
		if err != nil {
			return nil, err
		}
		who := fmt.Sprintf("court %d", i+1)
		if o.Self {
			who = journal.SelfOperated
		}
		p.Witnesses = append(p.Witnesses, journal.PolicyWitness{Key: key.String(), Operator: who})
	}
	if o.Stamper != nil {
		p.TSARoots = []string{base64.StdEncoding.EncodeToString(o.Stamper.Root())}
	}
	p.Beacons = []journal.PolicyBeacon{PolicyBeacon(w.Chain.Info())}
	w.Policy = p
	return w, p.Validate()
}

// witness makes the key of a witness, who looks at this world's clock.
func (w *World) witness(i int) (*journal.CosigningKey, error) {
	key, err := journal.NewCosigningKey(fmt.Sprintf("witness%d.example", i+1), w.seeds[i], func() time.Time { return w.Now })
	w.witnesses = append(w.witnesses, key)
	return key, err
}

// PolicyBeacon is a chain as policies name it.
func PolicyBeacon(i draw.BeaconInfo) journal.PolicyBeacon {
	return journal.PolicyBeacon{
		ChainHash: i.ChainHash.String(), Development: i.Development, Genesis: i.Genesis, GenesisSeed: i.GenesisSeed,
		ID: i.ID, Period: i.Period, PublicKey: i.PublicKey, Scheme: i.Scheme,
	}
}

func (w *World) key(name string) (note.Signer, string, error) {
	private, public, err := note.GenerateKey(bytes.NewReader(w.bytes(64)), name)
	if err != nil {
		return nil, "", fmt.Errorf("make the key of %s: %w", name, err)
	}
	s, err := note.NewSigner(private)
	return s, public, err
}

func (w *World) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(w.Random.Uint32())
	}
	return b
}

// PolicyFile is the policy as it is published.
func (w *World) PolicyFile() []byte {
	b, err := w.Policy.Bytes()
	if err != nil {
		panic(err)
	}
	return b
}

// Hash of the policy, as announcements name it.
func (w *World) policyHash() draw.Hash { return sha256.Sum256(w.PolicyFile()) }

// size of the log.
func (w *World) size() int64 { return int64(len(w.Leaves)) }

// add puts a leaf at the end of the log and returns its bytes.
func (w *World) add(leaf any) []byte {
	b, err := draw.LeafBytes(leaf)
	if err != nil {
		panic(err)
	}
	w.addBytes(b)
	return b
}

func (w *World) addBytes(b []byte) {
	hashes, err := tlog.StoredHashes(w.size(), b, w.reader())
	if err != nil {
		panic(err)
	}
	w.hashes = append(w.hashes, hashes...)
	w.Leaves = append(w.Leaves, b)
}

func (w *World) reader() tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			out[i] = w.hashes[index]
		}
		return out, nil
	})
}

// head is the text of a checkpoint of the log as it is.
func (w *World) head() string {
	root, err := tlog.TreeHash(w.size(), w.reader())
	if err != nil {
		panic(err)
	}
	return journal.Checkpoint{Origin: w.logKey.Name(), Size: w.size(), Root: root}.Text()
}

// Checkpoint signs the log as it is, with the first n witnesses, now.
func (w *World) Checkpoint(n int) []byte {
	signers := []note.Signer{w.logKey}
	for _, k := range w.witnesses[:n] {
		signers = append(signers, k)
	}
	msg, err := note.Sign(&note.Note{Text: w.head()}, signers...)
	if err != nil {
		panic(err)
	}
	w.Checked = msg
	return msg
}

// proof of a leaf under a checkpoint of the log as it is.
func (w *World) proof(seq int64, checkpoint []byte) []byte {
	hashes, err := tlog.ProveRecord(w.size(), seq, w.reader())
	if err != nil {
		panic(err)
	}
	return journal.FormatProof(journal.Proof{Index: seq, Hashes: hashes, Checkpoint: checkpoint})
}

// Sign makes a note of the operator's receipts, or of the authority.
func sign(s note.Signer, text string) []byte {
	msg, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		panic(err)
	}
	return msg
}
