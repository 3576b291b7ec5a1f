import { fetchRealModel } from "../parity/real-backbone.js";
import { pythonWith } from "../product/python.js";
import { randomTexts, standardShape } from "../step/batch.js";
import { compete, describeStanding, type Standing } from "../step/compete.js";
import path from "node:path";
import { syntheticParameters, writeSyntheticLlama } from "../product/synthetic-llama.js";
import { Workspace } from "../product/workspace.js";
import type { Claim, ClaimContext } from "./claim.js";

/** Largest shares of PEFT's peak. */
const goals = {
  "weights mapped": { fp32: 0.5, bf16: 0.75 },
  "weights as stored (4 and 8 bits)": { fp32: 0.35, bf16: 0.55 },
} as const;

const billionLimitGB = 3;

export const claim: Claim = {
  name: "memory",
  summary: `Exact prefix steps: peak memory at most ${goals["weights mapped"].fp32} of PEFT's in float32, at most ${goals["weights as stored (4 and 8 bits)"].fp32} with the weights in their file's blocks; a billion parameters in ${billionLimitGB} GB.`,
  async run({ root, print, signal, arguments: [part] }) {
    if (part === "billion") return billion({ root, print, signal });
    const python = pythonWith(["peft", "torch", "transformers", "gguf"]);
    if ("lacks" in python) return { skipped: `${python.lacks}. PTUNE_PYTHON names a Python with peft, torch, transformers and gguf.` };
    const { modelFile } = await fetchRealModel();
    const held: boolean[] = [];
    for (const [what, tokens, judged] of [["short texts", standardShape.tokens, true], ["long texts", 320, false]] as const) {
      print(`\n${what}: ${standardShape.texts} of ${tokens} tokens, ${standardShape.virtualTokens} virtual tokens. Peak of the whole process (and while loading); ${python.versions}.`);
      const standings = await compete({
        root, signal, print,
        texts: randomTexts({ ...standardShape, tokens }),
        rounds: 2, warmUps: 1, threads: 2,
        python: { program: python.program, modelFile },
        entries: [
          { name: "weights mapped", work: { place: "prefix" } },
          { name: "weights as stored (4 and 8 bits)", work: { place: "prefix", weights: "stored" } },
          { name: "PEFT fp32", work: { peft: { dtype: "float32" } } },
          { name: "PEFT bf16", work: { peft: { dtype: "bfloat16" } } },
        ],
      });
      for (const standing of standings) print(describeStanding(standing, 34));
      const of = (name: string): Standing => standings.find((standing) => standing.name === name)!;
      for (const [name, { fp32, bf16 }] of Object.entries(goals)) {
        const [share32, share16] = [of(name).peakMB / of("PEFT fp32").peakMB, of(name).peakMB / of("PEFT bf16").peakMB];
        const holds = share32 <= fp32 && share16 <= bf16;
        print(`${name}: ${share32.toFixed(2)} of PEFT fp32 ${judged ? `(goal ${fp32})` : ""}, ${share16.toFixed(2)} of PEFT bf16 ${judged ? `(goal ${bf16}): ${holds ? "met" : "not met"}` : ""}`);
        if (judged) held.push(holds);
      }
    }
    held.push(await billion({ root, print, signal }));
    return held.every(Boolean);
  },
};

/** A llama of a billion parameters, its matrices 4-bit blocks. */
async function billion({ root, print, signal }: Pick<ClaimContext, "root" | "print" | "signal">): Promise<boolean> {
  const workspace = new Workspace();
  try {
    const file = { path: path.join(workspace.folder, "synthetic.gguf"), cache: path.join(workspace.folder, "cache") };
    writeSyntheticLlama(file.path);
    const texts = randomTexts();
    // Ids of its smaller vocabulary.
    const small = { ...texts, promptIds: texts.promptIds.map(smaller), words: texts.words.map(smaller), batches: texts.batches.map((batch) => batch.map((text) => text.map(smaller))) };
    const options = { root, texts: small, threads: 2, warmUps: 1, signal, print };
    // The first process unpacks; the second one's memory counts.
    await compete({ ...options, rounds: 0, entries: [{ name: "unpacking", work: { place: "prefix", weights: "stored", file } }] });
    const [standing] = await compete({ ...options, rounds: 2, entries: [{ name: "weights as stored (4 bits)", work: { place: "prefix", weights: "stored", file } }] });
    print(`\nA synthetic llama of ${(syntheticParameters / 1e9).toFixed(2)} billion parameters, the same batch of short texts:`);
    print(describeStanding(standing, 34));
    print(`Peak ${(standing.peakMB / 1024).toFixed(2)} GB (limit ${billionLimitGB}): ${standing.peakMB / 1024 <= billionLimitGB ? "met" : "not met"}`);
    return standing.peakMB / 1024 <= billionLimitGB;
  } finally {
    workspace.dispose();
  }
}

const smaller = (id: number): number => 300 + (id % 30_000);
