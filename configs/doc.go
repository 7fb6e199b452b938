// Package configs reads Chesna's configuration and its catalogue of posts and
// services, and refuses anything it does not fully understand.
//
// # Terms
//
//   - File: one of chesna.yaml, limits.yaml, consulates.yaml, services.yaml and
//     schedule.yaml. The defaults are compiled in; they are also the samples, and
//     every key is explained in them.
//   - Override: a file of the same name in the folder given with --config. Of
//     chesna.yaml and limits.yaml it need hold only the keys that differ; the
//     other three replace the compiled-in file as a whole.
//   - Secret: a value that never stands in a file of this kind. It comes from
//     the environment: CHESNA_<SECTION>_<KEY>, or the same name with _FILE for a
//     file that holds it.
//
// # Invariants
//
//   - Load returns a Config without faults, or Errors with every fault found,
//     each with its file, JSON pointer and line. Nothing in between.
//   - Faults never repeat what was written in the file or the environment.
//   - Unknown keys, keys given twice, keys without a value, aliases, several
//     documents and files over MaxFileSize are refused.
//   - A Secret prints as "[secret]" in logs, in fmt and in JSON.
//   - A Config is not changed after Load; it may be shared between goroutines.
//
// # Reading order
//
// config.go (the sections), catalogue.go (posts and services), limits.go,
// schedule.go, load.go, strict.go, env.go, the validate files.
package configs
