/** The k highest scores seen, highest first. Ids must be offered upwards: of equal scores the lower id then stays in front. */
export class TopList {
  private readonly best: Int32Array;
  private readonly scores: Float64Array;
  private size = 0;

  constructor(private readonly k: number) {
    this.best = new Int32Array(k);
    this.scores = new Float64Array(k);
  }

  offer(id: number, score: number): void {
    const { best, scores, k } = this;
    if (this.size === k && (k === 0 || !(score > scores[k - 1]))) return;
    let place = this.size < k ? this.size++ : k - 1;
    for (; place > 0 && score > scores[place - 1]; place--) {
      best[place] = best[place - 1];
      scores[place] = scores[place - 1];
    }
    best[place] = id;
    scores[place] = score;
  }

  ids(): number[] {
    return Array.from(this.best.subarray(0, this.size));
  }
}
