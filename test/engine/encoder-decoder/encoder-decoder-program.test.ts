import path from "node:path";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Backbone } from "../../../src/backbone/backbone.js";
import { openBackbone } from "../../../src/backbone/open-backbone.js";
import { resolveModelSource } from "../../../src/backbone/sources/resolve.js";
import type { Head, Sequence, StepResult } from "../../../src/engine/program.js";
import { sequence } from "../decoder/sequences.js";

/** A tiny random T5 (scripts/reference/encoder_decoders.py); its values against PyTorch are in test/parity. */

const cache = mkdtempSync(path.join(tmpdir(), "ptune-t5-"));
let backbone: Backbone;
beforeAll(async () => {
  const files = await resolveModelSource({ path: "folder" }, path.resolve("test/parity/reference/encoder-decoders/t5")).fetch();
  backbone = await openBackbone(files, { cache });
});
afterAll(async () => {
  await backbone.dispose();
  rmSync(cache, { recursive: true, force: true });
});

const words: Head = { kind: "words", tokenIds: Int32Array.of(10, 20, 30) };
const heads: readonly Head[] = [words, { kind: "vocabulary" }, { kind: "linear", classes: 3 }];
const values = () => ({ prompt: backbone.embeddings.gather([40, 41, 42]), "head.weight": backbone.embeddings.gather([7, 8, 9]), "head.bias": Float32Array.of(0.1, -0.2, 0.3) });

/** A text with its answer; every token of the answer is scored. */
function answered(text: readonly (number | string)[], answer: readonly number[]): Sequence {
  const scored = Array.from({ length: answer.length + 1 }, (_, row) => ({ row: text.length - 1 + row, target: row % 3, weight: 1 / (row + 1) }));
  return { ...sequence([...text, ...answer], scored), answerStart: text.length };
}

const batch = (): Sequence[] => [answered(["s0", "s1", "s2", 5, 6, 7, 8, 1], [9, 11]), answered([5, "s0", "s1", 9, "s2", 1], []), answered([14, 15, 16, 17, 18, 19, 20, 21, "s0", "s1", "s2", 1], [12])];

describe("an encoder-decoder's program", () => {
  it.each(heads.map((head) => [head.kind, head] as const))("has the gradient that differences of its loss show: %s", async (_, head) => {
    const program = await backbone.createProgram({ virtualTokens: 3, head });
    const { gradients } = await program.step(batch(), values());
    const names = program.trainables.map(({ name }) => name);
    const norm = Math.sqrt(names.reduce((sum, name) => sum + gradients[name].reduce((part, value) => part + value * value, 0), 0));
    // Along the gradient itself, and along it with every second value turned round: a part that is missing shows in one of them.
    for (const turned of [1, -1]) {
      const sign = (i: number): number => (i % 2 === 0 ? 1 : turned);
      const lossAt = async (step: number): Promise<number> => {
        const moved = Object.entries(values()).map(([name, data]) => [name, names.includes(name) ? data.map((value, i) => value + (step * sign(i) * gradients[name][i]) / norm) : data]);
        return (await program.score(batch(), Object.fromEntries(moved))).loss;
      };
      const slope = names.reduce((sum, name) => sum + gradients[name].reduce((part, value, i) => part + sign(i) * value * value, 0), 0) / norm;
      const step = 0.02;
      expect(Math.abs(((await lossAt(step)) - (await lossAt(-step))) / (2 * step) - slope) / norm).toBeLessThanOrEqual(0.01);
    }
    await program.dispose();
  });

  it("gives a padded batch the mean of its sequences alone", async () => {
    const program = await backbone.createProgram({ virtualTokens: 3, head: words });
    const together = await program.step(batch(), values());
    const scores = await program.score(batch(), values());
    expect(scores.loss).toBeCloseTo(together.loss, 5);
    const alone: StepResult[] = [];
    for (const [item, each] of batch().entries()) {
      alone.push(await program.step([each], values()));
      const [rows] = (await program.score([each], values())).logProbabilities;
      rows.forEach((row, at) => row.forEach((value, word) => expect(value).toBeCloseTo(scores.logProbabilities[item][at][word], 4)));
    }
    expect(together.loss).toBeCloseTo(alone.reduce((sum, { loss }) => sum + loss, 0) / 3, 5);
    together.gradients.prompt.forEach((value, i) => expect(value).toBeCloseTo(alone.reduce((sum, { gradients }) => sum + gradients.prompt[i], 0) / 3, 5));
    await program.dispose();
  });

  it("generates the same greedily as by scoring the whole answer again and again", async () => {
    const program = await backbone.createProgram({ virtualTokens: 3, head: { kind: "vocabulary" } });
    const text = [5, "s0", "s1", "s2", 9, 1];
    for (const begun of [[], [33, 34]]) {
      const generated = await program.generate({ ...answered(text, begun), scored: [] }, values(), { maxNewTokens: 6, stopTokenIds: [] });
      expect(generated).toHaveLength(6);
      const answer = [...begun];
      for (const token of generated) {
        const whole = answered(text, answer);
        const [rows] = (await program.score([whole], values())).logProbabilities;
        expect(token).toBe(rows.at(-1)!.indexOf(Math.max(...rows.at(-1)!)));
        answer.push(token);
      }
      const [first, second] = generated;
      const stopped = await program.generate({ ...answered(text, begun), scored: [] }, values(), { maxNewTokens: 6, stopTokenIds: [second] });
      expect([...stopped]).toEqual(second === first ? [] : [first]);
    }
    await program.dispose();
  });

  it("stops when it is told to, and says what cannot be scored", async () => {
    const program = await backbone.createProgram({ virtualTokens: 3, head: { kind: "vocabulary" } });
    await expect(program.generate(sequence([5, 1], []), values(), { maxNewTokens: 3, stopTokenIds: [], signal: AbortSignal.abort() })).rejects.toMatchObject({ kind: "stopped" });
    await expect(program.score([{ ...sequence([5, 6, 1], [{ row: 0, target: 0 }]), answerStart: 3 }], values())).rejects.toThrow(/before the answer/);
    await program.dispose();
  });
});
