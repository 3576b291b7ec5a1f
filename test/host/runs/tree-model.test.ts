import fc from "fast-check";
import { expect, test } from "vitest";
import { filterRuns, asFilter, noFilter } from "../../../src/host/runs/run-filter.js";
import { groupRuns } from "../../../src/host/runs/run-groups.js";
import { asOrder, orderGroups, type RunOrder, runOrders } from "../../../src/host/runs/run-order.js";
import { RunTreeModel, type RunTreeInput, type RunTreeNode } from "../../../src/host/runs/run-tree-model.js";
import type { RunEntry } from "../../../src/runs/run-entry.js";
import { entry, job, running } from "./support.js";

const input = (entries: readonly RunEntry[], given: Partial<RunTreeInput> = {}): RunTreeInput => ({ entries, jobs: [], baseline: undefined, filter: noFilter, order: "newest", ...given });
const metric = (value: number, name = "accuracy", split: "validation" | "test" = "test"): RunEntry["metric"] => ({ name, value, split });

test("runs are grouped by experiment and root, newest first", () => {
  const [a, b, c, d] = [entry({ experimentName: "spam" }), entry({ experimentName: "mood" }), entry({ experimentName: "spam" }), entry({ experimentName: "spam", root: "/other/.ptune/runs" })];
  expect(groupRuns([a, b, c, d]).map(({ name, root, runs }) => [name, root, runs])).toEqual([
    ["spam", a.root, [a, c]],
    ["mood", a.root, [b]],
    ["spam", "/other/.ptune/runs", [d]],
  ]);
});

test("the best is the best of held-out rows, and of one measure", () => {
  const best = (...metrics: RunEntry["metric"][]): unknown => groupRuns(metrics.map((metric) => entry({ metric })))[0].best;
  expect(best(metric(0.9), metric(0.95), null)).toEqual(metric(0.95));
  expect(best(metric(0.99, "accuracy", "validation"), metric(0.9))).toEqual(metric(0.9));
  expect(best(metric(0.4, "loss"), metric(0.3, "loss"), metric(0.9))).toEqual(metric(0.3, "loss"));
  expect(best(null)).toBeNull();
});

test("a mean over seeds is of finished runs of equal settings, each seed once by its newest run", () => {
  const runs = [
    entry({ seed: 1, metric: metric(0.9) }),
    entry({ seed: 1, metric: metric(0.1) }), // An older run of the same seed.
    entry({ seed: 2, metric: metric(0.94) }),
    entry({ seed: 3, metric: metric(0.5), settings: "b" }),
    entry({ seed: 4, metric: metric(0.2), state: "stopped" }),
    entry({ seed: 5, metric: metric(0.3, "accuracy", "validation") }),
    entry({ seed: 6, metric: metric(0.3), settings: null }),
  ];
  const { overSeeds } = groupRuns(runs)[0];
  expect(overSeeds).toMatchObject({ metric: "accuracy", seeds: 2 });
  expect(overSeeds!.mean).toBeCloseTo(0.92, 12);
  expect(overSeeds!.deviation).toBeCloseTo(Math.SQRT1_2 * 0.04, 12);
  expect(groupRuns(runs.slice(0, 2))[0].overSeeds).toBeNull();
});

test("a filter is words of the names, a seed, a state", () => {
  const runs = [entry({ experimentName: "spam", seed: 3 }), entry({ experimentName: "mood", seed: 13 }), running({ experimentName: "mood", seed: 2 })];
  const found = (text: string, states: RunEntry["state"][] = []): number[] => filterRuns(runs, { text, states }).map((run) => runs.indexOf(run as RunEntry));
  expect([found(""), found(" SPAM "), found("mood seed:2"), found(runs[1].id), found("nothing"), found("", ["running"]), found("spam", ["running"])]).toEqual([[0, 1, 2], [0], [2], [1], [], [2], []]);
  expect(asFilter({ text: "a", states: ["running", "rubbish"] })).toEqual({ text: "a", states: ["running"] });
  for (const rubbish of [undefined, null, 3, { text: 3, states: 3 }]) expect(asFilter(rubbish)).toEqual(noFilter);
});

test("orders: the newest, the best measure, the name and seed, what is under way", () => {
  const spam = [entry({ seed: 2, metric: metric(0.9) }), entry({ seed: 1, metric: metric(0.95) }), entry({ seed: 3, metric: null, state: "failed" })];
  const mood = [running({ experimentName: "mood", metric: metric(0.97) })];
  const loss = [entry({ experimentName: "anger", metric: metric(0.5, "loss") }), entry({ experimentName: "anger", metric: metric(0.4, "loss") })];
  const ordered = (order: RunOrder): unknown => orderGroups(groupRuns([...spam, ...mood, ...loss]), order).map(({ name, runs }) => [name, ...runs.map((run) => [...spam, ...mood, ...loss].indexOf(run))]);
  expect(ordered("newest")).toEqual([["spam", 0, 1, 2], ["mood", 3], ["anger", 4, 5]]);
  expect(ordered("metric")).toEqual([["mood", 3], ["spam", 1, 0, 2], ["anger", 5, 4]]);
  expect(ordered("name")).toEqual([["anger", 4, 5], ["mood", 3], ["spam", 1, 0, 2]]);
  expect(ordered("state")).toEqual([["mood", 3], ["spam", 0, 1, 2], ["anger", 4, 5]]);
  expect(asOrder("sideways")).toBe("newest");
});

test("progress draws one row, a new run its experiment, a new experiment everything", () => {
  const model = new RunTreeModel();
  const [a, b, c] = [running(), entry(), entry({ experimentName: "mood" })];
  expect(model.update(input([a, b, c]))).toBe("everything");
  expect(model.update(input([a, b, c]))).toEqual([]);
  const [spam, mood] = model.childrenOf();
  const [rowA, rowB] = model.childrenOf(spam);
  expect(model.update(input([{ ...a, step: 121 }, b, c]))).toEqual([rowA]);
  expect(model.runOf(rowA as never)?.entry.step).toBe(121);
  expect(model.update(input([{ ...a, step: 121 }, b, c], { baseline: b.path }))).toEqual([expect.objectContaining({ path: a.path }), rowB]);
  const d = entry();
  expect(model.update(input([d, a, b, c]))).toEqual([spam]);
  expect(model.childrenOf(spam).slice(1)).toEqual([rowA, rowB]);
  expect(model.childrenOf(spam)[1]).toBe(rowA);
  expect(model.update(input([d, a, b]))).toBe("everything");
  expect(model.childrenOf()).toEqual([spam]);
  expect(model.childrenOf()[0]).toBe(spam);
  expect(model.childrenOf(mood)).toEqual([]);
  expect(model.nodeOfRun(a.path)).toBe(rowA);
});

test("jobs stand above the experiments until their run is listed", () => {
  const model = new RunTreeModel();
  const waiting = job({ state: "queued" });
  model.update(input([], { jobs: [waiting] }));
  const [row] = model.childrenOf();
  expect(row).toEqual({ kind: "job", job: waiting.job });
  const fetching = { ...waiting, state: "preparing" as const, activity: { kind: "downloading" as const, text: "downloading" } };
  expect(model.update(input([], { jobs: [fetching] }))).toEqual([row]);
  expect(model.jobOf(row as never)).toBe(fetching);
  const run = running();
  const training = { ...fetching, state: "running" as const, run: run.path };
  // The folder is there before the list has seen it.
  expect(model.update(input([], { jobs: [training] }))).toEqual([row]);
  expect(model.update(input([run], { jobs: [training] }))).toBe("everything");
  expect(model.childrenOf()).toEqual([{ kind: "experiment", key: expect.any(String) as string }]);
  expect(model.runOf(model.nodeOfRun(run.path)!)?.situation.job).toBe(training);
  expect(model.update(input([run], { jobs: [{ ...training, state: "finished" }] }))).toHaveLength(1);
});

test("what an update leaves undrawn is what was there before, whatever happens", () => {
  const anyEntry = fc.record({ index: fc.nat(5), experiment: fc.constantFrom("a", "b", "c"), step: fc.nat(3), active: fc.boolean(), value: fc.constantFrom(0.1, 0.2) });
  const anyInput = fc.record({ entries: fc.uniqueArray(anyEntry, { selector: ({ index }) => index }), order: fc.constantFrom(...runOrders), text: fc.constantFrom("", "a"), jobs: fc.nat(2), baseline: fc.nat(5) });
  fc.assert(
    fc.property(fc.array(anyInput, { minLength: 2, maxLength: 8 }), (inputs) => {
      const model = new RunTreeModel();
      // What did not change keeps its identity, as the collection of runs keeps it.
      const made = new Map<string, unknown>();
      const alike = <T>(key: string, make: () => T): T => (made.has(key) ? made : made.set(key, make())).get(key) as T;
      /** The tree as a view holds it that asks only for what it was told to draw again. */
      const drawn = new Map<RunTreeNode | undefined, { text: string; children: readonly RunTreeNode[] }>();
      const textOf = (node: RunTreeNode): string => JSON.stringify(node.kind === "run" ? model.runOf(node) : node.kind === "job" ? model.jobOf(node) : [model.groupOf(node)?.runs.length, model.groupOf(node)?.best, model.groupOf(node)?.overSeeds]);
      const draw = (node?: RunTreeNode): void => {
        const children = model.childrenOf(node);
        drawn.set(node, { text: node ? textOf(node) : "", children });
        for (const child of children) draw(child);
      };
      draw();
      for (const { entries, order, text, jobs, baseline } of inputs) {
        const runs = entries.map((content) => alike(JSON.stringify(content), () => entry({ path: `/r/${content.index}`, name: String(content.index), id: String(content.index), experimentName: content.experiment, step: content.step, active: content.active, metric: metric(content.value) })));
        const waiting = Array.from({ length: jobs }, (_, index) => alike(`job ${index}`, () => job({ job: `j${index}` })));
        const changed = model.update(input(runs, { order, filter: { text, states: [] }, jobs: waiting, baseline: `/r/${baseline}` }));
        if (changed === "everything") draw();
        else changed.forEach(draw);
        const check = (node?: RunTreeNode): void => {
          const children = model.childrenOf(node);
          expect(drawn.get(node)?.children).toEqual(children);
          if (node) expect(drawn.get(node)?.text).toBe(textOf(node));
          children.forEach(check);
        };
        check();
      }
    }),
    { numRuns: 300 },
  );
});
