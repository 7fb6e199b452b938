// Reads bundles as JSON lines from standard input, {files: {name: base64}, policy: base64 or ""}, or {zip: base64}, and writes
// what the page's own modules find. Used by bundle_test.go.
import "./older-node.mjs";
import { createInterface } from "node:readline";
import { verifyBundle } from "../bundle.mjs";
import { placeOf, judge, readReceipt } from "../receipt.mjs";
import { unzip } from "../zip.mjs";
import { hex } from "../bytes.mjs";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  let answer;
  try {
    const files = given.zip ? await unzip(bytes(given.zip)) : new Map(Object.entries(given.files).map(([name, b]) => [name, bytes(b)]));
    answer = await verifyBundle(files, { policy: given.policy ? bytes(given.policy) : null });
    const draw = answer.draw;
    delete answer.draw;
    if (given.receipt) {
      const read = readReceipt(bytes(given.receipt));
      const judged = judge(draw, read);
      answer.opened = read.opened;
      answer.receipt = judged.code;
      if (judged.code === "in") {
        const p = placeOf(draw, judged.row);
        answer.place = { row: judged.row, rank: p.rank, of: p.of, key: hex(p.key), seats: p.seats?.map((s) => s.id).join(",") ?? "", waiting: p.waiting };
      }
    }
  } catch (e) {
    answer = { verdict: "unreadable", checks: [], error: e.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
