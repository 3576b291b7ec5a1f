import fc from "fast-check";
import { afterEach, expect, test, vi } from "vitest";
import { z } from "zod";
import { PromptTuningError } from "../../src/common/errors.js";
import { type Channel, channelPair } from "../../src/protocol/channel.js";
import type { Contract } from "../../src/protocol/contract.js";
import { Peer } from "../../src/protocol/peer.js";

const contract = {
  calls: {
    double: { params: z.object({ value: z.number() }), result: z.object({ value: z.number() }), patience: 5 },
    wait: { params: z.object({}), result: z.object({}), progress: z.object({ done: z.number() }), patience: "unlimited" },
    anything: { params: z.unknown(), result: z.unknown(), patience: 5 },
  },
  notices: { said: z.object({ text: z.string() }) },
} as const satisfies Contract;
const nothing = { calls: {}, notices: {} } as const satisfies Contract;

function pair() {
  const [near, far] = channelPair();
  const violations: string[] = [];
  const caller = new Peer(near, nothing, contract, "The other side", (reason) => violations.push(reason));
  const answerer = new Peer(far, contract, nothing, "The caller", (reason) => violations.push(reason));
  answerer.handle("double", ({ value }) => ({ value: 2 * value }));
  return { caller, answerer, violations, near, far };
}

/** A channel whose other end is the test. */
class Wire implements Channel {
  readonly sent: Record<string, unknown>[] = [];
  private listener: (message: unknown) => void = () => {};
  private closed: (() => void)[] = [];
  send(message: unknown): void {
    this.sent.push(JSON.parse(JSON.stringify(message)) as Record<string, unknown>);
  }
  onMessage(listener: (message: unknown) => void): void {
    this.listener = listener;
  }
  onClose(listener: () => void): void {
    this.closed.push(listener);
  }
  close(): void {
    for (const each of this.closed.splice(0)) each();
  }
  receive(message: unknown): void {
    this.listener(message);
  }
}

afterEach(() => void vi.useRealTimers());

test("a call gets its result, its own error, or what is wrong with it", async () => {
  const { caller, answerer } = pair();
  expect(await caller.call("double", { value: 21 })).toEqual({ value: 42 });
  await expect(caller.call("wait", {})).rejects.toMatchObject({ kind: "backend", message: expect.stringContaining("not known") });
  await expect(caller.call("double", { value: "x" as never })).rejects.toMatchObject({ kind: "backend" });
  await expect(caller.call("constructor" as never, {} as never)).rejects.toMatchObject({ kind: "backend" });
  answerer.handle("anything", () => {
    throw new PromptTuningError("data", "A row is wrong.", { reason: "It is empty.", file: "a.tsv", line: 3, setting: ["dataset", "train"] });
  });
  await expect(caller.call("anything", 1)).rejects.toMatchObject({ kind: "data", message: "A row is wrong.", reason: "It is empty.", file: "a.tsv", line: 3, setting: ["dataset", "train"] });
  answerer.handle("anything", () => {
    throw new TypeError("a bug");
  });
  await expect(caller.call("anything", 1)).rejects.toMatchObject({ kind: "backend", reason: "a bug" });
});

test.each([
  ["nothing", undefined],
  ["null", null],
  ["an object without prototype", Object.create(null)],
  ["an error whose message is no text", Object.assign(new Error(), { message: { a: 1 } })],
])("whatever a handler throws (%s) ends the call", async (_, thrown) => {
  const { caller, answerer } = pair();
  answerer.handle("anything", () => Promise.reject(thrown));
  await expect(caller.call("anything", 1)).rejects.toBeInstanceOf(PromptTuningError);
});

test("an answer that cannot be written as JSON, or does not fit, ends the call with an error", async () => {
  const { caller, answerer } = pair();
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  answerer.handle("anything", () => circle);
  await expect(caller.call("anything", 1)).rejects.toMatchObject({ reason: expect.stringContaining("cannot be written as JSON") });
  answerer.handle("anything", () => 1n);
  await expect(caller.call("anything", 1)).rejects.toBeInstanceOf(PromptTuningError);
  await expect(caller.call("anything", circle)).rejects.toMatchObject({ reason: expect.stringContaining("cannot be written as JSON") });
  answerer.handle("double", () => ({ value: "x" }) as never);
  await expect(caller.call("double", { value: 1 })).rejects.toMatchObject({ reason: expect.stringContaining('wrong "value"') });
});

test("a call is cancelled on both sides; progress reaches the caller until then", async () => {
  const { caller, answerer } = pair();
  const cancel = new AbortController();
  const told: number[] = [];
  const aborted = new Promise<void>((resolve) =>
    answerer.handle("wait", (_, { signal, progress }) => {
      progress({ done: 1 });
      progress({ wrong: 1 } as never);
      progress({ done: 2 });
      signal.addEventListener("abort", () => resolve());
      return new Promise(() => {});
    }),
  );
  const call = caller.call("wait", {}, { signal: cancel.signal, onProgress: ({ done }) => void (told.push(done), done === 2 && cancel.abort()) });
  await expect(call).rejects.toMatchObject({ kind: "stopped" });
  await aborted;
  expect(told).toEqual([1, 2]);
  await expect(caller.call("wait", {}, { signal: cancel.signal })).rejects.toMatchObject({ kind: "stopped" });
});

test("patience: a call that is not answered is given up and cancelled; a late answer changes nothing", async () => {
  vi.useFakeTimers();
  const wire = new Wire();
  const violations: string[] = [];
  const caller = new Peer(wire, nothing, contract, "The other side", (reason) => violations.push(reason));
  const call = caller.call("double", { value: 1 });
  const caught = expect(call).rejects.toMatchObject({ kind: "backend", message: "The other side did not answer in 5 seconds." });
  await vi.advanceTimersByTimeAsync(5001);
  await caught;
  const [{ id }, cancel] = wire.sent;
  expect(cancel).toEqual({ type: "cancel", id });
  wire.receive({ type: "result", id, result: { value: 2 } });
  wire.receive({ type: "progress", id, progress: {} });
  wire.receive({ type: "error", id, error: { kind: "data", message: "late" } });
  expect(violations).toEqual([]);
});

test("when the channel closes, calls under way fail and handlers are told", async () => {
  const { caller, answerer, near } = pair();
  let told = false;
  const begun = new Promise<void>((resolve) => answerer.handle("wait", (_, { signal }) => (resolve(), new Promise(() => signal.addEventListener("abort", () => (told = true))))));
  const call = caller.call("wait", {});
  await begun;
  near.close();
  await expect(call).rejects.toMatchObject({ kind: "backend", message: "The other side is gone." });
  await expect(caller.call("double", { value: 1 })).rejects.toMatchObject({ message: "The other side is gone." });
  expect(told).toBe(true);
  answerer.close();
});

test("a listener that fails does not end the conversation", async () => {
  const wire = new Wire();
  const violations: string[] = [];
  const heard: string[] = [];
  const peer = new Peer(wire, contract, nothing, "The other side", (reason) => violations.push(reason));
  peer.onNotice("said", () => {
    throw new Error("a bug in a listener");
  });
  peer.onNotice("said", ({ text }) => void heard.push(text));
  wire.receive({ type: "notice", name: "said", params: { text: "a" } });
  expect(heard).toEqual(["a"]);
  expect(violations.join()).toContain("a bug in a listener");
});

test("a flood of calls that never end is refused from some number on", async () => {
  const wire = new Wire();
  const peer = new Peer(wire, contract, nothing, "The other side");
  peer.handle("wait", () => new Promise(() => {}));
  for (let id = 0; id < 1100; id++) wire.receive({ type: "call", id, name: "wait", params: {} });
  await new Promise((resolve) => setTimeout(resolve));
  expect(wire.sent.length).toBe(100);
  expect(wire.sent.every(({ type, error }) => type === "error" && (error as { kind: string }).kind === "busy")).toBe(true);
});

const word = fc.constantFrom("call", "result", "error", "progress", "cancel", "notice", "double", "wait", "said", "anything", "__proto__", "constructor", "toString", "");
const key = fc.constantFrom("type", "id", "name", "params", "result", "error", "progress", "value", "text", "kind", "message", "__proto__", "constructor", "prototype");
const hostileValue = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, word, fc.string(), fc.integer(), fc.double(), fc.constantFrom(null, true, -0, 2 ** 53, 1e308), tie("list"), tie("object")),
  list: fc.array(tie("value"), { maxLength: 4 }),
  // fromEntries makes "__proto__" a property of its own, as JSON.parse does.
  object: fc.array(fc.tuple(key, tie("value")), { maxLength: 6 }).map((entries) => Object.fromEntries(entries) as object),
})).value;
/** Half of them nearly right, so that they get as far as a handler. */
const hostileMessage = fc.oneof(
  hostileValue,
  fc.record({ type: word, id: fc.oneof(fc.integer({ min: 0, max: 3 }), hostileValue), name: word, params: hostileValue }, { requiredKeys: ["type"] }),
  fc.record({ type: fc.constant("call"), id: fc.integer({ min: 0, max: 1000 }), name: word, params: fc.record({ value: hostileValue }) }),
  fc.record({ type: fc.constantFrom("result", "error", "progress"), id: fc.integer({ min: 0, max: 3 }), result: hostileValue, error: hostileValue, progress: hostileValue }, { requiredKeys: ["type", "id"] }),
);

test("10,000 hostile messages: nothing is thrown, no prototype is touched, and a call in between is answered", async () => {
  let messages = 0;
  let answered = 0;
  const prototype = Object.getOwnPropertyNames(Object.prototype).join();
  await fc.assert(
    fc.asyncProperty(fc.array(hostileMessage, { minLength: 25, maxLength: 25 }), async (batch) => {
      const wire = new Wire();
      const peer = new Peer(wire, contract, contract, "The other side");
      peer.handle("double", ({ value }) => ({ value: 2 * value }));
      peer.handle("anything", (value) => value);
      peer.handle("wait", () => ({}));
      const own = peer.call("double", { value: 4 });
      const settled = own.then(() => "result", () => "error");
      const id = wire.sent[0].id;
      for (const message of batch) {
        wire.receive(message);
        messages++;
      }
      wire.receive({ type: "call", id: 5000, name: "double", params: { value: 8 } });
      wire.receive({ type: "result", id, result: { value: 8 } });
      expect(await settled).toBe("result");
      await new Promise((resolve) => setImmediate(resolve));
      expect(wire.sent.find((sent) => sent.id === 5000)).toEqual({ type: "result", id: 5000, result: { value: 16 } });
      // What was answered had been asked for, each once.
      const asked = batch.filter((message) => typeof message === "object" && message !== null && (message as { type?: unknown }).type === "call").length;
      const answers = wire.sent.slice(1).filter(({ type }) => type === "result" || type === "error").length;
      expect(answers).toBeLessThanOrEqual(asked + 1);
      answered += answers - 1;
      peer.close();
    }),
    { numRuns: 400 },
  );
  expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(prototype);
  expect(messages).toBe(10_000);
  console.log(`peer: ${messages} hostile messages, ${answered} calls among them answered`);
});

test("late answers, cancels and errors in any order: every call ends once, with what came first", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.record({ call: fc.nat({ max: 4 }), what: fc.constantFrom("result", "wrong", "error", "progress", "abort") }), { maxLength: 40 }), async (script) => {
      const wire = new Wire();
      const peer = new Peer(wire, nothing, contract, "The other side");
      const aborts = Array.from({ length: 5 }, () => new AbortController());
      const ends: string[][] = aborts.map(() => []);
      const calls = aborts.map(({ signal }, i) => peer.call("wait", {}, { signal }).then(() => ends[i].push("result"), (error: PromptTuningError) => ends[i].push(error.kind)));
      const ids = wire.sent.map(({ id }) => id);
      const first: (string | undefined)[] = aborts.map(() => undefined);
      for (const { call, what } of script) {
        if (what === "abort") aborts[call].abort();
        else if (what === "result") wire.receive({ type: "result", id: ids[call], result: {} });
        else if (what === "wrong") wire.receive({ type: "result", id: ids[call], result: 5 });
        else if (what === "error") wire.receive({ type: "error", id: ids[call], error: { kind: "run", message: "no" } });
        else wire.receive({ type: "progress", id: ids[call], progress: { done: 1 } });
        if (what !== "progress") first[call] ??= { result: "result", wrong: "backend", error: "run", abort: "stopped" }[what];
      }
      wire.close();
      await Promise.all(calls);
      expect(ends).toEqual(first.map((what) => [what ?? "backend"]));
    }),
  );
});
