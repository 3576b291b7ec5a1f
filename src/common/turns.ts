/** Lets one piece of work be under way at a time, in the order they came; a failure is that of its own piece only. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();

  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work);
    this.last = result.then(undefined, () => undefined);
    return result;
  }
}
