// The receipt of an entry, held against the files of its draw.
import { concat, hex, textOf, unbase64, unhex, utf8 } from "./bytes.mjs";
import { sha256 } from "./vendor/noble.mjs";
import { cut, isDrawID, parseEntries, parseStart } from "./files.mjs";
import { faultOfSignature, linesOf, parseNote } from "./note.mjs";

/**
 * Reads a receipt: a signed note, or the API's JSON with the note under "receipt" and, beside it, "request" in base64
 * and "opening" in hex, which together give the commitment c. opened tells whether they do; null when they are not
 * there. Throws when it is neither.
 */
export function readReceipt(bytes) {
  const text = textOf(bytes).trimStart();
  if (!text.startsWith("{")) return { ...readNote(parseNote(bytes)), request: null, opened: null };
  const json = JSON.parse(text);
  if (typeof json.receipt !== "string") throw new Error("no receipt in it");
  const receipt = readNote(parseNote(utf8(json.receipt)));
  const [request, opening] = [unbase64(json.request), unhex(json.opening, 32)];
  if (request === null || opening === null) return { ...receipt, request: null, opened: null };
  return { ...receipt, request, opened: hex(sha256(concat(request, opening))) === receipt.c };
}

function readNote(note) {
  const [head, drawID, rev, time, line, c, ...more] = linesOf(note);
  const odd = new Error("not a receipt of an entry");
  if (head !== "chesna/receipt/v1" || more.length > 0 || !isDrawID(drawID) || !/^(0|[1-9][0-9]{0,8})$/.test(rev)) throw odd;
  if (parseStart(time) === null || c === undefined || unhex(c, 32) === null) throw odd;
  if (line !== "-") parseEntries(utf8(`${line}\n`));
  return { note, drawID, rev: Number(rev), time, line, c, nf: line === "-" ? null : cut(utf8(line), 5)[0] };
}

/**
 * What a receipt says about a draw: {ok, code, row}. The codes: in (the line is there, bound to the same request), left
 * (she left), later (a receipt of higher revision stands beside it), missing and changed (only a later request that she
 * signed explains it), forged, other-draw. others are further receipts of the same person.
 */
export function judge(b, receipt, others = []) {
  if (faultOfSignature(receipt.note, b.policy.operator) !== null) return { ok: false, code: "forged" };
  if (receipt.drawID !== b.announcement?.value.drawID) return { ok: false, code: "other-draw" };
  if (receipt.nf === null) return { ok: true, code: "left" };
  const row = b.entries.entries.findIndex((e) => e.nf === receipt.nf);
  const line = row < 0 ? "" : lineOf(b.entries.entries[row]);
  if (line === receipt.line && b.bindings[row] === receipt.c) return { ok: true, code: "in", row };
  const later = others.some((o) => o.rev > receipt.rev && o.drawID === receipt.drawID && o.nf === receipt.nf);
  if (later) return { ok: true, code: "later", row };
  return { ok: false, code: row < 0 ? "missing" : "changed", row };
}

/** An entry as its line. */
export function lineOf(e) {
  return `${e.nf} ${e.weight} ${e.ensured ? 1 : 0} ${e.size} ${e.windows}`;
}

/**
 * Where an entry stands in a draw that was computed: {rank, of, key, seats, first, waiting, closed}. seats are those it
 * was given, or null; waiting its place among those not served, from 1; closed whether all that it accepts was full for
 * good.
 */
export function placeOf(b, row) {
  const rank = b.drawn.ranked.findIndex((e) => e.row === row);
  const entry = b.drawn.ranked[rank];
  const given = b.drawn.seats[rank];
  const closed = BigInt(`0x${b.drawn.closed}`);
  let waiting = 0;
  for (let i = 0; i <= rank; i++) if (b.drawn.seats[i] === undefined) waiting++;
  return {
    entry, rank, of: b.drawn.ranked.length, key: entry.key, first: b.drawn.first.has(rank),
    seats: given === undefined ? null : given.map((i) => b.manifest.seats[i]),
    waiting: given === undefined ? waiting : 0,
    closed: (BigInt(`0x${entry.windows}`) & ~closed) === 0n,
  };
}
