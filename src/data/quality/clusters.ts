/** Sets of items that are joined pair by pair (union-find with path halving); a set is named by its smallest item. */
export class Clusters {
  private readonly parents: Int32Array;

  constructor(size: number) {
    this.parents = new Int32Array(size);
    for (let i = 0; i < size; i++) this.parents[i] = i;
  }

  of(item: number): number {
    const { parents } = this;
    while (parents[item] !== item) item = parents[item] = parents[parents[item]];
    return item;
  }

  join(a: number, b: number): void {
    const first = this.of(a);
    const second = this.of(b);
    this.parents[Math.max(first, second)] = Math.min(first, second);
  }
}
