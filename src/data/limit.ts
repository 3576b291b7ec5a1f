import { RandomSource } from "../common/random.js";
import type { Example } from "./example.js";
import { largestRemainders } from "./shape/largest-remainders.js";

/**
 * At most `most` examples, drawn with the seed. Labels keep their shares (largest remainders; ties to the label that
 * comes first); the order of the rows is kept.
 */
export function limitExamples(examples: readonly Example[], most: number | undefined, seed: number, purpose: string): readonly Example[] {
  if (most === undefined || examples.length <= most) return examples;
  const groups = new Map<string, Example[]>();
  for (const example of examples) {
    const key = example.label ?? "";
    const members = groups.get(key);
    if (members) members.push(example);
    else groups.set(key, [example]);
  }
  const labels = [...groups].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  const takes = largestRemainders(
    most,
    labels.map(([, members]) => members.length / examples.length),
  );
  const drawn = new Set<Example>();
  labels.forEach(([label, members], i) => {
    for (const example of RandomSource.derive(seed, `limit ${purpose} ${label}`).shuffle([...members]).slice(0, takes[i])) drawn.add(example);
  });
  return examples.filter((example) => drawn.has(example));
}
