/**
 * npm run build [-- --out FOLDER] [--minify]: bundles the command line (ptune.js), the extension (extension.js), its
 * backend process (backend.js) and the pages of its webviews (webview/*.js, *.css) into out/.
 */
import { chmodSync, existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { install, root } from "./lib/prepare.mjs";

install();
const { bundleOrExit } = await import("./lib/bundle.mjs");
const at = process.argv.indexOf("--out");
const out = path.resolve(root, at > 0 ? (process.argv[at + 1] ?? "out") : "out");
const minify = process.argv.includes("--minify");
const pages = readdirSync(path.join(root, "webview")).filter((name) => existsSync(path.join(root, "webview", name, "main.tsx")));

await Promise.all([
  bundleOrExit({ entryPoints: ["src/cli/main.ts"], outfile: path.join(out, "ptune.js"), banner: { js: "#!/usr/bin/env node" } }),
  bundleOrExit({ entryPoints: ["src/extension.ts"], outfile: path.join(out, "extension.js"), minify }),
  bundleOrExit({ entryPoints: ["src/backend-process/main.ts"], outfile: path.join(out, "backend.js"), minify }),
  pages.length > 0 &&
    bundleOrExit({
      entryPoints: Object.fromEntries(pages.map((name) => [name, `webview/${name}/main.tsx`])),
      outdir: path.join(out, "webview"),
      platform: "browser",
      target: "chrome128",
      format: "iife",
      mainFields: ["browser", "module", "main"],
      jsx: "automatic",
      jsxImportSource: "preact",
      external: [],
      minify,
    }),
]);
chmodSync(path.join(out, "ptune.js"), 0o755);
