import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dequantiseTable, type QuantisedTable } from "../../../src/engine/exported/dequantise-table.js";

const base: QuantisedTable = { rows: 2, width: 4, bits: 4, blockSize: 2, values: Uint8Array.of(0x21, 0x43, 0x65, 0x87), signed: false, scales: Float32Array.of(1, 10, 100, 1000), standardZero: 0 };

describe("a quantised table", () => {
  it("of 4 bits: the lower half of a byte comes first, a scale a block", () => {
    expect([...dequantiseTable(base)]).toEqual([1, 2, 30, 40, 500, 600, 7000, 8000]);
    expect([...dequantiseTable({ ...base, standardZero: 8 })]).toEqual([-7, -6, -50, -40, -300, -200, -1000, 0]);
    expect([...dequantiseTable({ ...base, signed: true })]).toEqual([1, 2, 30, 40, 500, 600, 7000, -8000]);
  });

  it("with zero points, each row of them in whole bytes", () => {
    expect([...dequantiseTable({ ...base, zeroPoints: Uint8Array.of(0x31, 0x05) })]).toEqual([0, 1, 0, 10, 0, 100, 7000, 8000]);
  });

  it("of 8 bits with one scale", () => {
    const table = { ...base, bits: 8 as const, blockSize: 0, rows: 1, values: Uint8Array.of(0, 1, 128, 255), scales: Float32Array.of(0.5), zeroPoints: Uint8Array.of(128) };
    expect([...dequantiseTable(table)]).toEqual([-64, -63.5, 0, 63.5]);
    expect([...dequantiseTable({ ...table, signed: true, zeroPoints: undefined })]).toEqual([0, 0.5, -64, -0.5]);
  });

  it("that is too short for its sizes is refused, never filled up", () => {
    fc.assert(
      fc.property(fc.nat(6), fc.nat(6), fc.nat(4), (values, scales, zeros) => {
        const table = { ...base, values: new Uint8Array(values), scales: new Float32Array(scales), zeroPoints: new Uint8Array(zeros) };
        if (values >= 4 && scales >= 4 && zeros >= 2) expect(dequantiseTable(table).every(Number.isFinite)).toBe(true);
        else expect(() => dequantiseTable(table)).toThrow(/2 × 4/);
      }),
    );
  });
});
