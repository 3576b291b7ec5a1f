/** How a webview's page is bundled: the same for the product and for the tests that show a page without VS Code. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { root } from "./prepare.mjs";

/** Names of all pages: the folders of webview/ that have an entry. */
export function pageNames() {
  return readdirSync(path.join(root, "webview")).filter((name) => existsSync(path.join(root, "webview", name, "main.tsx")));
}

/** esbuild's options for the pages of these names, on top of bundle.mjs's. */
export function pageBundle(names) {
  return {
    entryPoints: Object.fromEntries(names.map((name) => [name, `webview/${name}/main.tsx`])),
    platform: "browser",
    target: "chrome128",
    format: "iife",
    mainFields: ["browser", "module", "main"],
    jsx: "automatic",
    jsxImportSource: "preact",
    external: [],
    // The icons' font lies beside the pages, where their content security policy lets them read it.
    loader: { ".ttf": "file" },
    assetNames: "[name]",
  };
}
