import { PromptTuningError } from "../../src/common/errors.js";
import type { ExampleToTryData } from "../../src/protocol/backend/playground.js";
import type { Params } from "../../src/protocol/contract.js";
import type { Peer } from "../../src/protocol/peer.js";
import type { PlaygroundHostContract, PlaygroundMemory, PlaygroundPageContract } from "../../src/protocol/webview/playground.js";
import { slotsOf } from "./names.js";
import { added, answered, asking, canAnswer, type Column, columnsOf, ended, type Fields, heard, initialState, isAsked, memoryOf, opened, type PlaygroundState, type Problem, removed } from "./state.js";

type Host = Peer<PlaygroundPageContract, PlaygroundHostContract>;

/** The page's state, and everything that can be done on the page. */
export class PlaygroundStore {
  private current: PlaygroundState;
  private readonly listeners = new Set<() => void>();
  private opening: AbortController | undefined;
  private answering: AbortController | undefined;

  constructor(
    private readonly host: Host,
    private readonly memory: PlaygroundMemory,
    private readonly remember: (memory: PlaygroundMemory) => void,
    /** A column's name, for the history. */
    private readonly nameOf: (column: Column) => string,
  ) {
    this.current = initialState(memory);
    host.onNotice("trusted", () => void this.start());
    host.onNotice("learnedMore", ({ prompt, step }) => this.set((state) => ({ ...state, learnedMore: { ...state.learnedMore, [prompt]: step } })));
  }

  get state(): PlaygroundState {
    return this.current;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Asks the host what the page is about, and opens it. */
  async start(): Promise<void> {
    try {
      const { trusted, prompts } = await this.host.call("ready", { remembered: this.memory.prompts });
      if (!trusted) return this.set((state) => ({ ...state, phase: "untrusted" }));
      await this.open(prompts);
    } catch (error) {
      this.set((state) => ({ ...state, phase: "failed", problem: problemOf(error) }));
    }
  }

  /** Loads the backbone and the prompts. */
  async open(prompts: readonly string[] = this.memory.prompts): Promise<void> {
    if (prompts.length === 0) return this.set((state) => ({ ...state, phase: "empty" }));
    this.memory.prompts = [...prompts];
    const opening = (this.opening = new AbortController());
    this.set((state) => ({ ...state, phase: "opening", problem: null, fetching: null }));
    try {
      const result = await this.host.call("open", { prompts: [...prompts] }, { signal: opening.signal, onProgress: (fetching) => this.set((state) => ({ ...state, fetching })) });
      this.set((state) => opened(state, result));
      this.tellPrompts();
      await this.findExamples();
    } catch (error) {
      this.set((state) => (isStopped(error) ? { ...state, phase: "cancelled" } : { ...state, phase: "failed", problem: problemOf(error) }));
    }
  }

  cancelOpening(): void {
    this.opening?.abort();
  }

  change(fields: Fields): void {
    this.set((state) => ({ ...state, fields: { ...state.fields, ...fields }, expected: null }));
  }

  /** Puts an example or an earlier input into the fields and answers it. */
  async use(fields: Fields, expected: string | null = null): Promise<void> {
    if (this.current.answering) return;
    this.set((state) => ({ ...state, fields: { ...state.fields, ...fields }, expected }));
    await this.answer();
  }

  configure(change: Partial<Pick<PlaygroundState, "withNone" | "withHard" | "hardText" | "task">>): void {
    this.set((state) => ({ ...state, ...change }));
  }

  async answer(): Promise<void> {
    if (!canAnswer(this.current)) return;
    const columns = columnsOf(this.current).filter((column) => isAsked(column, this.current.fields));
    // A slot that was left empty is an empty text.
    const fields = Object.fromEntries(slotsOf(this.current.prompts).map((slot) => [slot, this.current.fields[slot] ?? ""]));
    const answering = (this.answering = new AbortController());
    this.set((state) => asking(state, columns));
    try {
      const outcomes = await this.host.call(
        "answer",
        { fields, contestants: columns.map(({ contestant }) => contestant) },
        { signal: answering.signal, onProgress: (progress) => this.set((state) => (progress.type === "opening" ? { ...state, fetching: progress.at } : heard(state, columns, progress))) },
      );
      this.set((state) => answered(state, columns, outcomes, this.nameOf));
    } catch (error) {
      this.set((state) => ended(state, isStopped(error) ? null : problemOf(error)));
    }
  }

  stop(): void {
    this.answering?.abort();
  }

  /** The host lets the person pick. */
  async add(): Promise<void> {
    await this.attempt(async () => {
      const more = await this.host.call("add", {});
      this.set((state) => added(state, more));
      this.tellPrompts();
      if (this.current.examples.length === 0) await this.findExamples();
    });
  }

  async refresh(prompt: string): Promise<void> {
    await this.attempt(async () => {
      const again = await this.host.call("refresh", { prompt });
      this.set((state) => added(state, { prompts: [again], refused: [] }));
    });
  }

  remove(reference: string): void {
    this.set((state) => removed(state, reference));
    this.tellPrompts();
  }

  dismissRefused(reference: string): void {
    this.set((state) => ({ ...state, refused: state.refused.filter((refused) => refused.reference !== reference) }));
    this.tellPrompts();
  }

  clearHistory(): void {
    this.set((state) => ({ ...state, history: [] }));
  }

  async command(params: Params<PlaygroundHostContract, "command">): Promise<void> {
    await this.attempt(() => this.host.call("command", params));
  }

  private async attempt(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isStopped(error)) this.set((state) => ({ ...state, problem: problemOf(error) }));
    }
  }

  /** The first prompt that has data of its own brings the examples; the playground is as useful without any. */
  private async findExamples(): Promise<void> {
    for (const { reference } of this.current.prompts) {
      const examples = await this.host.call("examples", { prompt: reference }).catch((): ExampleToTryData[] => []);
      if (examples.length > 0) return this.set((state) => ({ ...state, examples }));
    }
  }

  private tellPrompts(): void {
    this.host.notify("shows", { prompts: this.current.prompts.map(({ reference }) => reference) });
  }

  private set(next: (state: PlaygroundState) => PlaygroundState): void {
    this.current = next(this.current);
    // Before it is open, the page knows less than what it remembers.
    if (this.current.phase === "open") this.remember(memoryOf(this.current));
    this.listeners.forEach((listener) => listener());
  }
}

function isStopped(error: unknown): boolean {
  return error instanceof PromptTuningError && error.kind === "stopped";
}

function problemOf(error: unknown): Problem {
  if (error instanceof PromptTuningError) return { message: error.message, reason: error.reason, advice: error.advice };
  return { message: error instanceof Error ? error.message : String(error) };
}
