package qes

// Report is the verdict on a message in the form that the command line prints.
type Report struct {
	Verdict string        `json:"verdict"` // accept or reject
	Code    string        `json:"code"`    // "ok", or the Code of the refusal
	Reason  string        `json:"reason"`
	Subject ReportSubject `json:"subject"` // empty when rejected: an unproven name is nobody's
}

// ReportSubject is the person in a Report.
type ReportSubject struct {
	CN        string `json:"cn"`
	Surname   string `json:"surname"`
	GivenName string `json:"givenName"`
	RNOKPP    string `json:"rnokpp"`
	UNZR      string `json:"unzr"`
	EDRPOU    string `json:"edrpou"`
}

// The verdicts.
const (
	Accept = "accept"
	Reject = "reject"
)

// NewReport makes a Report of what Verify returned.
func NewReport(s Signature, err error) Report {
	if err != nil {
		r := Report{Verdict: Reject, Code: "internal", Reason: "the verifier failed"}
		if e, ok := asError(err); ok {
			r.Code, r.Reason = string(e.Code), e.Detail
		}
		return r
	}
	reason := "the signature is valid"
	if !s.RevocationChecked {
		reason += "; revocation was not checked, as no list was given"
	}
	return Report{
		Verdict: Accept, Code: "ok", Reason: reason,
		Subject: ReportSubject{
			CN: s.Subject.CommonName, Surname: s.Subject.Surname, GivenName: s.Subject.GivenName,
			RNOKPP: s.Subject.RNOKPP, UNZR: s.Subject.UNZR, EDRPOU: s.Subject.EDRPOU,
		},
	}
}
