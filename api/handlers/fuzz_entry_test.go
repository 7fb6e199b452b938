package handlers

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"chesna/api/contract"
	"chesna/api/oapi"
	"chesna/api/problem"
	"chesna/api/strictjson"
	"chesna/booking/wave"
	"chesna/identity"
)

// FuzzEntryBody: what the contract lets through is read as one wish, bounded, or refused with its place and without a
// word of the input.
func FuzzEntryBody(f *testing.F) {
	for _, s := range []string{
		`{"windows":[0,3],"service":"passport-adult"}`,
		`{"windows":[63],"members":[{"service":"a"},{"service":"b","applicant":{"relation":"child","surname":"М","givenName":"Л","birthDate":"2020-02-03"}}],"cannot":true}`,
		`{"windows":[1],"reschedules":"0190b3a0-1111-4222-8333-444455556666","signature":"YQ=="}`,
		`{"windows":[0],"reschedules":"00000000-0000-0000-0000-000000000000"}`,
		`{"windows":[1],"service":"a","members":[]}`, `{"windows":[]}`, `{"windows":[0],"windows":[1]}`, `{"windows":[1e2],"service":"a"}`,
		`{"windows":[0],"service":"a","signature":"YR=="}`, `{"windows":null}`, `[]`, `{`, ``, `{"windows":[0],"service":"a","weight":8}`,
	} {
		f.Add([]byte(s))
	}
	c, err := contract.Load(oapi.Spec())
	if err != nil {
		f.Fatal(err)
	}
	put, ok := c.Operation("putEntry")
	if !ok {
		f.Fatal("no such operation")
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := put.Body("application/json", body); err != nil {
			var refusal *problem.Error
			if !errors.As(err, &refusal) {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		var in oapi.EntryRequest
		if err := strictjson.Decode(body, &in); err != nil {
			t.Fatalf("the contract let through what cannot be read: %v\n%s", err, body)
		}
		r, err := entryRequest(in)
		if err != nil {
			var refusal *problem.Error
			if !errors.As(err, &refusal) || len(refusal.Fields) != 1 || !strings.HasPrefix(refusal.Fields[0].Pointer, "/") {
				t.Fatalf("refused without its place: %v", err)
			}
			return
		}
		if len(r.Windows) == 0 || len(r.Members) > wave.MaxSize || len(r.Signature) > identity.MaxSignatureBytes {
			t.Errorf("taken: %d windows, %d members, %d bytes", len(r.Windows), len(r.Members), len(r.Signature))
		}
		if len(r.Members) == 0 && r.Reschedules == uuid.Nil {
			t.Error("taken for nobody")
		}
		for _, n := range r.Windows {
			if n < 0 || n > 63 {
				t.Errorf("window %d", n)
			}
		}
	})
}
