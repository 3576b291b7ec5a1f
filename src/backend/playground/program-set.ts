import type { Backbone } from "../../backbone/backbone.js";
import type { Head, Program } from "../../engine/program.js";

/** Programs kept at a time: each holds a session or two over the shared weights. */
const mostPrograms = 8;

/**
 * The programs that prompts of one backbone are answered with. Prompts of the same length and head share one: to swap
 * them is to feed other values. Others get a program of their own, over the same mapped weights, when they first answer.
 */
export class ProgramSet {
  /** Least recently used first. */
  private readonly programs = new Map<string, Promise<Program>>();

  constructor(
    private readonly backbone: Backbone,
    private readonly most = mostPrograms,
  ) {}

  get size(): number {
    return this.programs.size;
  }

  async get(virtualTokens: number, head: Head): Promise<Program> {
    const key = programKey(virtualTokens, head);
    // Nothing is kept between answers, so that the time of one does not depend on which came before it.
    const program = this.programs.get(key) ?? this.backbone.createProgram({ virtualTokens, head, keptMemory: 0 });
    this.programs.delete(key);
    this.programs.set(key, program);
    const [oldest] = this.programs.keys();
    if (this.programs.size > this.most) await this.drop(oldest);
    return program;
  }

  async dispose(): Promise<void> {
    for (const key of [...this.programs.keys()]) await this.drop(key);
  }

  private async drop(key: string): Promise<void> {
    const program = this.programs.get(key);
    this.programs.delete(key);
    await (await program)?.dispose();
  }
}

/** Equal for what one program can answer. */
export function programKey(virtualTokens: number, head: Head): string {
  const kind = head.kind === "words" ? `words ${head.tokenIds.join()}` : head.kind === "linear" ? `linear ${head.classes} ${head.pooling ?? ""}` : head.kind;
  return `${virtualTokens} ${kind}`;
}
