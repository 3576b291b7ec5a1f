import { expect, test } from "vitest";
import { bundle } from "../../../scripts/lib/bundle.mjs";
import { SharedState } from "../../../src/backend-process/watchdog/shared-state.js";
import { mostNativeMilliseconds, mostScriptMilliseconds } from "../../../src/backend-process/watchdog/time-outs.js";
import { Vigil } from "../../../src/backend-process/watchdog/vigil.js";
import { nativeWork, watchNativeWork } from "../../../src/engine/session/native-work.js";

test("a main thread that stands still hangs after half a minute in script, after half an hour in native work", () => {
  const vigil = new Vigil();
  let now = 0;
  const hangs = (turns: number, nativeCalls = 0, later = 0): boolean => vigil.hangs({ turns, nativeCalls }, (now += later));
  expect(hangs(1)).toBe(false);
  expect(hangs(1, 0, mostScriptMilliseconds)).toBe(false);
  expect(hangs(1, 0, 1)).toBe(true);
  expect(hangs(2, 0, 1)).toBe(false);
  // A step of a large batch begins: its time counts from there.
  expect(hangs(2, 1, mostScriptMilliseconds)).toBe(false);
  expect(hangs(2, 1, mostNativeMilliseconds)).toBe(false);
  expect(hangs(2, 1, 1)).toBe(true);
  expect(hangs(2, 0, 1)).toBe(false);
});

test("both threads see the same numbers", () => {
  const one = new SharedState();
  const other = new SharedState(one.memory);
  one.turn();
  one.nativeCalls = 2;
  one.goesOn = true;
  one.host = 4_194_304;
  expect([other.turns, other.nativeCalls, other.goesOn, other.host]).toEqual([1, 2, true, 4_194_304]);
});

test("native work is counted while it is under way, also where it fails", async () => {
  const counts: number[] = [];
  watchNativeWork((count) => counts.push(count));
  await Promise.all([nativeWork(async () => 1), nativeWork(async () => 2)]);
  await nativeWork(() => Promise.reject(new Error("broken"))).catch(() => undefined);
  expect(counts).toEqual([0, 1, 2, 1, 0, 1, 0]);
  watchNativeWork(() => undefined);
});

test("the watchdog's thread loads nothing that computes", async () => {
  const { metafile } = await bundle({ entryPoints: ["src/backend-process/watchdog/watchdog-thread.ts"], write: false, metafile: true, outfile: "unused.js" });
  expect(Object.values(metafile!.outputs).flatMap(({ imports }) => imports.map(({ path }) => path)).filter((name) => !name.startsWith("node:"))).toEqual([]);
  expect(Object.keys(metafile!.inputs).filter((file) => /src\/(engine|backbone|backend)\//.test(file))).toEqual([]);
  // The script that both threads run loads the rest only where it is asked for.
  const main = await bundle({ entryPoints: ["src/backend-process/main.ts"], write: false, metafile: true, outfile: "unused.js" });
  const entry = Object.entries(main.metafile!.inputs).find(([file]) => file.endsWith("src/backend-process/main.ts"))![1];
  expect(entry.imports.filter(({ kind }) => kind === "import-statement").map(({ path }) => path)).toEqual(["node:worker_threads"]);
});
