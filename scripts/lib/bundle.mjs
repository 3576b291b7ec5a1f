/** Bundling with esbuild, the same way for the command line, the claims and the benchmarks. Needs node_modules. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { root } from "./prepare.mjs";

/** Packages that stay outside a bundle: native code, and data files that are read from the package's folder. */
export const external = ["vscode", "onnxruntime-node", "@stdlib/*"];

/** @param {import("esbuild").BuildOptions} options */
export async function bundle(options) {
  return build({
    absWorkingDir: root,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: true,
    // jsonc-parser's "main" is UMD, whose require calls a bundler cannot follow.
    mainFields: ["module", "main"],
    external,
    logLevel: "warning",
    ...options,
  });
}

/** What makes the command line's file out of its sources. */
export const commandLineBundle = { entryPoints: ["src/cli/main.ts"], banner: { js: "#!/usr/bin/env node" } };

/** esbuild has printed what is wrong with the sources: the process ends with a sentence instead of a stack. */
export async function bundleOrExit(options) {
  try {
    return await bundle(options);
  } catch (error) {
    if (!Array.isArray(error?.errors)) throw error;
    console.error("The build failed; what is wrong stands above.");
    process.exit(1);
  }
}

/**
 * Lets bundled modules find the files beside their source: import.meta.url is the source's own address, as it is
 * without bundling. Only for bundles that stay on this machine.
 */
export const keepOwnAddress = {
  name: "keep-own-address",
  setup({ onLoad }) {
    onLoad({ filter: /\.(mjs|ts|tsx)$/, namespace: "file" }, async ({ path }) => {
      if (path.includes("node_modules")) return undefined;
      const source = await readFile(path, "utf8");
      if (!source.includes("import.meta.url")) return undefined;
      return { contents: source.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(path).href)), loader: path.endsWith(".mjs") ? "js" : path.endsWith(".tsx") ? "tsx" : "ts" };
    });
  },
};
