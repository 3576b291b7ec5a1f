import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ScratchFile } from "../../../src/common/scratch-file.js";
import { type KeptText, KeptTextStore } from "../../../src/engine/decoder/kept-text.js";

const text = (...tokens: number[]): KeptText => ({ tokens: Int32Array.from(tokens), keysValues: Float32Array.from(tokens, (token) => token / 3) });
const bytes = (tokens: number): number => tokens * 4;

function scratch(mostBytes: number): ScratchFile {
  const folder = mkdtempSync(path.join(tmpdir(), "ptune-kept-"));
  const file = new ScratchFile(folder, mostBytes);
  onTestFinished(async () => {
    await file.clear();
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });
  return file;
}

describe("kept texts", () => {
  it("finds exactly the text asked for", async () => {
    const store = new KeptTextStore(1000);
    const kept = text(1, 2, 3);
    await store.add(kept);
    expect(await store.find(Int32Array.of(1, 2, 3, 4), 3)).toEqual(kept);
    expect(await store.find(Int32Array.of(1, 2, 3, 4), 2)).toBeUndefined();
    expect(await store.find(Int32Array.of(1, 2, 4), 3)).toBeUndefined();
  });

  it("finds the longest kept beginning within a limit, in memory or on the disk", async () => {
    const store = new KeptTextStore(bytes(1), scratch(1000));
    expect(await store.add(text(1))).toBe(true);
    expect(await store.add(text(1, 2, 3))).toBe(true);
    expect(store.longest(Int32Array.of(1, 2, 3, 9), 4)).toBe(3);
    expect(store.longest(Int32Array.of(1, 2, 3, 9), 2)).toBe(1);
    expect(store.longest(Int32Array.of(2, 2, 3), 3)).toBe(0);
  });

  it("tells texts with equal hashes apart by their tokens", async () => {
    const store = new KeptTextStore(bytes(2000), scratch(1e6));
    for (let i = 0; i < 2000; i++) await store.add(text(i, i * 7919));
    for (let i = 0; i < 2000; i++) expect(await store.find(Int32Array.of(i, i * 7919), 2)).toEqual(text(i, i * 7919));
  });

  it("keeps within its budget, says when it is full, and starts anew after clear", async () => {
    const store = new KeptTextStore(bytes(5));
    expect(await store.add(text(1, 2, 3))).toBe(true);
    expect(await store.add(text(4, 5, 6))).toBe(false);
    expect(store.bytes).toBe(bytes(3));
    await store.clear();
    expect(store.bytes).toBe(0);
    expect(await store.find(Int32Array.of(1, 2, 3), 3)).toBeUndefined();
    expect(await store.add(text(4, 5, 6))).toBe(true);
  });

  it("takes the disk for what does not fit into memory, until both are full", async () => {
    const store = new KeptTextStore(bytes(3), scratch(bytes(6)));
    const [held, first, second, tooMuch] = [text(1, 2, 3), text(4, 5, 6), text(7, 8, 9), text(10)];
    for (const each of [held, first, second]) expect(await store.add(each)).toBe(true);
    expect(await store.add(tooMuch)).toBe(false);
    expect(store.bytes).toBe(bytes(3));
    for (const each of [held, first, second]) expect(await store.find(each.tokens, 3)).toEqual(each);
    await store.clear();
    expect(await store.find(first.tokens, 3)).toBeUndefined();
    expect(await store.add(held)).toBe(true);
    expect(await store.add(second)).toBe(true);
    expect(await store.find(second.tokens, 3)).toEqual(second);
  });

  it("forgets a text that the disk does not give back", async () => {
    const disk = scratch(1000);
    const store = new KeptTextStore(0, disk);
    await store.add(text(1, 2));
    await disk.clear();
    expect(await store.find(Int32Array.of(1, 2), 2)).toBeUndefined();
    expect(store.longest(Int32Array.of(1, 2), 2)).toBe(0);
    expect(await store.add(text(1, 2))).toBe(true);
    expect(await store.find(Int32Array.of(1, 2), 2)).toEqual(text(1, 2));
  });
});
