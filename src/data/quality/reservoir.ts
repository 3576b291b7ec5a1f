import { RandomSource } from "../../common/random.js";

/** A uniform sample of a stream of unknown length, drawn with a seed (algorithm R of Vitter 1985). */
export class Reservoir<T> {
  readonly items: T[] = [];
  seen = 0;

  constructor(
    private readonly size: number,
    private readonly random: RandomSource,
  ) {}

  /** Offers the next item; it is made only where it enters the sample. */
  offer(make: () => T): void {
    this.seen++;
    if (this.items.length < this.size) {
      this.items.push(make());
      return;
    }
    const place = this.random.integer(this.seen);
    if (place < this.size) this.items[place] = make();
  }
}
