package web

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"chesna/api"
	"chesna/booking"
	"chesna/booking/wave"
)

// entryData is the person's entry in words.
type entryData struct {
	lot
	Entry    wave.Entry
	Chosen   []span
	Names    []namedMember
	NF       string
	Live     bool
	CanEdit  bool // its draw still takes entries
	Frozen   bool // it is in a draw now, its own or one that carries it
	Standbys []lot
	Served   lot // the draw that served it, if ServedIn is set
	Policy   wave.Policy
}

// describeEntry says an entry in words.
func (v *visit) describeEntry(e wave.EntryView) (entryData, error) {
	one, err := v.lot(e.Wave)
	if err != nil {
		return entryData{}, err
	}
	d := entryData{
		lot: one, Entry: e.Entry, Chosen: one.accepted(e.Entry.Windows), NF: hex.EncodeToString(e.Entry.NF[:]),
		Live: e.Entry.State == wave.EntryLive, Policy: v.site.Release,
	}
	d.CanEdit, d.Frozen = d.Live && one.Open, d.Live && one.Waiting
	for _, w := range e.Carried {
		s, err := v.lot(w)
		if err != nil {
			return d, err
		}
		d.Standbys = append(d.Standbys, s)
		d.Frozen = d.Frozen || s.Waiting
	}
	people, err := v.candidates(wish{lot: one})
	if err != nil {
		return d, err
	}
	for _, m := range e.Entry.Members {
		svc, err := v.site.Catalogue.Service(m.Service)
		if err != nil {
			return d, err
		}
		n := namedMember{Service: svc}
		if m.Applicant != v.session.Person {
			n.Name = v.t("entry.other")
			for _, c := range people {
				if c.Who == m.Applicant.String() {
					n.Name = c.Name
				}
			}
		}
		d.Names = append(d.Names, n)
	}
	return d, nil
}

// Weight is what the entry weighs.
func (d entryData) Weight() int { return d.Entry.W }

// First tells whether it is of the guarantee class.
func (d entryData) First() bool { return d.Entry.G == 1 }

// Left tells whether its citizen left.
func (d entryData) Left() bool { return d.Entry.State == wave.EntryLeft }

// Moves tells whether it would replace an appointment.
func (d entryData) Moves() bool { return d.Entry.Reschedules != uuid.Nil }

// mine is the person's entry in the draw of the address.
func (v *visit) mine() (entryData, error) {
	source, err := v.draws()
	if err != nil {
		return entryData{}, err
	}
	e, err := source.Entry(v.Request().Context(), v.session, wave.ID(v.Param("draw")))
	if err != nil {
		return entryData{}, err
	}
	return v.describeEntry(e)
}

// entryPage is the receipt: what was asked for, what it weighs, and what to keep.
func entryPage(v *visit) error {
	d, err := v.mine()
	if err != nil {
		return err
	}
	p := v.view("entry.title")
	p.Active, p.Back, p.Data = "entries", "/entries", d
	return v.show(http.StatusOK, "entry", p)
}

// entryFile is one of the files to keep: the signed receipt, the signed request, the opening of its commitment, or all
// of it in one file, as /verify takes it.
func entryFile(v *visit) error {
	d, err := v.mine()
	if err != nil {
		return err
	}
	e := d.Entry
	name := fmt.Sprintf("chesna-%s-%d-", e.Wave, e.Rev)
	const plain = "text/plain; charset=utf-8"
	switch v.Param("file") {
	case "receipt.txt":
		return v.kept(name+"receipt.txt", plain, e.Receipt)
	case "request.txt":
		return v.kept(name+"request.txt", plain, e.Request)
	case "opening.txt":
		return v.kept(name+"opening.txt", plain, []byte(hex.EncodeToString(e.Opening[:])+"\n"))
	case "receipt.json":
		all, err := json.MarshalIndent(map[string]string{
			"receipt": string(e.Receipt), "request": base64.StdEncoding.EncodeToString(e.Request), "opening": hex.EncodeToString(e.Opening[:]),
		}, "", "  ")
		if err != nil {
			return fmt.Errorf("write a receipt: %w", err)
		}
		return v.kept(name+"receipt.json", "application/json", append(all, '\n'))
	}
	return booking.Refuse(booking.CodeEntryAbsent, "no such file")
}

// kept sends a file of the entry; one that is not there yet is not made up.
func (v *visit) kept(name, kind string, content []byte) error {
	if len(content) == 0 {
		return booking.Refuse(booking.CodeUnavailable, "the receipt is being signed")
	}
	return v.file(name, kind, content)
}

type leaveData struct {
	lot
	Document string
}

// leavePage says what leaving means, and shows what is signed for it.
func leavePage(v *visit) error { return v.showLeave(http.StatusOK, nil) }

// leaveText is the text to sign for leaving the draw of the address.
func (v *visit) leaveText() (lot, []byte, error) {
	one, err := v.lotOf()
	if err != nil {
		return one, nil, err
	}
	_, err = v.site.Draws.Leave(v.Request().Context(), v.session, one.ID, nil)
	document, err := textToSign(err)
	return one, document, err
}

func (v *visit) showLeave(status int, faults []fault) error {
	one, document, err := v.leaveText()
	if err != nil {
		return err
	}
	p := v.view("leave.title")
	p.Active, p.Back, p.Faults = "entries", "/draws/"+string(one.ID)+"/entry", faults
	p.Path, p.Query, p.Data = "/draws/"+string(one.ID)+"/leave", "", leaveData{one, string(document)}
	return v.show(status, "leave", p)
}

func leaveDocument(v *visit) error {
	one, document, err := v.leaveText()
	if err != nil {
		return err
	}
	return v.file("chesna-"+string(one.ID)+"-leave.txt", "text/plain; charset=utf-8", document)
}

// signLeaving ends the entry; the same signature again gives the same page.
func signLeaving(v *visit) error {
	source, err := v.draws()
	if err != nil {
		return err
	}
	signature, field, wrong, err := v.signature()
	if err != nil {
		return err
	}
	if wrong != "" {
		return v.showLeave(http.StatusUnprocessableEntity, []fault{{field, v.t(wrong)}})
	}
	if err := v.site.Server.Admit(v.Context, api.ClassSignature); err != nil {
		return err
	}
	id := wave.ID(v.Param("draw"))
	_, err = source.Leave(v.Request().Context(), v.session, id, signature)
	if err == nil {
		return v.to("/draws/" + string(id) + "/entry?done=left")
	}
	if faults, status, ok := v.badSignature(err, field); ok {
		return v.showLeave(status, faults)
	}
	return err
}
