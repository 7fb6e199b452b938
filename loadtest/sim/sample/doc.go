// Package sample is the chance and the reckoning of a simulation: independent jobs that each draw their own random
// numbers from one seed, a few distributions, and ratios with their 95 % interval.
//
// The findings of a study hang on the seed and on the names of its jobs, not on their order and not on the number of
// processors. Reading order: jobs.go, estimate.go.
package sample
