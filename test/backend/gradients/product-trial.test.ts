import { expect, it } from "vitest";
import { measureProducts } from "../../../src/backend/gradients/product-trial.js";
import type { BackwardProducts } from "../../../src/engine/program.js";

/** Products of two columns whose turns take told milliseconds of a clock that only they move. */
function products(exact: readonly number[], approximate: readonly number[], turns: { exact: number[]; approximate: number[] }): { products: BackwardProducts; now: () => number; order: string[] } {
  let time = 0;
  const order: string[] = [];
  const compute = (way: "exact" | "approximate", values: readonly number[]) => async () => {
    order.push(way);
    time += turns[way].shift() ?? 1000;
    return [Float32Array.from(values)];
  };
  return { products: { shapes: [[2, 3]], exact: compute("exact", exact), approximate: compute("approximate", approximate), dispose: async () => {} }, now: () => time, order };
}

it("takes the fastest turn of each, after one that does not count, and the row that is least alike, however small it is", async () => {
  const { products: both, now, order } = products([1000, 0, 0.001, 0], [1000, 0, 0.001, 0.001], { exact: [1, 90, 80, 95, 85], approximate: [1, 40, 60, 30, 70] });
  expect(await measureProducts(both, now)).toEqual({ exactMilliseconds: 80, approximateMilliseconds: 30, leastCosine: expect.closeTo(Math.SQRT1_2, 6) as number });
  expect(order.slice(0, 4)).toEqual(["exact", "approximate", "exact", "approximate"]);
});

it("stops after a few turns where each takes long, and after a number of them where none does", async () => {
  const long = products([1, 0], [1, 0], { exact: [], approximate: [] });
  await measureProducts(long.products, long.now);
  expect(long.order).toHaveLength(2 + 2 * 3);
  const short = products([1, 0], [1, 0], { exact: Array<number>(50).fill(0), approximate: Array<number>(50).fill(0) });
  await measureProducts(short.products, short.now);
  expect(short.order).toHaveLength(2 + 2 * 15);
});

it("tells wrong results: a row of zeros or of no numbers is like nothing", async () => {
  for (const wrong of [0, NaN]) {
    const { products: both, now } = products([1, 2, 3, 4], [1, 2, wrong, wrong], { exact: [], approximate: [] });
    expect((await measureProducts(both, now)).leastCosine).toBeNaN();
  }
});
