package verifier_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	bls "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// trust is throw-away keys of everybody whom a draw needs.
type trust struct {
	log, operator, authority   note.Signer
	logKey, operatorKey, idKey string
	journalKey                 string
	witnesses                  []witness
	beacon                     *big.Int
	beaconKey, seed            []byte
	chainHash                  [32]byte
	genesis, period            int64
}

// witness is one cosigner, algorithm 4.
type witness struct {
	name, vkey string
	key        ed25519.PrivateKey
	hash       uint32
}

func signer(t testing.TB, name string) (note.Signer, string) {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return s, vkey
}

func newWitness(t testing.TB, name string) witness {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	key := append([]byte{4}, public...)
	sum := sha256.Sum256(append([]byte(name+"\n"), key...))
	hash := binary.BigEndian.Uint32(sum[:4])
	return witness{name: name, key: private, hash: hash, vkey: fmt.Sprintf("%s+%08x+%s", name, hash, base64.StdEncoding.EncodeToString(key))}
}

// cosign is the witness's signature line for a note's text at a time.
func (w witness) cosign(text string, at time.Time) string {
	message := fmt.Sprintf("cosignature/v1\ntime %d\n%s", at.Unix(), text)
	raw := binary.BigEndian.AppendUint32(nil, w.hash)
	raw = binary.BigEndian.AppendUint64(raw, uint64(at.Unix()))
	raw = append(raw, ed25519.Sign(w.key, []byte(message))...)
	return "— " + w.name + " " + base64.StdEncoding.EncodeToString(raw) + "\n"
}

func newTrust(t testing.TB) *trust {
	t.Helper()
	k := &trust{genesis: 1_790_000_000, period: 3, seed: make([]byte, 32)}
	k.log, k.logKey = signer(t, "draws.example.org/log")
	k.operator, k.operatorKey = signer(t, "receipts.example.org")
	k.authority, k.idKey = signer(t, "identity.example.org")
	_, k.journalKey = signer(t, "journal.example.org/log")
	for _, name := range []string{"court.example.org", "paper.example.org", "own.example.org"} {
		k.witnesses = append(k.witnesses, newWitness(t, name))
	}
	k.beacon = new(big.Int).SetBytes([]byte("a throw-away key of a development beacon"))
	_, _, _, g2 := bls.Generators()
	var public bls.G2Affine
	public.ScalarMultiplication(&g2, k.beacon)
	raw := public.Bytes()
	k.beaconKey = raw[:]
	b := binary.BigEndian.AppendUint32(nil, uint32(k.period))
	b = binary.BigEndian.AppendUint64(b, uint64(k.genesis))
	b = append(append(append(b, k.beaconKey...), k.seed...), "throwaway"...)
	k.chainHash = sha256.Sum256(b)
	return k
}

// round is the beacon's signature of a round.
func (k *trust) round(t testing.TB, n uint64) []byte {
	t.Helper()
	message := sha256.Sum256(binary.BigEndian.AppendUint64(nil, n))
	h, err := bls.HashToG1(message[:], []byte("BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"))
	if err != nil {
		t.Fatal(err)
	}
	h.ScalarMultiplication(&h, k.beacon)
	raw := h.Bytes()
	return raw[:]
}

func (k *trust) chain(development bool) map[string]any {
	return map[string]any{
		"chainHash": hex.EncodeToString(k.chainHash[:]), "development": development, "genesis": k.genesis, "genesisSeed": hex.EncodeToString(k.seed),
		"id": "throwaway", "period": k.period, "publicKey": hex.EncodeToString(k.beaconKey), "scheme": "bls-unchained-g1-rfc9380",
	}
}

func sign(t testing.TB, text string, s note.Signer) []byte {
	t.Helper()
	b, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// tree is a log in memory.
type tree struct {
	hashes []tlog.Hash
	size   int64
}

// ReadHashes is tlog.HashReader.
func (l *tree) ReadHashes(at []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(at))
	for i, n := range at {
		out[i] = l.hashes[n]
	}
	return out, nil
}

func (l *tree) add(t testing.TB, leaf []byte) {
	t.Helper()
	h, err := tlog.StoredHashes(l.size, leaf, l)
	if err != nil {
		t.Fatal(err)
	}
	l.hashes = append(l.hashes, h...)
	l.size++
}

// proof is leaves/<seq>.proof with the log's head as it is now, and the checkpoint's text.
func (l *tree) proof(t testing.TB, k *trust, seq int64, cosigned map[string]time.Time) (file []byte, text string) {
	t.Helper()
	root, err := tlog.TreeHash(l.size, l)
	if err != nil {
		t.Fatal(err)
	}
	path, err := tlog.ProveRecord(l.size, seq, l)
	if err != nil {
		t.Fatal(err)
	}
	text = fmt.Sprintf("%s\n%d\n%s\n", k.log.Name(), l.size, root)
	var b strings.Builder
	fmt.Fprintf(&b, "c2sp.org/tlog-proof@v1\nindex %d\n", seq)
	for _, h := range path {
		b.WriteString(h.String() + "\n")
	}
	b.WriteString("\n" + string(sign(t, text, k.log)))
	for _, w := range k.witnesses {
		if at, ok := cosigned[w.name]; ok {
			b.WriteString(w.cosign(text, at))
		}
	}
	return []byte(b.String()), text
}

// stamp is an RFC 3161 token in form only: nobody signed it.
func stamp(t testing.TB, text string, at time.Time) []byte {
	t.Helper()
	type algorithm struct{ ID asn1.ObjectIdentifier }
	type imprint struct {
		Algorithm algorithm
		Hash      []byte
	}
	type info struct {
		Version int
		Policy  asn1.ObjectIdentifier
		Imprint imprint
		Serial  int
		Time    time.Time `asn1:"generalized"`
	}
	type content struct {
		Type asn1.ObjectIdentifier
		Body []byte `asn1:"explicit,tag:0"`
	}
	type signedData struct {
		Version int
		Digests []algorithm `asn1:"set"`
		Content content
	}
	type token struct {
		Type asn1.ObjectIdentifier
		Body signedData `asn1:"explicit,tag:0"`
	}
	sum := sha256.Sum256([]byte(text))
	inner, err := asn1.Marshal(info{1, asn1.ObjectIdentifier{1, 2, 3}, imprint{algorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}, sum[:]}, 7, at.UTC()})
	if err != nil {
		t.Fatal(err)
	}
	out, err := asn1.Marshal(token{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}, signedData{3, nil, content{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 16, 1, 4}, inner}}})
	if err != nil {
		t.Fatal(err)
	}
	return out
}
