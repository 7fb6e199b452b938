package audit

import (
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/journal"
)

// proven is a leaf's proof with what can be said of its checkpoint.
type proven struct {
	proof    journal.Proof
	text     string // the checkpoint's text, which time stamps cover
	head     journal.Checkpoint
	cosigned []journal.Cosignature
	err      error // why the proof cannot be read
	unsigned error // why the checkpoint's signatures do not hold
}

// prove reads all proofs and opens their checkpoints.
func (a *auditor) prove() {
	a.proofs = make([]proven, len(a.b.Leaves))
	for i, l := range a.b.Leaves {
		p := &a.proofs[i]
		if l.Proof == nil {
			p.err = fmt.Errorf("there is no proof")
			continue
		}
		if p.proof, p.err = journal.ParseProof(l.Proof); p.err != nil {
			continue
		}
		if p.text, p.err = journal.NoteText(p.proof.Checkpoint); p.err != nil {
			continue
		}
		if p.head, p.err = journal.ParseCheckpoint(p.text); p.err != nil {
			continue
		}
		_, p.cosigned, p.unsigned = a.policy.Cosigned(p.proof.Checkpoint, a.log)
	}
}

// leads tells whether the proof leads from the leaf to the root of its checkpoint.
func (p proven) leads(l Leaf) bool {
	return p.err == nil && p.proof.Index == l.Seq && l.Seq < p.head.Size &&
		tlog.CheckRecord(p.proof.Hashes, p.head.Size, p.head.Root, l.Seq, tlog.RecordHash(l.JSON)) == nil
}

func (a *auditor) leavesProved() answer {
	var faults []string
	for i, l := range a.b.Leaves {
		p := a.proofs[i]
		switch {
		case p.err != nil:
			faults = append(faults, fmt.Sprintf("leaf %d: %v", l.Seq, p.err))
		case p.proof.Index != l.Seq:
			faults = append(faults, fmt.Sprintf("leaf %d: the proof is that of leaf %d", l.Seq, p.proof.Index))
		case !p.leads(l):
			faults = append(faults, fmt.Sprintf("leaf %d: the proof does not lead from it to the checkpoint's root", l.Seq))
		}
	}
	return judge(faults, fmt.Sprintf("%d leaves stand in the log at their numbers", len(a.b.Leaves)))
}

func (a *auditor) operatorSigned() answer {
	var faults []string
	for i, l := range a.b.Leaves {
		if p := a.proofs[i]; p.err == nil && p.unsigned != nil {
			faults = append(faults, fmt.Sprintf("the checkpoint of leaf %d: %v", l.Seq, p.unsigned))
		} else if p.err != nil {
			faults = append(faults, fmt.Sprintf("leaf %d has no checkpoint", l.Seq))
		}
	}
	return judge(faults, "every checkpoint is signed by the log "+a.log.Name())
}

func (a *auditor) witnessesAnnouncement() answer {
	if a.story.announcement == nil {
		return skips("there is no announcement")
	}
	return a.witnesses(a.story.announcement.at)
}

func (a *auditor) witnessesClose() answer {
	if a.story.closing == nil {
		return skips("the draw was cancelled before its close")
	}
	if at, ok := a.coveredAt(a.story.closing.at); ok {
		return holds(fmt.Sprintf("%d witnesses had cosigned it, or a checkpoint after it, by %s", a.policy.K, show(at)))
	}
	return a.witnesses(a.story.closing.at)
}

func (a *auditor) witnessesResult() answer {
	if a.story.result == nil {
		return skips("there is no result")
	}
	return a.witnesses(a.story.result.at)
}

// witnesses counts who cosigned the checkpoint of a leaf, at whatever time.
func (a *auditor) witnesses(at int) answer {
	p := a.proofs[at]
	if p.err != nil || p.unsigned != nil {
		return fails("its checkpoint does not hold, so neither does any cosignature")
	}
	if n := len(p.cosigned); n < a.policy.K {
		return fails(fmt.Sprintf("%d of the %d witnesses cosigned; %d have to", n, len(a.policy.Witnesses), a.policy.K))
	}
	return holds(fmt.Sprintf("%d of %d witnesses, %d needed, by %s", len(p.cosigned), len(a.policy.Witnesses), a.policy.K, show(kth(p.cosigned, a.policy.K))))
}

// kth is when the k-th witness cosigned; the zero time if fewer did.
func kth(cosigned []journal.Cosignature, k int) time.Time {
	if len(cosigned) < k || k < 1 {
		return time.Time{}
	}
	times := make([]time.Time, len(cosigned))
	for i, c := range cosigned {
		times[i] = c.Time
	}
	slices.SortFunc(times, time.Time.Compare)
	return times[k-1]
}

// cosignedAt is when k witnesses had cosigned the checkpoint of a leaf.
func (a *auditor) cosignedAt(at int) (time.Time, bool) {
	p := a.proofs[at]
	if p.err != nil || p.unsigned != nil {
		return time.Time{}, false
	}
	t := kth(p.cosigned, a.policy.K)
	return t, !t.IsZero()
}

// coveredAt is when k witnesses had cosigned checkpoints that cover a leaf, each counted by its earliest word: a larger
// tree of the same log holds the leaf too.
func (a *auditor) coveredAt(at int) (time.Time, bool) {
	earliest := map[string]journal.Cosignature{}
	for i := range a.proofs {
		p := &a.proofs[i]
		if p.err != nil || p.unsigned != nil || p.head.Size <= a.b.Leaves[at].Seq {
			continue
		}
		for _, c := range p.cosigned {
			if had, ok := earliest[c.Witness]; !ok || c.Time.Before(had.Time) {
				earliest[c.Witness] = c
			}
		}
	}
	all := make([]journal.Cosignature, 0, len(earliest))
	for _, c := range earliest {
		all = append(all, c)
	}
	t := kth(all, a.policy.K)
	return t, !t.IsZero()
}

func show(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
