package redisinv

import (
	"strconv"
	"strings"
	"time"
)

// matches compares a reply; "~n" is a time to live of at most n ms and at least half of it.
func matches(got, want string) bool {
	most, ok := strings.CutPrefix(want, "~")
	if !ok {
		return got == want
	}
	ms, err := strconv.Atoi(most)
	left, err2 := time.ParseDuration(got)
	limit := time.Duration(ms) * time.Millisecond
	return err == nil && err2 == nil && left <= limit && left >= limit/2
}

func holdCases() []scriptCase {
	one := func(id string) string { return " 1 " + id + " 5000 5000 600000 300000 grp|svc|per|app|non" }
	two := append(append([]string{}, seat1Free...), "HSET {c}:seats seat2 S|grp|5000|20", "ZADD {c}:free 5000 seat2")
	return []scriptCase{
		{
			name: "a seat", before: seat1Free, keys: holdKeys, args: "1000000" + one("h1"), want: "[OK [HELD " + heldRecord + "]]",
			after: map[string]string{
				"HGET {c}:holds h1": heldRecord, "ZCOUNT {c}:exp 1600000 1600000": "1", "ZCARD {c}:free": "0",
				"HGET {c}:seats seat1": "S|grp|5000|20",
			},
		},
		{
			name: "no epoch", before: seat1Free[1:], keys: holdKeys, args: "1000000" + one("h1"), want: "[NO_INVENTORY]",
			after: map[string]string{"ZCARD {c}:free": "1"},
		},
		{
			name: "none left", before: []string{epochSet}, keys: holdKeys, args: "1000000" + one("h1"), want: "[OK [SOLD_OUT]]",
			after: map[string]string{"EXISTS {c}:holds": "0"},
		},
		{
			name: "outside the span", before: seat1Free, keys: holdKeys,
			args: "1000000 1 h1 5001 9000 600000 300000 grp|svc|per|app|non", want: "[OK [SOLD_OUT]]",
		},
		{name: "past", before: seat1Free, keys: holdKeys, args: "5000000" + one("h1"), want: "[OK [SOLD_OUT]]"},
		{
			name: "just not past", before: seat1Free, keys: holdKeys, args: "4999999" + one("h1"),
			want: "[OK [HELD " + strings.NewReplacer("1600000", "5599999", "1900000", "5899999", "1000000", "4999999").Replace(heldRecord) + "]]",
		},
		{name: "the same identifier", before: seat1Held, keys: holdKeys, args: "1000000" + one("h1"), want: "[OK [REPLAY " + heldRecord + "]]"},
		{name: "the same identifier, over", before: seat1Held, keys: holdKeys, args: "1600000" + one("h1"), want: "[OK [ENDED " + heldRecord + "]]"},
		{
			name: "the same identifier, confirming", before: seat1Pin, keys: holdKeys, args: "1600000" + one("h1"),
			want: "[OK [REPLAY " + pinnedRecord + "]]",
		},
		{
			name: "the same identifier, ended", before: seat1Ended, keys: holdKeys, args: "1600000" + one("h1"),
			want: "[OK [ENDED " + endedRecord + "]]",
		},
		{
			name: "a batch in order", before: two, keys: holdKeys, args: "1000000" + one("h1") + one("h2") + one("h3") + one("h1"),
			want:  "[OK [HELD " + heldRecord + "] [HELD " + strings.Replace(heldRecord, "seat1", "seat2", 1) + "] [SOLD_OUT] [REPLAY " + heldRecord + "]]",
			after: map[string]string{"HLEN {c}:holds": "2", "ZCARD {c}:exp": "2", "ZCARD {c}:free": "0"},
		},
		{
			name: "two groups", before: append(append([]string{}, seat1Free...), "HSET {c}:seats seat2 S|g2|5000|40", "ZADD {c}:free2 5000 seat2"),
			keys: holdKeys + " {c}:free2", args: "1000000 2 h2 0 9000 600000 300000 g2|svc|per|app|non" + one("h1"),
			want: "[OK [HELD H|1600000|1900000|0|1000000|seat2|5000|40|g2|svc|per|app|non] [HELD " + heldRecord + "]]",
		},
	}
}

func extendCases() []scriptCase {
	keys := "{c}:holds {c}:exp"
	longer := "H|1900000|1900000|1|1000000|seat1|5000|20|grp|svc|per|app|non"
	return []scriptCase{
		{
			name: "once", before: seat1Held, keys: keys, args: "1599999 h1", want: "[OK " + longer + "]",
			after: map[string]string{"HGET {c}:holds h1": longer, "ZCOUNT {c}:exp 1900000 1900000": "1", "ZCARD {c}:exp": "1"},
		},
		{name: "twice", before: []string{"HSET {c}:holds h1 " + longer}, keys: keys, args: "1599999 h1", want: "[EXTENDED]"},
		{
			name: "too late", before: seat1Held, keys: keys, args: "1600000 h1", want: "[EXPIRED]",
			after: map[string]string{"HGET {c}:holds h1": heldRecord},
		},
		{name: "confirming", before: seat1Pin, keys: keys, args: "1000000 h1", want: "[CONFIRMING]"},
		{name: "ended", before: seat1Ended, keys: keys, args: "1000000 h1", want: "[ENDED " + endedRecord + "]"},
		{name: "unknown", keys: keys, args: "1000000 h1", want: "[NOT_FOUND]"},
	}
}

func pinCases() []scriptCase {
	keys := "{c}:holds {c}:exp {c}:pin"
	pinned := map[string]string{"HGET {c}:holds h1": pinnedRecord, "ZCARD {c}:exp": "0", "ZCARD {c}:pin": "1"}
	return []scriptCase{
		{name: "in time", before: seat1Held, keys: keys, args: "1599999 h1", want: "[OK " + pinnedRecord + "]", after: pinned},
		{
			name: "again, later", before: seat1Pin, keys: keys, args: "9900000 h1", want: "[OK " + pinnedRecord + "]",
			after: map[string]string{"ZCOUNT {c}:pin 1000000 1000000": "1"},
		},
		{
			name: "too late", before: seat1Held, keys: keys, args: "1600000 h1", want: "[EXPIRED]",
			after: map[string]string{"ZCARD {c}:exp": "1", "ZCARD {c}:pin": "0"},
		},
		{name: "ended", before: seat1Ended, keys: keys, args: "1000000 h1", want: "[ENDED " + endedRecord + "]"},
		{name: "unknown", keys: keys, args: "1000000 h1", want: "[NOT_FOUND]"},
	}
}

func finishCases() []scriptCase {
	over := func(state string) map[string]string {
		return map[string]string{
			"HGET {c}:holds h1": state + heldRecord[1:], "ZCARD {c}:exp": "0", "ZCARD {c}:pin": "0",
			"ZCOUNT {c}:ended 1200000 1200000": "1", "HGET {c}:seats seat1": "E|grp|5000|20",
		}
	}
	return []scriptCase{
		{name: "release", before: seat1Held, keys: finishKeys, args: "1200000 h1 R", want: "[OK R" + heldRecord[1:] + "]", after: over("R")},
		{name: "release one that is over", before: seat1Held, keys: finishKeys, args: "1600000 h1 R", want: "[OK " + endedRecord + "]"},
		{
			name: "release a confirming one", before: seat1Pin, keys: finishKeys, args: "1200000 h1 R", want: "[CONFIRMING]",
			after: map[string]string{"ZCARD {c}:ended": "0"},
		},
		{name: "release an ended one", before: seat1Ended, keys: finishKeys, args: "1200000 h1 R", want: "[ENDED " + endedRecord + "]"},
		{name: "release none", keys: finishKeys, args: "1200000 h1 R", want: "[NOT_FOUND]"},
		{name: "abandon", before: seat1Pin, keys: finishKeys, args: "1200000 h1 A", want: "[OK A" + heldRecord[1:] + "]", after: over("A")},
		{name: "abandon one that is not pinned", before: seat1Held, keys: finishKeys, args: "1200000 h1 A", want: "[NOT_CONFIRMING]"},
	}
}

func sweepCases() []scriptCase {
	keys := "{c}:seats {c}:holds {c}:exp {c}:ended"
	two := append(append([]string{}, seat1Held...), "HSET {c}:seats seat2 S|grp|5000|20",
		"HSET {c}:holds h2 "+strings.Replace(heldRecord, "seat1", "seat2", 1), "ZADD {c}:exp 1600001 h2")
	return []scriptCase{
		{name: "one is over", before: two, keys: keys, args: "1600000 9", want: "[OK h1 " + endedRecord + "]", after: map[string]string{
			"HGET {c}:holds h1": endedRecord, "HGET {c}:seats seat1": "E|grp|5000|20", "ZCARD {c}:exp": "1", "ZCOUNT {c}:ended 1600000 1600000": "1",
		}},
		{name: "the oldest first", before: two, keys: keys, args: "1700000 1", want: "[OK h1 " + endedRecord + "]"},
		{name: "none is over", before: two, keys: keys, args: "1599999 9", want: "[OK]"},
		{name: "confirming ones stay", before: seat1Pin, keys: keys, args: "9999999 9", want: "[OK]"},
	}
}

func settleCases() []scriptCase {
	empty := map[string]string{
		"EXISTS {c}:holds": "0", "EXISTS {c}:seats": "0", "EXISTS {c}:exp": "0", "EXISTS {c}:pin": "0", "EXISTS {c}:ended": "0", "EXISTS {c}:free": "0",
	}
	return []scriptCase{
		{name: "confirming", before: seat1Pin, keys: settleKeys, args: "h1 seat1", want: "[OK]", after: empty},
		{name: "held", before: seat1Held, keys: settleKeys, args: "h1 seat1", want: "[OK]", after: empty},
		{name: "ended", before: seat1Ended, keys: settleKeys, args: "h1 seat1", want: "[OK]", after: empty},
		{name: "lost, the seat is free", before: seat1Free, keys: settleKeys, args: "h1 seat1", want: "[SEAT]", after: empty},
		{
			name: "lost, the seat is another's", before: seat1Held, keys: settleKeys, args: "h9 seat1", want: "[GONE]",
			after: map[string]string{"HGET {c}:holds h1": heldRecord},
		},
		{name: "again", keys: settleKeys, args: "h1 seat1", want: "[GONE]"},
	}
}

func publishCases() []scriptCase {
	keys := "{c}:epoch {c}:seats {c}:free"
	return []scriptCase{
		{name: "two", before: []string{epochSet}, keys: keys, args: "live grp seat1 5000 20 seat2 6000 30", want: "[OK 2]", after: map[string]string{
			"HGET {c}:seats seat2": "S|grp|6000|30", "ZCOUNT {c}:free 5000 5000": "1", "ZCARD {c}:free": "2",
		}},
		{
			name: "a free one again", before: seat1Free, keys: keys, args: "live g2 seat1 7000 20", want: "[OK 0]",
			after: map[string]string{"HGET {c}:seats seat1": "S|grp|5000|20", "ZCOUNT {c}:free 5000 5000": "1"},
		},
		{name: "a held one", before: seat1Held, keys: keys, args: "live grp seat1 5000 20", want: "[OK 0]", after: map[string]string{"ZCARD {c}:free": "0"}},
		{name: "an ended one", before: seat1Ended, keys: keys, args: "live grp seat1 5000 20", want: "[OK 0]", after: map[string]string{"ZCARD {c}:free": "0"}},
		{name: "no epoch", keys: keys, args: "live grp seat1 5000 20", want: "[NO_INVENTORY]", after: map[string]string{"EXISTS {c}:seats": "0"}},
		{name: "rebuild", keys: keys, args: "load grp seat1 5000 20", want: "[OK 1]", after: map[string]string{"ZCARD {c}:free": "1"}},
	}
}

func withdrawCases() []scriptCase {
	keys := "{c}:epoch {c}:seats {c}:free"
	return []scriptCase{
		{
			name: "a free one", before: seat1Free, keys: keys, args: "live seat1 seat9", want: "[OK]",
			after: map[string]string{"EXISTS {c}:seats": "0", "EXISTS {c}:free": "0"},
		},
		{name: "a held one", before: seat1Held, keys: keys, args: "live seat1", want: "[OK seat1]", after: map[string]string{"HLEN {c}:seats": "1"}},
		{name: "an ended one", before: seat1Ended, keys: keys, args: "live seat1", want: "[OK]", after: map[string]string{"HLEN {c}:seats": "1"}},
		{name: "no epoch", before: seat1Free[1:], keys: keys, args: "live seat1", want: "[NO_INVENTORY]", after: map[string]string{"ZCARD {c}:free": "1"}},
		{name: "rebuild", before: seat1Free[1:], keys: keys, args: "load seat1", want: "[OK]", after: map[string]string{"EXISTS {c}:free": "0"}},
	}
}

func acknowledgeCases() []scriptCase {
	keys := "{c}:seats {c}:holds {c}:ended"
	return []scriptCase{
		{
			name: "an ended one", before: seat1Ended, keys: keys, args: "h1 h9", want: "[OK 1]",
			after: map[string]string{"EXISTS {c}:seats": "0", "EXISTS {c}:holds": "0", "EXISTS {c}:ended": "0"},
		},
		{
			name: "a live one", before: seat1Held, keys: keys, args: "h1", want: "[OK 0]",
			after: map[string]string{"HGET {c}:holds h1": heldRecord, "HLEN {c}:seats": "1"},
		},
	}
}

func clockCases() []scriptCase {
	return []scriptCase{{name: "reads", keys: "{c}:epoch", after: map[string]string{"EXISTS {c}:epoch": "0"}}}
}
