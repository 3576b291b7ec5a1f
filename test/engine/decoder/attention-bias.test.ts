import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownBias } from "../../../src/engine/decoder/attention-bias.js";

describe("mask of the own rows", () => {
  it("lets every row see its past, the shared rows and itself within its window, and nothing later or padded", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(5), { minLength: 1, maxLength: 4 }), fc.nat(3), fc.integer({ min: 1, max: 5 }), fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }), (pastLengths, shared, time, window) => {
        const pastTime = Math.max(...pastLengths);
        const { data, shape } = ownBias(pastLengths, pastTime, shared, time, window);
        const [batch, rows, keys] = shape;
        expect([rows, keys]).toEqual([time, pastTime + shared + time]);
        expect(data.length).toBe(batch * rows * keys);
        pastLengths.forEach((length, item) => {
          const mask = batch === 1 ? 0 : item;
          for (let row = 0; row < time; row++) {
            for (let key = 0; key < keys; key++) {
              const earlier = key < pastTime ? key < length : key - pastTime - shared <= row;
              // Positions in the text: those of the past, then shared and own rows.
              const position = key < pastTime ? key : length + key - pastTime;
              const seen = earlier && length + shared + row - position < (window ?? Infinity);
              expect(data[(mask * rows + row) * keys + key]).toBe(seen ? 0 : Math.fround(-1e9));
            }
          }
        });
      }),
    );
  });
});
