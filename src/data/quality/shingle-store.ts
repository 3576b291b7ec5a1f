const blockSize = 1 << 20;

/** Shingle sets of some texts by number, one behind the other in large blocks, up to a bound. */
export class ShingleStore {
  kept = 0;
  private readonly blocks: Uint32Array[] = [];
  private filled = blockSize;
  private readonly block: Int32Array;
  private readonly from: Int32Array;
  private readonly count: Int32Array;

  constructor(
    texts: number,
    /** Shingles (4 bytes each) that are kept at most. */
    private readonly most: number,
  ) {
    this.block = new Int32Array(texts).fill(-1);
    this.from = new Int32Array(texts);
    this.count = new Int32Array(texts);
  }

  /** False where the bound is reached, or the set alone is larger than a block. */
  keep(text: number, shingles: Uint32Array): boolean {
    if (this.kept + shingles.length > this.most || shingles.length > blockSize) return false;
    if (this.filled + shingles.length > blockSize) {
      this.blocks.push(new Uint32Array(blockSize));
      this.filled = 0;
    }
    this.blocks[this.blocks.length - 1].set(shingles, this.filled);
    this.block[text] = this.blocks.length - 1;
    this.from[text] = this.filled;
    this.count[text] = shingles.length;
    this.filled += shingles.length;
    this.kept += shingles.length;
    return true;
  }

  /** How many shingles the text has; 0 where it is not kept. */
  sizeOf(text: number): number {
    return this.count[text];
  }

  get(text: number): Uint32Array {
    return this.blocks[this.block[text]].subarray(this.from[text], this.from[text] + this.count[text]);
  }
}
