import { describe, expect, it, vi } from "vitest";
import { moveInGrid } from "../../../webview/shared/grid/grid-keys.js";
import { rowsInPage, RowWindow } from "../../../webview/shared/grid/row-window.js";

describe("keys of a grid", () => {
  const extent = { rows: 100, columns: 4, page: 10 };
  const from = { row: 50, column: 1 };
  it.each([
    ["ArrowDown", false, { row: 51, column: 1 }],
    ["ArrowUp", false, { row: 49, column: 1 }],
    ["ArrowUp", true, { row: 0, column: 1 }],
    ["ArrowDown", true, { row: 99, column: 1 }],
    ["ArrowRight", false, { row: 50, column: 2 }],
    ["ArrowLeft", true, { row: 50, column: 0 }],
    ["PageDown", false, { row: 60, column: 1 }],
    ["PageUp", false, { row: 40, column: 1 }],
    ["Home", false, { row: 50, column: 0 }],
    ["End", false, { row: 50, column: 3 }],
    ["Home", true, { row: 0, column: 0 }],
    ["End", true, { row: 99, column: 3 }],
    ["a", false, undefined],
    ["Tab", false, undefined],
  ] as const)("%s (control %s)", (key, control, to) => {
    expect(moveInGrid(key, control, from, extent)).toEqual(to);
  });

  it("stays inside", () => {
    expect(moveInGrid("ArrowUp", false, { row: 0, column: 0 }, extent)).toEqual({ row: 0, column: 0 });
    expect(moveInGrid("PageDown", false, { row: 95, column: 3 }, extent)).toEqual({ row: 99, column: 3 });
  });
});

describe("the rows a page holds", () => {
  const pageOf = async (from: number, count: number): Promise<number[]> => Array.from({ length: count }, (_, at) => from + at);

  it("are fetched in pages, once, as they come into sight", async () => {
    const fetch = vi.fn(pageOf);
    const changed = vi.fn();
    const window = new RowWindow(1000, fetch, changed);
    expect(window.at(5)).toBeUndefined();
    window.want(0, 30);
    window.want(0, 30);
    await vi.waitFor(() => expect(changed).toHaveBeenCalledTimes(1));
    expect(fetch.mock.calls.map(([from, count]) => [from, count])).toEqual([[0, rowsInPage]]);
    expect(window.at(5)).toBe(5);
    window.want(990, 30);
    await vi.waitFor(() => expect(window.at(999)).toBe(999));
    expect(fetch.mock.lastCall!.slice(0, 2)).toEqual([960, 40]);
  });

  it("are given up when they are not in sight any more", async () => {
    const signals: AbortSignal[] = [];
    const window = new RowWindow<number>(1000, (_from, _count, signal) => (signals.push(signal), new Promise(() => undefined)), () => undefined);
    window.want(0, 10);
    window.want(500, 10);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    window.dispose();
    expect(signals[1].aborted).toBe(true);
  });

  it("stay few, however far one scrolls", async () => {
    const window = new RowWindow(1_000_000, pageOf, () => undefined);
    for (let at = 0; at < 500_000; at += 5000) {
      window.want(at, 40);
      await new Promise((resolve) => setImmediate(resolve));
      expect(window.at(at)).toBe(at);
    }
    expect(window.size).toBeLessThan(3000);
  });

  it("tell once that they cannot be read", async () => {
    const problems: unknown[] = [];
    const fetch = vi.fn(() => Promise.reject(new Error("gone")));
    const window = new RowWindow<number>(1000, fetch, (problem) => problems.push(problem));
    window.want(0, 200);
    await vi.waitFor(() => expect(problems).toHaveLength(1));
    window.want(0, 200);
    await new Promise((resolve) => setImmediate(resolve));
    expect(problems).toHaveLength(1);
  });
});
