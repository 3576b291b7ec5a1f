import type { Sweep } from "../../backend/sweep/sweep.js";

interface OpenSweep {
  readonly sweep: Promise<Sweep>;
  members: number;
}

/** The sweeps under way, by name: the first of a sweep's jobs opens it, the last to end closes it. */
export class OpenSweeps {
  private readonly open = new Map<string, OpenSweep>();

  constructor(private readonly create: () => Promise<Sweep>) {}

  async join<Result>(name: string, work: (sweep: Sweep) => Promise<Result>): Promise<Result> {
    let joined = this.open.get(name);
    if (!joined) this.open.set(name, (joined = { sweep: this.create(), members: 0 }));
    joined.members++;
    try {
      return await work(await joined.sweep);
    } finally {
      if (--joined.members === 0) {
        this.open.delete(name);
        await joined.sweep.then((sweep) => sweep.dispose());
      }
    }
  }
}
