// Makes dist/ of the sources: verify.html, the page in one file that works from a disk, and served.html, the same page
// for a server that refuses inline scripts. Needs node only: modules are joined by the small linker below, which knows
// just the forms of import and export that are used here and stops at any other. `node build.mjs --check` compares.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { say } from "./words.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const read = (name) => readFileSync(join(here, name), "utf8");

/** A module's name in the joined script. */
const nameOf = (path) => `$${path.replace(/\.mjs$/, "").replace(/[^A-Za-z0-9]/g, "_")}`;

/** Joins a module and all that it imports, the imported first, each in a function of its own. */
function link(entry) {
  const done = new Set();
  const out = [];
  const visit = (path) => {
    if (done.has(path)) return;
    done.add(path);
    let source = read(path);
    const exported = [];
    source = source.replace(/^import \{([^}]*)\} from "\.\/([^"]+)";$/gm, (_, names, from) => {
      visit(from);
      return `const {${names.replace(/ as /g, ": ")}} = ${nameOf(from)};`;
    });
    source = source.replace(/^export ((?:async )?function|class|const) (\w+)/gm, (_, kind, name) => {
      exported.push(name);
      return `${kind} ${name}`;
    });
    source = source.replace(/^export \{([^}]*)\};$/gm, (_, names) => {
      exported.push(...names.split(",").map((n) => n.trim()).filter((n) => n !== ""));
      return "";
    });
    if (/^(import|export)\b/m.test(source)) throw new Error(`${path}: a form of import or export that the linker does not know`);
    out.push(`// ---- ${path}\nconst ${nameOf(path)} = (() => {\n${source.trim()}\nreturn { ${exported.join(", ")} };\n})();\n`);
  };
  visit(entry);
  const script = out.join("\n");
  if (/<\/script|<!--/i.test(script)) throw new Error("the script would end its own element");
  return script;
}

/** Fills the page: texts in its own language, then style and script. A part that is empty takes its line away. */
function page(parts) {
  return read("index.html")
    .replace(/data-t="([^"]+)">/g, (all, key) => `${all}${say("uk", key)}`)
    .replace(/\{\{(\w+)\}\}/g, (_, name) => (Object.hasOwn(parts, name) ? parts[name] : say("uk", name)));
}

const sha256 = (text) => `'sha256-${createHash("sha256").update(text, "utf8").digest("base64")}'`;
const style = `\n${read("verify.css")}`;
const script = `\n${link("page.mjs")}`;
const icon = `<link rel="icon" href="data:image/svg+xml;base64,${Buffer.from(read("../static/mark.svg")).toString("base64")}">`;

const built = {
  "dist/verify.html": page({
    policy: `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; script-src ${sha256(script)}; style-src ${sha256(style)}; img-src data:; base-uri 'none'; form-action 'none'">\n${icon}`,
    style: `<style>${style}</style>`,
    script: `<script type="module">${script}</script>`,
    standalone: `<!-- The libraries inside:\n${read("LICENCES.txt")}-->`,
  }),
  "dist/served.html": page({
    policy: '<link rel="icon" href="/static/mark.svg" type="image/svg+xml">',
    style: '<link rel="stylesheet" href="/static/verifier/verify.css">',
    script: '<script type="module" src="/static/verifier/page.mjs"></script>',
    standalone: `<p><a href="/static/verifier/dist/verify.html" download="chesna-verify.html" data-t="standalone">${say("uk", "standalone")}</a></p>`,
  }),
};

for (const [name, text] of Object.entries(built)) {
  if (!process.argv.includes("--check")) writeFileSync(join(here, name), text);
  else if (read(name) !== text) throw new Error(`${name} is not what the sources make: run go generate`);
}
