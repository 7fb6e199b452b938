package audit

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"chesna/booking/draw"
	"chesna/booking/journal"
)

// patience is how long a draw of the log may be without a bundle after its round, while its files are put together.
const patience = 24 * time.Hour

// gatherLog opens the copy of the log, or takes the leaves of the bundles for it as far as they have no gap, and computes
// the root of every size that somebody signed.
func (h *historian) gatherLog() {
	h.logSaid = skips("there is no copy of the log: what it holds beyond the bundles is not known")
	if h.log != nil {
		h.known = h.log.leaves
		h.logSaid = h.openCopy()
	} else {
		for seq := int64(0); h.seqs[seq] != nil; seq++ {
			h.known = append(h.known, h.seqs[seq])
		}
	}
	all, err := hashAll(h.known)
	if err != nil {
		h.logSaid = fails("the leaves of the log cannot be hashed")
		return
	}
	for _, size := range slices.Sorted(maps.Keys(h.trees.roots)) {
		if size < 1 || size > int64(len(h.known)) {
			continue
		}
		if root, err := tlog.TreeHash(size, all); err == nil {
			h.trees.root(size, root, "computed from the leaves")
		}
	}
}

// openCopy checks the checkpoint of the copy, and that the leaves give its root.
func (h *historian) openCopy() answer {
	if len(h.draws) == 0 && h.options.Policy == nil {
		return fails("without a bundle or a pinned policy it is not known whose log it is")
	}
	if h.options.Policy != nil {
		h.policy = *h.options.Policy
	}
	key, err := h.policy.Log(journal.NameDraws)
	if err != nil {
		return fails(err.Error())
	}
	head, cosigned, err := h.policy.Cosigned(h.log.checkpoint, key)
	if err != nil {
		return fails(err.Error())
	}
	h.trees.root(head.Size, head.Root, "the copy of the log")
	all, err := hashAll(h.log.leaves)
	if err != nil {
		return fails(err.Error())
	}
	root := journal.EmptyHead().Root
	if head.Size > 0 {
		if root, err = tlog.TreeHash(head.Size, all); err != nil {
			return fails(err.Error())
		}
	}
	h.now = kth(cosigned, h.policy.K)
	switch {
	case root != head.Root:
		return fails("its leaves do not give the root of its checkpoint")
	case h.now.IsZero():
		return fails(fmt.Sprintf("%d witnesses cosigned its checkpoint; %d have to", len(cosigned), h.policy.K))
	}
	return holds(fmt.Sprintf("%d leaves, cosigned by %s", head.Size, show(h.now)))
}

// seq: the numbers of the leaves have no gap.
func (h *historian) seq() answer {
	faults := slices.Clone(h.twice)
	if h.log != nil {
		for i, l := range h.log.leaves {
			head, err := draw.ParseHead(l)
			if err != nil || head.Seq != int64(i) {
				faults = append(faults, fmt.Sprintf("leaf %d of the log says that its number is %d", i, head.Seq))
			} else if err := wellFormed(head.Type, l); err != nil {
				faults = append(faults, fmt.Sprintf("leaf %d of the log: %v", i, err))
			}
		}
		return judge(faults, fmt.Sprintf("0 to %d", len(h.log.leaves)-1))
	}
	all := slices.Sorted(maps.Keys(h.seqs))
	for i := 1; i < len(all); i++ {
		if all[i] != all[i-1]+1 {
			faults = append(faults, fmt.Sprintf("leaf %d of the log is in none of the bundles: a draw is missing, or give a copy of the log too (log/)", all[i-1]+1))
		}
	}
	if len(all) == 0 {
		return skips("there is no leaf")
	}
	return judge(faults, fmt.Sprintf("%d to %d", all[0], all[len(all)-1]))
}

func (h *historian) oneTree() answer {
	if len(h.trees.roots) == 0 {
		return skips("there is no checkpoint")
	}
	return judge(h.trees.forks, fmt.Sprintf("%d checkpoints fit into one tree", len(h.trees.roots)))
}

// events are the leaves of a draw that are known from anywhere.
type events struct {
	announcements, closes, ends int
	other                       bool // anything between close and end
	announcement                *draw.Announcement
	seqs                        []int64
}

// everything lists what is known of each draw, from the copy of the log if there is one, else from the bundles.
func (h *historian) everything() map[string]*events {
	leaves := map[int64][]byte{}
	maps.Copy(leaves, h.seqs)
	if h.log != nil {
		clear(leaves)
		for i, l := range h.log.leaves {
			leaves[int64(i)] = l
		}
	}
	out := map[string]*events{}
	for _, seq := range slices.Sorted(maps.Keys(leaves)) {
		head, err := draw.ParseHead(leaves[seq])
		if err != nil {
			continue
		}
		e := out[head.DrawID]
		if e == nil {
			e = &events{}
			out[head.DrawID] = e
		}
		e.seqs = append(e.seqs, seq)
		switch head.Type {
		case draw.LeafAnnouncement:
			e.announcements++
			if a, err := draw.ParseLeaf[draw.Announcement](leaves[seq]); err == nil && e.announcement == nil {
				e.announcement = &a
			}
		case draw.LeafClose:
			e.closes++
		case draw.LeafResult, draw.LeafCancelled:
			e.ends++
		default:
			e.other = true
		}
	}
	return out
}

// once: no draw is announced, closed or ended twice, and there is one bundle of each.
func (h *historian) once() answer {
	var faults []string
	all := h.everything()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		switch e := all[id]; {
		case e.announcements != 1:
			faults = append(faults, fmt.Sprintf("%.64q is announced %d times", id, e.announcements))
		case e.closes > 1:
			faults = append(faults, fmt.Sprintf("%s is closed %d times", id, e.closes))
		case e.ends > 1:
			faults = append(faults, fmt.Sprintf("%s ends %d times", id, e.ends))
		}
	}
	seen := map[string]string{}
	for _, p := range h.draws {
		if had, ok := seen[p.id()]; ok {
			faults = append(faults, fmt.Sprintf("%s and %s are both of %s", had, p.name, p.id()))
		}
		seen[p.id()] = p.name
	}
	return judge(faults, fmt.Sprintf("%d draws, each announced and closed once", len(all)))
}

// everyDraw: the log and the bundles tell of the same draws, leaf by leaf.
func (h *historian) everyDraw() answer {
	if h.log == nil {
		return skips("there is no copy of the log")
	}
	var faults []string
	bundled := map[string]map[int64]bool{}
	for _, p := range h.draws {
		own := map[int64]bool{}
		for _, l := range p.leaves {
			own[l.Seq] = true
			if l.Seq >= int64(len(h.log.leaves)) || !bytes.Equal(h.log.leaves[l.Seq], l.JSON) {
				faults = append(faults, fmt.Sprintf("leaf %d of %s is not in the log", l.Seq, p.name))
			}
		}
		bundled[p.id()] = own
	}
	open := 0
	all := h.everything()
	for _, id := range slices.Sorted(maps.Keys(all)) {
		own, ok := bundled[id]
		if !ok {
			if fault := h.unbundled(id, all[id]); fault != "" {
				faults = append(faults, fault)
			} else {
				open++
			}
			continue
		}
		for _, seq := range all[id].seqs {
			if !own[seq] {
				faults = append(faults, fmt.Sprintf("leaf %d is about %s, but not in its bundle", seq, id))
			}
		}
	}
	return judge(faults, fmt.Sprintf("%d bundles; %d draws are still open, or were cancelled before their close", len(h.draws), open))
}

// unbundled says why a draw of the log ought to have a bundle; "" when it need not: it was cancelled before its close, or
// is not yet due.
func (h *historian) unbundled(id string, e *events) string {
	switch {
	case e.announcement == nil:
		return fmt.Sprintf("the log tells of %.64q, which was never announced", id)
	case e.ends > 0 && e.closes > 0:
		return id + " was drawn, or cancelled after its close, but its bundle is not here"
	case e.ends > 0:
		return ""
	}
	a := e.announcement
	if due := a.Closes.Add(time.Duration(a.Delays.Round)*time.Second + patience); !e.other && !h.now.Before(due) {
		return fmt.Sprintf("%s was announced and should have been drawn by %s, but its bundle is not here", id, show(due))
	}
	return ""
}

// predecessors: for each post, group, pool and kind the announcements form one chain, so that no draw stands aside.
func (h *historian) predecessors() answer {
	type line struct{ consulate, group, pool, kind string }
	chains := map[line][]*draw.Announcement{}
	for _, e := range h.everything() {
		if a := e.announcement; a != nil {
			l := line{a.Consulate, a.Group, a.Pool, a.Kind}
			chains[l] = append(chains[l], a)
		}
	}
	if len(chains) == 0 {
		return skips("there is no announcement")
	}
	var faults []string
	for _, chain := range chains {
		slices.SortFunc(chain, func(a, b *draw.Announcement) int { return cmp.Compare(a.Seq, b.Seq) })
		if first := chain[0]; first.Predecessor != "" && (h.log != nil || slices.ContainsFunc(chain, func(a *draw.Announcement) bool { return a.DrawID == first.Predecessor })) {
			faults = append(faults, fmt.Sprintf("%s names a predecessor that does not come before it", first.DrawID))
		}
		for i := 1; i < len(chain); i++ {
			if chain[i].Predecessor != chain[i-1].DrawID {
				faults = append(faults, fmt.Sprintf("%s follows %q, but the draw before it is %s: one of them stands aside", chain[i].DrawID, chain[i].Predecessor, chain[i-1].DrawID))
			}
		}
	}
	slices.SortFunc(faults, strings.Compare)
	return judge(faults, fmt.Sprintf("%d chains, none with a fork", len(chains)))
}
