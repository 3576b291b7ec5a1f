/** The p-quantile of ascending values, interpolated linearly (type 7 of Hyndman and Fan 1996, as NumPy and R do). */
export function quantile(ascending: ArrayLike<number>, p: number): number {
  const place = (ascending.length - 1) * p;
  const below = Math.floor(place);
  const above = Math.min(below + 1, ascending.length - 1);
  return ascending[below] + (ascending[above] - ascending[below]) * (place - below);
}
