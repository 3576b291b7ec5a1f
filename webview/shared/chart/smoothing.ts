/**
 * The exponential moving average of TensorBoard: last = weight · last + (1 − weight) · y, divided by 1 − weight^n, so that
 * the begin is not drawn towards zero (the bias correction of Adam). Gaps (NaN) stay gaps and count for nothing.
 * @param weight 0 (as it is) to below 1.
 */
export function smooth(y: Float64Array, weight: number): Float64Array {
  if (!(weight > 0)) return y;
  const smoothed = new Float64Array(y.length);
  let last = 0;
  let unbias = 1;
  for (let i = 0; i < y.length; i++) {
    const value = y[i];
    if (Number.isNaN(value)) {
      smoothed[i] = Number.NaN;
      continue;
    }
    last = last * weight + (1 - weight) * value;
    unbias *= weight;
    smoothed[i] = last / (1 - unbias);
  }
  return smoothed;
}
