export interface QuantisedTable {
  readonly rows: number;
  readonly width: number;
  readonly bits: 4 | 8;
  /** Numbers of a row that share a scale; 0: one scale for the whole table. */
  readonly blockSize: number;
  /** Row-major; of 4 bits the lower half of a byte comes first. */
  readonly values: Uint8Array;
  readonly signed: boolean;
  readonly scales: Float32Array;
  /** Stored as the values are, a number a block, each row padded to whole bytes. */
  readonly zeroPoints?: Uint8Array;
  /** Zero point where none are stored. */
  readonly standardZero: number;
}

/**
 * Float32 [rows, width] of (stored − zero point)·scale.
 * @throws Error when a part is shorter than the sizes need.
 */
export function dequantiseTable({ rows, width, bits, blockSize, values, signed, scales, zeroPoints, standardZero }: QuantisedTable): Float32Array {
  const blocks = blockSize === 0 ? 0 : Math.ceil(width / blockSize);
  const zeroRow = bits === 4 ? Math.ceil(blocks / 2) : blocks;
  const needed = { values: (rows * width * bits) / 8, scales: Math.max(rows * blocks, 1), zeroPoints: zeroPoints ? Math.max(rows * zeroRow, 1) : 0 };
  if (values.length < needed.values || scales.length < needed.scales || (zeroPoints?.length ?? 0) < needed.zeroPoints) {
    throw new Error(`the quantised table of ${rows} × ${width} has ${values.length} bytes, ${scales.length} scales and ${zeroPoints?.length ?? 0} bytes of zero points`);
  }
  const half = 2 ** (bits - 1);
  const interpret = (stored: number): number => (signed && stored >= half ? stored - 2 * half : stored);
  const at = (bytes: Uint8Array, start: number, index: number): number =>
    interpret(bits === 8 ? bytes[start + index] : (bytes[start + (index >> 1)] >> (index % 2 === 0 ? 0 : 4)) & 15);
  const result = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) {
    const start = bits === 4 ? (row * width) / 2 : row * width;
    for (let column = 0; column < width; column++) {
      const block = blockSize === 0 ? 0 : Math.floor(column / blockSize);
      const zero = zeroPoints ? at(zeroPoints, row * zeroRow, block) : standardZero;
      result[row * width + column] = (at(values, start, column) - zero) * scales[row * blocks + block];
    }
  }
  return result;
}
