import { build } from "esbuild";
import { mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { HostTestResult } from "../in-host/suite.js";
import { findElectron, runInElectron } from "./electron.js";
import { projectFolder, startHost } from "./host.js";

export type SuiteKind = "trusted" | "restricted";

const endings: Record<SuiteKind, string> = { trusted: "host.ts", restricted: "restricted.ts" };

/**
 * Runs all suites of a kind (../in-host/*.host.ts or *.restricted.ts) inside an extension host, with the project's
 * extension on an empty workspace: VS Code's own (electron.ts) where that is wanted or cached, else this folder's host.
 */
export async function runInHost(kind: SuiteKind): Promise<HostTestResult[]> {
  const bundle = await bundleSuites(kind);
  const electron = await findElectron();
  if (electron) return runInElectron({ program: electron, bundle, trust: kind === "trusted" });
  const code = await startHost({ trust: kind === "trusted" });
  try {
    return await code.evaluate((_vscode, file) => (require(file) as { runTests: () => Promise<HostTestResult[]> }).runTests(), bundle);
  } finally {
    await code.close();
  }
}

/** One file that exports `runTests` of the suites, and `run` for VS Code's own way of starting them. */
async function bundleSuites(kind: SuiteKind): Promise<string> {
  const folder = path.join(projectFolder, "test", "e2e", "in-host");
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(`.${endings[kind]}`)).sort();
  if (files.length === 0) throw new Error(`No suite ends in .${endings[kind]} in test/e2e/in-host.`);
  const outfile = path.join(projectFolder, "out", "test", `${kind}.js`);
  await mkdir(path.dirname(outfile), { recursive: true });
  const entry = [...files.map((file) => `import "./${file.split(path.sep).join("/").replace(/\.ts$/, ".js")}";`), 'export { runTests } from "./suite.js";', 'export { run } from "./electron-entry.js";'];
  await build({
    stdin: { contents: entry.join("\n"), resolveDir: folder, loader: "ts", sourcefile: `${kind}.ts` },
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    sourcemap: "inline",
    external: ["vscode"],
    logLevel: "warning",
  });
  return outfile;
}
