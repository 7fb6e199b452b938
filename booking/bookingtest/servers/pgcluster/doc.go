// Package pgcluster runs a private PostgreSQL cluster as a child process, from the binaries installed on the machine.
//
// Terms. The home is the folder given in [Config]; it holds the data folder (or a link to it), the password file, the server's log, the lock and
// a note of the socket folder. The keeper is the account the server runs as: this process's own, or, when that is root (which PostgreSQL
// refuses), the owner of existing data, else `postgres`, else `nobody`.
//
// Invariants.
//   - One parent per home: a file lock, freed by the kernel when the parent ends, refuses the second.
//   - The server ends with its parent, kill -9 included (package child). Should an old server of this home still run, Start stops it first; it is
//     recognised by its number in postmaster.pid, its program and its working folder, all three.
//   - Data survive a restart. When the keeper cannot reach the home (root's home folder, a 0700 temporary folder), the data live under /var/lib (or,
//     failing that, a temporary folder) and the home holds a link.
//   - The socket folder is 0700 and its path short (a socket's path ends at 107 bytes). With a password (Config.Password) every connection proves
//     it by SCRAM; without one the server has no TCP listener and only the keeper and root reach the socket.
//   - The server's log holds no errors of statements, so no personal data.
//
// Reading order: config.go, cluster.go (start and stop), create.go (home, initdb), recover.go (an old server), keeper.go, binaries.go, surroundings.go.
package pgcluster
