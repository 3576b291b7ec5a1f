import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { encodeSafetensors } from "../../src/adapter/safetensors.js";
import { lookAtWeights, mostListed } from "../../src/adapter/weights-file.js";
import { inspectedPlace, readInspectedPrompt } from "../../src/inspection/inspected-prompt.js";

const folder = mkdtempSync(path.join(tmpdir(), "ptune-weights-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const write = (name: string, content: string | Uint8Array): string => {
  writeFileSync(path.join(folder, name), content);
  return path.join(folder, name);
};
const tiny = (kind: string) => path.join(import.meta.dirname, "reference/tiny", kind, "adapter_model.safetensors");
const ones = (...shape: number[]) => ({ shape, values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1) });

describe("a file of weights", () => {
  it("made by PEFT is a prompt or named for what it is", () => {
    expect(lookAtWeights(tiny("prompt-tuning"))).toEqual({ kind: "prompt" });
    expect(lookAtWeights(tiny("p-tuning"))).toEqual({ kind: "prompt" });
    const lora = lookAtWeights(tiny("lora"));
    expect(lora).toMatchObject({ kind: "other", peftType: "LORA" });
    if (lora.kind !== "other") throw new Error("no");
    expect(lora.count).toBe(lora.tensors.length);
    expect(lora.tensors[0]).toMatchObject({ name: expect.stringContaining("lora_"), dtype: "F32", shape: [expect.any(Number), expect.any(Number)] });
    expect(lora.parameters).toBe(lora.tensors.reduce((sum, { bytes }) => sum + bytes / 4, 0));
    expect(lookAtWeights(tiny("prefix-tuning"))).toMatchObject({ kind: "other", peftType: "PREFIX_TUNING" });
  });

  it("without a configuration is told by its tensors", () => {
    expect(lookAtWeights(write("one.safetensors", encodeSafetensors({ anything: ones(3, 4) })))).toEqual({ kind: "prompt" });
    expect(lookAtWeights(write("named.safetensors", encodeSafetensors({ prompt_embeddings: ones(3, 4), more: ones(2) })))).toEqual({ kind: "prompt" });
    expect(lookAtWeights(write("vector.safetensors", encodeSafetensors({ bias: ones(4) })))).toMatchObject({ kind: "other", peftType: null, count: 1 });
    expect(lookAtWeights(write("empty.safetensors", encodeSafetensors({})))).toMatchObject({ kind: "other", count: 0, parameters: 0 });
  });

  it("with thousands of tensors, or names without end, is listed in part", () => {
    const tensors = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`layer.${i}.${"x".repeat(i === 0 ? 5000 : 1)}`, ones(1)]));
    const found = lookAtWeights(write("many.safetensors", encodeSafetensors(tensors)));
    if (found.kind !== "other") throw new Error("no");
    expect([found.count, found.tensors.length, found.parameters]).toEqual([2000, mostListed, 2000]);
    expect(Math.max(...found.tensors.map(({ name }) => name.length))).toBeLessThan(310);
  });

  it("whatever bytes it has, is told as something, and never throws", () => {
    const whole = encodeSafetensors({ prompt_embeddings: ones(2, 3), other: ones(4) });
    const file = path.join(folder, "hostile.safetensors");
    const kinds = new Set<string>();
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), fc.constant(whole), fc.tuple(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length)).map(([at, byte, length]) => {
        const changed = whole.slice(0, length);
        if (at < length) changed[at] = byte;
        return changed;
      })), (bytes) => {
        writeFileSync(file, bytes);
        const found = lookAtWeights(file);
        kinds.add(found.kind);
        if (found.kind === "damaged") expect(found.error).toMatchObject({ name: "PromptTuningError" });
        try {
          expect(readInspectedPrompt(file).prompt.every(Number.isFinite)).toBe(true);
        } catch (error) {
          expect(error).toMatchObject({ name: "PromptTuningError" });
        }
      }),
      { numRuns: 1500 },
    );
    expect(kinds).toContain("damaged");
    expect(kinds).toContain("prompt");
  });

  it("that claims more than it has, or is not there, is damaged", () => {
    for (const content of [new Uint8Array(), new Uint8Array(7), Uint8Array.of(255, 255, 255, 255, 255, 255, 255, 255), encodeSafetensors({ a: ones(9) }).subarray(0, -1)]) {
      expect(lookAtWeights(write("cut.safetensors", content))).toMatchObject({ kind: "damaged", error: { kind: "model" } });
    }
    expect(lookAtWeights(path.join(folder, "nowhere.safetensors"))).toMatchObject({ kind: "damaged", error: { kind: "storage" } });
    expect(lookAtWeights(folder)).toMatchObject({ kind: "damaged" });
  });

  it("of an adapter whose configuration is damaged is a prompt that cannot be read", () => {
    const adapter = path.join(folder, "broken");
    cpSync(path.dirname(tiny("prompt-tuning")), adapter, { recursive: true });
    writeFileSync(path.join(adapter, "adapter_config.json"), "{");
    expect(lookAtWeights(path.join(adapter, "adapter_model.safetensors"))).toEqual({ kind: "prompt" });
    expect(inspectedPlace(path.join(adapter, "adapter_model.safetensors"))).toEqual({ kind: "adapter", path: adapter });
    expect(() => readInspectedPrompt(adapter)).toThrow(expect.objectContaining({ kind: "model" }));
  });
});
