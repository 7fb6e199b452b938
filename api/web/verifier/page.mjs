// The page: takes the files, has them verified, shows what was found.
import { checkIDs, verifyBundle } from "./bundle.mjs";
import { parsePolicy } from "./leaves.mjs";
import { judge, readReceipt } from "./receipt.mjs";
import { resultsOf } from "./show.mjs";
import { languages, say } from "./words.mjs";
import { titleOf } from "./words-checks.mjs";
import { unzip } from "./zip.mjs";

const at = (id) => document.getElementById(id);
const hash = () => new URLSearchParams(location.hash.slice(1));

const state = {
  language: hash().get("lang") === "en" ? "en" : languages[0],
  downloaded: null, // the bundle that the address names
  report: null,
  receipt: null,
  fault: null, // [key, gaps]
  running: false,
};

const t = (key, gaps) => say(state.language, key, gaps);

/** Shows the page in its language, with what was found last. */
function render() {
  document.documentElement.lang = state.language;
  document.title = `${t("title")} — ${t("name")}`;
  for (const e of document.querySelectorAll("[data-t]")) e.textContent = t(e.dataset.t);
  for (const e of document.querySelectorAll("[data-t-label]")) e.setAttribute("aria-label", t(e.dataset.tLabel));
  for (const b of document.querySelectorAll("[data-language]")) b.setAttribute("aria-pressed", String(b.dataset.language === state.language));
  const fault = at("fault");
  fault.hidden = state.fault === null;
  fault.textContent = state.fault === null ? "" : `${t("error")}: ${t(...state.fault)}`;
  if (state.fault !== null && state.fault[0] === "need-bundle") at("bundle").setAttribute("aria-describedby", "bundle-hint fault");
  else at("bundle").setAttribute("aria-describedby", "bundle-hint");
  at("results").replaceChildren(...(state.report === null ? [] : resultsOf(state.language, state.report, state.receipt)));
  at("results").dataset.verdict = state.report?.verdict ?? "";
}

function announce(text) {
  at("status").textContent = text;
}

async function bytesOf(input) {
  const file = input.files[0];
  return file === undefined ? null : new Uint8Array(await file.arrayBuffer());
}

/** Lets the browser paint. */
function breathe() {
  return new Promise((resolve) => setTimeout(resolve));
}

/** Verifies, and holds the receipt against the draw: an entry that was dropped makes it wrong. */
async function verify(files, policy, receiptBytes) {
  const report = await verifyBundle(files, {
    policy,
    progress: async (id) => {
      announce(t("working", { n: checkIDs.indexOf(id) + 1, of: checkIDs.length, what: titleOf(state.language, id) }));
      await breathe();
    },
  });
  if (receiptBytes === null || report.draw === null) return { report, receipt: null };
  let receipt;
  try {
    const read = readReceipt(receiptBytes);
    receipt = { ...judge(report.draw, read), request: read.request, opened: read.opened };
  } catch (e) {
    return { report, receipt: { ok: false, code: "unreadable", error: e.message } };
  }
  const about = ["in", "left", "missing", "changed"].includes(receipt.code);
  if (about) {
    const check = report.checks.find((c) => c.id === "receipts");
    if (!receipt.ok) Object.assign(check, { ok: false, state: "failed", detail: `your receipt: ${receipt.code}` });
    else if (check.state === "not applicable") Object.assign(check, { state: "ok", detail: `your receipt: ${receipt.code}` });
    if (!receipt.ok) report.verdict = "wrong";
  }
  return { report, receipt };
}

/** Reads what was chosen and runs the checks; a fault is told beside the form. */
async function check() {
  if (state.running) return;
  Object.assign(state, { running: true, fault: null, report: null, receipt: null });
  render();
  try {
    const chosen = (await bytesOf(at("bundle"))) ?? state.downloaded;
    if (chosen === null) throw ["need-bundle", {}];
    const policy = await bytesOf(at("policy"));
    if (policy !== null) attempt("bad-policy", () => parsePolicy(policy));
    const files = await unzip(chosen).catch((e) => {
      throw ["bad-zip", { error: e.message }];
    });
    Object.assign(state, await verify(files, policy, await bytesOf(at("receipt"))));
    announce("");
    render();
    at("verdict").focus(); // which reads it out
  } catch (e) {
    if (!Array.isArray(e)) throw e;
    state.fault = e;
    announce("");
    render();
    if (e[0] === "need-bundle") at("bundle").focus();
  } finally {
    state.running = false;
  }
}

function attempt(key, read) {
  try {
    read();
  } catch (e) {
    throw [key, { error: e.message }];
  }
}

/** Downloads the one bundle that the address names (#bundle=…), from this site only, and checks it. */
async function download() {
  const named = hash().get("bundle");
  if (named === null) return;
  try {
    const url = new URL(named, location.href);
    if (url.origin !== location.origin || !url.protocol.startsWith("http")) throw ["bad-url", {}];
    announce(t("loading"));
    const answer = await fetch(url, { credentials: "omit" }).catch((e) => {
      throw ["bad-download", { error: e.message }];
    });
    if (!answer.ok) throw ["bad-download", { error: answer.status }];
    state.downloaded = new Uint8Array(await answer.arrayBuffer());
  } catch (e) {
    if (!Array.isArray(e)) throw e;
    state.fault = e;
    announce("");
    return render();
  }
  return check();
}

at("form").addEventListener("submit", (event) => {
  event.preventDefault();
  check();
});
for (const b of document.querySelectorAll("[data-language]")) {
  b.addEventListener("click", () => {
    state.language = b.dataset.language;
    render();
  });
}
render();
download();
