package audit

import (
	"strings"

	"chesna/booking/draw"
	"chesna/booking/journal"
)

// quicknet is the hash of drand's public chain.
const quicknet = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"

// independence says on whose word the other checks rest.
func (a *auditor) independence() answer {
	var reasons []string
	say := func(when bool, reason string) {
		if when {
			reasons = append(reasons, reason)
		}
	}
	say(a.options.Policy == nil, "no policy was pinned (--policy)")
	say(a.policy.Development, "the policy is one for development")
	if an := a.story.announcement; an != nil {
		say(an.leaf.Delays != draw.Standard(), "the delays are not 300, 600 and 86400 seconds")
	}
	if info, ok := a.infoInEffect(); ok {
		say(!a.public(info), "the beacon's chain is one for development, not a public one")
	}
	self := 0
	for _, w := range a.policy.Witnesses {
		if w.Operator == journal.SelfOperated {
			self++
		}
	}
	switch {
	case self == len(a.policy.Witnesses):
		say(true, "every witness is run by the operator")
	case self >= a.policy.K:
		say(true, "the operator runs enough witnesses to do without the others")
	}
	say(len(a.policy.TSARoots) == 0, "there is no time stamp authority")
	if len(reasons) > 0 {
		return answer{NotIndependent, strings.Join(reasons, "; ")}
	}
	return holds("public beacon, pinned policy, standard delays; nobody can steer the draw after the close, if k witnesses are honest")
}

// public tells whether nobody of the system holds the chain's key: drand's quicknet, or what the verifier pinned as such.
func (a *auditor) public(info draw.BeaconInfo) bool {
	return info.ChainHash.String() == quicknet || a.options.Policy != nil && !info.Development && a.inPolicy(info)
}
