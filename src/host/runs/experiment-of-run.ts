/** Which file a run was started from in this workspace; a run's folder holds its experiment, but not where it came from. */

const key = "promptTuning.experimentFiles";
const most = 500;

/** As vscode.Memento. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): Thenable<void>;
}

export async function rememberExperimentFile(memory: Memory, run: string, file: string): Promise<void> {
  const others = remembered(memory).filter(([known]) => known !== run);
  await memory.update(key, [...others, [run, file]].slice(-most));
}

export const experimentFileOf = (memory: Memory, run: string): string | undefined => remembered(memory).find(([known]) => known === run)?.[1];

function remembered(memory: Memory): (readonly [run: string, file: string])[] {
  const found = memory.get(key);
  const isPair = (pair: unknown): pair is readonly [string, string] => Array.isArray(pair) && typeof pair[0] === "string" && typeof pair[1] === "string";
  return Array.isArray(found) ? found.filter(isPair) : [];
}
