import type { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import type { Channel } from "./channel.js";
import type { CallName, Contract, Notice, NoticeName, Params, ParamsGiven, ProgressOf, Result } from "./contract.js";
import { type Envelope, envelopeSchema } from "./envelope.js";
import { type ErrorData, fromErrorData, toErrorData } from "./error-data.js";

export interface CallOptions<Progress> {
  /** Cancels the call on the other side too; the call then ends with kind "stopped". */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

export interface HandlerContext<Progress> {
  /** Fires when the caller cancels or is gone. */
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress) => void;
}

export type Handler<C extends Contract, Name extends CallName<C>> = (
  params: Params<C, Name>,
  context: HandlerContext<ProgressOf<C, Name>>,
) => Result<C, Name> | Promise<Result<C, Name>>;

interface Pending {
  readonly name: string;
  readonly settle: (error: PromptTuningError | undefined, result?: unknown) => void;
  readonly onProgress?: (progress: unknown) => void;
}

/**
 * One end of a conversation. The same class stands on both sides, its contracts swapped: `Own` is what this side
 * answers, `Other` what the other side does. Every call gets its result, a typed error, or runs into its patience; what
 * does not fit its schema never reaches a handler.
 */
export class Peer<Own extends Contract, Other extends Contract> {
  private readonly handlers = new Map<string, Handler<Own, never>>();
  private readonly listeners = new Map<string, ((params: never) => void)[]>();
  private readonly pending = new Map<number, Pending>();
  private readonly underWay = new Map<number, AbortController>();
  // A page that was hidden and shown again counts anew; its calls must not be taken for those of its predecessor.
  private lastId = Math.floor(Math.random() * 2 ** 40);
  private closed = false;

  constructor(
    private readonly channel: Channel,
    private readonly own: Own,
    private readonly other: Other,
    /** Who the other side is, for messages: "The training process". */
    private readonly otherName: string,
    /** Told about a message that breaks the protocol; it is dropped. */
    private readonly onViolation: (reason: string) => void = () => {},
  ) {
    channel.onMessage((message) => this.receive(message));
    channel.onClose(() => this.end());
  }

  /** Answers a call. A later handler of the same name replaces the earlier one. */
  handle<Name extends CallName<Own>>(name: Name, handler: Handler<Own, Name>): void {
    this.handlers.set(name, handler as Handler<Own, never>);
  }

  onNotice<Name extends NoticeName<Own>>(name: Name, listener: (params: Notice<Own, Name>) => void): void {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener as (params: never) => void]);
  }

  /** @throws PromptTuningError: the other side's own error; kind "backend" when it is gone, does not answer in time or breaks the protocol; "stopped" on cancel. */
  call<Name extends CallName<Other>>(name: Name, params: ParamsGiven<Other, Name>, options: CallOptions<ProgressOf<Other, Name>> = {}): Promise<Result<Other, Name>> {
    const { params: schema, result, progress, patience } = this.other.calls[name];
    if (this.closed) return Promise.reject(this.gone());
    if (options.signal?.aborted) return Promise.reject(stopped());
    const checked = schema.safeParse(params);
    if (!checked.success) return Promise.reject(this.violation(`the call "${name}" was made with ${problemOf(checked.error)}`));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const cancel = (): void => {
        this.send({ type: "cancel", id });
        settle(stopped());
      };
      const timer = patience === "unlimited" ? undefined : setTimeout(() => (this.send({ type: "cancel", id }), settle(this.tooLate(name, patience))), patience * 1000);
      const settle: Pending["settle"] = (error, value) => {
        if (!this.pending.delete(id)) return;
        clearTimeout(timer);
        options.signal?.removeEventListener("abort", cancel);
        if (error) return reject(error);
        const parsed = result.safeParse(value);
        if (parsed.success) resolve(parsed.data as Result<Other, Name>);
        else reject(this.violation(`the answer to "${name}" has ${problemOf(parsed.error)}`));
      };
      const onProgress = (value: unknown): void => {
        const parsed = progress?.safeParse(value);
        if (parsed?.success) options.onProgress?.(parsed.data as ProgressOf<Other, Name>);
        else this.violation(`the progress of "${name}" does not fit`);
      };
      this.pending.set(id, { name, settle, onProgress });
      options.signal?.addEventListener("abort", cancel, { once: true });
      this.send({ type: "call", id, name, params: checked.data });
    });
  }

  notify<Name extends NoticeName<Other>>(name: Name, params: z.input<Other["notices"][Name]>): void {
    this.send({ type: "notice", name, params });
  }

  /** Ends the conversation: pending calls fail, handlers under way are told to stop. */
  close(): void {
    this.channel.close();
    this.end();
  }

  private send(envelope: Envelope): void {
    if (!this.closed) this.channel.send(envelope);
  }

  private receive(message: unknown): void {
    if (this.closed) return;
    const parsed = envelopeSchema.safeParse(message);
    if (!parsed.success) return void this.violation(`a message has ${problemOf(parsed.error)}`);
    const envelope = parsed.data;
    switch (envelope.type) {
      case "call":
        return void this.answer(envelope.id, envelope.name, envelope.params);
      case "result":
        return this.pending.get(envelope.id)?.settle(undefined, envelope.result);
      case "error":
        return this.pending.get(envelope.id)?.settle(fromErrorData(envelope.error));
      case "progress":
        return this.pending.get(envelope.id)?.onProgress?.(envelope.progress);
      case "cancel":
        return this.underWay.get(envelope.id)?.abort();
      case "notice":
        return this.hear(envelope.name, envelope.params);
    }
  }

  private async answer(id: number, name: string, params: unknown): Promise<void> {
    const refuse = (error: ErrorData): void => this.send({ type: "error", id, error });
    const type = Object.hasOwn(this.own.calls, name) ? this.own.calls[name] : undefined;
    const handler = this.handlers.get(name) as Handler<Contract, string> | undefined;
    if (!type || !handler) return refuse({ kind: "backend", message: `The call "${name}" is not known here.`, reason: "The two sides are of different versions.", advice: "Reload the window." });
    if (this.underWay.has(id)) return void this.violation(`the call ${id} was made twice`);
    const parsed = type.params.safeParse(params);
    if (!parsed.success) return refuse({ kind: "backend", message: `The call "${name}" was refused.`, reason: `It has ${problemOf(parsed.error)}.`, advice: "Reload the window; where it happens again, please report it." });
    const controller = new AbortController();
    this.underWay.set(id, controller);
    try {
      const progress = (value: unknown): void => this.send({ type: "progress", id, progress: value });
      const result: unknown = await handler(parsed.data as never, { signal: controller.signal, progress: progress as never });
      this.send({ type: "result", id, result });
    } catch (error) {
      refuse(toErrorData(error));
    } finally {
      this.underWay.delete(id);
    }
  }

  private hear(name: string, params: unknown): void {
    const schema = Object.hasOwn(this.own.notices, name) ? this.own.notices[name] : undefined;
    const parsed = schema?.safeParse(params);
    if (!parsed?.success) return void this.violation(parsed ? `the notice "${name}" has ${problemOf(parsed.error)}` : `the notice "${name}" is not known`);
    this.listeners.get(name)?.forEach((listener) => listener(parsed.data as never));
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    for (const { settle } of [...this.pending.values()]) settle(this.gone());
    for (const controller of this.underWay.values()) controller.abort();
  }

  private gone(): PromptTuningError {
    return new PromptTuningError("backend", `${this.otherName} is gone.`, { advice: "Try again." });
  }

  private tooLate(name: string, seconds: number): PromptTuningError {
    return new PromptTuningError("backend", `${this.otherName} did not answer in ${seconds} seconds.`, { reason: `The call "${name}" was given up.`, advice: "Try again; where it happens again, look into the log." });
  }

  private violation(reason: string): PromptTuningError {
    this.onViolation(reason);
    return new PromptTuningError("backend", `${this.otherName} was misunderstood.`, { reason: `Protocol: ${reason}.`, advice: "Reload the window; where it happens again, please report it." });
  }
}

function stopped(): PromptTuningError {
  return new PromptTuningError("stopped", "It was cancelled.");
}

/** The first problem, in words. Values are not quoted: they may be large, or somebody's data. */
function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `a wrong "${issue.path.join(".")}" (${issue.message})`;
}
