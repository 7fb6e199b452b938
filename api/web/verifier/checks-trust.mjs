// Checks on what has to be trusted: the policy, the authority, receipts, and how independent it all is.
import { same } from "./bytes.mjs";
import { faultOfChain, quicknet } from "./beacon.mjs";
import { faultOfSignature, linesOf, parseNote } from "./note.mjs";
import { readReceipt, judge } from "./receipt.mjs";
import { chainOf, digestOf, inPolicy } from "./checks-draw.mjs";
import { isStandard, wanted } from "./checks-log.mjs";

function policyHash(f, b) {
  const digest = digestOf(b, "policy.json");
  f.must(wanted(b.announcement, "announcement").value.policy === digest, "the announcement names another trust policy");
  if (b.pinned === null) return f.say("nothing was pinned: the policy is the bundle's own");
  f.must(same(b.pinned, b.get("policy.json")), "the bundle's trust policy is not yours");
  return f.say("the policy is the one that you gave");
}

/** The announcement alone: one, first, and possible. What its keys may hold, leaves.mjs has checked. */
function announcement(f, b) {
  const a = wanted(b.announcement, "announcement").value;
  f.must(b.of("announcement").length === 1, "a second announcement");
  f.must(a.kind !== "main" || a.parent === "", "a main draw has no parent");
  f.must(a.parent !== a.drawID && a.predecessor !== a.drawID, "the draw names itself as another one");
  const { deadline, round, fallback } = a.delays;
  f.must(deadline >= 1 && round > deadline && fallback > round && fallback <= 30 * 86400, "the delays do not grow: deadline, round, fallback");
  const quota = Math.max(1, Math.ceil(b.manifest.seats.length / 2));
  f.must(a.guarantee.t === 0 || a.guarantee.draws === Math.ceil(a.guarantee.entries / quota), "the number of draws for the guaranteed is not \u2308G \u00f7 quota\u2309");
  f.fault(faultOfChain(a.beacon));
  a.windows.forEach((w, i) => f.must((i === 0 || a.windows[i - 1].number < w.number) && w.from <= w.to, `window ${w.number} is not a window, or out of order`));
  f.say(`${a.drawID}, ${a.kind} ${a.isoWeek}, closes ${a.closes}`);
}

function authority(f, b) {
  if (b.close === null && b.cancelled !== null) return f.skip("the draw was cancelled before its close");
  const attestation = b.get("authority");
  if (attestation === undefined) throw new Error("the file is missing");
  const note = parseNote(attestation);
  f.fault(faultOfSignature(note, b.policy.authority));
  const want = [
    "chesna/authority/v1", wanted(b.announcement, "announcement").value.drawID, String(b.entries.entries.length),
    `entries ${digestOf(b, "entries")}`, `bindings ${digestOf(b, "bindings")}`, `persons ${digestOf(b, "persons")}`,
  ];
  f.must(linesOf(note).join("\n") === want.join("\n"), "the attestation is about other files");
  return f.say(b.policy.authority.name);
}

function receipts(f, b) {
  if (b.receipts.length === 0) return f.skip("no receipt was given");
  const read = [];
  for (const { name, bytes } of b.receipts) {
    try {
      read.push({ name, ...readReceipt(bytes) });
    } catch (e) {
      f.fault(`${name}: ${e.message}`);
    }
  }
  for (const r of read) {
    const { ok, code } = judge(b, r, read);
    f.must(ok, `${r.name}: ${code}`);
  }
  return f.say(`${read.length} receipts are honoured`);
}

/** Not faults of the draw, but reasons why it proves less than it could. */
function independence(f, b) {
  const because = (condition, code, text) => {
    if (!condition) return;
    f.codes.push(code);
    f.fault(text);
  };
  const chain = chainOf(b);
  const own = b.policy.witnesses.filter((w) => w.operator === "self").length;
  because(b.pinned === null, "no-pin", "no trust policy of your own was given");
  because(b.policy.development, "policy-development", "the trust policy is one for development");
  because(!isStandard(b.announcement.value.delays), "delays", "the delays are not 300, 600 and 86400 seconds");
  const open = chain.chainHash === quicknet.chainHash || (b.pinned !== null && !chain.development && inPolicy(b, chain));
  because(!open, "beacon-development", "the beacon's chain is one for development, not a public one");
  because(own >= b.policy.k, "witnesses-own", "the operator runs enough witnesses to do without others");
  because(b.policy.tsaRoots.length === 0, "no-stamps", "there is no time stamp authority");
  f.say("a public beacon, a policy of your own, outside witnesses and the ordinary delays");
}

export const trustChecks = { "policy-hash": policyHash, announcement, authority, receipts, independence };
