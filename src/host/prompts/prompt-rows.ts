import path from "node:path";
import { listPrompts, type PromptSummary, summarizePrompt } from "../../adapter/prompt-summary.js";
import type { RunEntry } from "../../runs/run-entry.js";

/** A row of the Prompts view; its first fields are what commands take. */
export type PromptsRow =
  | { readonly kind: "run"; readonly path: string; readonly run: RunEntry; readonly prompt: PromptSummary }
  | { readonly kind: "prompt"; readonly path: string; readonly prompt: PromptSummary };

/** Rows at once on the disk: enough for its latency, few enough for its handles. */
const atOnce = 16;

/** Reads what the view shows: the adapters of finished runs and the imported ones. An adapter never changes once it is there, so it is read once. */
export class PromptRows {
  private readonly learned = new Map<string, Promise<PromptSummary>>();

  async read(runs: readonly RunEntry[], roots: readonly string[]): Promise<PromptsRow[]> {
    const withAdapter = runs.filter((run) => run.learned === "adapter");
    const there = new Set(withAdapter.map((run) => run.path));
    for (const known of this.learned.keys()) if (!there.has(known)) this.learned.delete(known);
    const own: PromptsRow[] = [];
    for (let from = 0; from < withAdapter.length; from += atOnce) {
      const some = withAdapter.slice(from, from + atOnce);
      own.push(...(await Promise.all(some.map(async (run): Promise<PromptsRow> => ({ kind: "run", path: run.path, run, prompt: await this.ofRun(run) })))));
    }
    const imported = (await Promise.all(roots.map(listPrompts))).flat();
    return [...own, ...imported.map((prompt): PromptsRow => ({ kind: "prompt", path: prompt.path, prompt }))];
  }

  private ofRun(run: RunEntry): Promise<PromptSummary> {
    const known = this.learned.get(run.path);
    if (known) return known;
    const summary = summarizePrompt(path.join(run.path, "adapter"), run.name);
    this.learned.set(run.path, summary);
    return summary;
  }
}
