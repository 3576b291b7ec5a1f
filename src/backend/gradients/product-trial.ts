import type { z } from "zod";
import type { BackwardProducts } from "../../engine/program.js";
import type { productTrialSchema } from "../../runs/environment.js";

export type ProductTrial = z.infer<typeof productTrialSchema>;

const fewestTurns = 3;
const mostTurns = 15;
/** No further turn after so many milliseconds. */
const longEnough = 300;

/** Computes the products both ways in turn, so that the machine's moods fall on both, after one turn that only compares. */
export async function measureProducts(products: BackwardProducts, now: () => number = () => performance.now()): Promise<ProductTrial> {
  const [exact, approximate] = [await products.exact(), await products.approximate()];
  const leastCosine = Math.min(...exact.map((results, i) => leastRowCosine(results, approximate[i], products.shapes[i][0])));
  const times = { exact: Infinity, approximate: Infinity };
  const began = now();
  for (let turn = 0; turn < mostTurns && (turn < fewestTurns || now() - began < longEnough); turn++) {
    for (const way of ["exact", "approximate"] as const) {
      const start = now();
      await products[way]();
      times[way] = Math.min(times[way], now() - start);
    }
  }
  return { exactMilliseconds: times.exact, approximateMilliseconds: times.approximate, leastCosine };
}

/** Rows count alike, however small: in a training each belongs to another token. NaN where a row has no direction. */
function leastRowCosine(a: Float32Array, b: Float32Array, width: number): number {
  let least = 1;
  for (let from = 0; from < a.length; from += width) {
    let [dot, squaresA, squaresB] = [0, 0, 0];
    for (let i = from; i < from + width; i++) {
      dot += a[i] * b[i];
      squaresA += a[i] * a[i];
      squaresB += b[i] * b[i];
    }
    const cosine = dot / Math.sqrt(squaresA * squaresB);
    if (!(cosine >= least)) least = cosine;
  }
  return least;
}
