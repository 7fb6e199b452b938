// Reads draws as JSON lines from standard input and writes what the page's own modules make of each. Used by draw_test.go.
import { createInterface } from "node:readline";
import { hex, unhex, utf8 } from "../bytes.mjs";
import { parseEntries, parseManifest, LineError } from "../files.mjs";
import { resultBytes, run } from "../draw.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const given = JSON.parse(line);
  let answer;
  try {
    const manifest = parseManifest(utf8(given.manifest));
    const entries = parseEntries(utf8(given.entries));
    const result = run({ drawID: given.drawID, chainHash: unhex(given.chainHash, 32), round: BigInt(given.round), signature: unhex(given.signature, 48), manifest, entries });
    answer = {
      entriesRoot: hex(entries.root), manifestRoot: hex(manifest.root), seed: hex(result.seed),
      keys: result.ranked.map((e) => hex(e.key)).join(" "), result: new TextDecoder().decode(resultBytes(result)),
    };
  } catch (e) {
    if (!(e instanceof LineError)) throw e;
    answer = { refused: e.message };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
