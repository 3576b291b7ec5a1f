/**
 * Divides a whole number by shares that add up to 1 (largest remainders, Hamilton): every part is its exact share rounded
 * down or up; ties go to the part that comes first.
 * @param owed added to the remainders where parts of several divisions shall add up too; it is updated to what each part is owed now.
 */
export function largestRemainders(total: number, shares: readonly number[], owed: number[] = shares.map(() => 0)): number[] {
  // Rounded first: 10 × 0.7 is a little less than 7.
  const exact = shares.map((share) => Math.round(total * share * 1e9) / 1e9);
  const parts = exact.map(Math.floor);
  let left = total - parts.reduce((sum, part) => sum + part, 0);
  const order = parts
    .map((part, i) => ({ i, rest: exact[i] - part }))
    .filter(({ rest }) => rest > 0)
    .sort((a, b) => b.rest + owed[b.i] - (a.rest + owed[a.i]) || a.i - b.i);
  for (const { i } of order) {
    if (left === 0) break;
    parts[i]++;
    left--;
  }
  parts.forEach((part, i) => (owed[i] += exact[i] - part));
  return parts;
}
