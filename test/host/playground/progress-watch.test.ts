import { expect, it } from "vitest";
import { ProgressWatch } from "../../../src/host/playground/progress-watch.js";

it("tells once that a run has learned more than what was read of it", () => {
  const steps: Record<string, number> = { a: 10, b: 10 };
  const told: string[] = [];
  const watch = new ProgressWatch((run) => (run in steps ? { step: steps[run] } : undefined), (run, step) => told.push(`${run} ${step}`));
  watch.note([{ reference: "a", checkpoint: 10 }, { reference: "b", checkpoint: null }, { reference: "imported", checkpoint: null }]);
  watch.look();
  expect(told).toEqual([]);
  Object.assign(steps, { a: 11, b: 11 });
  watch.look();
  steps.a = 12;
  watch.look();
  expect(told).toEqual(["a 11"]);
  watch.note([{ reference: "a", checkpoint: 10 }]);
  watch.look();
  expect(told).toHaveLength(1);
  steps.a = 20;
  watch.look();
  expect(told).toEqual(["a 11", "a 20"]);
  delete steps.a;
  watch.note([{ reference: "a", checkpoint: null }]);
  watch.look();
  expect(told).toHaveLength(2);
});
