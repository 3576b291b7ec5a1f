/** Points of a curve in two growing arrays: x ascending, y NaN where there is no value (a gap). */
export class Points {
  private xs: Float64Array;
  private ys: Float64Array;
  private count = 0;

  constructor(capacity = 256) {
    this.xs = new Float64Array(capacity);
    this.ys = new Float64Array(capacity);
  }

  static from(x: ArrayLike<number>, y: ArrayLike<number | null>): Points {
    const points = new Points(Math.max(1, x.length));
    for (let i = 0; i < x.length; i++) points.add(x[i], y[i]);
    return points;
  }

  get length(): number {
    return this.count;
  }
  /** Views of what is there; valid until the next `add`. */
  get x(): Float64Array {
    return this.xs.subarray(0, this.count);
  }
  get y(): Float64Array {
    return this.ys.subarray(0, this.count);
  }

  /** An x that is there already, or lies before the last, cuts the curve back to it: a resumed run does steps again. */
  add(x: number, y: number | null): void {
    if (this.count > 0 && x <= this.xs[this.count - 1]) this.count = firstAtLeast(this.x, x);
    if (this.count === this.xs.length) this.grow();
    this.xs[this.count] = x;
    this.ys[this.count++] = y ?? Number.NaN;
  }

  /** Drops the points behind x. */
  cutAfter(x: number): void {
    this.count = firstAfter(this.x, x);
  }

  private grow(): void {
    const [xs, ys] = [this.xs, this.ys];
    this.xs = new Float64Array(xs.length * 2);
    this.ys = new Float64Array(xs.length * 2);
    this.xs.set(xs);
    this.ys.set(ys);
  }
}

/** Index of the first value that is ≥ x; the length where none is. */
export function firstAtLeast(ascending: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first value that is > x; the length where none is. */
export function firstAfter(ascending: ArrayLike<number>, x: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (ascending[middle] <= x) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the value nearest to x; -1 where there is none. */
export function nearestIndex(ascending: ArrayLike<number>, x: number): number {
  const after = firstAtLeast(ascending, x);
  if (after === 0) return ascending.length > 0 ? 0 : -1;
  if (after === ascending.length) return after - 1;
  return x - ascending[after - 1] <= ascending[after] - x ? after - 1 : after;
}
