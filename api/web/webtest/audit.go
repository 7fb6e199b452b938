package webtest

import (
	"encoding/json"
	"os"
	"strings"

	"github.com/chromedp/chromedp"
)

func quote(s string) string {
	b, _ := json.Marshal(s) // a string always can be
	return string(b)
}

// finding is one broken rule of axe-core.
type finding struct {
	ID     string   `json:"id"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Nodes  []string `json:"nodes"`
}

// Audit lets axe-core, read from the given file, look at the open page by the rules of WCAG 2.2 A and AA, and
// reports what is serious or critical. Nothing may be wider than the window either. It needs JavaScript on.
func (b *Browser) Audit(axe string) {
	b.t.Helper()
	if !b.o.Script {
		return
	}
	source, err := os.ReadFile(axe)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](string(source)))
	found := get(b, chromedp.Evaluate[[]finding](`axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => r.violations.map(v => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.map(n => n.html + " :: " + n.failureSummary)})))`, chromedp.EvalAwaitPromise))
	for _, f := range found {
		say := b.t.Logf
		if f.Impact == "serious" || f.Impact == "critical" {
			say = b.t.Errorf
		}
		say("%s: %s (%s): %s\n  %s", b.where(), f.ID, f.Impact, f.Help, strings.Join(f.Nodes, "\n  "))
	}
	if over := get(b, chromedp.Evaluate[float64](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		b.t.Errorf("%s: %v pixels wider than a window of %d", b.where(), over, b.o.Width)
	}
}
