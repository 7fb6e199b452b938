package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chesna/booking/journal"
)

// The checks of a history, beyond those of its bundles.
const (
	HistoryBundles      = "history-bundles"
	HistoryLog          = "history-log"
	HistorySeq          = "history-seq"
	HistoryOneTree      = "history-one-tree"
	HistoryOnce         = "history-once"
	HistoryEveryDraw    = "history-every-draw"
	HistoryPredecessors = "history-predecessors"
	HistorySeats        = "history-seats"
	HistoryWeights      = "history-weights"
	HistoryCarried      = "history-carried"
)

// HistoryReport is what an audit of a folder of bundles found.
type HistoryReport struct {
	Bundles []BundleReport `json:"bundles"` // in the order of their announcements
	Checks  []Check        `json:"checks"`
}

// BundleReport is one bundle of a history.
type BundleReport struct {
	Name    string  `json:"name"`
	DrawID  string  `json:"drawID"`
	Verdict Verdict `json:"verdict"`
	Faults  []Check `json:"faults"` // those that failed, or say why it is not independent
}

// Verdict sums up: the worst of the bundles and of the checks of the whole.
func (r HistoryReport) Verdict() Verdict { return verdictOf(r.Checks) }

// past is a draw as a history remembers it, without its files.
type past struct {
	name   string
	leaves []Leaf // without proofs and stamps
	story  *story
	rows   []pastRow
	seats  map[string]bool // of the manifest: given to somebody?
}

// pastRow is an entry with what became of it.
type pastRow struct {
	nf      nf
	weight  int
	size    int
	ensured bool
	served  bool
}

// order of announcements; those that cannot be read come first.
func (p *past) order() int64 {
	if p.story.announcement == nil {
		return -1
	}
	return p.story.announcement.leaf.Seq
}

// id of the draw.
func (p *past) id() string {
	if p.story.announcement == nil {
		return ""
	}
	return p.story.announcement.leaf.DrawID
}

// end is the number of the leaf that ended the draw; ok is false if it has not ended.
func (p *past) end() (seq int64, ok bool) {
	switch {
	case p.story.result != nil:
		return p.story.result.leaf.Seq, true
	case p.story.cancelled != nil:
		return p.story.cancelled.leaf.Seq, true
	}
	return 0, false
}

// historian holds a history as it is understood so far.
type historian struct {
	options Options
	policy  journal.Policy
	log     *logCopy // nil if there is none
	draws   []*past  // by announcement
	trees   *trees
	known   [][]byte         // the leaves of the log from 0 on, as far as they are known without a gap
	seqs    map[int64][]byte // every leaf of every bundle
	twice   []string         // leaves of one number that differ
	now     time.Time        // when the copy of the log was cosigned; zero without one
	logSaid answer
}

// VerifyHistory audits a folder of bundles, and log/ in it, as a whole. An error, always a form error, says that a name
// or the copy of the log cannot be read; a bundle that cannot be read is reported.
func VerifyHistory(dir string, o Options) (HistoryReport, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return HistoryReport{}, &FormError{dir, "is not a folder that can be opened"}
	}
	defer root.Close()
	h := &historian{options: o, trees: newTrees(), seqs: map[int64][]byte{}}
	names, hasLog, err := listBundles(root)
	if err != nil {
		return HistoryReport{}, err
	}
	if hasLog {
		if h.log, err = openLog(root); err != nil {
			return HistoryReport{}, err
		}
	}
	r := HistoryReport{Bundles: []BundleReport{}}
	reports := map[*past]BundleReport{}
	for _, name := range names {
		b, err := Open(filepath.Join(dir, name))
		if err != nil {
			return HistoryReport{}, &FormError{name, err.Error()}
		}
		p, said, err := h.take(name, b)
		if err != nil {
			return HistoryReport{}, err
		}
		reports[p] = said
	}
	slices.SortStableFunc(h.draws, func(a, b *past) int { return cmp.Compare(a.order(), b.order()) })
	for _, p := range h.draws {
		r.Bundles = append(r.Bundles, reports[p])
	}
	h.gatherLog()
	r.Checks = h.checks(r.Bundles)
	return r, nil
}

// listBundles finds the bundles of a folder; names that begin with a dot are passed over.
func listBundles(root *os.Root) (names []string, hasLog bool, err error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, false, &FormError{root.Name(), "cannot be read"}
	}
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "."):
		case e.IsDir() && e.Name() == "log":
			hasLog = true
		case e.IsDir(), e.Type().IsRegular() && strings.HasSuffix(e.Name(), ".zip"):
			names = append(names, e.Name())
		default:
			return nil, false, &FormError{fmt.Sprintf("%q", e.Name()), "neither a bundle nor log/"}
		}
	}
	return names, hasLog, nil
}

// take audits a bundle and keeps what the history needs of it.
func (h *historian) take(name string, b *Bundle) (*past, BundleReport, error) {
	report, a := verify(b, Options{Policy: h.options.Policy})
	if report.Verdict() == Unreadable {
		return nil, BundleReport{}, &FormError{name, report.Checks[0].Detail}
	}
	said := BundleReport{Name: name, DrawID: report.DrawID, Verdict: report.Verdict(), Faults: []Check{}}
	for _, c := range report.Checks {
		if c.State == Failed || c.State == NotIndependent {
			said.Faults = append(said.Faults, c)
		}
	}
	p := &past{name: name, story: tell(b.Leaves), seats: map[string]bool{}}
	h.draws = append(h.draws, p)
	for _, l := range b.Leaves {
		p.leaves = append(p.leaves, Leaf{Seq: l.Seq, JSON: l.JSON})
		if had, ok := h.seqs[l.Seq]; ok && !bytes.Equal(had, l.JSON) {
			h.twice = append(h.twice, fmt.Sprintf("two leaves have the number %d (%s)", l.Seq, name))
		}
		h.seqs[l.Seq] = l.JSON
	}
	a.gather(h.trees, name+", ")
	p.remember(a)
	h.policy = a.policy
	return p, said, nil
}

// remember keeps the rows with what became of them, and the seats.
func (p *past) remember(a *auditor) {
	served := map[nf]bool{}
	for _, s := range a.manifest.Seats {
		p.seats[s.ID] = false
	}
	for _, r := range a.rows {
		for _, seat := range r.seats {
			p.seats[seat] = true
			served[r.nf] = true
		}
	}
	for _, e := range a.entries.Rows {
		p.rows = append(p.rows, pastRow{e.NF, e.Weight, e.Size, e.Ensured, served[e.NF]})
	}
}

func (h *historian) checks(bundles []BundleReport) []Check {
	out := []Check{}
	add := func(id string, a answer) { out = append(out, Check{id, a.state, a.detail}) }
	add(HistoryBundles, allHold(bundles))
	add(HistoryLog, h.logSaid)
	add(HistorySeq, h.seq())
	add(HistoryOneTree, h.oneTree())
	add(HistoryOnce, h.once())
	add(HistoryEveryDraw, h.everyDraw())
	add(HistoryPredecessors, h.predecessors())
	add(HistorySeats, h.seats())
	add(HistoryWeights, h.weights())
	add(HistoryCarried, h.carried())
	return out
}

// allHold sums the bundles up: what fails outweighs what is not independent.
func allHold(bundles []BundleReport) answer {
	var broken, dependent []string
	for _, b := range bundles {
		switch b.Verdict {
		case Broken:
			broken = append(broken, b.Name+": "+Broken.String())
		case Dependent:
			dependent = append(dependent, b.Name)
		}
	}
	if len(broken) == 0 && len(dependent) > 0 {
		return answer{NotIndependent, fmt.Sprintf("%d of %d bundles are consistent, but not independent", len(dependent), len(bundles))}
	}
	return judge(broken, fmt.Sprintf("%d bundles, each holds", len(bundles)))
}
