// Package sim shows in virtual time how scarce seats are shared between people and those who resell them: by
// lot, with the project's own booking/draw, and first come, first served. It has no clock and no network.
//
// # Terms
//
// A wave is a set of seats and the entries for it. A person reacts within seconds to a release, and hears of a
// wave within hours; a bot identity is a real identity that a scalper rented or bought, one entry each. The ratio
// is the scalper's share of the seats divided by his share of the identities: 1.00 means that his machines
// brought him nothing. A ring is a scalper's identities that stay entered until they win.
//
// # Invariants
//
//   - Every allocation by lot is a draw of booking/draw, from files as they are published (package lot).
//   - A study is a function of its seed and its size. Each job draws its own random numbers from the seed and the
//     job's name, so neither the order of the jobs nor the number of processors matters.
//   - Every ratio comes with a 95 % interval over independent batches.
//
// # What it does not show
//
// It says nothing about how many identities a scalper can rent, about prices, or about whether rows are people:
// that rests on signatures, on the identity authority and on the desk.
//
// # Reading order
//
// sample (seeded jobs, ratios), lot (the bridge to the draw, people, first come), queue (many waves); then here
// shares.go with tenths.go, choice.go, families.go, returns.go, opening.go, ablation.go with conditions.go, study.go. Package
// report writes the page, package plot its pictures.
package sim
