import { z } from "zod";

/** A column with more different values than this is hardly one of labels. */
export const mostLabels = 1000;

export const labelBalanceSchema = z.strictObject({
  /** Most frequent first; equally frequent ones in the order of their names. */
  labels: z.array(z.strictObject({ label: z.string(), count: z.int().min(1) })).max(mostLabels),
  /** Shannon entropy of the labels, in bits. */
  entropy: z.number().min(0),
  /** Entropy over that of as many labels of equal share: 1 is balanced. 1 for a single label. */
  evenness: z.number().min(0).max(1),
  /** Rows of the most frequent label for one of the rarest. */
  imbalanceRatio: z.number().min(1),
});
export type LabelBalance = z.infer<typeof labelBalanceSchema>;

/** UTF-16 units; what is longer names nothing, and a thousand of them would fill the memory. */
const longestLabel = 1000;

/** Counts labels until there are more than `mostLabels`, or one is too long to be a label. */
export class LabelCounter {
  private counts: Map<string, number> | undefined = new Map();

  add(label: string): void {
    if (!this.counts) return;
    this.counts.set(label, (this.counts.get(label) ?? 0) + 1);
    if (this.counts.size > mostLabels || label.length > longestLabel) this.counts = undefined;
  }

  /** Undefined where there is no label, or too many or too long ones. */
  result(): LabelBalance | undefined {
    return this.counts && this.counts.size > 0 ? balanceOf(this.counts) : undefined;
  }
}

export function balanceOf(counts: ReadonlyMap<string, number>): LabelBalance {
  const labels = [...counts].map(([label, count]) => ({ label, count })).sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : 1));
  const total = labels.reduce((sum, { count }) => sum + count, 0);
  const entropy = labels.reduce((sum, { count }) => sum - (count / total) * Math.log2(count / total), 0);
  return {
    labels,
    entropy: Math.max(0, entropy),
    evenness: labels.length === 1 ? 1 : Math.min(1, Math.max(0, entropy) / Math.log2(labels.length)),
    imbalanceRatio: labels[0].count / labels[labels.length - 1].count,
  };
}
