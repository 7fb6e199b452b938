// What was found, as elements of the page. Everything from a bundle is set as text, never as HTML.
import { hex, textOf } from "./bytes.mjs";
import { lineOf, placeOf } from "./receipt.mjs";
import { say } from "./words.mjs";
import { meaningOf, reasonOf, titleOf } from "./words-checks.mjs";

const shown = 100; // winners

/** Makes an element with attributes and children; texts become text nodes. */
function el(name, attributes, ...children) {
  const e = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
  e.append(...children.flat().filter((c) => c !== null));
  return e;
}

function code(text) {
  return el("code", {}, text);
}

function facts(rows) {
  return el("dl", { class: "facts" }, rows.filter((r) => r !== null).map(([term, value]) => el("div", {}, el("dt", {}, term), el("dd", {}, value))));
}

function section(id, title, ...children) {
  return el("section", { "aria-labelledby": id }, el("h2", { id }, title), ...children.filter((c) => c !== null));
}

const marks = { "ok": "✓", "failed": "✗", "not applicable": "–", "not independent": "!" };

/** The verdict: the first thing to be read. */
function verdictOf(t, language, report) {
  const { verdict, checks, draw } = report;
  const failed = checks.filter((c) => c.state === "failed");
  const reasons = checks.flatMap((c) => c.codes).map((c) => reasonOf(language, c)).filter((r) => r !== null);
  const gaps = draw === null ? {} : { k: draw.policy.k, n: draw.policy.witnesses.length };
  const list = verdict === "wrong" ? failed.map((c) => titleOf(language, c.id)) : verdict === "not-independent" ? reasons : [];
  return el("section", { class: `verdict verdict-${verdict}`, "aria-labelledby": "verdict" },
    el("h2", { id: "verdict", tabindex: "-1" }, t(`verdict.${verdict}`)),
    el("p", {}, t(`verdict.${verdict}.text`, gaps)),
    list.length > 0 ? el("ul", {}, list.map((text) => el("li", {}, text))) : null,
    draw !== null && draw.result === null && draw.cancelled !== null ? el("p", {}, t("verdict.cancelled")) : null,
    verdict === "unreadable" ? el("p", { lang: "en" }, code(checks[0].detail)) : null);
}

function drawOf(t, draw) {
  const a = draw.announcement?.value;
  const served = draw.drawn?.seats.filter((s) => s !== undefined).length;
  return section("facts", t("facts"), facts([
    a ? [t("draw"), code(a.drawID)] : null,
    a ? [t("post"), `${a.consulate}, ${a.group}`] : null,
    a ? [t("closes"), el("time", { datetime: a.closes }, a.closes.replace("T", " ").replace("Z", " UTC"))] : null,
    [t("seats"), String(draw.manifest.seats.length)],
    [t("entries"), String(draw.entries.entries.length)],
    [t("persons"), String(draw.persons.length)],
    served === undefined ? null : [t("served"), String(served)],
    draw.beacon === null ? null : [t("round"), String(draw.beacon.round)],
    draw.drawn ? [t("seed"), code(hex(draw.drawn.seed))] : null,
  ]));
}

/** A seat as it is written in the manifest: date and time there, with the offset from UTC, and its name. */
function seatText(seat) {
  const zone = seat.start.slice(19) === "Z" ? "UTC" : `UTC${seat.start.slice(19)}`;
  return `${seat.start.slice(0, 10)} ${seat.start.slice(11, 16)} ${zone} (${seat.id})`;
}

/** Why an entry got its seats, or none. */
function whyOf(t, p) {
  const size = { size: p.entry.size };
  if (p.first) return t("why.first");
  const passed = p.entry.ensured ? `${t("why.passed", size)} ` : "";
  if (p.seats !== null) return passed + t("why.served");
  return passed + (p.entry.size > 1 ? t("why.family", size) : t("why.waiting"));
}

/** The receipt: your line is in, your key, your place, why. */
function receiptOf(t, draw, receipt) {
  if (receipt === null) return null;
  if (receipt.code === "unreadable") return section("mine", t("mine"), el("p", { class: "bad" }, t("mine.unreadable", { error: receipt.error })));
  const bad = !receipt.ok;
  if (receipt.code !== "in") return section("mine", t("mine"), el("p", bad ? { class: "bad" } : {}, t(`mine.${receipt.code}`)));
  const of = draw.entries.entries.length;
  const parts = [el("p", { class: "good" }, t("mine.in", { row: receipt.row + 1, of }))];
  const line = [t("mine.line"), code(lineOf(draw.entries.entries[receipt.row]))];
  if (!draw.drawn) return section("mine", t("mine"), parts, facts([line]), requestOf(t, receipt));
  const p = placeOf(draw, receipt.row);
  return section("mine", t("mine"), parts, facts([
    line,
    [t("mine.tickets"), String(p.entry.weight)],
    [t("mine.key"), code(hex(p.key))],
    [t("mine.place"), t("mine.place.value", { rank: p.rank + 1, of })],
    p.seats === null ? [t("mine.waiting"), String(p.waiting)] : [t("mine.seats"), p.seats.map(seatText).join("; ")],
    [t("mine.why"), whyOf(t, p)],
  ]), requestOf(t, receipt));
}

/** The request that the binding stands for, when the receipt came with its opening. */
function requestOf(t, receipt) {
  if (receipt.opened === null) return null;
  if (!receipt.opened) return el("p", { class: "bad" }, t("mine.unopened"));
  let text;
  try {
    text = textOf(receipt.request);
  } catch {
    return el("p", { class: "good" }, t("mine.opened"));
  }
  return el("div", {}, el("p", { class: "good" }, t("mine.opened")), el("details", {}, el("summary", {}, t("mine.request")), el("pre", { lang: "uk", tabindex: "0" }, text)));
}

function winnersOf(t, report) {
  const { draw } = report;
  if (!draw.drawn) return null;
  const all = [];
  draw.drawn.ranked.forEach((e, rank) => {
    const seats = draw.drawn.seats[rank];
    if (seats !== undefined) all.push({ e, rank, seats: seats.map((i) => draw.manifest.seats[i]) });
  });
  if (all.length === 0) return section("winners", t("winners"), el("p", {}, t("winners.none")));
  const published = report.checks.find((c) => c.id === "result").ok;
  const columns = ["place", "entry", "weight", "size", "seats"];
  return section("winners", t("winners"),
    published ? null : el("p", { class: "bad" }, t("winners.other")),
    all.length > shown ? el("p", {}, t("winners.first", { shown, all: all.length })) : null,
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-labelledby": "winners" },
      el("table", {},
        el("thead", {}, el("tr", {}, columns.map((c) => el("th", { scope: "col" }, t(`col.${c}`))))),
        el("tbody", {}, all.slice(0, shown).map(({ e, rank, seats }) => el("tr", {},
          el("td", {}, String(rank + 1)), el("th", { scope: "row" }, el("code", { title: e.nf }, `${e.nf.slice(0, 16)}…`)),
          el("td", {}, String(e.weight)), el("td", {}, String(e.size)), el("td", {}, seats.map(seatText).join("; "))))))));
}

function checksOf(t, language, checks) {
  const ok = checks.filter((c) => c.state === "ok").length;
  const of = checks.filter((c) => c.state !== "not applicable").length;
  return section("checks", t("checks"), el("p", {}, t("checks.summary", { ok, of })),
    el("ol", { class: "checks" }, checks.map((c) => el("li", { class: `state-${c.state.replace(" ", "-")}`, "data-check": c.id, "data-state": c.state },
      el("p", {}, el("span", { class: "mark", "aria-hidden": "true" }, marks[c.state]), el("strong", {}, titleOf(language, c.id)), " ",
        el("span", { class: "state" }, t(`state.${c.state}`))),
      el("p", {}, meaningOf(language, c.id)),
      detailOf(t, c)))));
}

/** The technical words of a check: open where something is wrong. */
function detailOf(t, c) {
  if (c.detail === "") return null;
  const attributes = c.state === "failed" ? { open: "" } : {};
  return el("details", attributes, el("summary", {}, t("detail")), el("p", { lang: "en" }, code(c.detail), " ", el("span", { class: "id" }, c.id)));
}

function meaning(t) {
  const list = (key, n) => el("ul", {}, Array.from({ length: n }, (_, i) => el("li", {}, t(`${key}.${i + 1}`))));
  return section("meaning", t("meaning"), el("div", { class: "columns" },
    el("div", {}, el("h3", {}, t("meaning.yes")), list("meaning.yes", 3)),
    el("div", {}, el("h3", {}, t("meaning.no")), list("meaning.no", 5))));
}

/** Everything that was found, as elements in the page's order. receipt is null, or what judge() said of it. */
export function resultsOf(language, report, receipt) {
  const t = (key, gaps) => say(language, key, gaps);
  const { draw, checks } = report;
  return [
    verdictOf(t, language, report),
    ...(draw === null ? [] : [receiptOf(t, draw, receipt), drawOf(t, draw), checksOf(t, language, checks), winnersOf(t, report)]),
    meaning(t),
  ].filter((e) => e !== null);
}
