package audit

import (
	"fmt"
	"time"

	"chesna/booking/beacon"
	"chesna/booking/draw"
)

// What has to lie between the events of a draw with the standard delays.
const (
	mainNotice     = 72 * time.Hour // from the announcement's cosignatures to the close
	mainEntry      = 48 * time.Hour
	standbyEntry   = 24 * time.Hour
	standbyNotice  = standbyEntry - 10*time.Minute // its announcement may be cosigned while entry is already open
	newChainAfter  = 7 * 24 * time.Hour
	newChainAhead  = 24 * time.Hour
	clockTolerance = 5 * time.Second // between the clocks of witnesses, time stamp authorities and the operator
)

// deadline is until when the close had to be cosigned, for the attempt that was drawn.
func (a *auditor) deadline() time.Time {
	an := a.story.announcement.leaf
	return draw.AttemptDeadline(an.Closes.Time, an.Delays, a.story.attempt())
}

func (a *auditor) timing() answer {
	if a.story.announcement == nil {
		return fails("there is no announcement")
	}
	faults := a.announcedInTime()
	if a.story.closing != nil {
		faults = append(faults, a.closedInTime()...)
		faults = append(faults, a.voidInTime()...)
		faults = append(faults, a.newChainInTime()...)
	}
	detail := "announced and entered in time"
	if r := a.story.result; r != nil {
		at, ok := a.cosignedAt(r.at)
		chain := a.chainInEffect()
		switch {
		case !ok:
			faults = append(faults, "when the result was cosigned is not known")
		case chain != nil && at.Before(chain.TimeOf(r.leaf.Round).Add(-clockTolerance)):
			faults = append(faults, "the result was cosigned before its round was published")
		}
		if stands, ok := a.coveredAt(a.story.closing0()); ok {
			detail += fmt.Sprintf(", the close stood by %s, before %s", show(stands), show(a.deadline()))
		}
	}
	return judge(faults, detail)
}

// closing0 is the place of the close; only for draws that have one.
func (s *story) closing0() int {
	if s.closing == nil {
		return 0
	}
	return s.closing.at
}

func (a *auditor) announcedInTime() (faults []string) {
	an := a.story.announcement.leaf
	notice, entry := time.Duration(0), time.Duration(1)
	if an.Delays == draw.Standard() { // shorter spans are for demonstrations, and independence says so
		notice, entry = mainNotice, mainEntry
		if an.Kind == "standby" {
			notice, entry = standbyNotice, standbyEntry
		}
	}
	if an.Opens.Before(an.Announced.Time) {
		faults = append(faults, "entry opened before the announcement")
	}
	if open := an.Closes.Sub(an.Opens.Time); open < entry {
		faults = append(faults, fmt.Sprintf("entry was open for %s, not %s", open, entry))
	}
	if ahead := an.Closes.Sub(an.Announced.Time); ahead < notice {
		faults = append(faults, fmt.Sprintf("it was announced %s ahead, not %s", ahead, notice))
	}
	at, ok := a.cosignedAt(a.story.announcement.at)
	switch {
	case !ok:
		faults = append(faults, "when the announcement was cosigned is not known")
	case an.Closes.Sub(at) < notice || !at.Before(an.Closes.Time):
		faults = append(faults, fmt.Sprintf("the announcement was cosigned %s, less than %s before the close", show(at), notice))
	}
	return faults
}

// closedInTime: k witnesses saw the close before the deadline of the attempt that was drawn, and not before the close.
func (a *auditor) closedInTime() (faults []string) {
	at, ok := a.coveredAt(a.story.closing.at)
	if ok && at.Before(a.story.announcement.leaf.Closes.Add(-clockTolerance)) {
		faults = append(faults, fmt.Sprintf("it was closed early: cosigned %s", show(at)))
	}
	if a.story.result == nil {
		return faults
	}
	switch {
	case !ok:
		faults = append(faults, "too few witnesses cosigned the close: the draw does not stand")
	case !at.Before(a.deadline()):
		faults = append(faults, fmt.Sprintf("the close was cosigned %s, not before the deadline %s: the draw does not stand", show(at), show(a.deadline())))
	}
	return faults
}

// voidInTime: an attempt is void only if k witnesses saw that before anybody could know its round. A draw whose close
// stood must be drawn: to cancel it would be to choose.
func (a *auditor) voidInTime() (faults []string) {
	an := a.story.announcement.leaf
	chain, err := a.chainOf(an.Beacon)
	if err != nil {
		return nil // another check says so
	}
	timely := 0
	for _, v := range a.story.voids {
		round := chain.TimeOf(draw.AttemptRound(an.Closes.Time, an.Delays, an.Beacon, v.leaf.Attempt-1))
		at, ok := a.coveredAt(v.at)
		if ok && at.Before(round) {
			timely++
			continue
		}
		if a.story.result == nil {
			break
		}
		faults = append(faults, fmt.Sprintf("leaf %d declares attempt %d void, but was not cosigned before its round was known (%s)", v.leaf.Seq, v.leaf.Attempt-1, show(round)))
	}
	at, ok := a.coveredAt(a.story.closing.at)
	if a.story.result == nil && ok && timely <= maxVoids && at.Before(draw.AttemptDeadline(an.Closes.Time, an.Delays, timely)) {
		faults = append(faults, fmt.Sprintf("the close stood by %s, and yet the draw was cancelled", show(at)))
	}
	return faults
}

func (a *auditor) newChainInTime() (faults []string) {
	n := a.story.newChain
	if n == nil {
		return nil
	}
	an := a.story.announcement.leaf
	old, err1 := a.chainOf(an.Beacon)
	chain, err2 := a.chainOf(n.leaf.Beacon)
	at, ok := a.cosignedAt(n.at)
	if err1 != nil || err2 != nil || !ok {
		return []string{"the leaf that names a new chain does not hold"}
	}
	due := old.TimeOf(draw.AttemptRound(an.Closes.Time, an.Delays, an.Beacon, a.story.attempt()))
	if at.Before(due.Add(newChainAfter - clockTolerance)) {
		faults = append(faults, "a new chain was named less than 7 days after the round's time")
	}
	if chain.TimeOf(n.leaf.Round).Before(at.Add(newChainAhead)) {
		faults = append(faults, "the new chain's round was less than 24 hours ahead")
	}
	return faults
}

// chainOf makes the chain of a leaf, once: it checks a point of the curve.
func (a *auditor) chainOf(b draw.BeaconInfo) (*beacon.Chain, error) {
	if c, ok := a.chains[b]; ok {
		return c, nil
	}
	c, err := beacon.FromDescription(describe(b))
	if err == nil {
		a.chains[b] = c
	}
	return c, err
}

// infoInEffect is the chain that the result had to take its round from.
func (a *auditor) infoInEffect() (draw.BeaconInfo, bool) {
	if a.story.newChain != nil {
		return a.story.newChain.leaf.Beacon, true
	}
	if a.story.announcement != nil {
		return a.story.announcement.leaf.Beacon, true
	}
	return draw.BeaconInfo{}, false
}

// chainInEffect is that chain, or nil when it does not hold.
func (a *auditor) chainInEffect() *beacon.Chain {
	info, ok := a.infoInEffect()
	if !ok {
		return nil
	}
	chain, err := a.chainOf(info)
	if err != nil {
		return nil
	}
	return chain
}
