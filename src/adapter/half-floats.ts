/**
 * Half-precision numbers as safetensors stores them, widened to float32 (exact: every value of both formats is a
 * float32). IEEE 754-2019 section 3.6 for binary16; bfloat16 is the upper half of a float32.
 */

/** Widens little-endian binary16 values [count] at `offset` of `view`. */
export function widenFloat16(view: DataView, offset: number, count: number): Float32Array {
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const bits = view.getUint16(offset + 2 * i, true);
    const exponent = (bits >> 10) & 0x1f;
    const fraction = bits & 0x3ff;
    const sign = bits & 0x8000 ? -1 : 1;
    if (exponent === 0) out[i] = sign * fraction * 2 ** -24;
    else if (exponent === 0x1f) out[i] = fraction ? NaN : sign * Infinity;
    else out[i] = sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  }
  return out;
}

/** Widens little-endian bfloat16 values [count] at `offset` of `view`. */
export function widenBfloat16(view: DataView, offset: number, count: number): Float32Array {
  const out = new Float32Array(count);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < count; i++) bits[i] = view.getUint16(offset + 2 * i, true) << 16;
  return out;
}
