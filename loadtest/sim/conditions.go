package sim

import (
	"fmt"

	"chesna/loadtest/sim/lot"
	"chesna/loadtest/sim/sample"
)

// conditions say what must hold, and what happens when it does not (Hakimov, Heller, Kübler and Kurino, American
// Economic Review 111(7), 2021, for the idea of batches; the sizes of the attacks are ours).
func conditions() [offs][3]string {
	return [offs][3]string{
		nothing: {"–", "all conditions hold", "enters each of his identities once"},
		c1:      {"C1", "the time of arrival has no effect", "is faster than anybody else"},
		c2:      {"C2", "one live entry per identity over all channels", fmt.Sprintf("enters each identity %d times", entriesEach)},
		c3:      {"C3", "the identity is fixed from the entry to the desk", fmt.Sprintf("enters %d borrowed names for each customer and sells what they win", namesEach)},
		c4:      {"C4", "a returned seat goes to a later draw", fmt.Sprintf("takes returned seats (%.0f %% of all) the moment they open", 100*quitters)},
		c5:      {"C5", "a false identity cannot use a seat", fmt.Sprintf("adds %d invented identities to each real one", fakesEach)},
		c6:      {"C6", "nobody can raise another's odds", fmt.Sprintf("has his entries raised to %d tickets", lot.MaxWeight)},
		c7:      {"C7", "there is no other, faster path", fmt.Sprintf("buys the %.0f %% of the seats that are given by a side door", 100*sideDoor)},
	}
}

func (a *ablation) rows() []AblationRow {
	texts := conditions()
	rows := make([]AblationRow, offs)
	for o, batches := range a.out {
		var chance sample.Pair
		for _, b := range batches {
			chance.Add(b.chance)
		}
		rows[o] = AblationRow{
			Condition: texts[o][0], Holds: texts[o][1], Attack: texts[o][2], Chance: chance.Got / chance.Due,
			Ratio:  sample.Over(batches, func(b *ablationBatch) sample.Pair { return b.ratio }),
			Tenths: sample.Over(batches, func(b *ablationBatch) sample.Pair { return sample.Pair{Got: b.won[0], Due: b.won[9]} }),
		}
	}
	return rows
}
