import type { z } from "zod";
import type { PromptTuningError } from "../common/errors.js";
import type { Channel } from "./channel.js";
import type { CallName, Contract, Notice, NoticeName, Params, ParamsGiven, ProgressOf, Result } from "./contract.js";
import { type Envelope, envelopeSchema } from "./envelope.js";
import { type ErrorData, fromErrorData, toErrorData } from "./error-data.js";
import { goneError, problemOf, stoppedError, tooLateError, tooManyCalls, unknownCall, violationError, wrongParams } from "./peer-errors.js";

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
  readonly settle: (error: PromptTuningError | undefined, result?: unknown) => void;
  readonly onProgress: (progress: unknown) => void;
}

/** Calls of the other side that are carried out at the same time; more are refused, so that a flood cannot fill the memory. */
const mostUnderWay = 1000;

/**
 * One end of a conversation. The same class stands on both sides, its contracts swapped: `Own` is what this side
 * answers, `Other` what the other side does. Every call gets its result, a typed error, or runs into its patience; what
 * does not fit its schema never reaches a handler, and nothing that arrives makes this side throw.
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
    const { signal } = options;
    if (this.closed) return Promise.reject(goneError(this.otherName));
    if (signal?.aborted) return Promise.reject(stoppedError());
    const type = Object.hasOwn(this.other.calls, name) ? this.other.calls[name] : undefined;
    const checked = type?.params.safeParse(params);
    if (!type || !checked?.success) return Promise.reject(this.violation(checked?.error ? `the call "${name}" was made with ${problemOf(checked.error)}` : "a call is not in the contract"));
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      const settle: Pending["settle"] = (error, value) => {
        if (!this.pending.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener("abort", cancel);
        if (error) return reject(error);
        const parsed = type.result.safeParse(value);
        if (parsed.success) resolve(parsed.data as Result<Other, Name>);
        else reject(this.violation(`the answer to "${name}" has ${problemOf(parsed.error)}`));
      };
      const giveUp = (error: PromptTuningError): void => {
        settle(error);
        this.send({ type: "cancel", id });
      };
      const cancel = (): void => giveUp(stoppedError());
      const { patience } = type;
      const timer = patience === "unlimited" ? undefined : setTimeout(() => giveUp(tooLateError(this.otherName, name, patience)), patience * 1000);
      const onProgress = (value: unknown): void => {
        const parsed = type.progress?.safeParse(value);
        if (parsed?.success) this.listen(`progress of "${name}"`, () => options.onProgress?.(parsed.data as ProgressOf<Other, Name>));
        else this.violation(`the progress of "${name}" does not fit`);
      };
      this.pending.set(id, { settle, onProgress });
      signal?.addEventListener("abort", cancel, { once: true });
      if (!this.send({ type: "call", id, name, params: checked.data })) settle(this.violation(`the call "${name}" cannot be written as JSON`));
    });
  }

  notify<Name extends NoticeName<Other>>(name: Name, params: z.input<Other["notices"][Name]>): void {
    if (!this.send({ type: "notice", name, params })) this.violation(`the notice "${name}" cannot be written as JSON`);
  }

  /** Ends the conversation: pending calls fail, handlers under way are told to stop. */
  close(): void {
    this.channel.close();
    this.end();
  }

  /** False where the message cannot be written (a circle, a bigint): that is a bug of this side. */
  private send(envelope: Envelope): boolean {
    if (this.closed) return true;
    try {
      this.channel.send(envelope);
      return true;
    } catch {
      return false;
    }
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
        return this.pending.get(envelope.id)?.onProgress(envelope.progress);
      case "cancel":
        return this.underWay.get(envelope.id)?.abort();
      case "notice":
        return this.hear(envelope.name, envelope.params);
    }
  }

  private async answer(id: number, name: string, params: unknown): Promise<void> {
    const refuse = (error: ErrorData): void => void this.send({ type: "error", id, error });
    if (this.underWay.has(id)) return void this.violation(`the call ${id} was made twice`);
    const type = Object.hasOwn(this.own.calls, name) ? this.own.calls[name] : undefined;
    const handler = this.handlers.get(name) as Handler<Contract, string> | undefined;
    if (!type || !handler) return refuse(unknownCall(name));
    const parsed = type.params.safeParse(params);
    if (!parsed.success) return refuse(wrongParams(name, parsed.error));
    if (this.underWay.size >= mostUnderWay) return refuse(tooManyCalls(mostUnderWay));
    const controller = new AbortController();
    this.underWay.set(id, controller);
    try {
      const progress = (value: unknown): void => void this.send({ type: "progress", id, progress: value });
      const result: unknown = await handler(parsed.data as never, { signal: controller.signal, progress: progress as never });
      if (!this.send({ type: "result", id, result })) throw new Error(`The answer to "${name}" cannot be written as JSON.`);
    } catch (error) {
      refuse(toErrorData(error));
    } finally {
      this.underWay.delete(id);
    }
  }

  private hear(name: string, params: unknown): void {
    const schema = Object.hasOwn(this.own.notices, name) ? this.own.notices[name] : undefined;
    const parsed = schema?.safeParse(params);
    if (!parsed?.success) return void this.violation(parsed ? `the notice "${name}" has ${problemOf(parsed.error)}` : `the notice ${JSON.stringify(name)} is not known`);
    for (const listener of this.listeners.get(name) ?? []) this.listen(`notice "${name}"`, () => listener(parsed.data as never));
  }

  /** A listener that fails is a bug of this side: it must not end the conversation, nor the process. */
  private listen(what: string, listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.onViolation(`a listener to the ${what} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }

  private end(): void {
    if (this.closed) return;
    this.closed = true;
    for (const { settle } of [...this.pending.values()]) settle(goneError(this.otherName));
    for (const controller of this.underWay.values()) controller.abort();
  }

  private violation(reason: string): PromptTuningError {
    this.onViolation(reason);
    return violationError(this.otherName, reason);
  }
}
