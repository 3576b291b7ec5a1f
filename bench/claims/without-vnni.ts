import { spawnSync } from "node:child_process";
import path from "node:path";
import { chooseGradients } from "../../src/backend/gradients/choose-gradients.js";
import { small, relativeError } from "../parity/compare.js";
import { fetchRealModel } from "../parity/real-backbone.js";
import { measureCommand } from "../product/measured-command.js";
import type { Claim } from "./claim.js";
import type { RoundedGradient } from "./rounded-gradient-worker.js";

const emulator = "qemu-x86_64";
/** AVX2 and no 8-bit products of 32 bits: neither AVX-512 VNNI nor AVX-VNNI. */
const processor = "Haswell";
/** Largest difference of losses and exact gradients, as a share of them. */
const limit = 1e-4;
/** Least cosine between the approximate and the exact gradient. */
const leastCosine = 0.95;

export const claim: Claim = {
  name: "without-vnni",
  summary: `On an emulated ${processor} (AVX2 without VNNI) losses and exact gradients are this processor's within ${small(limit)}, approximate gradients keep the direction (cosine ${leastCosine}), and "auto" is exact.`,
  async run({ root, print, signal }) {
    if (process.arch !== "x64" || process.platform !== "linux") return { skipped: "only x64 Linux can emulate another x64 processor for a program." };
    if (spawnSync(emulator, ["--version"]).status !== 0) return { skipped: `${emulator} is not here (Debian: qemu-user). onnxruntime itself cannot be told to leave VNNI out.` };
    await fetchRealModel({ signal });
    const worker = [path.join(root, "out", "claims", "rounded-gradient-worker.cjs"), "--print"];
    const measure = async (name: string, program: string, args: readonly string[]): Promise<{ result: RoundedGradient; use: string }> => {
      const { objects: [result], seconds } = await measureCommand(program, args, { cwd: root, signal });
      const found = result as RoundedGradient;
      const { use, reason } = await chooseGradients({ asked: "auto", qualityShown: true, trial: async () => found.trial });
      print(`${name} (${seconds.toFixed(0)} s): loss ${found.loss.exact.toFixed(6)}, with approximate gradients ${found.loss.approximate.toFixed(6)}; cosine of the approximate gradient with the exact one ${cosine(found.gradient.approximate, found.gradient.exact).toFixed(4)}`);
      print(`  the trial would choose ${use}: ${reason}`);
      return { result: found, use };
    };
    const here = await measure("this processor", process.execPath, worker);
    const there = await measure(`emulated ${processor}`, emulator, ["-cpu", processor, process.execPath, ...worker]);
    const loss = Math.abs(there.result.loss.exact / here.result.loss.exact - 1);
    const gradient = relativeError({ prompt: Float32Array.from(there.result.gradient.exact) }, { prompt: Float32Array.from(here.result.gradient.exact) });
    const direction = cosine(there.result.gradient.approximate, there.result.gradient.exact);
    print(`Exact, emulated beside here: loss ${small(loss)}, gradient ${small(gradient)} (limit ${small(limit)})`);
    return loss <= limit && gradient <= limit && there.result.loss.approximate === there.result.loss.exact && direction >= leastCosine && there.use === "exact";
  },
};

function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
