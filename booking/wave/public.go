package wave

import (
	"context"

	"chesna/booking"
	"chesna/booking/draw"
)

// MaxDraws is the most waves that are listed at once; defaultDraws is how many when no number is named.
const (
	MaxDraws     = 200
	defaultDraws = 50
)

// The names of a draw's files; docs/DRAW-FILES.md describes them.
const (
	FileManifest  = "manifest"
	FileEntries   = "entries"
	FileBindings  = "bindings"
	FilePersons   = "persons"
	FileResult    = "result"
	FileAuthority = "authority"
	FilePolicy    = "policy.json"
	FileBeacon    = "beacon.json"
)

// Draws lists waves, latest close first. Anybody may look.
func (o *Office) Draws(ctx context.Context, f Filter) ([]Wave, error) {
	if f.Limit <= 0 {
		f.Limit = defaultDraws
	}
	f.Limit = min(f.Limit, MaxDraws)
	return o.d.Ledger.Waves(ctx, f)
}

// Draw returns one wave, or CodeDrawAbsent. Anybody may look.
func (o *Office) Draw(ctx context.Context, id ID) (Wave, error) {
	if draw.CheckDrawID(string(id)) != nil {
		return Wave{}, booking.Refuse(booking.CodeDrawAbsent, "there is no such draw")
	}
	return o.d.Ledger.Wave(ctx, id)
}

// Result is the file of results, byte for byte: CodeDrawAbsent, CodeNotPublished.
func (o *Office) Result(ctx context.Context, id ID) ([]byte, error) {
	return o.File(ctx, id, FileResult)
}

// File is one file of the draw, byte for byte: the policy at once, the line files and the attestation when the wave is
// closed, result and beacon.json when it is drawn. CodeDrawAbsent, also for a name that is none; CodeNotPublished.
func (o *Office) File(ctx context.Context, id ID, name string) ([]byte, error) {
	w, err := o.Draw(ctx, id)
	if err != nil {
		return nil, err
	}
	var files Files // of which only what is asked for is read: a large draw has tens of megabytes
	place, ok := files.places()[name]
	if !ok {
		return nil, booking.Refuse(booking.CodeDrawAbsent, "a draw has no such file")
	}
	if *place, err = o.d.Ledger.File(ctx, id, name); err != nil {
		return nil, err
	}
	if len(files.Manifest) == 0 && w.State != StateAnnounced { // with it, files of no bytes are there too
		if files.Manifest, err = o.d.Ledger.File(ctx, id, FileManifest); err != nil {
			return nil, err
		}
	}
	if public, ok := files.published(w.State)[name]; ok {
		return public, nil
	}
	return nil, notPublished(w)
}

func notPublished(w Wave) error {
	detail := "it is published after the draw"
	switch {
	case w.State == StateAnnounced:
		detail = "it is published when the entry has closed, on " + draw.At(w.Closes).UTC().Format(utcForm)
	case w.State == StateCancelled:
		detail = "this draw was cancelled"
	}
	return booking.Refuse(booking.CodeNotPublished, detail)
}

// utcForm writes times in refusals.
const utcForm = "2006-01-02 15:04:05 UTC"

// all names every file there can be.
func (f Files) all() map[string][]byte {
	out := map[string][]byte{}
	for name, b := range f.places() {
		out[name] = *b
	}
	return out
}

func (f *Files) places() map[string]*[]byte {
	return map[string]*[]byte{
		FileManifest: &f.Manifest, FileEntries: &f.Entries, FileBindings: &f.Bindings, FilePersons: &f.Persons,
		FileResult: &f.Result, FileAuthority: &f.Authority, FilePolicy: &f.Policy, FileBeacon: &f.Beacon,
	}
}

// published are the files that are public in the state. A draw without entries has files of no bytes: those count
// once there is a manifest, which is never empty; the others never are.
func (f Files) published(s State) map[string][]byte {
	closed := s != StateAnnounced && len(f.Manifest) > 0
	drawn := closed && (s == StateDrawn || s == StateFinished)
	out := map[string][]byte{}
	for name, b := range f.all() {
		var is bool
		switch name {
		case FileManifest, FileEntries, FileBindings, FilePersons:
			is = closed
		case FilePolicy: // its hash is announced
			is = len(b) > 0
		case FileResult, FileBeacon:
			is = drawn && len(b) > 0
		default:
			is = closed && len(b) > 0
		}
		if is {
			out[name] = b
		}
	}
	return out
}
