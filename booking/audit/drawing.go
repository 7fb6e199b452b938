package audit

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/draw"
	"chesna/booking/journal"
)

// authority: the identity authority's word that every nf was issued once, to one person.
func (a *auditor) authority() answer {
	if a.story.closing == nil || a.story.announcement == nil {
		return skips("there is no close")
	}
	if a.b.Authority == nil {
		return fails("the authority's attestation is missing")
	}
	v, err := a.policy.AuthorityVerifier()
	if err != nil {
		return fails("the policy's key of the authority cannot be read")
	}
	n, err := note.Open(a.b.Authority, note.VerifierList(v))
	if err != nil {
		return fails("not signed by the authority of the policy")
	}
	want := fmt.Sprintf("chesna/authority/v1\n%s\n%d\nentries %x\nbindings %x\npersons %x\n", a.story.announcement.leaf.DrawID, len(a.entries.Rows),
		sha256.Sum256(a.b.Entries), sha256.Sum256(a.b.Bindings), sha256.Sum256(a.b.Persons))
	if n.Text != want {
		return fails("the authority attested other files, or another draw")
	}
	return holds(fmt.Sprintf("%s attests %d entries", v.Name(), len(a.entries.Rows)))
}

// roundByRule: the round follows from the announced close, before anybody can know it.
func (a *auditor) roundByRule() answer {
	if a.story.announcement == nil {
		return fails("there is no announcement")
	}
	an := a.story.announcement.leaf
	if an.Beacon.Period < 1 {
		return fails("the chain has no period")
	}
	var faults []string
	rule := func(f int) uint64 { return draw.AttemptRound(an.Closes.Time, an.Delays, an.Beacon, f) }
	if an.Round != rule(0) {
		faults = append(faults, fmt.Sprintf("announced is round %d, by the rule it is %d", an.Round, rule(0)))
	}
	for i, v := range a.story.voids {
		if v.leaf.Round != rule(i+1) {
			faults = append(faults, fmt.Sprintf("attempt %d names round %d, by the rule it is %d", i+1, v.leaf.Round, rule(i+1)))
		}
	}
	want := rule(a.story.attempt())
	if n := a.story.newChain; n != nil {
		want = n.leaf.Round
	}
	if r := a.story.result; r != nil {
		if r.leaf.Round != want {
			faults = append(faults, fmt.Sprintf("drawn is round %d, by the rule it is %d", r.leaf.Round, want))
		}
		if a.round.Number != r.leaf.Round {
			faults = append(faults, fmt.Sprintf("beacon.json is round %d, the result's is %d", a.round.Number, r.leaf.Round))
		}
	}
	return judge(faults, fmt.Sprintf("round %d", want))
}

// beaconVerifies: the chain is one of the policy's, and the round's signature verifies.
func (a *auditor) beaconVerifies() answer {
	info, ok := a.infoInEffect()
	if !ok {
		return fails("there is no announcement")
	}
	chain, err := a.chainOf(info)
	if err != nil {
		return fails(err.Error())
	}
	if !a.inPolicy(info) {
		return fails("the chain is not one of the policy's")
	}
	if a.story.result == nil {
		return skips("there is no result")
	}
	if err := chain.Verify(a.round.Number, a.round.Signature[:]); err != nil {
		return fails(err.Error())
	}
	if a.story.result.leaf.Signature != hex.EncodeToString(a.round.Signature[:]) {
		return fails("the result was drawn with another signature")
	}
	return holds(fmt.Sprintf("chain %s, round %d verifies", info.ID, a.round.Number))
}

func (a *auditor) inPolicy(info draw.BeaconInfo) bool {
	for _, b := range a.policy.Beacons {
		if b == (journal.PolicyBeacon{
			ChainHash: info.ChainHash.String(), Development: info.Development, Genesis: info.Genesis, GenesisSeed: info.GenesisSeed,
			ID: info.ID, Period: info.Period, PublicKey: info.PublicKey, Scheme: info.Scheme,
		}) {
			return true
		}
	}
	return false
}

// seed draws again, for this check and the next two.
func (a *auditor) seed() answer {
	if a.story.result == nil {
		return skips("there is no result")
	}
	info, _ := a.infoInEffect()
	r := a.story.result.leaf
	drawn, err := draw.Run(r.DrawID, draw.Beacon{ChainHash: info.ChainHash, Round: a.round.Number, Signature: a.round.Signature}, a.manifest, a.entries)
	if err != nil {
		return fails(err.Error())
	}
	a.drawn = drawn
	if r.Seed != draw.Hash(drawn.Seed) {
		return fails(fmt.Sprintf("the files and the beacon give the seed %x, the result names another", drawn.Seed))
	}
	return holds(hex.EncodeToString(drawn.Seed[:]))
}

// result compares the published result with the one that the files give.
func (a *auditor) result() answer {
	if a.story.result == nil {
		if a.b.Result != nil {
			return fails("there is a result file, but no result leaf")
		}
		return skips("there is no result")
	}
	if a.drawn == nil {
		return skips("the draw could not be run")
	}
	again := a.drawn.Bytes()
	if !bytes.Equal(again, a.b.Result) {
		return fails("drawing again gives another result: " + firstDifference(again, a.b.Result))
	}
	return holds(fmt.Sprintf("drawn again, byte for byte: %d served, %d wait", len(a.drawn.Served), len(a.drawn.Waiting)))
}

// firstDifference names the first line in which two results differ.
func firstDifference(want, got []byte) string {
	for n := 1; ; n++ {
		w, restW, moreW := bytes.Cut(want, []byte{'\n'})
		g, restG, moreG := bytes.Cut(got, []byte{'\n'})
		if !bytes.Equal(w, g) || moreW != moreG || !moreW {
			return fmt.Sprintf("line %d", n)
		}
		want, got = restW, restG
	}
}

// resultLeaf: the log holds this result, of this attempt.
func (a *auditor) resultLeaf() answer {
	if a.story.result == nil {
		return skips("there is no result")
	}
	r := a.story.result.leaf
	var faults []string
	if r.ResultSHA256 != sha256.Sum256(a.b.Result) {
		faults = append(faults, "the result file is not the one in the log")
	}
	if r.Attempt != a.story.attempt() {
		faults = append(faults, fmt.Sprintf("it says attempt %d, the leaves tell of %d", r.Attempt, a.story.attempt()))
	}
	return judge(faults, fmt.Sprintf("leaf %d, attempt %d", r.Seq, r.Attempt))
}
