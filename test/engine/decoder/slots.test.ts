import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { everyQuery, planLanes, scoredQueries, scoredRows } from "../../../src/engine/decoder/lanes.js";
import { keySlots, querySlots } from "../../../src/engine/decoder/slots.js";
import { sequence } from "./sequences.js";

const shapes = fc.record({ lengths: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }), sharedLength: fc.nat(3), keyValueHeads: fc.integer({ min: 1, max: 3 }), groups: fc.integer({ min: 1, max: 3 }) });

const lanesOf = (lengths: readonly number[], sharedLength: number) => {
  const batch = lengths.map((length) => sequence(Array.from({ length: sharedLength + length }, (_, at) => at)));
  return planLanes(batch, { past: "none", pastLengths: lengths.map(() => 0), sharedLength });
};

describe("slots of attention", () => {
  it("hold every head of every query once, and lead back to it", () => {
    fc.assert(
      fc.property(shapes, fc.boolean(), ({ lengths, sharedLength, keyValueHeads, groups }, scoredOnly) => {
        const lanes = lanesOf(lengths, sharedLength);
        const queries = (scoredOnly ? scoredQueries : everyQuery)(lanes);
        const { slots, shape, rows, filled } = querySlots(queries, { keyValueHeads, groups });
        expect(slots).toHaveLength(shape[0] * shape[1] * shape[2]);
        rows.forEach((slot, head) => expect(slots[slot]).toBe(head));
        expect(new Set(rows).size).toBe(rows.length);
        expect(filled.reduce((sum, value) => sum + value, 0) * keyValueHeads).toBe(rows.length);
        rows.forEach((slot) => expect(filled[slot % filled.length]).toBe(1));
      }),
    );
  });

  it("hold shared keys in every lane and lead back to their sums, others to their only slot", () => {
    fc.assert(
      fc.property(shapes, ({ lengths, sharedLength, keyValueHeads }) => {
        const lanes = lanesOf(lengths, sharedLength);
        const { slots, shape, rows } = keySlots(lanes, keyValueHeads);
        for (let head = 0; head < keyValueHeads; head++) {
          for (let row = 0; row < lanes.rows; row++) {
            const back = rows[row * keyValueHeads + head];
            if (row < sharedLength) expect(back).toBe(slots.length + head * sharedLength + row);
            else expect(slots[back]).toBe(row * keyValueHeads + head);
          }
          for (let lane = 0; lane < shape[1]; lane++)
            for (let row = 0; row < sharedLength; row++) expect(slots[(head * shape[1] + lane) * shape[2] + row]).toBe(row * keyValueHeads + head);
        }
      }),
    );
  });

  it("keep the shared keys of several requests apart, each with a sum of its own", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.array(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 3 }), fc.integer({ min: 1, max: 3 }), (sharedLength, requests, keyValueHeads) => {
        const batch = requests.flat().map((length) => sequence(Array.from({ length: sharedLength + length }, (_, at) => at)));
        const lanes = planLanes(batch, { past: "none", pastLengths: batch.map(() => 0), sharedLength }, requests.length);
        expect(lanes.rows).toBe(requests.flat().reduce((sum, length) => sum + length, requests.length * sharedLength));
        const { slots, shape, rows } = keySlots(lanes, keyValueHeads);
        const sums = new Set<number>();
        lanes.lanes.forEach(({ group, firstRow, length }, lane) => {
          for (let head = 0; head < keyValueHeads; head++) {
            for (let row = 0; row < sharedLength; row++) expect(slots[(head * shape[1] + lane) * shape[2] + row]).toBe((lanes.shared[group].firstRow + row) * keyValueHeads + head);
            for (let row = firstRow; row < firstRow + length; row++) expect(slots[rows[row * keyValueHeads + head]]).toBe(row * keyValueHeads + head);
          }
        });
        for (const { firstRow, length } of lanes.shared) for (let head = 0; head < keyValueHeads; head++) for (let row = firstRow; row < firstRow + length; row++) sums.add(rows[row * keyValueHeads + head] - slots.length);
        expect([...sums].sort((a, b) => a - b)).toEqual(Array.from({ length: keyValueHeads * requests.length * sharedLength }, (_, i) => i));
      }),
    );
  });

  it("have shared rows ask in the lanes with the fewest rows, so that few slots stay empty", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }), fc.nat(12), (lengths, sharedLength) => {
        const lanes = lanesOf(lengths, sharedLength);
        const queries = everyQuery(lanes);
        expect(queries.flat().map(({ row }) => row).sort((a, b) => a - b)).toEqual([...Array(lanes.rows).keys()]);
        const level = Math.ceil((lengths.reduce((sum, length) => sum + length, 0) + sharedLength) / lengths.length);
        expect(Math.max(...queries.map((lane) => lane.length))).toBeLessThanOrEqual(Math.max(...lengths, level));
      }),
    );
  });

  it("number the rows of a batch without gaps, scored ones in the order of the sequences", () => {
    const batch = [sequence(["s0", 5, 7], [{ row: 2, target: 0 }]), sequence(["s0", 5, 9, 4], [{ row: 2, target: 0 }, { row: 3, target: 1 }])];
    const lanes = planLanes(batch, { past: "none", pastLengths: [0, 0], sharedLength: 2 });
    expect(lanes.rows).toBe(2 + 1 + 2);
    expect(scoredRows(lanes)).toEqual([2, 3, 4]);
    expect(scoredQueries(lanes).map((lane) => lane.map(({ row }) => row))).toEqual([[0], [1, 2]]);
  });
});
