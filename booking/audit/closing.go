package audit

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"regexp"

	"chesna/booking/beacon"
	"chesna/booking/draw"
)

func (a *auditor) policyHash() answer {
	an := a.story.announcement
	if an == nil {
		return fails("there is no announcement that names a policy")
	}
	if hash := sha256.Sum256(a.b.Policy); hash != an.leaf.Policy {
		return fails("the bundle's policy is not the one that the announcement names")
	}
	if a.options.Policy == nil {
		return holds("the bundle's own policy; none was pinned")
	}
	if pinned, err := a.options.Policy.SHA256(); err != nil || pinned != an.leaf.Policy {
		return fails("the announcement names another policy than the one that you pinned")
	}
	return holds("the policy that you pinned")
}

var (
	fourDecimals = regexp.MustCompile(`^(0|[1-9][0-9]{0,8})\.[0-9]{4}$`)
	weekPattern  = regexp.MustCompile(`^[0-9]{4}-W[0-5][0-9]$`)
	wordPattern  = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)
)

// announced looks at the announcement alone: one, first, complete and possible.
func (a *auditor) announced() answer {
	if a.story.announcement == nil {
		return fails("no announcement can be read")
	}
	var faults []string
	wrong := func(when bool, what string) {
		if when {
			faults = append(faults, what)
		}
	}
	an := a.story.announcement.leaf
	wrong(a.story.announcements > 1, "the draw is announced twice")
	wrong(an.Rule != draw.Rule, "the rule is not "+draw.Rule)
	wrong(an.Kind != "main" && an.Kind != "standby", "kind is neither main nor standby")
	wrong(an.Kind == "main" && an.Parent != "", "a main draw has no parent")
	wrong(an.Parent != "" && draw.CheckDrawID(an.Parent) != nil || an.Parent == an.DrawID, "parent is not another draw")
	wrong(an.Predecessor != "" && draw.CheckDrawID(an.Predecessor) != nil || an.Predecessor == an.DrawID, "predecessor is not another draw")
	wrong(!wordPattern.MatchString(an.Consulate) || !wordPattern.MatchString(an.Group) || !wordPattern.MatchString(an.Pool), "consulate, group or pool is not named")
	wrong(!weekPattern.MatchString(an.ISOWeek), "isoWeek is not a week")
	wrong(an.Delays.Deadline < 1 || an.Delays.Round <= an.Delays.Deadline || an.Delays.Fallback <= an.Delays.Round || an.Delays.Fallback > 30*86400,
		"the delays do not grow: deadline, round, fallback")
	g := an.Guarantee
	wrong(g.T < 0 || g.Entries < 0 || g.Draws < 0 || !fourDecimals.MatchString(g.Rho) || !fourDecimals.MatchString(g.GiveUp), "the figures of the guarantee are not figures")
	quota := max(1, (len(a.manifest.Seats)+1)/2)
	wrong(g.T > 0 && g.Draws != (g.Entries+quota-1)/quota, "the number of draws for the guaranteed is not ⌈G ÷ quota⌉")
	_, err := a.chainOf(an.Beacon)
	wrong(err != nil, fmt.Sprintf("the beacon's chain does not hold: %v", err))
	last := -1
	for _, w := range an.Windows {
		wrong(w.Number <= last || w.Number >= draw.MaxWindows || w.Seats < 0 || w.To.Before(w.From.Time), fmt.Sprintf("window %d is not a window, or out of order", w.Number))
		last = w.Number
	}
	return judge(faults, fmt.Sprintf("%s, %s %s, closes %s", an.DrawID, an.Kind, an.ISOWeek, show(an.Closes.Time)))
}

// describe changes the type only.
func describe(b draw.BeaconInfo) beacon.Description {
	return beacon.Description{
		ID: b.ID, ChainHash: b.ChainHash.String(), Scheme: b.Scheme, PublicKey: b.PublicKey, Period: b.Period,
		Genesis: b.Genesis, GenesisSeed: b.GenesisSeed, Development: b.Development,
	}
}

func (a *auditor) leavesCanonical() answer {
	return judge(a.story.faults, fmt.Sprintf("%d leaves, in the order of a draw", len(a.b.Leaves)))
}

// closeMatchesFiles compares the close with what was published.
func (a *auditor) closeMatchesFiles() answer {
	if a.story.closing == nil {
		return a.withoutClose()
	}
	c := a.story.closing.leaf
	var weights [draw.MaxWeight]int
	sum := int64(0)
	for _, e := range a.entries.Rows {
		weights[e.Weight-1]++
		sum += int64(e.Weight)
	}
	var faults []string
	wrong := func(when bool, what string) {
		if when {
			faults = append(faults, what)
		}
	}
	wrong(a.story.closings > 1, "the draw is closed twice")
	wrong(c.N != len(a.entries.Rows), fmt.Sprintf("the close counts %d entries, the file has %d", c.N, len(a.entries.Rows)))
	wrong(c.SumW != sum || c.Weights != weights, "the weights are not those that were closed")
	wrong(c.EntriesRoot != a.entries.Root || c.EntriesSHA256 != sha256.Sum256(a.b.Entries), "the entries are not those that were closed")
	wrong(c.BindingsSHA256 != sha256.Sum256(a.b.Bindings), "the bindings are not those that were closed")
	wrong(c.PersonsSHA256 != sha256.Sum256(a.b.Persons), "the persons are not those that were closed")
	wrong(c.Fallback != 0, "a close says fallback 0")
	if an := a.story.announcement; an != nil {
		wrong(!c.Closed.Equal(an.leaf.Closes.Time), "it was not closed when announced")
	}
	return judge(faults, fmt.Sprintf("%d entries, sum of weights %d", c.N, c.SumW))
}

// withoutClose: a cancelled draw may have none, and then has no entries either.
func (a *auditor) withoutClose() answer {
	if a.story.cancelled == nil {
		return fails("the draw was never closed")
	}
	if len(a.b.Entries)+len(a.b.Bindings)+len(a.b.Persons)+len(a.b.Result) > 0 {
		return fails("there are entries, but the draw was cancelled before its close")
	}
	return skips("the draw was cancelled before its close")
}

// manifestRoot: announced, closed and drawn seats are the seats of the file, window by window.
func (a *auditor) manifestRoot() answer {
	an := a.story.announcement
	if an == nil {
		return fails("there is no announcement")
	}
	var faults []string
	root := draw.Hash(a.manifest.Root)
	if an.leaf.ManifestRoot != root {
		faults = append(faults, "the seats are not those that were announced")
	}
	if c := a.story.closing; c != nil && c.leaf.ManifestRoot != root {
		faults = append(faults, "the seats are not those that were closed")
	}
	if r := a.story.result; r != nil && r.leaf.ManifestRoot != root {
		faults = append(faults, "the seats are not those that were drawn")
	}
	announced, seats := map[int]draw.WindowInfo{}, map[int]int{}
	for _, w := range an.leaf.Windows {
		announced[w.Number] = w
	}
	for _, s := range a.manifest.Seats {
		w, ok := announced[s.Window]
		switch {
		case !ok:
			faults = append(faults, fmt.Sprintf("seat %s is in window %d, which was not announced", s.ID, s.Window))
		case s.Start.Before(w.From.Time) || s.Start.After(w.To.Time):
			faults = append(faults, fmt.Sprintf("seat %s lies outside its window", s.ID))
		}
		seats[s.Window]++
	}
	for _, w := range an.leaf.Windows {
		if seats[w.Number] != w.Seats {
			faults = append(faults, fmt.Sprintf("window %d was announced with %d seats and has %d", w.Number, w.Seats, seats[w.Number]))
		}
	}
	return judge(faults, fmt.Sprintf("%d seats, root %s", len(a.manifest.Seats), root))
}

func (a *auditor) bindingsHold() answer {
	if a.story.closing == nil {
		return skips("there is no close")
	}
	var faults []string
	if len(a.bindings) != len(a.entries.Rows) {
		faults = append(faults, fmt.Sprintf("%d bindings for %d entries", len(a.bindings), len(a.entries.Rows)))
	}
	if a.story.closing.leaf.BindingsSHA256 != sha256.Sum256(a.b.Bindings) {
		faults = append(faults, "the file is not the one that was closed")
	}
	seen := make(map[commitment]bool, len(a.bindings))
	for i, c := range a.bindings {
		if seen[c] {
			faults = append(faults, fmt.Sprintf("line %d repeats an earlier one", i+1))
			break
		}
		seen[c] = true
	}
	return judge(faults, fmt.Sprintf("one for each of %d entries, all different", len(a.bindings)))
}

// personsHold: each person's entry exists, and each entry has as many persons as its size.
func (a *auditor) personsHold() answer {
	if a.story.closing == nil {
		return skips("there is no close")
	}
	var faults []string
	if a.story.closing.leaf.PersonsSHA256 != sha256.Sum256(a.b.Persons) {
		faults = append(faults, "the file is not the one that was closed")
	}
	count := make([]int, len(a.entries.Rows))
	for i, p := range a.persons {
		row, ok := a.find(p.entry)
		if !ok {
			faults = append(faults, fmt.Sprintf("line %d names an entry that does not exist", i+1))
			break
		}
		count[row]++
	}
	for i, e := range a.entries.Rows {
		if count[i] != e.Size {
			faults = append(faults, fmt.Sprintf("line %d of the entries is for %d, but has %d persons", i+1, e.Size, count[i]))
			break
		}
	}
	return judge(faults, fmt.Sprintf("%d persons, nobody in two entries", len(a.persons)))
}

// find looks an entry up by its nf.
func (a *auditor) find(n nf) (int, bool) {
	rows := a.entries.Rows
	lo, hi := 0, len(rows)
	for lo < hi {
		mid := (lo + hi) / 2
		if bytes.Compare(rows[mid].NF[:], n[:]) < 0 {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo, lo < len(rows) && rows[lo].NF == n
}
