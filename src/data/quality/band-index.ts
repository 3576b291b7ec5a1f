import { mix } from "../../common/text-hash.js";
import { GrowingArray } from "./growing-array.js";
import type { Banding } from "./min-hash.js";

/** Items whose key of a band is linked before messages get through. */
const linkedAtOnce = 200_000;

/**
 * Which earlier items agree with an item in a whole band. 4 bytes an item and band: first a key of 32 bits, which
 * `link` replaces by the nearest earlier item of the same key (different bands of equal keys are rare and cost one comparison).
 */
export class BandIndex {
  private readonly links: readonly GrowingArray[];

  constructor(private readonly banding: Banding) {
    this.links = Array.from({ length: banding.bands }, () => new GrowingArray());
  }

  get size(): number {
    return this.links[0].length;
  }

  /** Adds the next item. @param signature bands × rows hashes. */
  add(signature: Uint32Array): void {
    const { bands, rows } = this.banding;
    for (let band = 0; band < bands; band++) {
      let key = 0;
      for (let k = band * rows; k < (band + 1) * rows; k++) key = mix(key ^ signature[k]) + k;
      this.links[band].push(key | 0);
    }
  }

  /** Call once when all items are added, and run it to its end; it stops between pieces of work so that messages can get through. */
  *link(): Generator<void> {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(16, this.size * 1.5)));
    const keys = new Int32Array(slots);
    /** Latest item of a key, + 1; 0 is a free slot. */
    const latest = new Int32Array(slots);
    for (const links of this.links) {
      latest.fill(0);
      for (let item = 0; item < links.length; item++) {
        const key = links.at(item);
        let slot = mix(key) & (slots - 1);
        while (latest[slot] !== 0 && keys[slot] !== key) slot = (slot + 1) & (slots - 1);
        links.set(item, latest[slot] - 1);
        keys[slot] = key;
        latest[slot] = item + 1;
        if (item % linkedAtOnce === linkedAtOnce - 1) yield;
      }
      yield;
    }
  }

  get bands(): number {
    return this.banding.bands;
  }

  /** The nearest earlier item that agrees with an item in a band; −1 where there is none. After `link`. */
  previous(band: number, item: number): number {
    return this.links[band].at(item);
  }

  /** Marks the items that have a candidate on either side. */
  candidates(): Uint8Array {
    const marks = new Uint8Array(this.size);
    for (const links of this.links) {
      for (let item = 0; item < links.length; item++) {
        const other = links.at(item);
        if (other >= 0) marks[item] = marks[other] = 1;
      }
    }
    return marks;
  }
}
