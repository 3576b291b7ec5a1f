/** Speed over the last steps, for the step events. Not part of the training state: a resumed run measures anew. */
export class Throughput {
  private readonly window: { readonly seconds: number; readonly samples: number }[] = [];

  constructor(private readonly steps = 20) {}

  add(seconds: number, samples: number): void {
    this.window.push({ seconds, samples });
    if (this.window.length > this.steps) this.window.shift();
  }

  /** Sequences a second; 0 before the first step or where the clock did not move. */
  samplesPerSecond(): number {
    const seconds = this.seconds();
    return seconds > 0 ? this.window.reduce((sum, entry) => sum + entry.samples, 0) / seconds : 0;
  }

  /** Seconds that so many further steps take at this speed, evaluations not counted; null before the first step. */
  secondsLeft(stepsLeft: number): number | null {
    return this.window.length === 0 ? null : (this.seconds() / this.window.length) * stepsLeft;
  }

  private seconds(): number {
    return this.window.reduce((sum, entry) => sum + entry.seconds, 0);
  }
}
