// Builds static/src into static/dist: styles, scripts, and the fonts and icons they use.
// `node scripts/build.mjs` does nothing when no input has changed; `--force` builds anyway.
//
// Every file directly in static/src/js is a bundle of its own (app.js → app.js); what bundles share lives
// in a folder beneath. Every file in static/src/scss whose name starts with no underscore is a stylesheet.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const SRC = join(ROOT, "static", "src");
const DIST = join(ROOT, "static", "dist");
const MODULES = join(ROOT, "node_modules");
const USWDS = join(MODULES, "@uswds", "uswds");
const STAMP = join(DIST, ".stamp");

// The icons that templates/components/icon.html can show, by their USWDS names.
const ICONS = [
  "add", "arrow_back", "arrow_forward", "check", "check_circle", "close", "error", "expand_less",
  "expand_more", "file_download", "flag", "history", "info", "launch", "lock", "navigate_before", "navigate_next",
  "person", "print", "radio_button_unchecked", "remove", "warning",
];

// The page loads regular and bold; italic and semibold only where a page or the PDF scorecard asks for them.
const FONTS = ["Regular", "Italic", "SemiBold", "Bold"];

// Of each page's interactive charts; more would make a phone wait.
const EXPLORE_LIMIT = 420_000;
const EXPLORE = /^explore[\w-]*\.js$/;

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)]))
    .sort();
}

function entries(folder, ending) {
  return readdirSync(join(SRC, folder))
    .filter((name) => name.endsWith(ending) && !name.startsWith("_"))
    .map((name) => join(SRC, folder, name));
}

function stampOfInputs() {
  const hash = createHash("sha256").update(process.version);
  const inputs = [fileURLToPath(import.meta.url), join(ROOT, "package-lock.json"), ...filesBelow(SRC)];
  for (const path of inputs) hash.update(relative(ROOT, path)).update("\0").update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

function isCurrent(stamp) {
  if (!existsSync(STAMP)) return false;
  const [built, ...outputs] = readFileSync(STAMP, "utf8").trim().split("\n");
  return built === stamp && outputs.every((name) => existsSync(join(DIST, name)));
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

// ---- Styles ----

async function buildStyles(sass, out) {
  const quiet = {
    style: "compressed",
    loadPaths: [join(USWDS, "packages")],
    quietDeps: true,
    // USWDS asks for features that Sass will drop one day; nothing here can change that.
    silenceDeprecations: ["import", "global-builtin", "if-function", "mixed-decls"],
    logger: sass.Logger.silent,
  };
  for (const entry of entries("scss", ".scss")) {
    const { css } = sass.compile(entry, quiet);
    out(relative(join(SRC, "scss"), entry).replace(/\.scss$/, ".css"), css);
    copyAssets(css, out);
  }
}

// Copies what a stylesheet refers to, and nothing else.
function copyAssets(css, out) {
  for (const [, path] of css.matchAll(/url\(["']?((?:img|fonts)\/[^"')?#]+)/g)) {
    out(path, readFileSync(join(USWDS, "dist", path)));
  }
}

function buildFonts(out) {
  for (const face of FONTS) {
    const path = `fonts/public-sans/PublicSans-${face}.woff2`;
    out(path, readFileSync(join(USWDS, "dist", path)));
  }
}

function buildIcons(out) {
  const symbols = ICONS.map((name) => {
    const path = join(USWDS, "dist", "img", "usa-icons", `${name}.svg`);
    if (!existsSync(path)) fail(`USWDS has no icon named ${name}: correct the list in scripts/build.mjs.`);
    const svg = readFileSync(path, "utf8");
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "").trim();
    const viewBox = /viewBox="([^"]+)"/.exec(svg)?.[1] ?? "0 0 24 24";
    return `<symbol id="${name}" viewBox="${viewBox}">${body}</symbol>`;
  });
  out("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

// ---- Scripts ----

async function buildScripts(esbuild, out) {
  const { outputFiles } = await esbuild.build({
    entryPoints: entries("js", ".js"),
    outdir: DIST,
    bundle: true,
    write: false,
    minify: true,
    // The module format keeps a bundle's names out of the page; the scripts are loaded with type="module".
    format: "esm",
    target: "es2020",
    legalComments: "linked",
    // As plotly.js builds itself: no reading of Node's environment.
    // The style sheet plotly.js asks for is that of its maps, which are not in the bundle.
    loader: { ".css": "empty" },
    define: { global: "window", "define.amd": "false", "process.env.NODE_DEBUG": "false" },
    absWorkingDir: ROOT,
    logLevel: "error",
  });
  for (const file of outputFiles) out(relative(DIST, file.path), file.contents);
}

// A strict content security policy forbids the style element that plotly.js would make, so its rules become a file.
// plotly.js keeps them in a module that calls addStyleRule for each: it is run here with an addStyleRule of ours.
function buildPlotlyStyles(out) {
  const source = readFileSync(join(MODULES, "plotly.js", "build", "plotcss.js"), "utf8");
  const rules = [];
  const lib = { addStyleRule: (selector, style) => rules.push(`${selector}{${style}}`) };
  new Function("require", source)(() => lib);
  out("plotly.css", `/*! plotly.js, MIT license */\n${rules.reverse().join("\n")}\n`);
}

function buildMark(out) {
  out("mark.svg", readFileSync(join(SRC, "mark.svg")));
}

// ---- Licenses ----

function buildLicenses(out) {
  const parts = [["USWDS", join(USWDS, "LICENSE.md")], ["plotly.js", join(MODULES, "plotly.js", "LICENSE")]];
  out("LICENSES.txt", parts.map(([name, path]) => `==== ${name} ====\n\n${readFileSync(path, "utf8")}`).join("\n"));
}

// ---- All of it ----

const stamp = stampOfInputs();
if (!process.argv.includes("--force") && isCurrent(stamp)) {
  console.log("Assets are up to date.");
  process.exit(0);
}

let sass;
let esbuild;
try {
  [sass, esbuild] = await Promise.all([import("sass"), import("esbuild")]);
} catch (error) {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  fail("The packages that build the assets are missing: run `make setup` (or `npm ci --ignore-scripts`) first.");
}
if (!existsSync(USWDS) || !existsSync(join(MODULES, "plotly.js"))) {
  fail("The packages that build the assets are incomplete: run `make setup` (or `npm ci --ignore-scripts`) first.");
}

// Everything is made in memory first, so that a mistake in a source leaves the last good build in place.
const made = new Map();
const out = (name, contents) => made.set(name.split("\\").join("/"), contents);
try {
  await buildStyles(sass, out);
  await buildScripts(esbuild, out);
  buildPlotlyStyles(out);
  buildFonts(out);
  buildIcons(out);
  buildMark(out);
  buildLicenses(out);
} catch (error) {
  fail(error.sassMessage ? error.message : error.stack);
}

// A page may be asking for these files while they are replaced: each is renamed into its place, and goes last if unused.
for (const [name, contents] of made) {
  const path = join(DIST, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, contents);
  renameSync(`${path}.new`, path);
}
for (const path of filesBelow(DIST)) {
  if (!made.has(relative(DIST, path).split("\\").join("/"))) rmSync(path);
}
writeFileSync(STAMP, [stamp, ...made.keys()].join("\n") + "\n");

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
for (const name of made.keys()) {
  if (!/\.(css|js)$/.test(name)) continue;
  const path = join(DIST, name);
  const zipped = gzipSync(readFileSync(path), { level: 9 }).length;
  console.log(`${name.padEnd(14)} ${kilobytes(statSync(path).size).padStart(10)}   gzipped ${kilobytes(zipped).padStart(9)}`);
  if (EXPLORE.test(name) && zipped > EXPLORE_LIMIT) {
    fail(`${name} is over its limit of ${kilobytes(EXPLORE_LIMIT)} gzipped.`);
  }
}
