package webtest

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Options of a browser.
type Options struct {
	Base   string // scheme and host of the site
	Script bool   // JavaScript on
	Shots  string // folder for screenshots; empty: none
	Prefix string // of the names of screenshots
	Width  int64  // of the window; 1280 when zero
	Zone   string // IANA name of the visitor's zone; the system's when empty
}

// limit bounds one browser's whole life, step one thing it does; both are wide for a busy machine.
const (
	limit = 6 * time.Minute
	step  = time.Minute
)

// Browser is one window. Every method fails the test at once when something goes wrong.
type Browser struct {
	o   Options
	t   testing.TB
	ctx context.Context
}

// Chromium finds the browser's program.
func Chromium() (string, bool) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p, true
		}
	}
	return "", false
}

// Open starts a browser that ends with the test.
func Open(t testing.TB, o Options) *Browser {
	t.Helper()
	program, ok := Chromium()
	if !ok {
		t.Fatal("chromium is not installed: make deps")
	}
	if o.Width == 0 {
		o.Width = 1280
	}
	ctx, stop := context.WithTimeout(context.Background(), limit)
	t.Cleanup(stop)
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-quic", true), chromedp.Flag("lang", "en-GB"))
	ctx, stop = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	if err := chromedp.Do(ctx); err != nil { // starts the browser, whose life is this context's
		t.Fatalf("start %s: %v", program, err)
	}
	b := &Browser{o: o, t: t, ctx: ctx}
	b.do(chromedp.EmulateViewport(o.Width, 900), chromedp.Func(func(ctx context.Context, tab *chromedp.Target) error {
		if o.Zone != "" {
			if _, err := cdp.Call(ctx, tab, emulation.SetTimezoneOverride, emulation.SetTimezoneOverrideParams{TimezoneID: o.Zone}); err != nil {
				return err
			}
		}
		_, err := cdp.Call(ctx, tab, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !o.Script})
		return err
	}))
	return b
}

func (b *Browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, step)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("at %s: %v", b.where(), err)
	}
}

func get[T any](b *Browser, a chromedp.Action[T]) T {
	b.t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, step)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		b.t.Fatalf("at %s: %v", b.where(), err)
	}
	return v
}

func (b *Browser) where() string {
	ctx, stop := context.WithTimeout(b.ctx, time.Second)
	defer stop()
	s, err := chromedp.Run(ctx, chromedp.Location())
	if err != nil {
		return "an unknown page"
	}
	return s
}

// Go opens a page by its path.
func (b *Browser) Go(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.o.Base + path))
}

// Press clicks what leads to another page, and waits for that.
func (b *Browser) Press(css string) {
	b.t.Helper()
	get(b, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(css))))
}

// Pick clicks something that stays on the page, such as a radio button.
func (b *Browser) Pick(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css)))
}

// Type writes into a field.
func (b *Browser) Type(css, text string) {
	b.t.Helper()
	b.do(chromedp.SendKeys(chromedp.CSS(css), text))
}

// Upload chooses a file for a field.
func (b *Browser) Upload(css, file string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
}

// Choose sets the value of a list.
func (b *Browser) Choose(css, value string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(css), value))
}

// Text is what an element says.
func (b *Browser) Text(css string) string {
	b.t.Helper()
	return strings.TrimSpace(get(b, chromedp.Text(chromedp.CSS(css))))
}

// Path is the path of the page that is open.
func (b *Browser) Path() string {
	b.t.Helper()
	u, err := url.Parse(get(b, chromedp.Location()))
	if err != nil {
		b.t.Fatal(err)
	}
	return u.Path
}

// Has tells whether the page has an element.
func (b *Browser) Has(css string) bool {
	b.t.Helper()
	return get(b, chromedp.Evaluate[bool]("document.querySelector("+quote(css)+") !== null"))
}

// Shot keeps a picture of the whole page, when pictures are wanted.
func (b *Browser) Shot(name string) {
	b.t.Helper()
	if b.o.Shots == "" {
		return
	}
	png := get(b, chromedp.FullScreenshot(100))
	if err := os.MkdirAll(b.o.Shots, 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.o.Shots, b.o.Prefix+name+".png"), png, 0o644); err != nil {
		b.t.Fatal(err)
	}
}
