package wave_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking"
	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
	"chesna/booking/beacon"
	"chesna/booking/bookingtest"
	"chesna/booking/draw"
	"chesna/booking/journal"
	"chesna/booking/wave"
)

// notary gives a town keys: a log that is signed and cosigned by three witnesses, an authority, a beacon that signs. What
// the scheduler publishes with them can be audited by anybody.
type notary struct {
	*town
	chain             *audittest.Chain
	policy            journal.Policy
	logKey, authority note.Signer
	witnesses         []*journal.CosigningKey
	away              bool // the witnesses
	proofs            map[int64]wave.Proof
	covered           int64
}

func newNotary(w *town) *notary {
	w.Helper()
	n := &notary{town: w, chain: audittest.NewChain("notary", 424243, false), proofs: map[int64]wave.Proof{}}
	key := func(name string) (note.Signer, string) {
		private, public, err := note.GenerateKey(rand.Reader, name)
		if err != nil {
			w.Fatal(err)
		}
		s, err := note.NewSigner(private)
		if err != nil {
			w.Fatal(err)
		}
		return s, public
	}
	p := journal.Policy{Version: journal.PolicyVersion, K: 2, Beacons: []journal.PolicyBeacon{audittest.PolicyBeacon(n.chain.Info())}}
	n.logKey, p.Logs.Draws = key("operator.example/draws")
	n.authority, p.Authority = key("authority.example")
	_, p.Logs.Journal = key("operator.example/journal")
	_, p.Operator = key("operator.example/receipts")
	for i := range 3 {
		seed := sha256.Sum256(fmt.Appendf(nil, "witness %d", i))
		k, err := journal.NewCosigningKey(fmt.Sprintf("witness%d.example", i), seed[:], w.Now)
		if err != nil {
			w.Fatal(err)
		}
		n.witnesses = append(n.witnesses, k)
		p.Witnesses = append(p.Witnesses, journal.PolicyWitness{Key: k.String(), Operator: fmt.Sprintf("court %d", i)})
	}
	if err := p.Validate(); err != nil {
		w.Fatal(err)
	}
	n.policy = p
	return n
}

func (n *notary) scheduler() *wave.Scheduler {
	n.Helper()
	catalogue, err := booking.NewCatalogue(n.posts, []booking.Group{{ID: bookingtest.TestGroup, Minutes: 20}}, nil)
	if err != nil {
		n.Fatal(err)
	}
	policy := n.town.policy
	policy.Witnesses = n.policy.K
	s, err := wave.NewScheduler(wave.SchedulerDeps{
		Catalogue: catalogue, Ledger: n.ledger, Authority: n, Beacon: n, Log: n, Trust: n, Policy: policy,
		Now: n.Now, Rand: rand.Reader, Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		n.Fatal(err)
	}
	return s
}

// Policy implements wave.Trust.
func (n *notary) Policy() []byte {
	b, err := n.policy.Bytes()
	if err != nil {
		n.Error(err)
	}
	return b
}

// Attest signs what the town's authority finds to be its own.
func (n *notary) Attest(ctx context.Context, s wave.Statement) ([]byte, error) {
	if _, err := n.town.Attest(ctx, s); err != nil {
		return nil, err
	}
	text := fmt.Sprintf("chesna/authority/v1\n%s\n%d\nentries %x\nbindings %x\npersons %x\n",
		s.DrawID, len(s.Entries), s.EntriesSHA256, s.BindingsSHA256, s.PersonsSHA256)
	return note.Sign(&note.Note{Text: text}, n.authority)
}

// Chain implements wave.Beacon.
func (n *notary) Chain() draw.BeaconInfo { return n.chain.Info() }

// Round implements wave.Beacon.
func (n *notary) Round(_ context.Context, chain draw.BeaconInfo, round uint64) (draw.Beacon, []byte, error) {
	if n.Now().Before(n.chain.TimeOf(round)) {
		return draw.Beacon{}, nil, wave.ErrNotYet
	}
	s := n.chain.Sign(round)
	return draw.Beacon{ChainHash: chain.ChainHash, Round: round, Signature: s}, beacon.Round{Number: round, Signature: s}.JSON(), nil
}

// leaves are what the log has, in order.
func (n *notary) leaves() (out [][]byte) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for seq := int64(0); n.written[seq].leaf != nil; seq++ {
		out = append(out, n.written[seq].leaf)
	}
	return out
}

type hashes []tlog.Hash

func (h hashes) ReadHashes(indexes []int64) (out []tlog.Hash, err error) {
	for _, i := range indexes {
		out = append(out, h[i])
	}
	return out, nil
}

// publish signs the log as it is, has it cosigned unless the witnesses are away, and proves what was not proved yet.
func (n *notary) publish() []byte {
	n.Helper()
	leaves := n.leaves()
	var h hashes
	for i, l := range leaves {
		more, err := tlog.StoredHashes(int64(i), l, h)
		if err != nil {
			n.Fatal(err)
		}
		h = append(h, more...)
	}
	size := int64(len(leaves))
	root, err := tlog.TreeHash(size, h)
	if err != nil {
		n.Fatal(err)
	}
	signers := []note.Signer{n.logKey}
	var dates []time.Time
	for _, k := range n.witnesses {
		signers = append(signers, k)
		dates = append(dates, n.Now().Truncate(time.Second))
	}
	checkpoint, err := note.Sign(&note.Note{Text: journal.Checkpoint{Origin: n.logKey.Name(), Size: size, Root: root}.Text()}, signers...)
	if err != nil {
		n.Fatal(err)
	}
	for seq := n.covered; seq < size && !n.away; seq++ {
		record, err := tlog.ProveRecord(size, seq, h)
		if err != nil {
			n.Fatal(err)
		}
		proof := journal.FormatProof(journal.Proof{Index: seq, Hashes: record, Checkpoint: checkpoint})
		n.proofs[seq] = wave.Proof{Leaf: leaves[seq], Proof: proof, Cosigned: dates}
		n.covered = seq + 1
	}
	return checkpoint
}

// Proof implements wave.Log.
func (n *notary) Proof(_ context.Context, seq int64, _ int) (wave.Proof, error) {
	return n.proofs[seq], nil
}

// tick runs the scheduler, and the log a second later.
func (n *notary) tick(s *wave.Scheduler) func() {
	return func() {
		n.Helper()
		n.town.tick(s)()
		n.set(n.Now().Add(time.Second))
		n.publish()
	}
}

// bundle is a draw as anybody can download it.
func (n *notary) bundle(id wave.ID) *audit.Bundle {
	n.Helper()
	f, err := n.ledger.Files(n.Context(), id)
	if err != nil {
		n.Fatal(err)
	}
	files := []audit.File{
		{Name: "manifest", Bytes: f.Manifest},
		{Name: "entries", Bytes: f.Entries},
		{Name: "bindings", Bytes: f.Bindings},
		{Name: "persons", Bytes: f.Persons},
		{Name: "authority", Bytes: f.Authority},
		{Name: "policy.json", Bytes: f.Policy},
	}
	if f.Result != nil {
		files = append(files, audit.File{Name: "result", Bytes: f.Result}, audit.File{Name: "beacon.json", Bytes: f.Beacon})
	}
	leaves, err := n.ledger.Leaves(n.Context(), id)
	if err != nil {
		n.Fatal(err)
	}
	for _, l := range leaves {
		p := n.proofs[l.Seq]
		files = append(files, audit.File{Name: fmt.Sprintf("leaves/%d.json", l.Seq), Bytes: p.Leaf},
			audit.File{Name: fmt.Sprintf("leaves/%d.proof", l.Seq), Bytes: p.Proof})
	}
	for i := range files {
		if files[i].Bytes == nil {
			files[i].Bytes = []byte{} // an empty file
		}
	}
	b, err := audit.NewBundle(string(id), files)
	if err != nil {
		n.Fatal(err)
	}
	return b
}

// audited wants that a draw's bundle stands every check.
func (n *notary) audited(dir string, id wave.ID) {
	n.Helper()
	b := n.bundle(id)
	for _, c := range audit.Verify(b, audit.Options{Policy: &n.policy}).Checks {
		if c.State != audit.OK && c.State != audit.NotApplicable && c.ID != audit.Independence { // there is no time stamp authority
			n.Errorf("%s: %s is %s: %s", id, c.ID, c.State, c.Detail)
		}
	}
	if err := audittest.Write(filepath.Join(dir, string(id)), b); err != nil {
		n.Fatal(err)
	}
}

// auditedTogether wants that the draws in the folder make a history, with the log beside them.
func (n *notary) auditedTogether(dir string) {
	n.Helper()
	checkpoint := n.publish()
	log := &audittest.World{Leaves: n.leaves(), Checked: checkpoint}
	if err := log.WriteLog(filepath.Join(dir, "log")); err != nil {
		n.Fatal(err)
	}
	r, err := audit.VerifyHistory(dir, audit.Options{Policy: &n.policy})
	if err != nil {
		n.Fatal(err)
	}
	for _, c := range r.Checks {
		if c.State == audit.Failed {
			n.Errorf("history: %s is %s: %s", c.ID, c.State, c.Detail)
		}
	}
}

// until goes on to an instant and stops wherever something happens to a wave.
func (n *notary) until(t time.Time, tick func()) {
	n.Helper()
	for {
		now, next := n.Now(), t
		for _, x := range n.all() {
			if x.State == wave.StateFinished || x.State == wave.StateCancelled {
				continue
			}
			for _, e := range []time.Time{x.Closes, x.Closes.Add(5 * time.Second), x.Closes.Add(603 * time.Second), x.OfferUntil.Add(time.Second)} {
				if e.After(now) && e.Before(next) {
					next = e
				}
			}
		}
		n.set(next)
		tick()
		if !next.Before(t) {
			return
		}
	}
}

// TestWhatTheSchedulerPublishesCanBeAudited: draws at two posts with all that happens to them, single persons and a family,
// returned seats and standby draws, a fallback; then every bundle, and the history of all, stand the checks of an auditor
// who knows nothing but the files and the keys.
func TestWhatTheSchedulerPublishesCanBeAudited(t *testing.T) {
	w := newTown(t, "waw", "krk")
	n := newNotary(w)
	tick := n.tick(n.scheduler())
	w.publish("waw", 8)
	w.publish("krk", 4)
	x := w.open(tick)
	people := w.crowd(x, 9)
	if _, err := w.enter(family, 0, all(x), uuid.Nil, uuid.New(), uuid.New()); err != nil {
		t.Fatal(err)
	}
	n.until(x.Closes.Add(time.Hour), tick)
	first := w.offers(family, people)
	signed := 0
	for _, p := range people {
		if o, ok := first[p]; ok && signed < 3 {
			if _, err := w.sign(o); err != nil {
				t.Fatal(err)
			}
			signed++
		}
	}
	n.until(w.wave(family).OfferUntil.Add(time.Minute), tick)
	s1 := w.wantState(family+"-s1", wave.StateAnnounced)
	n.until(s1.Closes.Add(-time.Second), tick)
	n.fallBack(s1.ID, tick)
	n.until(n.Now().Add(8*24*time.Hour), tick)
	dir := t.TempDir()
	audited := 0
	for _, x := range n.all() {
		switch x.State {
		case wave.StateDrawn, wave.StateFinished:
			n.audited(dir, x.ID)
			audited++
		case wave.StateCancelled:
			t.Errorf("%s was cancelled", x.ID)
		}
	}
	n.auditedTogether(dir)
	if audited < 4 {
		t.Errorf("%d draws only", audited)
	}
	w.check()
}

// fallBack takes a wave through its first fallback: the witnesses are away at its close, and come back to see it void.
func (n *notary) fallBack(id wave.ID, tick func()) {
	n.Helper()
	closes := n.wave(id).Closes
	n.away = true
	n.set(closes)
	tick()
	n.set(closes.Add(460 * time.Second))
	n.away = false
	tick()
	if x := n.wantState(id, wave.StateClosed); x.Attempt != 1 {
		n.Fatalf("attempt %d", x.Attempt)
	}
	for _, d := range []time.Duration{500 * time.Second, 600 * time.Second, 24*time.Hour + 603*time.Second} {
		n.set(closes.Add(d))
		tick()
	}
	if x := n.wave(id); x.State != wave.StateDrawn && x.State != wave.StateFinished {
		n.Fatalf("%s is %s", id, x.State)
	}
}

func (n *notary) all() []wave.Wave {
	n.Helper()
	list, err := n.ledger.Waves(n.Context(), wave.Filter{Limit: 200})
	if err != nil {
		n.Fatal(err)
	}
	return list
}

// TestCancelledDrawsCanBeAudited: the witnesses are away for a day; in one draw an attempt was called void meanwhile, which
// nobody saw in time.
func TestCancelledDrawsCanBeAudited(t *testing.T) {
	for name, ticks := range map[string][]time.Duration{
		"unproved":  {0, 25 * time.Hour, 26 * time.Hour},
		"void late": {0, 460 * time.Second, 25 * time.Hour, 26 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			w := newTown(t, "waw")
			n := newNotary(w)
			tick := n.tick(n.scheduler())
			w.publish("waw", 4)
			x := w.open(tick)
			w.crowd(x, 5)
			for _, d := range ticks {
				n.away = d < 25*time.Hour
				n.set(x.Closes.Add(d))
				tick()
			}
			n.wantState(family, wave.StateCancelled)
			dir := t.TempDir()
			n.audited(dir, family)
			n.auditedTogether(dir)
		})
	}
}
