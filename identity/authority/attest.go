package authority

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"slices"

	"golang.org/x/mod/sumdb/note"
)

// Issued is the name of one entry and whom it was given to.
type Issued struct {
	NF        [32]byte
	Pseudonym string // the declarer's
	// DrawID is the draw for which the name was given: the parent's for an entry carried into a standby draw.
	DrawID string
}

// IssuedPerson is the name of one person of an entry.
type IssuedPerson struct {
	PersonNF  [32]byte
	EntryNF   [32]byte // names the entry
	Pseudonym string
	DrawID    string // as that of the entry
}

// Statement is what a draw's close asserts about persons.
type Statement struct {
	DrawID         string
	EntriesSHA256  [32]byte // of the published files
	BindingsSHA256 [32]byte
	PersonsSHA256  [32]byte
	Entries        []Issued
	Persons        []IssuedPerson // in any order: those who come, a declarer only if she is one of them
}

// LogValue hides whose the name is.
func (Issued) LogValue() slog.Value { return slog.StringValue("[entry]") }

// String hides whose the name is.
func (Issued) String() string { return "[entry]" }

// GoString hides whose the name is.
func (Issued) GoString() string { return "[entry]" }

// LogValue hides whose the name is.
func (IssuedPerson) LogValue() slog.Value { return slog.StringValue("[person]") }

// String hides whose the name is.
func (IssuedPerson) String() string { return "[person]" }

// GoString hides whose the name is.
func (IssuedPerson) GoString() string { return "[person]" }

// LogValue shows draw and counts alone.
func (s Statement) LogValue() slog.Value {
	return slog.GroupValue(slog.String("draw", s.DrawID), slog.Int("entries", len(s.Entries)), slog.Int("persons", len(s.Persons)))
}

// Attest signs that every name of the draw was given by this authority, once, to one person. Before, it computes
// every name again; checks that no name and no person appears twice, among entries as among persons; that each
// person belongs to an entry of the same draw and each entry has one (its declarer need not come); and that the
// persons file has the hash of exactly these persons. A fault is an *Error. 100,000 entries of 167,000 persons take
// half a second.
func (a *Authority) Attest(ctx context.Context, s Statement) ([]byte, error) {
	if !isDrawID(s.DrawID) {
		return nil, &Error{Code: CodeMalformed, Detail: "a draw's identifier is [a-z0-9][a-z0-9-]{0,63}"}
	}
	entries, err := a.checkEntries(ctx, s.Entries)
	if err != nil {
		return nil, err
	}
	if err := a.checkPersons(ctx, s.Persons, entries); err != nil {
		return nil, err
	}
	if personsSHA256(s.Persons) != s.PersonsSHA256 {
		return nil, &Error{Code: CodeMismatch, Detail: "the hash of the persons file is not that of the persons"}
	}
	statement := Attestation{s.DrawID, len(s.Entries), s.EntriesSHA256, s.BindingsSHA256, s.PersonsSHA256}
	signed, err := note.Sign(&note.Note{Text: statement.text()}, a.signer)
	if err != nil {
		return nil, fmt.Errorf("identity authority: sign an attestation: %w", err)
	}
	return signed, nil
}

// admitted is an entry whose name was found right.
type admitted struct {
	drawID  string
	persons int
}

// checkEntries computes the names of entries again and lists them by name.
func (a *Authority) checkEntries(ctx context.Context, list []Issued) (map[[32]byte]*admitted, error) {
	names := a.names(entryLabel)
	room := make([]admitted, len(list)) // in one piece
	entries := make(map[[32]byte]*admitted, len(list))
	declarers := make(map[string]struct{}, len(list))
	for i := range list {
		e := &list[i]
		if err := pause(ctx, i); err != nil {
			return nil, err
		}
		switch nf, err := names(e.Pseudonym, e.DrawID); {
		case err != nil:
			return nil, err
		case nf != e.NF:
			return nil, &Error{Code: CodeNotIssued, Detail: fmt.Sprintf("nf %d of %d was not given to its declarer for that draw", i+1, len(list))}
		}
		room[i].drawID = e.DrawID
		entries[e.NF] = &room[i]
		declarers[e.Pseudonym] = struct{}{}
		if len(entries) != i+1 || len(declarers) != i+1 {
			return nil, &Error{Code: CodeTwice, Detail: fmt.Sprintf("entry %d of %d is of a declarer who has another", i+1, len(list))}
		}
	}
	return entries, nil
}

// checkPersons computes the names of persons again, and that they and the entries belong together.
func (a *Authority) checkPersons(ctx context.Context, list []IssuedPerson, entries map[[32]byte]*admitted) error {
	names := a.names(personLabel)
	persons := make(map[string]struct{}, len(list))
	peopled := 0
	for i := range list {
		p := &list[i]
		if err := pause(ctx, i); err != nil {
			return err
		}
		nf, err := names(p.Pseudonym, p.DrawID)
		persons[p.Pseudonym] = struct{}{}
		entry := entries[p.EntryNF]
		switch {
		case err != nil:
			return err
		case nf != p.PersonNF:
			return &Error{Code: CodeNotIssued, Detail: fmt.Sprintf("personNf %d of %d was not given to that person for that draw", i+1, len(list))}
		case len(persons) != i+1:
			return &Error{Code: CodeTwice, Detail: fmt.Sprintf("person %d of %d is there twice", i+1, len(list))}
		case entry == nil || entry.drawID != p.DrawID:
			return &Error{Code: CodeIncomplete, Detail: fmt.Sprintf("person %d of %d belongs to no entry of that draw", i+1, len(list))}
		}
		if entry.persons++; entry.persons == 1 {
			peopled++
		}
	}
	if peopled != len(entries) {
		return &Error{Code: CodeIncomplete, Detail: fmt.Sprintf("%d of %d entries are for nobody", len(entries)-peopled, len(entries))}
	}
	return nil
}

// personsSHA256 is the hash of the persons file: a line `personNf SP entryNf` for each person, sorted.
func personsSHA256(list []IssuedPerson) [32]byte {
	const size = 64 + 1 + 64 + 1
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b IssuedPerson) int { return bytes.Compare(a.PersonNF[:], b.PersonNF[:]) })
	h := sha256.New()
	line := make([]byte, 0, size)
	for i := range sorted {
		line = append(hex.AppendEncode(line[:0], sorted[i].PersonNF[:]), ' ')
		line = append(hex.AppendEncode(line, sorted[i].EntryNF[:]), '\n')
		h.Write(line)
	}
	return [32]byte(h.Sum(nil))
}
