package web

import (
	"slices"

	"chesna/api/locale"
)

// sorted is a copy of the list in the order of the language's alphabet.
func sorted[T any](l locale.Lang, list []T, name func(T) string) []T {
	out := slices.Clone(list)
	compare := locale.Sorter(l)
	slices.SortStableFunc(out, func(a, b T) int { return compare(name(a), name(b)) })
	return out
}
