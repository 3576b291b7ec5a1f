/** npm run claim: lists the claims. npm run claim -- NAME [arguments]: runs one; the verdict is the last line. */
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fail, install, root } from "./lib/prepare.mjs";

install();
const { bundleOrExit, external, keepOwnAddress } = await import("./lib/bundle.mjs");
const [name, ...rest] = process.argv.slice(2);
const claims = await loadClaims();
if (name === undefined) list();
else await run(name);

/** Every file of bench/claims that exports a `claim` (bench/claims/claim.ts), by name. */
async function loadClaims() {
  const folder = path.join(root, "bench", "claims");
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".d.ts"))
    .map((file) => file.slice(0, -3));
  await bundleOrExit({
    entryPoints: names.map((each) => path.join(folder, `${each}.ts`)),
    outdir: path.join(root, "out", "claims"),
    outExtension: { ".js": ".cjs" },
    // Some claims drive VS Code: the browser's driver and the builder stay outside, and modules know where they lie.
    external: [...external, "playwright-core", "esbuild", "proper-lockfile"],
    plugins: [keepOwnAddress],
  });
  const require = createRequire(import.meta.url);
  const loaded = new Map();
  for (const each of names.sort()) {
    const { claim } = require(path.join(root, "out", "claims", `${each}.cjs`));
    if (!claim) continue;
    if (claim.name !== each) fail(`bench/claims/${each}.ts calls itself "${claim.name}"; the two names must be one.`);
    loaded.set(each, claim);
  }
  return loaded;
}

function list() {
  const width = Math.max(0, ...[...claims.keys()].map((each) => each.length));
  for (const claim of claims.values()) console.log(`${claim.name.padEnd(width)}  ${claim.summary}`);
  console.log(`\n${claims.size} claims. Run one with: npm run claim -- NAME`);
}

async function run(which) {
  const claim = claims.get(which);
  if (!claim) {
    console.error(`There is no claim "${which}". The claims: ${[...claims.keys()].join(", ")}.`);
    process.exit(2);
  }
  const sharedData = path.join(path.dirname(root), "shared", "data");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  console.log(`${claim.name}: ${claim.summary}`);
  let verdict;
  try {
    verdict = await claim.run({
      root,
      sharedData: existsSync(sharedData) ? sharedData : undefined,
      arguments: rest,
      print: (line) => console.log(line),
      signal: stop.signal,
    });
  } catch (error) {
    console.error(process.env.PTUNE_DEBUG ? error : (error?.describe?.() ?? error?.message ?? String(error)));
    console.log(`FAIL: ${claim.name} could not be measured; the reason stands above (PTUNE_DEBUG=1 shows the stack).`);
    process.exit(stop.signal.aborted ? 130 : 1);
  }
  if (verdict === true) console.log(`PASS: ${claim.summary}`);
  else if (verdict && typeof verdict.skipped === "string") console.log(`SKIPPED: ${verdict.skipped}`);
  else {
    console.log(`FAIL: this does not hold here: ${claim.summary}`);
    process.exitCode = 1;
  }
}
