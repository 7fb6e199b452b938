package audit

import "strings"

// State is the outcome of a check.
type State string

// The outcomes. Only the check independence can be NotIndependent.
const (
	OK             State = "ok"
	Failed         State = "failed"
	NotApplicable  State = "not applicable"
	NotIndependent State = "not independent"
)

// The checks of a bundle, in their order. The page in the browser uses the same identifiers.
const (
	FilesGrammar         = "files-grammar"
	PolicyHash           = "policy-hash"
	Announced            = "announcement"
	LeavesCanonical      = "leaves-canonical"
	LeavesProved         = "leaves-proved"
	LogOneTree           = "log-one-tree"
	OperatorSigned       = "operator-signed"
	WitnessesAnnouncment = "witnesses-announcement"
	WitnessesClose       = "witnesses-close"
	WitnessesResult      = "witnesses-result"
	TimeStamps           = "time-stamps"
	CloseMatchesFiles    = "close-matches-files"
	ManifestRoot         = "manifest-root"
	Bindings             = "bindings"
	Persons              = "persons"
	Authority            = "authority"
	Timing               = "timing"
	Round                = "round"
	Beacon               = "beacon"
	Seed                 = "seed"
	Result               = "result"
	ResultLeaf           = "result-leaf"
	Receipts             = "receipts"
	Independence         = "independence"
)

// Check is one question and its answer in plain words.
type Check struct {
	ID     string `json:"id"`
	State  State  `json:"state"`
	Detail string `json:"detail"`
}

// Verdict is how an audit ends; as a number it is the exit status.
type Verdict int

// The verdicts.
const (
	Holds      Verdict = 0 // all checks hold
	Broken     Verdict = 1 // something does not hold
	Unreadable Verdict = 2 // a file breaks the grammar or cannot be read
	Dependent  Verdict = 3 // everything fits together, but rests on the operator's word
)

// String says the verdict in a few words.
func (v Verdict) String() string {
	switch v {
	case Holds:
		return "all checks hold"
	case Broken:
		return "something does not hold"
	case Unreadable:
		return "a file breaks the grammar or cannot be read"
	case Dependent:
		return "consistent, but not independent"
	}
	return "unknown"
}

// Report is what an audit of one bundle found.
type Report struct {
	DrawID string  `json:"drawID"`
	Checks []Check `json:"checks"`
	Lines  []Line  `json:"lines"` // what the receipts show, in their order
}

// Verdict sums the checks up. Grammar outweighs what does not hold, and that outweighs independence.
func (r Report) Verdict() Verdict { return verdictOf(r.Checks) }

func verdictOf(checks []Check) Verdict {
	v := Holds
	for _, c := range checks {
		switch {
		case c.State == Failed && c.ID == FilesGrammar:
			return Unreadable
		case c.State == Failed:
			v = Broken
		case c.State == NotIndependent && v == Holds:
			v = Dependent
		}
	}
	return v
}

// State is the outcome of one check; "" if there is no such check.
func (r Report) State(id string) State {
	for _, c := range r.Checks {
		if c.ID == id {
			return c.State
		}
	}
	return ""
}

// answer is what a check returns.
type answer struct {
	state  State
	detail string
}

func holds(detail string) answer { return answer{OK, detail} }
func fails(detail string) answer { return answer{Failed, detail} }
func skips(detail string) answer { return answer{NotApplicable, detail} }

// judge fails with all faults, or holds with the detail.
func judge(faults []string, detail string) answer {
	const most = 8
	if len(faults) > most {
		faults = append(faults[:most:most], "and more")
	}
	if len(faults) > 0 {
		return fails(strings.Join(faults, "; "))
	}
	return holds(detail)
}
