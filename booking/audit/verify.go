package audit

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"

	"chesna/booking/beacon"
	"chesna/booking/draw"
	"chesna/booking/journal"
)

// Options are what the verifier brings along.
type Options struct {
	// Policy is the trust policy that the verifier pins; nil takes the bundle's, which the report then says.
	Policy *journal.Policy
	// Receipts are checked beside those in the bundle.
	Receipts []File
}

// auditor holds a bundle as it is understood so far.
type auditor struct {
	b        *Bundle
	options  Options
	manifest *draw.Manifest
	entries  *draw.Entries
	bindings []commitment
	persons  []person
	rows     []row
	round    beacon.Round
	own      journal.Policy // the bundle's
	policy   journal.Policy // the one that counts
	log      note.Verifier
	story    *story
	chains   map[draw.BeaconInfo]*beacon.Chain
	proofs   []proven // one for each leaf
	stamps   []stamp  // one for each leaf
	drawn    *draw.Result
	lines    []Line
}

// check is one question of the audit.
type check struct {
	id  string
	ask func(*auditor) answer
}

// checks lists the questions in their order.
func checks() []check {
	return []check{
		{PolicyHash, (*auditor).policyHash},
		{Announced, (*auditor).announced},
		{LeavesCanonical, (*auditor).leavesCanonical},
		{LeavesProved, (*auditor).leavesProved},
		{LogOneTree, (*auditor).logOneTree},
		{OperatorSigned, (*auditor).operatorSigned},
		{WitnessesAnnouncment, (*auditor).witnessesAnnouncement},
		{WitnessesClose, (*auditor).witnessesClose},
		{WitnessesResult, (*auditor).witnessesResult},
		{TimeStamps, (*auditor).timeStamps},
		{CloseMatchesFiles, (*auditor).closeMatchesFiles},
		{ManifestRoot, (*auditor).manifestRoot},
		{Bindings, (*auditor).bindingsHold},
		{Persons, (*auditor).personsHold},
		{Authority, (*auditor).authority},
		{Timing, (*auditor).timing},
		{Round, (*auditor).roundByRule},
		{Beacon, (*auditor).beaconVerifies},
		{Seed, (*auditor).seed},
		{Result, (*auditor).result},
		{ResultLeaf, (*auditor).resultLeaf},
		{Receipts, (*auditor).receipts},
		{Independence, (*auditor).independence},
	}
}

// Verify makes all checks of a bundle, in their order. It does not change the bundle and may be called concurrently.
func Verify(b *Bundle, o Options) Report {
	r, _ := verify(b, o)
	return r
}

// verify also gives what it understood, for a history.
func verify(b *Bundle, o Options) (Report, *auditor) {
	a := &auditor{b: b, options: o, chains: map[draw.BeaconInfo]*beacon.Chain{}}
	r := Report{Lines: []Line{}}
	if err := a.read(); err != nil {
		r.Checks = append(r.Checks, Check{FilesGrammar, Failed, err.Error()})
		for _, c := range checks() {
			r.Checks = append(r.Checks, Check{c.id, NotApplicable, "the files cannot be read"})
		}
		return r, a
	}
	r.Checks = append(r.Checks, Check{FilesGrammar, OK, a.sizes()})
	for _, c := range checks() {
		said := c.ask(a)
		r.Checks = append(r.Checks, Check{c.id, said.state, said.detail})
	}
	if a.story.announcement != nil {
		r.DrawID = a.story.announcement.leaf.DrawID
	}
	r.Lines = append(r.Lines, a.lines...)
	return r, a
}

func (a *auditor) sizes() string {
	return fmt.Sprintf("%d seats, %d entries, %d persons, %d leaves", len(a.manifest.Seats), len(a.entries.Rows), len(a.persons), len(a.b.Leaves))
}

// read takes the files by their grammar. Which files have to be there depends on what the leaves say has happened.
func (a *auditor) read() error {
	a.story = tell(a.b.Leaves)
	if err := a.missing(); err != nil {
		return err
	}
	var errs [6]error
	a.manifest, errs[0] = draw.ParseManifest(a.b.Manifest)
	a.entries, errs[1] = draw.ParseEntries(a.b.Entries)
	a.bindings, errs[2] = parseBindings(a.b.Bindings)
	a.persons, errs[3] = parsePersons(a.b.Persons)
	if a.b.Result != nil {
		a.rows, errs[4] = parseResult(a.b.Result)
	}
	if a.b.Beacon != nil {
		a.round, errs[5] = beacon.ParseRound(a.b.Beacon)
	}
	for _, err := range errs[:5] { // their errors name the file
		if err != nil {
			return err
		}
	}
	if errs[5] != nil {
		return &FormError{"beacon.json", errs[5].Error()}
	}
	if a.b.Beacon != nil && string(a.round.JSON()) != string(a.b.Beacon) {
		return &FormError{"beacon.json", "not in the published form"}
	}
	var err error
	if a.own, err = journal.ParsePolicy(a.b.Policy); err != nil {
		return &FormError{"policy.json", err.Error()}
	}
	a.policy = a.own
	if a.options.Policy != nil {
		a.policy = *a.options.Policy
	}
	if a.log, err = a.policy.Log(journal.NameDraws); err != nil {
		return &FormError{"policy.json", err.Error()}
	}
	a.prove()
	a.readStamps()
	return nil
}

func (a *auditor) missing() error {
	need := map[string]bool{"manifest": true, "policy.json": true}
	for _, name := range []string{"entries", "bindings", "persons"} {
		need[name] = a.story.closings > 0
	}
	for _, name := range []string{"result", "beacon.json"} {
		need[name] = a.story.result != nil
	}
	for _, f := range []string{"manifest", "policy.json", "entries", "bindings", "persons", "result", "beacon.json"} {
		if need[f] && *a.b.slot(f) == nil {
			return &FormError{f, "the file is missing"}
		}
	}
	if len(a.b.Leaves) == 0 {
		return &FormError{"leaves", "there is no leaf"}
	}
	return nil
}

// IsForm tells whether an error says that files cannot be read, for exit status 2.
func IsForm(err error) bool {
	var form *FormError
	var line *draw.LineError
	return errors.As(err, &form) || errors.As(err, &line)
}
