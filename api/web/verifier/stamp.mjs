// RFC 3161 tokens: what they say, not whether their signature holds. `chesna draw verify` checks that.
import { hex } from "./bytes.mjs";
import { parseStart } from "./files.mjs";

const signedData = "2a864886f70d010702";
const tstInfo = "2a864886f70d0109100104";
const sha256OID = "608648016503040201";

/** One DER element at an offset: {tag, body, end}; throws when it does not fit. */
function element(bytes, at) {
  const bad = new Error("not DER");
  if (at + 2 > bytes.length) throw bad;
  let length = bytes[at + 1];
  let begin = at + 2;
  if (length >= 0x80) {
    const more = length & 0x7f;
    if (more === 0 || more > 4 || begin + more > bytes.length) throw bad;
    length = 0;
    for (let i = 0; i < more; i++) length = length * 256 + bytes[begin + i];
    begin += more;
  }
  if (begin + length > bytes.length) throw bad;
  return { tag: bytes[at], body: bytes.subarray(begin, begin + length), end: begin + length };
}

/** The elements inside a constructed one. */
function children(bytes) {
  const out = [];
  for (let at = 0; at < bytes.length; ) {
    const e = element(bytes, at);
    out.push(e);
    at = e.end;
  }
  return out;
}

function expect(e, tag) {
  if (e === undefined || e.tag !== tag) throw new Error("not a time stamp token");
  return e.body;
}

/** A GeneralizedTime, YYYYMMDDHHMMSS[.f]Z, as Unix seconds. */
function unix(text) {
  const m = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.\d*[1-9])?Z$/.exec(text);
  const at = m === null ? null : parseStart(`${m[1]}-${m[2]}-${m[3]}T${m[4]}:${m[5]}:${m[6]}Z`);
  if (at === null) throw new Error("a time stamp without its time");
  return at;
}

/** Reads a token, or a response that holds one. Gives {imprint, time}: SHA-256 as hex, and Unix seconds. */
export function parseStamp(bytes) {
  const outer = element(bytes, 0);
  if (outer.end !== bytes.length) throw new Error("bytes after the token");
  let parts = children(expect(outer, 0x30));
  if (parts[0]?.tag === 0x30) parts = children(expect(parts[1], 0x30)); // a TimeStampResp: status, then the token
  if (hex(expect(parts[0], 0x06)) !== signedData) throw new Error("not signed data");
  const signed = children(expect(children(expect(parts[1], 0xa0))[0], 0x30));
  const content = children(expect(signed[2], 0x30));
  if (hex(expect(content[0], 0x06)) !== tstInfo) throw new Error("not a time stamp token");
  const info = children(expect(children(expect(children(expect(content[1], 0xa0))[0], 0x04))[0], 0x30));
  const [algorithm, digest] = children(expect(info[2], 0x30));
  if (hex(expect(children(expect(algorithm, 0x30))[0], 0x06)) !== sha256OID) throw new Error("the imprint is not SHA-256");
  return { imprint: hex(expect(digest, 0x04)), time: unix(String.fromCharCode(...expect(info[4], 0x18))) };
}
