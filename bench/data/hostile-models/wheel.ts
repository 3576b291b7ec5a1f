import { zipSync } from "fflate";
import type { RandomSource } from "../../../src/common/random.js";
import { type HostileFile, pick, sometimesOdd, spoilBytes, stand, withPrototypeName } from "./edits.js";

/** The entry that is asked for, and what it should hold. */
export const wheelEntry = "tiny/model.gguf";
export const wheelContent = Buffer.from("GGUF".repeat(64));

const names = [wheelEntry, "tiny/__init__.py", "../model.gguf", "/etc/model.gguf", "tiny\\..\\..\\model.gguf", "C:/model.gguf", "tiny/../../x", "tiny/\0", "x".repeat(3000), "tiny/", stand];

/** A wheel: its directory, its sizes, its compressed bytes. */
export function hostileWheel(random: RandomSource): HostileFile {
  // An entry far larger than it should be; seldom of megabytes, which take long to pack.
  const entries: Record<string, Uint8Array> = { [wheelEntry]: random.integer(4) === 0 ? Buffer.alloc(random.integer(random.integer(10) === 0 ? 2_000_000 : 20_000)) : wheelContent };
  for (let more = random.integer(3); more > 0; more--) entries[pick(random, names)] = wheelContent;
  const whole = withPrototypeName(zipSync(entries, { level: random.integer(2) === 0 ? 0 : 6 }));
  if (random.integer(6) === 0) return sometimesOdd(random, whole);
  return spoilBytes(random, whole, () => (random.integer(2) === 0 ? random.integer(whole.length) : Math.max(0, whole.length - 1 - random.integer(300))));
}
