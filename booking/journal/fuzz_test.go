package journal_test

import (
	"bytes"
	"testing"

	"chesna/booking/journal"
	"chesna/booking/journal/journaltest"
)

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("log.example/draws\n20\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n")
	f.Add("o\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\next\n")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := journal.ParseCheckpoint(text)
		if err != nil {
			return
		}
		if again, err := journal.ParseCheckpoint(c.Text()); err != nil || again != c || c.Size < 0 {
			t.Errorf("%+v is read as %+v: %v", c, again, err)
		}
	})
}

func FuzzParseProof(f *testing.F) {
	msg := signed(f, 3)
	f.Add(journal.FormatProof(journal.Proof{Index: 2, Checkpoint: msg}))
	f.Add([]byte("c2sp.org/tlog-proof@v1\nindex 0\n\n"))
	_, verifier, _ := journaltest.LogKey(f, journaltest.Origin, 0)
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := journal.ParseProof(file)
		if err != nil {
			return
		}
		if !bytes.Equal(journal.FormatProof(p), file) {
			t.Error("a proof with two forms")
		}
		_ = p.Verify([]byte("{}"), verifier)
	})
}

func FuzzParsePolicy(f *testing.F) {
	file, err := testPolicy(f).Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(file)
	f.Add([]byte(`{}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		p, err := journal.ParsePolicy(file)
		if err != nil {
			return
		}
		if again, err := p.Bytes(); err != nil || !bytes.Equal(again, file) {
			t.Errorf("a policy with two forms: %v", err)
		}
		if 2*p.K <= len(p.Witnesses) {
			t.Error("k is not above half")
		}
	})
}

func FuzzParseTilePath(f *testing.F) {
	f.Add("tile/0/x001/234.p/5")
	f.Add("tile/entries/000")
	f.Fuzz(func(t *testing.T, path string) {
		tile, err := journal.ParseTilePath(path)
		if err == nil && (tile.Path() != path || tile.N < 0 || tile.Width < 1 || tile.Width > 256) {
			t.Errorf("%q is %+v, whose path is %q", path, tile, tile.Path())
		}
	})
}

func FuzzParseEntries(f *testing.F) {
	f.Add(journal.AppendEntry(journal.AppendEntry(nil, []byte("a")), nil), 2)
	f.Fuzz(func(t *testing.T, bundle []byte, width int) {
		if width < 0 || width > 256 {
			return
		}
		entries, err := journal.ParseEntries(bundle, width)
		if err != nil {
			return
		}
		var again []byte
		for _, e := range entries {
			again = journal.AppendEntry(again, e)
		}
		if !bytes.Equal(again, bundle) {
			t.Error("a bundle with two forms")
		}
	})
}

func FuzzParseAddCheckpoint(f *testing.F) {
	f.Add(journal.AddCheckpoint{Checkpoint: signed(f, 3)}.Format())
	f.Add([]byte("old 3\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := journal.ParseAddCheckpoint(body)
		if err == nil && !bytes.Equal(a.Format(), body) {
			t.Error("a request with two forms")
		}
	})
}

func FuzzKeys(f *testing.F) {
	_, _, key := journaltest.LogKey(f, journaltest.Origin, 0)
	f.Add(key)
	f.Add(journaltest.WitnessKey(f, "w").String())
	f.Fuzz(func(t *testing.T, key string) {
		if c, err := journal.NewCosigning(key); err == nil && c.String() != key {
			t.Errorf("%q is %q", key, c)
		}
		_, _ = journal.NewVerifier(key)
	})
}
