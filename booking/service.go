package booking

// ServiceID names a consular action, such as "passport-adult".
type ServiceID string

// GroupID names a service group: services that share an appointment length. One person can have one
// active appointment per group. Two to twelve lower-case letters or digits, no dash.
type GroupID string

// Group is a set of services that are served in slots of one length.
type Group struct {
	ID      GroupID
	Title   Text
	Minutes int
}

// Applicants tells for whom a service can be asked.
type Applicants string

// Who can be applied for.
const (
	// ForSelf is a service for only the person who signs.
	ForSelf Applicants = "self"
	// ForChild is a service that a parent or guardian asks for a child.
	ForChild Applicants = "child"
	// ForAny is a service for oneself or for another person.
	ForAny Applicants = "any"
)

// ReasonCode is why a document is replaced.
type ReasonCode struct {
	Code  string
	Title Text
}

// Service is a consular action that a citizen can book a seat for.
type Service struct {
	ID         ServiceID
	Group      GroupID
	Title      Text
	Documents  []Text
	Fee        Text
	Applicants Applicants
	Presence   bool // the applicant must come in person
	Reasons    []ReasonCode
}
