import { RandomSource } from "../common/random.js";
import type { Example } from "./example.js";

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
  const shares = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([label, members]) => {
      const exact = (members.length * most) / examples.length;
      return { label, members, take: Math.floor(exact), rest: exact - Math.floor(exact) };
    });
  let left = most - shares.reduce((sum, share) => sum + share.take, 0);
  for (const share of [...shares].sort((a, b) => b.rest - a.rest)) {
    if (left === 0) break;
    share.take++;
    left--;
  }
  const drawn = new Set<Example>();
  for (const { label, members, take } of shares) {
    for (const example of RandomSource.derive(seed, `limit ${purpose} ${label}`).shuffle([...members]).slice(0, take)) drawn.add(example);
  }
  return examples.filter((example) => drawn.has(example));
}
