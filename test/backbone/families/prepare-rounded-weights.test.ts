import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { roundTransposed } from "../../../src/backbone/families/prepare-rounded-weights.js";

describe("matrices rounded to 8 bits", () => {
  it("are transposed, and every value is at most half a step of its row away from what it was", () => {
    const matrices = fc.integer({ min: 1, max: 6 }).chain((rows) => fc.integer({ min: 1, max: 6 }).chain((columns) => fc.tuple(fc.constant(rows), fc.constant(columns), fc.array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: rows * columns, maxLength: rows * columns }))));
    fc.assert(
      fc.property(matrices, ([rows, columns, entries]) => {
        const matrix = Float32Array.from(entries);
        const { values, scales } = roundTransposed(matrix, rows, columns);
        for (let row = 0; row < rows; row++)
          for (let column = 0; column < columns; column++) {
            const error = Math.abs(values[column * rows + row] * scales[row] - matrix[row * columns + column]);
            expect(error).toBeLessThanOrEqual(scales[row] / 2 + 1e-6);
          }
      }),
    );
  });

  it("keep a row of zeros", () => {
    expect(roundTransposed(new Float32Array(2), 1, 2)).toEqual({ values: new Int8Array(2), scales: Float32Array.of(1) });
  });
});
