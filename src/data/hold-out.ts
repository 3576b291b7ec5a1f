import { fingerprint, placeOf } from "./dataset.js";
import type { Example } from "./example.js";

/** Share of train that is kept aside for validation where no validation file is named, and the most rows that makes sense to evaluate again and again. */
export const heldOutShare = 0.1;
const mostHeldOut = 1000;

/**
 * Keeps a part of the rows aside. A row's text alone decides (the first 48 bits of its fingerprint against a bound), so
 * the same row always falls on the same side, whatever stands around it, and equal texts fall together. A label from
 * which the bound takes nothing gives its lowest text, provided it has another one.
 */
export function holdOut(examples: readonly Example[]): { kept: Example[]; aside: Example[] } {
  const share = Math.min(heldOutShare, mostHeldOut / examples.length);
  const prints = examples.map(fingerprint);
  const aside = new Set(prints.filter((print) => placeOf(print) < share));
  const byLabel = new Map<string | undefined, Set<string>>();
  examples.forEach(({ label }, i) => {
    const own = byLabel.get(label) ?? new Set<string>();
    byLabel.set(label, own.add(prints[i]));
  });
  for (const own of byLabel.values()) {
    const texts = [...own].sort();
    if (texts.length > 1 && !texts.some((print) => aside.has(print))) aside.add(texts[0]);
  }
  return { kept: examples.filter((_, i) => !aside.has(prints[i])), aside: examples.filter((_, i) => aside.has(prints[i])) };
}
