import { describe, expect, it } from "vitest";
import { type KeptText, KeptTextStore } from "../../../src/engine/decoder/kept-text.js";

const text = (...tokens: number[]): KeptText => ({ tokens: Int32Array.from(tokens), keysValues: new Float32Array(tokens.length) });
const bytes = (tokens: number): number => tokens * 4;

describe("kept texts", () => {
  it("finds exactly the text asked for", () => {
    const store = new KeptTextStore(1000);
    const kept = text(1, 2, 3);
    store.add(kept);
    expect(store.find(Int32Array.of(1, 2, 3, 4), 3)).toBe(kept);
    expect(store.find(Int32Array.of(1, 2, 3, 4), 2)).toBeUndefined();
    expect(store.find(Int32Array.of(1, 2, 4), 3)).toBeUndefined();
  });

  it("finds the longest kept beginning within a limit", () => {
    const store = new KeptTextStore(1000);
    const [short, long] = [text(1), text(1, 2, 3)];
    store.add(short);
    store.add(long);
    expect(store.findLongest(Int32Array.of(1, 2, 3, 9), 4)).toBe(long);
    expect(store.findLongest(Int32Array.of(1, 2, 3, 9), 2)).toBe(short);
    expect(store.findLongest(Int32Array.of(2, 2, 3), 3)).toBeUndefined();
  });

  it("tells texts with equal hashes apart by their tokens", () => {
    const store = new KeptTextStore(1e9);
    for (let i = 0; i < 2000; i++) store.add(text(i, i * 7919));
    for (let i = 0; i < 2000; i++) expect(store.find(Int32Array.of(i, i * 7919), 2)?.tokens[0]).toBe(i);
  });

  it("keeps within its budget, says when it is full, and starts anew after clear", () => {
    const store = new KeptTextStore(bytes(5));
    expect(store.add(text(1, 2, 3))).toBe(true);
    expect(store.add(text(4, 5, 6))).toBe(false);
    expect(store.bytes).toBe(bytes(3));
    store.clear();
    expect(store.bytes).toBe(0);
    expect(store.find(Int32Array.of(1, 2, 3), 3)).toBeUndefined();
    expect(store.add(text(4, 5, 6))).toBe(true);
  });
});
