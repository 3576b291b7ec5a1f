import path from "node:path";
import type { Services } from "../services.js";

/** The folders that imported prompts lie in: `prompts` beside each folder of runs (`.ptune/runs` → `.ptune/prompts`). */
export function promptRoots({ runs }: Pick<Services, "runs">): readonly string[] {
  return [...new Set(runs.roots.map((root) => path.join(path.dirname(root), "prompts")))];
}

/** Where a prompt that is imported now is put. Undefined where neither a folder is open nor the sample was run. */
export function promptRootForImports({ runs }: Pick<Services, "runs">): string | undefined {
  return promptRoots({ runs })[0];
}
