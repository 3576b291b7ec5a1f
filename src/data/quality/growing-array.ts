/** Numbers of 32 bits that are appended one by one: blocks of a quarter megabyte, so that growing copies nothing. */
export class GrowingArray {
  length = 0;
  private readonly blocks: Int32Array[] = [];

  push(value: number): void {
    if ((this.length & blockMask) === 0) this.blocks.push(new Int32Array(blockMask + 1));
    this.blocks[this.length >>> blockBits][this.length & blockMask] = value;
    this.length++;
  }

  at(index: number): number {
    return this.blocks[index >>> blockBits][index & blockMask];
  }

  set(index: number, value: number): void {
    this.blocks[index >>> blockBits][index & blockMask] = value;
  }
}

const blockBits = 16;
const blockMask = (1 << blockBits) - 1;
