/**
 * Numbers 64-bit hashes in the order in which they first come: an open hash table in typed arrays (12 bytes a slot,
 * at most three quarters full), so that five million take 100 MB and not the gigabyte of a Map of strings.
 */
export class HashIndex {
  size = 0;
  private highs: Uint32Array;
  private lows: Uint32Array;
  /** Number + 1; 0 is a free slot. */
  private numbers: Uint32Array;

  constructor(slots = 1024) {
    this.highs = new Uint32Array(slots);
    this.lows = new Uint32Array(slots);
    this.numbers = new Uint32Array(slots);
  }

  /** The hash's number; `size` before the call where it is new. */
  numberOf(high: number, low: number): number {
    const slot = this.slotOf(high, low);
    if (this.numbers[slot] !== 0) return this.numbers[slot] - 1;
    if (this.size >= this.numbers.length * 0.75) {
      this.grow();
      return this.insert(this.slotOf(high, low), high, low);
    }
    return this.insert(slot, high, low);
  }

  /** The hash's number, −1 where it has none. */
  find(high: number, low: number): number {
    return this.numbers[this.slotOf(high, low)] - 1;
  }

  private insert(slot: number, high: number, low: number): number {
    this.highs[slot] = high;
    this.lows[slot] = low;
    this.numbers[slot] = ++this.size;
    return this.size - 1;
  }

  private slotOf(high: number, low: number): number {
    const mask = this.numbers.length - 1;
    let slot = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    while (this.numbers[slot] !== 0 && (this.lows[slot] !== low || this.highs[slot] !== high)) slot = (slot + 1) & mask;
    return slot;
  }

  private grow(): void {
    const { highs, lows, numbers } = this;
    const slots = numbers.length * 2;
    this.highs = new Uint32Array(slots);
    this.lows = new Uint32Array(slots);
    this.numbers = new Uint32Array(slots);
    for (let i = 0; i < numbers.length; i++) {
      if (numbers[i] === 0) continue;
      const slot = this.slotOf(highs[i], lows[i]);
      this.highs[slot] = highs[i];
      this.lows[slot] = lows[i];
      this.numbers[slot] = numbers[i];
    }
  }
}
