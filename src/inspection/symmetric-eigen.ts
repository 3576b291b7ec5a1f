/** Eigenvalues, largest first, and their vectors: vectors[i] belongs to values[i] and has norm 1. */
export interface Eigen {
  readonly values: Float64Array;
  readonly vectors: readonly Float64Array[];
}

/** Sweeps after which Jacobi's method has long converged (it converges quadratically; ten are usual). */
const mostSweeps = 60;

/**
 * All eigenvalues and -vectors of a small symmetric matrix [n, n], row-major, by cyclic Jacobi rotations
 * (Golub and Van Loan, Matrix Computations, section 8.5).
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const v = new Float64Array(n * n);
  for (let i = 0; i < n; i++) v[i * n + i] = 1;
  for (let sweep = 0; sweep < mostSweeps && offDiagonal(a, n) > 0; sweep++) {
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j] - a[i * n + i] || i - j);
  return {
    values: Float64Array.from(order, (i) => a[i * n + i]),
    vectors: order.map((i) => Float64Array.from({ length: n }, (_, row) => v[row * n + i])),
  };
}

/** Sum of the squares beside the diagonal; what is lost in rounding beside it counts as nothing. */
function offDiagonal(a: Float64Array, n: number): number {
  let beside = 0;
  let all = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const square = a[i * n + j] ** 2;
      all += square;
      if (i !== j) beside += square;
    }
  }
  return beside > all * Number.EPSILON ** 2 ? beside : 0;
}

/** Makes a[p][q] zero: the rotation of Golub and Van Loan's algorithm 8.5.1, with the smaller angle. */
function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q];
  if (apq === 0) return;
  const tau = (a[q * n + q] - a[p * n + p]) / (2 * apq);
  const t = Math.sign(tau || 1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
  const c = 1 / Math.sqrt(1 + t * t);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p], a[k * n + q]];
    a[k * n + p] = c * kp - s * kq;
    a[k * n + q] = s * kp + c * kq;
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k], a[q * n + k]];
    a[p * n + k] = c * pk - s * qk;
    a[q * n + k] = s * pk + c * qk;
    const [vp, vq] = [v[k * n + p], v[k * n + q]];
    v[k * n + p] = c * vp - s * vq;
    v[k * n + q] = s * vp + c * vq;
  }
}
