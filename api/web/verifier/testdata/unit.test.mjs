// Tests of single modules, run by node --test from unit_test.go.
import "./older-node.mjs";
import assert from "node:assert/strict";
import { test } from "node:test";
import { chainHashOf, faultOfChain, faultOfRound, quicknet, roundAt, timeOf } from "../beacon.mjs";
import { base64, hex, same, unbase64, unhex, utf8 } from "../bytes.mjs";
import { canonical, parseCanonical } from "../canonical.mjs";
import { resultBytes, run } from "../draw.mjs";
import { parseEntries, parseManifest, parseStart } from "../files.mjs";
import { leafHash, nodeHash, rootOf } from "../merkle.mjs";
import { cosigned, faultOfSignature, parseKey, parseNote } from "../note.mjs";
import { rootOfProof } from "../proof.mjs";
import { ed25519, sha256 } from "../vendor/noble.mjs";
import { checkIDs } from "../bundle.mjs";
import { keysOf, languages, say } from "../words.mjs";
import { meaningOf, titleOf } from "../words-checks.mjs";

const rounds = {
  2: "b6b6a585449b66eb12e875b64fcbab3799861a00e4dbf092d99e969a5eac57dd3f798acf61e705fe4f093db926626807",
  123: "b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92",
  1000: "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39",
};

test("real rounds of quicknet verify; other rounds and flipped bits do not", () => {
  assert.equal(chainHashOf(quicknet), quicknet.chainHash);
  assert.equal(faultOfChain(quicknet), null);
  for (const [round, text] of Object.entries(rounds)) {
    const signature = unhex(text, 48);
    assert.equal(faultOfRound(quicknet, Number(round), signature), null);
    assert.notEqual(faultOfRound(quicknet, Number(round) + 1, signature), null);
    for (const bit of [0, 1, 2, 3, 9, 200, 383]) {
      const flipped = signature.slice();
      flipped[bit >> 3] ^= 0x80 >> (bit & 7);
      assert.notEqual(faultOfRound(quicknet, Number(round), flipped), null, `bit ${bit}`);
    }
  }
});

test("points outside the subgroup, infinity, other lengths and other schemes are refused", () => {
  for (const text of [
    "94385d48ab9d338824a523ff7d310fbeeac0184598d56b49f27857bcd3ef91f6ead1c7ef99c9beee47784ebba5c635de",
    "a1fe701a794a0a47bb8ed1e3dd87014d6867a88a3c851c0e87db8c9826a974511eabf06178c8903116179c59533325d2",
  ]) assert.match(faultOfRound(quicknet, 1000, unhex(text, 48)), /group/);
  const infinity = new Uint8Array(48);
  infinity[0] = 0xc0;
  assert.notEqual(faultOfRound(quicknet, 1000, infinity), null);
  assert.notEqual(faultOfRound(quicknet, 1000, new Uint8Array(47)), null);
  assert.notEqual(faultOfRound(quicknet, 0, unhex(rounds[2], 48)), null);
  assert.match(faultOfChain({ ...quicknet, scheme: "bls-unchained-on-g1" }), /scheme/);
  assert.match(faultOfChain({ ...quicknet, period: 30 }), /hash/);
  assert.match(faultOfChain({ ...quicknet, development: true }), /development/);
});

test("rounds and times", () => {
  assert.equal(timeOf(quicknet, 1), quicknet.genesis);
  assert.equal(roundAt(quicknet, quicknet.genesis + 1), 2);
  assert.equal(roundAt(quicknet, quicknet.genesis + 3), 2);
  assert.equal(roundAt(quicknet, 0), 1);
});

test("the worked draw of the specification", () => {
  const manifest = parseManifest(utf8(`s000 0 2026-12-07T09:20:00+01:00 20 c2
s001 0 2026-12-07T11:00:00+01:00 20 c2
s002 0 2026-12-07T12:00:00+01:00 20 c1
s003 1 2026-12-08T09:20:00+01:00 20 c2
s004 1 2026-12-08T11:20:00+01:00 20 c2
`));
  const entries = parseEntries(utf8(`2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a 6 1 3 0000000000000004
305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5 7 0 2 0000000000000005
424dc2a8687c498ccbcee39b859205f57ff8b9ba41277601c77b39621ba19dc8 3 0 1 0000000000000002
44385c857e1007d7b95dac64d892da5efc8d5c7d438a96bb86399207685d2578 1 0 2 0000000000000001
4e019c2bf0fe282bd4b49280c790183afb5f69fb4d3226033d0141c531811333 4 0 3 0000000000000006
681c34f9c424eae11631d67fdf64a0d8a5b4dff0c5475a81bcd2b26419dac896 1 0 1 0000000000000006
d1d3fb5d4f137e8cd7b9fae1a77afab3d84b9dc66b1aabac50b0fbbc8f89ec5f 2 0 1 0000000000000005
df111a3b3df245ada90802389a78cdc29492a875f74ac6f3aa202f4ad9892fed 1 0 2 0000000000000002
f967bdafdf0e7337420c13f8f5d40f6ce079d1b987376f07bcb81287fdc8c038 8 0 1 0000000000000007
`));
  assert.equal(hex(entries.root), "66119693dccb1f9d0979b7baf06a7d3128ce3970d71e63db5e6576db03d47c61");
  assert.equal(hex(manifest.root), "afc599f73138c009c9820ff45dfc83238e03cdb1a73851a1ac703d2e9f5e7f39");
  const r = run({ drawID: "waw-passport-2026w50", chainHash: unhex(quicknet.chainHash, 32), round: 1000, signature: unhex(rounds[1000], 48), manifest, entries });
  assert.equal(hex(r.seed), "8c69c4ae4a3a70f237a9249208279f6acf804fc424785096abc9563cea08fde8");
  assert.equal(hex(r.ranked[0].key), "03daaa8952ba24f842e961ff67fea44a737a6f94a33da0f6c54a7b70647eb307");
  assert.equal(new TextDecoder().decode(resultBytes(r)), `305317feed6740b9bd7425dcb03de04bf0a4f21e0adc3ebef6822b55d46d44e5 s000,s001
d1d3fb5d4f137e8cd7b9fae1a77afab3d84b9dc66b1aabac50b0fbbc8f89ec5f s002
f967bdafdf0e7337420c13f8f5d40f6ce079d1b987376f07bcb81287fdc8c038 s003
681c34f9c424eae11631d67fdf64a0d8a5b4dff0c5475a81bcd2b26419dac896 s004
--
2de50472433d2e44fed8b6b8357e44cd3129903ac1d45597a242fdf11f8f2b1a
4e019c2bf0fe282bd4b49280c790183afb5f69fb4d3226033d0141c531811333
424dc2a8687c498ccbcee39b859205f57ff8b9ba41277601c77b39621ba19dc8
44385c857e1007d7b95dac64d892da5efc8d5c7d438a96bb86399207685d2578
df111a3b3df245ada90802389a78cdc29492a875f74ac6f3aa202f4ad9892fed
closed 0000000000000007
`);
});

// An inclusion proof made by the definition of RFC 6962, 2.1.1.
function proofOf(leaves, index) {
  if (leaves.length === 1) return [];
  const half = 2 ** Math.ceil(Math.log2(leaves.length) - 1);
  const [left, right] = [leaves.slice(0, half), leaves.slice(half)];
  return index < half ? [...proofOf(left, index), rootOf(right)] : [...proofOf(right, index - half), rootOf(left)];
}

test("inclusion proofs lead to the root, and nothing else does", () => {
  for (let size = 1; size <= 40; size++) {
    const leaves = Array.from({ length: size }, (_, i) => leafHash(utf8(String(i))));
    const root = rootOf(leaves);
    for (let i = 0; i < size; i++) {
      const proof = proofOf(leaves, i);
      assert.ok(same(rootOfProof(i, size, leaves[i], proof), root), `${i} of ${size}`);
      assert.equal(rootOfProof(i, size, leaves[i], [...proof, root]), null);
      if (size > 1) {
        assert.equal(rootOfProof(i, size, leaves[i], proof.slice(1)), null);
        const other = rootOfProof((i + 1) % size, size, leaves[i], proof);
        assert.ok(other === null || !same(other, root));
      }
    }
    assert.equal(rootOfProof(size, size, leaves[0], []), null);
  }
  assert.equal(hex(rootOf([])), hex(sha256(new Uint8Array(0))));
  assert.equal(hex(nodeHash(new Uint8Array(32), new Uint8Array(32))).length, 64);
});

test("canonical JSON is taken, every other form is not", () => {
  const good = '{"a":[1,true,"\u20ac\\n"],"b":{"c":0}}';
  assert.equal(canonical(parseCanonical(utf8(good))), good);
  for (const bad of ['{"b":1,"a":2}', '{"a": 1}', '{"a":1.5}', '{"a":1e3}', '{"a":null}', '{"a":1,"a":1}', '{"a":"\\u0041"}', '{"a":-0}', '{"a":1}\n', '{"a":9007199254740993}', '{"a":"\\ud800"}', "\ufeff{}"]) {
    assert.throws(() => parseCanonical(utf8(bad)), undefined, bad);
  }
});

test("base64 and times have one form", () => {
  assert.equal(base64(unbase64("AAE=")), "AAE=");
  for (const bad of ["AAF", "AAF=", "A===", "AAE\n", "AA E", "-_8="]) assert.equal(unbase64(bad), null, bad);
  assert.equal(parseStart("1970-01-01T01:00:00+01:00"), 0);
  for (const bad of ["2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:60Z", "2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00.0Z"]) assert.equal(parseStart(bad), null, bad);
});

test("notes: keys, signatures and cosignatures", () => {
  const secret = new Uint8Array(32).fill(7);
  const raw = (alg) => new Uint8Array([alg, ...ed25519.getPublicKey(secret)]);
  const keyOf = (name, alg) => {
    const hash = hex(sha256(new Uint8Array([...utf8(`${name}\n`), ...raw(alg)])).subarray(0, 4));
    return { hash, vkey: `${name}+${hash}+${base64(raw(alg))}` };
  };
  const [log, witness] = [keyOf("log.example", 1), keyOf("court.example", 4)];
  const text = "log.example\n1\nAAAA\n";
  const line = (name, key, bytes) => `\u2014 ${name} ${base64(new Uint8Array([...unhex(key.hash, 4), ...bytes]))}\n`;
  const time = new Uint8Array([0, 0, 0, 0, 0, 0, 1, 2]);
  const note = parseNote(utf8(`${text}\n${line("log.example", log, ed25519.sign(utf8(text), secret))}` +
    line("court.example", witness, [...time, ...ed25519.sign(utf8(`cosignature/v1\ntime 258\n${text}`), secret)])));
  assert.equal(faultOfSignature(note, parseKey(log.vkey)), null);
  assert.equal(cosigned(note, parseKey(witness.vkey)), 258);
  assert.equal(cosigned(note, parseKey(keyOf("other.example", 4).vkey)), null);
  assert.notEqual(faultOfSignature(note, parseKey(keyOf("other.example", 1).vkey)), null);
  const late = parseNote(utf8(`${text}\n${line("court.example", witness, [...time.fill(9), ...ed25519.sign(utf8(`cosignature/v1\ntime 258\n${text}`), secret)])}`));
  assert.throws(() => cosigned(late, parseKey(witness.vkey)));
  assert.throws(() => parseKey(log.vkey.replace("log.", "lag.")));
  assert.throws(() => parseNote(utf8(text)));
});

test("both languages say the same things", () => {
  for (const language of languages) {
    assert.deepEqual(keysOf(language), keysOf("uk"));
    for (const key of keysOf(language)) assert.notEqual(say(language, key).trim(), "");
    for (const id of checkIDs) assert.ok(titleOf(language, id).length > 5 && meaningOf(language, id).endsWith("."), id);
  }
  const gaps = (text) => [...text.matchAll(/\{\w+\}/g)].map((m) => m[0]).sort().join();
  const raw = (language, key) => say(language, key, new Proxy({}, { get: (_, name) => `{${name}}` }));
  for (const key of keysOf("uk")) assert.equal(gaps(raw("uk", key)), gaps(raw("en", key)), key);
});
