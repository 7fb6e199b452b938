// The grammar of a draw's line files, with the same refusals as booking/draw in Go: nothing is guessed.
import { textOf, unhex, compare, hex } from "./bytes.mjs";
import { leafHash, rootOf } from "./merkle.mjs";

/** A breach of the grammar: the file, the line (from 1; 0 is the file as a whole) and the reason. */
export class LineError extends Error {
  constructor(file, line, reason) {
    super(line === 0 ? `${file}: ${reason}` : `${file}, line ${line}: ${reason}`);
    this.name = "LineError";
    this.file = file;
    this.line = line;
    this.reason = reason;
  }
}

/** Whether a text has the form of a draw's identifier. */
export function isDrawID(text) {
  return typeof text === "string" && /^[a-z0-9][a-z0-9-]{0,63}$/.test(text);
}

/** Whether a text has the form of a seat's or counter's name. */
export function isName(text) {
  return /^[A-Za-z0-9_-]{1,32}$/.test(text);
}

/** Cuts a file into its lines, as bytes: printable ASCII, each ended by one LF, none empty. */
export function lines(file, bytes) {
  const out = [];
  let begin = 0;
  for (let n = 1; begin < bytes.length; n++) {
    const end = bytes.indexOf(10, begin);
    if (end < 0) throw new LineError(file, n, "the last line does not end in LF");
    if (end === begin) throw new LineError(file, n, "an empty line");
    for (let i = begin; i < end; i++) {
      if (bytes[i] < 32 || bytes[i] > 126) throw new LineError(file, n, "a byte that is not printable ASCII");
    }
    out.push(bytes.subarray(begin, end));
    begin = end + 1;
  }
  return out;
}

/** Splits a line at single spaces into so many parts, or gives null. */
export function cut(row, parts) {
  const fields = textOf(row).split(" ");
  return fields.length === parts && fields.every((f) => f !== "") ? fields : null;
}

/** Reads a number of up to four digits without leading zeros within bounds, or gives null. */
function decimal(text, lowest, highest) {
  if (!/^(0|[1-9][0-9]{0,3})$/.test(text)) return null;
  const n = Number(text);
  return n >= lowest && n <= highest ? n : null;
}

/** Reads YYYY-MM-DDTHH:MM:SS with Z or ±HH:MM as Unix seconds, or gives null. */
export function parseStart(text) {
  const m = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  if (m === null || text.endsWith("-00:00")) return null;
  const [year, month, day, hour, minute, second] = m.slice(1, 7).map(Number);
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return null;
  let unix = date.getTime() / 1000 + 3600 * hour + 60 * minute + second;
  if (m[7] !== undefined) {
    const [h, min] = [Number(m[8]), Number(m[9])];
    if (h > 23 || min > 59) return null;
    unix -= (m[7] === "-" ? -1 : 1) * (3600 * h + 60 * min);
  }
  return unix;
}

/** Reads `seatID window start minutes counter` lines. Gives {seats, root}; throws a LineError. */
export function parseManifest(bytes) {
  const file = "manifest";
  const rows = lines(file, bytes);
  const seats = [];
  const ids = new Set();
  rows.forEach((row, i) => {
    const fields = cut(row, 5);
    if (fields === null) throw new LineError(file, i + 1, "want seatID, window, start, minutes and counter with one space between");
    const refuse = (reason) => {
      throw new LineError(file, i + 1, reason);
    };
    const [id, , start, , counter] = fields;
    const window = decimal(fields[1], 0, 63);
    const minutes = decimal(fields[3], 1, 480);
    const at = parseStart(start);
    if (!isName(id)) refuse("seatID: want [A-Za-z0-9_-]{1,32}");
    if (window === null) refuse("window: want 0 to 63");
    if (at === null) refuse("start: want YYYY-MM-DDTHH:MM:SS with Z or an offset");
    if (minutes === null) refuse("minutes: want 1 to 480");
    if (!isName(counter)) refuse("counter: want [A-Za-z0-9_-]{1,32}");
    if (ids.has(id)) refuse("the seat is listed twice");
    if (i > 0) {
      const last = seats[i - 1];
      if (last.at === at && last.counter === counter) refuse("two seats of one counter at one instant");
      if (last.at > at || (last.at === at && last.counter > counter)) refuse("not sorted by instant, counter and seatID");
    }
    ids.add(id);
    seats.push({ id, window, start, at, minutes, counter });
  });
  return { seats, root: rootOf(rows.map(leafHash)) };
}

/** Reads `nf w g size windows` lines. The masks of windows stand in two halves, lo for windows 0…31, hi for the others. */
export function parseEntries(bytes) {
  const file = "entries";
  const rows = lines(file, bytes);
  const entries = [];
  let last = null;
  rows.forEach((row, i) => {
    const fields = cut(row, 5);
    if (fields === null) throw new LineError(file, i + 1, "want nf, w, g, size and windows with one space between");
    const refuse = (reason) => {
      throw new LineError(file, i + 1, reason);
    };
    const nf = unhex(fields[0], 32);
    const weight = decimal(fields[1], 1, 8);
    const ensured = decimal(fields[2], 0, 1);
    const size = decimal(fields[3], 1, 8);
    if (nf === null) refuse("nf: want 64 lower-case hex digits");
    if (weight === null) refuse("w: want 1 to 8");
    if (ensured === null) refuse("g: want 0 or 1");
    if (size === null) refuse("size: want 1 to 8");
    if (unhex(fields[4], 8) === null) refuse("windows: want 16 lower-case hex digits");
    const hi = parseInt(fields[4].slice(0, 8), 16);
    const lo = parseInt(fields[4].slice(8), 16);
    if (hi === 0 && lo === 0) refuse("windows: none is accepted");
    if (last !== null && compare(last, nf) >= 0) refuse("not sorted by nf, or an nf twice");
    last = nf;
    entries.push({ nf: fields[0], weight, ensured: ensured === 1, size, lo, hi, windows: fields[4], leaf: leafHash(row) });
  });
  return { entries, root: rootOf(entries.map((e) => e.leaf)) };
}

/** Reads `bindings`: one commitment a line. */
export function parseBindings(bytes) {
  return lines("bindings", bytes).map((row, i) => {
    const text = textOf(row);
    if (unhex(text, 32) === null) throw new LineError("bindings", i + 1, "want 64 lower-case hex digits");
    return text;
  });
}

/** Reads `persons`: `personNf entryNf` lines, sorted by the first. */
export function parsePersons(bytes) {
  const file = "persons";
  let last = "";
  return lines(file, bytes).map((row, i) => {
    const fields = cut(row, 2);
    if (fields === null || fields.some((f) => unhex(f, 32) === null)) throw new LineError(file, i + 1, "want two times 64 lower-case hex digits with one space between");
    if (fields[0] === last) throw new LineError(file, i + 1, "a person twice: nobody may be in two entries");
    if (fields[0] < last) throw new LineError(file, i + 1, "not sorted");
    last = fields[0];
    return { person: fields[0], entry: fields[1] };
  });
}

/** Reads `result` by its form alone: the served, `--`, the others, `closed …`. Throws a LineError. */
export function checkResult(bytes) {
  const file = "result";
  let part = "served";
  lines(file, bytes).forEach((row, i) => {
    const text = textOf(row);
    const refuse = (reason) => {
      throw new LineError(file, i + 1, reason);
    };
    if (part === "over") refuse("nothing follows the line closed");
    if (part === "served") {
      if (text === "--") part = "waiting";
      else if (!/^[0-9a-f]{64} [A-Za-z0-9_-]{1,32}(,[A-Za-z0-9_-]{1,32})*$/.test(text)) refuse("want nf and seats with one space between");
    } else if (text.startsWith("closed ")) {
      if (!/^closed [0-9a-f]{16}$/.test(text)) refuse("want closed and 16 lower-case hex digits");
      part = "over";
    } else if (!/^[0-9a-f]{64}$/.test(text)) {
      refuse("want the nf of an entry that was not served, or closed");
    }
  });
  if (part !== "over") throw new LineError(file, 0, "the line closed is missing");
}

/** A mask of windows, given in two halves, as 16 hex digits. */
export function maskText(lo, hi) {
  return hex(new Uint8Array([hi >>> 24, hi >>> 16, hi >>> 8, hi, lo >>> 24, lo >>> 16, lo >>> 8, lo]));
}
