package configs

// Limits are the quotas of limits.yaml.
type Limits struct {
	// Edge is by client address, per route class, in a fixed window.
	Edge map[string]EdgeLimit `yaml:"edge"`
	// Person is per signed-in person and action (GCRA).
	Person map[string]PersonLimit `yaml:"person"`
}

// EdgeLimit is how many requests of a class one client address may make.
type EdgeLimit struct {
	Requests int      `yaml:"requests"`
	Period   Duration `yaml:"period"`
}

// PersonLimit is a rate of an action with a burst on top: Rate actions per Per
// in the long run, Burst of them at once.
type PersonLimit struct {
	Rate  int      `yaml:"rate"`
	Per   Duration `yaml:"per"`
	Burst int      `yaml:"burst"`
}

// Route classes of Limits.Edge.
const (
	EdgePages     = "pages"     // server-rendered pages and static files
	EdgeCatalogue = "catalogue" // public lists and the legal meter
	EdgeChallenge = "challenge" // asking for a challenge
	EdgeSignature = "signature" // anything that verifies a signature
	EdgeAPI       = "api"       // everything else behind sign-in
)

// EdgeClasses are all classes of Limits.Edge.
func EdgeClasses() []string {
	return []string{EdgePages, EdgeCatalogue, EdgeChallenge, EdgeSignature, EdgeAPI}
}

// Actions of Limits.Person.
const (
	ActionSignIn       = "signIn"       // by the signer, after the certificate is known
	ActionAvailability = "availability" // looking for a time
	ActionHold         = "hold"
	ActionExtend       = "extend"
	ActionRelease      = "release"
	ActionConfirm      = "confirm"
	ActionCancel       = "cancel"
	ActionMail         = "mail"    // verification mails
	ActionEnter        = "enter"   // entering, changing or leaving a draw
	ActionPublish      = "publish" // an officer's weeks
)

// PersonActions are all actions of Limits.Person.
func PersonActions() []string {
	return []string{
		ActionSignIn, ActionAvailability, ActionHold, ActionExtend, ActionRelease,
		ActionConfirm, ActionCancel, ActionEnter, ActionMail, ActionPublish,
	}
}
