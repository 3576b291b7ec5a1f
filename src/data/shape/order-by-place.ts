/**
 * Items in the order of their places in [0, 1), equal places in the order in which the items came. Sorted as 64-bit
 * numbers, the place's first 32 bits before the item's index: five million take half a second, where comparing them by a
 * function would hold everything up for many.
 */
export function orderByPlace(items: ArrayLike<number>, placeOf: (item: number) => number): Int32Array {
  const keys = new BigUint64Array(items.length);
  const words = new Uint32Array(keys.buffer);
  // Typed arrays have the least significant word first on every machine that Node runs on.
  for (let i = 0; i < items.length; i++) {
    words[2 * i] = i;
    words[2 * i + 1] = placeOf(items[i]) * 2 ** 32;
  }
  keys.sort();
  const ordered = new Int32Array(items.length);
  for (let i = 0; i < ordered.length; i++) ordered[i] = items[words[2 * i]];
  // Places that agree in their first 32 bits are neighbours now; there are few of them, or they are equal.
  for (let i = 1; i < ordered.length; i++) {
    if (words[2 * i + 1] !== words[2 * i - 1]) continue;
    const item = ordered[i];
    let at = i;
    for (; at > 0 && words[2 * at - 1] === words[2 * i + 1] && placeOf(ordered[at - 1]) > placeOf(item); at--) ordered[at] = ordered[at - 1];
    ordered[at] = item;
  }
  return ordered;
}
