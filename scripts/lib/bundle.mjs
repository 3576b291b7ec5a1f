/** Bundling with esbuild, the same way for the command line, the claims and the benchmarks. Needs node_modules. */
import { build } from "esbuild";
import { root } from "./prepare.mjs";

/** Packages that stay outside a bundle: native code, and data files that are read from the package's folder. */
const external = ["vscode", "onnxruntime-node", "@stdlib/*"];

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
