package audit_test

import (
	"bytes"
	"testing"

	"chesna/booking/audit"
	"chesna/booking/audit/audittest"
)

// FuzzZip: whatever the bytes, reading ends with a bundle or a form error, and the bundle can be verified.
func FuzzZip(f *testing.F) {
	w := world(f, audittest.Options{Stamper: stamper()})
	packed, err := audittest.Zip(finish(f, plain(f, w)))
	must(f, err)
	f.Add(packed)
	f.Add(pack(f, entry{content: []byte("x")}))
	f.Fuzz(func(t *testing.T, b []byte) {
		bundle, err := audit.ReadZip("x.zip", bytes.NewReader(b), int64(len(b)))
		if err != nil {
			if !audit.IsForm(err) {
				t.Error(err)
			}
			return
		}
		audit.Verify(bundle, audit.Options{})
	})
}

// FuzzBundle puts bytes in the place of each file of an honest bundle. Nothing but the original may verify, except where
// bytes have no meaning: a signature nobody knows, a second form of a time stamp.
func FuzzBundle(f *testing.F) {
	w := world(f, audittest.Options{Stamper: stamper()})
	honest := finish(f, plain(f, w))
	files := honest.Files()
	for i, file := range files {
		f.Add(uint8(i), file.Bytes)
	}
	o := audit.Options{Policy: &w.Policy}
	f.Fuzz(func(t *testing.T, which uint8, content []byte) {
		changed := append([]audit.File(nil), files...)
		i := int(which) % len(files)
		same := bytes.Equal(files[i].Bytes, content)
		changed[i].Bytes = content
		b, err := audit.NewBundle("fuzz", changed)
		if err != nil {
			if !audit.IsForm(err) {
				t.Error(err)
			}
			return
		}
		r := audit.Verify(b, o)
		if r.Verdict() == audit.Holds && !same && !harmless(files[i].Name) {
			t.Errorf("%s verifies with other bytes", files[i].Name)
		}
		if same && r.Verdict() != audit.Holds {
			t.Errorf("%q", faults(r))
		}
	})
}

// harmless files can have several forms that say the same: notes with further signatures, time stamps in BER.
func harmless(name string) bool {
	return bytes.HasSuffix([]byte(name), []byte(".proof")) || bytes.HasSuffix([]byte(name), []byte(".tsr")) || name == "authority"
}

func FuzzReceipt(f *testing.F) {
	w := world(f, audittest.Options{})
	o := plain(f, w)
	b := finish(f, o)
	f.Add(o.Entries[0].Receipt)
	f.Add([]byte("chesna/receipt/v1\n\n— x y\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		r := audit.Verify(b, audit.Options{Policy: &w.Policy, Receipts: []audit.File{{Name: "r", Bytes: content}}})
		if r.State(audit.Receipts) == audit.OK && !bytes.HasPrefix(content, []byte("chesna/receipt/v1\n"+o.Spec.ID)) {
			t.Error("accepted")
		}
	})
}
