import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RandomSource } from "../../../src/common/random.js";
import { createExportedProgram } from "../../../src/engine/exported/exported-program.js";
import { openExportedModel } from "../../../src/engine/exported/open-exported-model.js";
import type { Program, TensorValues } from "../../../src/engine/program.js";
import { requireRightGradient, verifyGradient } from "../../../src/engine/verify/finite-difference-check.js";
import { batchOf, headOf, readReference } from "../exported/reference-cases.js";

const folder = join(__dirname, "../exported/reference/dynamo");
const reference = readReference(folder);
const values = { prompt: Float32Array.from(reference.prompt) };
const batch = batchOf(reference.cases[0]);
const options = (seed: number) => ({ directions: 6, random: RandomSource.fromSeed(seed) });
let program: Program;

beforeAll(async () => {
  program = createExportedProgram({ model: await openExportedModel(join(folder, "model.onnx")), virtualTokens: reference.virtualTokens, head: headOf(reference.cases[0]) });
});
afterAll(() => program.dispose());

/** The same program with its gradient spoilt. */
function spoilt(spoil: (prompt: Float32Array) => Float32Array): Program {
  return {
    trainables: program.trainables,
    head: program.head,
    score: (sequences, given) => program.score(sequences, given),
    step: async (sequences, given) => {
      const { loss, gradients } = await program.step(sequences, given);
      return { loss, gradients: { prompt: spoil(gradients.prompt) } satisfies TensorValues };
    },
    generate: () => Promise.reject(new Error("not asked for")),
    dispose: () => Promise.resolve(),
  };
}

describe("verifyGradient", () => {
  it("passes a right program, whatever the directions", async () => {
    let worst = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const { passed, relativeErrors } = await verifyGradient(program, batch, values, options(seed));
      expect(passed, `seed ${seed}: ${relativeErrors.join(", ")}`).toBe(true);
      expect(relativeErrors).toHaveLength(6);
      worst = Math.max(worst, ...relativeErrors);
    }
    console.log(`largest relative error of a right gradient over 120 directions: ${worst.toPrecision(2)}`);
  });

  const faults: [string, (prompt: Float32Array) => Float32Array][] = [
    ["of the wrong sign", (prompt) => prompt.map((value) => -value)],
    ["1 % too long", (prompt) => prompt.map((value) => value * 1.01)],
    ["zero", (prompt) => prompt.map(() => 0)],
    ["missing one virtual token", (prompt) => prompt.map((value, i) => (i < reference.hiddenSize ? 0 : value))],
    ["shifted by one place", (prompt) => prompt.map((_, i) => prompt[(i + 1) % prompt.length])],
    ["not a number", (prompt) => prompt.map(() => NaN)],
  ];
  it.each(faults)("fails a gradient that is %s", async (_name, spoil) => {
    for (let seed = 1; seed <= 5; seed++) expect((await verifyGradient(spoilt(spoil), batch, values, options(seed))).passed).toBe(false);
  });

  it("refuses with the figures", async () => {
    const wrong = spoilt((prompt) => prompt.map((value) => value / 2));
    await expect(requireRightGradient(wrong, batch, values, options(1))).rejects.toMatchObject({ name: "PromptTuningError", kind: "model", reason: expect.stringMatching(/0\.\d+ ± .*0\.003/) });
    expect((await requireRightGradient(program, batch, values, options(1))).passed).toBe(true);
  });
});
