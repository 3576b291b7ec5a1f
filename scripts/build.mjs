/**
 * npm run build [-- --out FOLDER] [--minify]: bundles the command line (ptune.js), the extension (extension.js), its
 * backend process (backend.js) and the pages of its webviews (webview/*.js, *.css) into out/, and writes the JSON
 * schemas for editors (experiment.schema.json, dataset.schema.json).
 */
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pageBundle, pageNames } from "./lib/page-bundle.mjs";
import { install, root } from "./lib/prepare.mjs";

install();
const { bundleOrExit, commandLineBundle } = await import("./lib/bundle.mjs");
const { descriptionSchemaText, experimentSchemaText } = await import("./lib/json-schemas.mjs");
const at = process.argv.indexOf("--out");
const out = path.resolve(root, at > 0 ? (process.argv[at + 1] ?? "out") : "out");
const minify = process.argv.includes("--minify");
const pages = pageNames();

await Promise.all([
  bundleOrExit({ ...commandLineBundle, outfile: path.join(out, "ptune.js") }),
  // Always as it is installed: reading and parsing it is most of the activation's time.
  bundleOrExit({ entryPoints: ["src/extension.ts"], outfile: path.join(out, "extension.js"), minify: true }),
  bundleOrExit({ entryPoints: ["src/backend-process/main.ts"], outfile: path.join(out, "backend.js"), minify }),
  pages.length > 0 && bundleOrExit({ ...pageBundle(pages), outdir: path.join(out, "webview"), minify }),
]);
mkdirSync(out, { recursive: true });
writeFileSync(path.join(out, "experiment.schema.json"), await experimentSchemaText());
writeFileSync(path.join(out, "dataset.schema.json"), await descriptionSchemaText());
chmodSync(path.join(out, "ptune.js"), 0o755);
