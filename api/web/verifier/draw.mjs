// The draw, chesna/draw/v1: from two files, a beacon round and the draw's name to the result, byte for byte what
// booking/draw makes in Go. Pure: no clock, no network, no state.
import { sha256 } from "./vendor/noble.mjs";
import { be64, compare, concat, utf8 } from "./bytes.mjs";
import { isDrawID, maskText } from "./files.mjs";
import { choose } from "./choose.mjs";
import { place } from "./place.mjs";

/** The seed: what was closed before the beacon was known, mixed with the beacon. */
export function seedOf({ drawID, chainHash, round, signature, entries, entriesRoot, manifestRoot }) {
  return sha256(concat(utf8("chesna/draw/v1/seed\0"), chainHash, be64(round), signature, be64(entries), entriesRoot, manifestRoot, utf8(drawID)));
}

const prefix = utf8("chesna/draw/v1/ticket\0");

/**
 * Computes keys: an entry's is the smallest of its tickets, SHA-256(prefix ‖ seed ‖ leafHash ‖ BE32(j)). What tickets
 * share is hashed once and the hashers are used again: a large draw has millions of tickets.
 */
class Keys {
  constructor(seed) {
    this.head = sha256.create().update(prefix).update(seed);
    this.entry = sha256.create();
    this.ticket = sha256.create();
    this.number = new Uint8Array(4);
    this.out = new Uint8Array(32);
  }

  of(entry) {
    this.head._cloneInto(this.entry).update(entry.leaf);
    const least = new Uint8Array(32);
    for (let j = 0; j < entry.weight; j++) {
      this.number[3] = j;
      this.entry._cloneInto(this.ticket).update(this.number).digestInto(this.out);
      if (j === 0 || compare(this.out, least) < 0) least.set(this.out);
    }
    return least;
  }
}

/** The entries in key order, ties by leaf hash: [{…entry, row, key}]. */
export function order(seed, entries) {
  const all = new Keys(seed);
  const keys = entries.map((e) => all.of(e));
  const heads = Float64Array.from(keys, (k) => ((k[0] << 16) | (k[1] << 8) | k[2]) * 0x1000000 + ((k[3] << 16) | (k[4] << 8) | k[5]));
  const rows = Int32Array.from(entries, (_, i) => i);
  rows.sort((a, b) => heads[a] - heads[b] || compare(keys[a], keys[b]) || compare(entries[a].leaf, entries[b].leaf));
  return Array.from(rows, (row) => ({ ...entries[row], row, key: keys[row] }));
}

/**
 * Draws. manifest and entries come from parseManifest and parseEntries; chainHash and signature are bytes, and the
 * signature has been verified. Gives {seed, ranked, seats, closed, first}: the entries in key order, and for each rank
 * the indices of its seats in the manifest, or undefined.
 */
export function run({ drawID, chainHash, round, signature, manifest, entries }) {
  if (!isDrawID(drawID)) throw new Error("draw id: want [a-z0-9][a-z0-9-]{0,63}");
  const seed = seedOf({ drawID, chainHash, round, signature, entries: entries.entries.length, entriesRoot: entries.root, manifestRoot: manifest.root });
  const ranked = order(seed, entries.entries);
  const { window, closedLo, closedHi, first } = choose(manifest.seats, ranked);
  const seats = place(manifest.seats, ranked, window);
  return { seed, ranked, seats, closed: maskText(closedLo, closedHi), first, manifest };
}

/** The published result file. */
export function resultBytes(result) {
  const served = [];
  const waiting = [];
  result.ranked.forEach((e, rank) => {
    const seats = result.seats[rank];
    if (seats === undefined) waiting.push(`${e.nf}\n`);
    else served.push(`${e.nf} ${seats.map((i) => result.manifest.seats[i].id).join(",")}\n`);
  });
  return utf8(`${served.join("")}--\n${waiting.join("")}closed ${result.closed}\n`);
}
