import { fetchRealModel } from "../parity/real-backbone.js";
import { pythonWith } from "../product/python.js";
import { randomTexts, standardShape } from "../step/batch.js";
import { compete, describeStanding, type Standing } from "../step/compete.js";
import type { Claim } from "./claim.js";

/** Largest shares of PEFT's peak. */
const goals = {
  "weights mapped": { fp32: 0.5, bf16: 0.75 },
  "weights as stored (4 and 8 bits)": { fp32: 0.35, bf16: 0.55 },
} as const;

export const claim: Claim = {
  name: "memory",
  summary: `Exact prefix steps: peak memory at most ${goals["weights mapped"].fp32} of PEFT's in float32, at most ${goals["weights as stored (4 and 8 bits)"].fp32} with the weights in their file's blocks.`,
  async run({ root, print, signal }) {
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
    return held.every(Boolean);
  },
};
