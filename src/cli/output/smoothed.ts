/** Exponential mean of a series, corrected for its beginning (as Adam's moments; Kingma and Ba 2015, section 3). */
export class Smoothed {
  private sum = 0;
  private weight = 0;

  constructor(private readonly keep = 0.9) {}

  add(value: number): number {
    this.sum = this.keep * this.sum + (1 - this.keep) * value;
    this.weight = this.keep * this.weight + (1 - this.keep);
    return this.sum / this.weight;
  }
}
