/** The last bytes of what a process prints, however much that is. */
export class OutputTail {
  private pieces: Buffer[] = [];
  private length = 0;

  constructor(private readonly most = 64 * 1024) {}

  add(piece: Buffer): void {
    const kept = piece.length > this.most ? piece.subarray(piece.length - this.most) : piece;
    // A copy: a piece of a larger buffer would keep all of it.
    this.pieces.push(Buffer.from(kept));
    this.length += kept.length;
    while (this.length - this.pieces[0].length >= this.most) this.length -= this.pieces.shift()!.length;
  }

  get text(): string {
    return Buffer.concat(this.pieces, this.length).subarray(-this.most).toString("utf8");
  }
}
