import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Backbone } from "../../src/backbone/backbone.js";
import { OpenBackbones } from "../../src/backend-process/open-backbones.js";
import { PromptTuningError } from "../../src/common/errors.js";

/** A backbone of which only its opening and closing are seen. */
function fakeBackbone(closed: string[], name: string): Backbone {
  return { dispose: async () => void closed.push(name) } as Partial<Backbone> as Backbone;
}

let closed: string[];
let opened: string[];
let open: OpenBackbones;
const load = (name: string) => async () => {
  opened.push(name);
  return fakeBackbone(closed, name);
};

beforeEach(() => {
  vi.useFakeTimers();
  [closed, opened, open] = [[], [], new OpenBackbones(60_000)];
});
afterEach(() => vi.useRealTimers());

describe("open backbones", () => {
  it("are opened once, however many hold one", async () => {
    const [a, b] = await Promise.all([open.borrow("a", load("a")), open.borrow("a", load("a"))]);
    expect(a.backbone).toBe(b.backbone);
    expect(opened).toEqual(["a"]);
    await a.release();
    await a.release();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(closed).toEqual([]);
    await b.release();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(closed).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(closed).toEqual(["a"]);
    expect(open.size).toBe(0);
  });

  it("that are idle are taken again without opening", async () => {
    await (await open.borrow("a", load("a"))).release();
    await vi.advanceTimersByTimeAsync(59_000);
    const again = await open.borrow("a", load("a"));
    await vi.advanceTimersByTimeAsync(120_000);
    expect([opened, closed]).toEqual([["a"], []]);
    await again.release();
  });

  it("that nobody holds make room for another one; held ones stay", async () => {
    const held = await open.borrow("held", load("held"));
    await (await open.borrow("idle", load("idle"))).release();
    await open.borrow("new", load("new"));
    expect(closed).toEqual(["idle"]);
    await held.release();
    await open.releaseIdle();
    expect(closed).toEqual(["idle", "held"]);
  });

  it("are tried again after a failure, and one borrower's cancel is not the other's", async () => {
    await expect(open.borrow("a", async () => Promise.reject(new PromptTuningError("model", "broken")))).rejects.toMatchObject({ kind: "model" });
    let cancel!: () => void;
    const first = open.borrow("a", () => new Promise<Backbone>((_, reject) => (cancel = () => reject(new PromptTuningError("stopped", "cancelled")))));
    const second = open.borrow("a", load("a"));
    await vi.advanceTimersByTimeAsync(0);
    cancel();
    await expect(first).rejects.toMatchObject({ kind: "stopped" });
    expect((await second).backbone).toBeDefined();
    expect(opened).toEqual(["a"]);
  });

  it("all close with the process", async () => {
    await open.borrow("a", load("a"));
    await open.dispose();
    expect(closed).toEqual(["a"]);
    expect(open.size).toBe(0);
  });
});
