import type { RandomSource } from "../../../src/common/random.js";
import { type HostileFile, type HostileFiles, pick, sometimesOdd } from "./edits.js";
import { spoilJson } from "./json.js";
import { hostileSafetensors } from "./safetensors.js";

/** Values of settings and names of shards that have another meaning somewhere. */
const values = ["0.5", "64", "4096", "1048576", "1073741824", '"model-00001-of-00002.safetensors"', '"..\\\\model.safetensors"', '"/etc/passwd"', '"model.safetensors"', '"gelu"', '"linear"', '"yarn"', '"llama3"', '"longrope"', '"gemma3_text"', '"gpt2"', '"T5"', '["full_attention"]', "[1,1]"];

/** A folder of transformers of which one or two files are spoiled. */
export function hostileFolder(random: RandomSource, original: ReadonlyMap<string, Buffer>): HostileFiles {
  const files = new Map<string, HostileFile>([...original].map(([name, bytes]) => [name, { bytes }]));
  for (let times = 1 + random.integer(2); times > 0; times--) {
    const name = pick(random, [...original.keys()]);
    const bytes = original.get(name)!;
    if (random.integer(20) === 0) files.delete(name);
    else files.set(name, name.endsWith(".json") ? sometimesOdd(random, spoilJson(random, bytes.toString(), values)) : hostileSafetensors(random, bytes));
  }
  return files;
}
