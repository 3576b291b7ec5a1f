import type { DecoderConfiguration, RotaryTable } from "./configuration.js";

/** cos and sin of the angles of the first `rows` positions, each [rows, pairs]. */
export interface RotaryRows {
  readonly cosine: Float32Array;
  readonly sine: Float32Array;
  readonly rows: number;
  readonly pairs: number;
}

const fewestRows = 256;
const made = new WeakMap<RotaryTable, RotaryRows>();

/**
 * At least `rows` positions of a rotary embedding (Su et al. 2021, equation 15). Tables grow with the longest
 * sequence seen: those of a whole context of 131,072 tokens would take 67 MB in every session.
 */
export function rotaryRows(table: RotaryTable, rows: number): RotaryRows {
  const known = made.get(table);
  if (known && known.rows >= rows) return known;
  const wanted = Math.max(fewestRows, 2 ** Math.ceil(Math.log2(rows)));
  const result = compute(table, wanted);
  made.set(table, result);
  return result;
}

function compute({ inverseFrequencies, amplitude }: RotaryTable, rows: number): RotaryRows {
  const pairs = inverseFrequencies.length;
  const cosine = new Float32Array(rows * pairs);
  const sine = new Float32Array(rows * pairs);
  for (let i = 0; i < pairs; i++) {
    // The reference implementations round frequency and angle to float32.
    const frequency = Math.fround(inverseFrequencies[i]);
    for (let position = 0; position < rows; position++) {
      const angle = Math.fround(position * frequency);
      cosine[position * pairs + i] = Math.cos(angle) * amplitude;
      sine[position * pairs + i] = Math.sin(angle) * amplitude;
    }
  }
  return { cosine, sine, rows, pairs };
}

/** Names of the inputs that a table's cosines and sines are fed to. */
export function rotaryInputs(index: number): { readonly cosine: string; readonly sine: string } {
  return { cosine: `rotary.${index}.cosine`, sine: `rotary.${index}.sine` };
}

/** Indices of the tables that some layer uses. */
export function usedRotaryTables({ positions, layerKinds }: Pick<DecoderConfiguration, "positions" | "layerKinds">): readonly number[] {
  return positions === "rotary" ? [...new Set(layerKinds.map(({ rotary }) => rotary))].sort() : [];
}
