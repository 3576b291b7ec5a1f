import path from "node:path";
import { PromptTuningError } from "../../common/errors.js";
import type { PlaygroundPromptData } from "../../protocol/backend/playground.js";
import { toErrorData } from "../../protocol/error-data.js";
import type { Params, ProgressOf, Result } from "../../protocol/contract.js";
import type { HandlerContext, Peer } from "../../protocol/peer.js";
import type { Opened, PlaygroundHostContract, PlaygroundPageContract } from "../../protocol/webview/playground.js";
import type { Backend } from "../services.js";

/** What the playground needs of the window around it. */
export interface Surroundings {
  readonly backend: Pick<Backend, "call">;
  trusted(): boolean;
  /** Lets the person pick prompts; their folders. */
  pick(): Promise<readonly string[]>;
  command(name: Params<PlaygroundHostContract, "command">["command"], prompt: string | undefined): void;
  /** Told which prompts the page shows. */
  onShows(prompts: readonly string[]): void;
  /** Told when prompts have been read from their files, for the first time or again. */
  onRead(prompts: readonly PlaygroundPromptData[]): void;
}

type PagePeer = Peer<PlaygroundHostContract, PlaygroundPageContract>;

interface OpenSession extends Opened {
  readonly session: string;
}

/**
 * One playground as the extension host leads it: between the page, which comes and goes, and the session in the backend
 * process, which ends when nobody uses it for long and is then opened again. Knows nothing of VS Code.
 */
export class PlaygroundConversation {
  private open: OpenSession | undefined;
  private answering: AbortController | undefined;

  constructor(
    private prompts: readonly string[],
    private readonly around: Surroundings,
  ) {}

  /** The prompts that are open, with what is known of them. */
  get shown(): readonly PlaygroundPromptData[] {
    return this.open?.prompts ?? [];
  }

  connect(peer: PagePeer): void {
    peer.handle("ready", ({ remembered }) => {
      // What the page before this one asked for has nobody to hear it.
      this.answering?.abort();
      if (remembered.length > 0) this.prompts = remembered;
      return { trusted: this.around.trusted(), prompts: [...this.prompts] };
    });
    peer.handle("open", async ({ prompts }, context) => {
      const kept = this.open && within(this.open, prompts);
      if (kept) return kept;
      return this.openSession(prompts, context);
    });
    peer.handle("add", async () => this.add(await this.around.pick()));
    peer.handle("refresh", async ({ prompt }) => {
      const { prompts, refused } = await this.add([prompt]);
      if (prompts[0]) return prompts[0];
      const [{ error }] = refused;
      throw new PromptTuningError(error.kind === "internal" ? "backend" : error.kind, error.message, error);
    });
    peer.handle("answer", (params, context) => this.answer(params, context));
    peer.handle("examples", ({ prompt }) => this.around.backend.call("playground/examples", { runsRoot: rootOf(prompt), prompt }));
    peer.handle("command", ({ command, prompt }) => {
      this.around.command(command, prompt);
      return {};
    });
    peer.onNotice("shows", ({ prompts }) => {
      this.prompts = prompts;
      this.around.onShows(prompts);
    });
  }

  /** Gives the backbone back. */
  async dispose(): Promise<void> {
    this.answering?.abort();
    const session = this.open?.session;
    this.open = undefined;
    if (session !== undefined) await this.around.backend.call("playground/close", { session });
  }

  private async openSession(prompts: readonly string[], { signal, progress }: Pick<HandlerContext<ProgressOf<PlaygroundHostContract, "open">>, "signal" | "progress">): Promise<Opened> {
    if (!this.around.trusted()) throw untrusted();
    const before = this.open?.session;
    this.open = undefined;
    if (before !== undefined) await this.around.backend.call("playground/close", { session: before }).catch(() => undefined);
    const { session, refused, ...rest } = await this.around.backend.call("playground/open", { runsRoot: rootOf(prompts[0]), prompts: [...prompts] }, { signal, onProgress: progress });
    this.open = { session, ...rest, refused: refused.map((each) => ({ ...each, name: path.basename(each.reference) })) };
    this.around.onRead(rest.prompts);
    return withoutSession(this.open);
  }

  private async add(references: readonly string[]): Promise<Omit<Opened, "backbone">> {
    const prompts: PlaygroundPromptData[] = [];
    const refused: Opened["refused"] = [];
    for (const reference of references) {
      try {
        prompts.push(await this.addOne(reference));
      } catch (error) {
        refused.push({ reference, name: path.basename(reference), error: toErrorData(error) });
      }
    }
    return { prompts, refused };
  }

  private async addOne(reference: string): Promise<PlaygroundPromptData> {
    const again = (): Promise<Result<PlaygroundHostContract, "open">> => this.openSession(this.prompts, { signal: new AbortController().signal, progress: () => undefined });
    if (!this.open) await again();
    const call = (): Promise<{ state: "added"; prompt: PlaygroundPromptData } | { state: "closed" }> => this.around.backend.call("playground/add", { session: this.open!.session, runsRoot: rootOf(reference), prompt: reference });
    let added = await call();
    if (added.state === "closed") {
      await again();
      added = await call();
    }
    if (added.state === "closed" || !this.open) throw lost();
    const { prompt } = added;
    this.around.onRead([prompt]);
    this.open = { ...this.open, prompts: [...this.open.prompts.filter((old) => old.reference !== reference), prompt] };
    return prompt;
  }

  private async answer(params: Params<PlaygroundHostContract, "answer">, { signal, progress }: HandlerContext<ProgressOf<PlaygroundHostContract, "answer">>): Promise<Result<PlaygroundHostContract, "answer">> {
    if (!this.around.trusted()) throw untrusted();
    const own = (this.answering = new AbortController());
    const either = AbortSignal.any([signal, own.signal]);
    const reopen = async (): Promise<void> => void (await this.openSession(this.prompts, { signal: either, progress: (at) => progress({ type: "opening", at }) }));
    if (!this.open) await reopen();
    for (const attempt of [1, 2]) {
      const answered = await this.around.backend.call("playground/answer", { session: this.open!.session, ...params }, { signal: either, onProgress: progress });
      if (answered.state === "answered") return answered.outcomes;
      if (attempt === 1) await reopen();
    }
    throw lost();
  }
}

/** The open session's answer, where it holds all of these prompts. */
function within(open: OpenSession, references: readonly string[]): Opened | undefined {
  const known = new Set([...open.prompts, ...open.refused].map(({ reference }) => reference));
  if (!references.every((reference) => known.has(reference))) return undefined;
  const { backbone, prompts, refused } = open;
  const inOrder = references.flatMap((reference) => prompts.find((prompt) => prompt.reference === reference) ?? []);
  return inOrder.length === 0 ? undefined : { backbone, prompts: inOrder, refused: refused.filter(({ reference }) => references.includes(reference)) };
}

function withoutSession({ backbone, prompts, refused }: OpenSession): Opened {
  return { backbone, prompts, refused };
}

/** Prompts are named by their folders here; where a run's lies is where runs are looked for. */
function rootOf(prompt: string): string {
  return path.dirname(prompt);
}

function untrusted(): PromptTuningError {
  return new PromptTuningError("usage", "This workspace is not trusted.", { reason: "No model is loaded in it.", advice: "Trust the workspace first." });
}

function lost(): PromptTuningError {
  return new PromptTuningError("backend", "The playground was closed while it was asked.", { advice: "Try again." });
}
