/** Draws from a binomial distribution by inversion of its cumulative probabilities, tabled once. */
export class BinomialTable {
  /** Outcome of the first entry. */
  private readonly least: number;
  private readonly cumulative: Float64Array;

  /** Of `trials` trials, each with the probability `chance` in (0, 1). Outcomes below 1e-18 of the likeliest are left out. */
  constructor(trials: number, chance: number) {
    const odds = chance / (1 - chance);
    const mode = Math.min(trials, Math.floor((trials + 1) * chance));
    // Relative to the likeliest outcome, so that nothing under- or overflows: P(k+1)/P(k) = (n−k)/(k+1) · odds.
    const above = [1];
    for (let outcome = mode; outcome < trials && above.at(-1)! > 1e-18; outcome++) above.push(((above.at(-1)! * (trials - outcome)) / (outcome + 1)) * odds);
    const below: number[] = [];
    for (let outcome = mode, last = 1; outcome > 0 && last > 1e-18; outcome--) below.push((last = (last * outcome) / ((trials - outcome + 1) * odds)));
    this.least = mode - below.length;
    this.cumulative = Float64Array.from([...below.reverse(), ...above]);
    for (let at = 1; at < this.cumulative.length; at++) this.cumulative[at] += this.cumulative[at - 1];
    const total = this.cumulative[this.cumulative.length - 1];
    for (let at = 0; at < this.cumulative.length; at++) this.cumulative[at] /= total;
  }

  /** The outcome for a uniform number in [0, 1). */
  outcome(uniform: number): number {
    let [low, high] = [0, this.cumulative.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.cumulative[middle] > uniform) high = middle;
      else low = middle + 1;
    }
    return this.least + low;
  }
}
