import "../shared/localization.js";
import { render } from "preact";
import { PromptTuningError } from "../../src/common/errors.js";
import type { Sorting } from "../../src/comparison/results.js";
import { compareHostContract, comparePageContract, comparePageStateSchema } from "../../src/protocol/webview/compare-view.js";
import { t } from "../shared/localization.js";
import { connectToHost, pageState } from "../shared/page.js";
import { type Actions, App } from "./app.js";
import type { ComparisonData } from "./comparison.js";
import "./style.css";

const host = connectToHost(comparePageContract, compareHostContract);
const remembered = comparePageStateSchema.safeParse(pageState.read()).data;

let data: ComparisonData = { paths: undefined, runs: [], curves: new Map(), baseline: null };
let sorting: Sorting = remembered?.sorting ?? { by: "chosen", descending: false };
let error: string | undefined;

let planned = false;
/** Draws once for all that has been told in one turn. */
function draw(): void {
  if (planned) return;
  planned = true;
  setTimeout(() => {
    planned = false;
    render(<App data={data} actions={actions} error={error} sorting={sorting} onSort={sortBy} />, document.getElementById("page")!);
  }, 0);
}
function update(change: Partial<ComparisonData>): void {
  data = { ...data, ...change };
  if (change.paths) remember();
  draw();
}
function sortBy(next: Sorting): void {
  sorting = next;
  remember();
  draw();
}
const remember = (): void => pageState.write({ runs: data.paths ?? [], sorting });

/** Waits for the host; what it refuses is shown until the next thing works. */
async function ask(question: Promise<unknown>): Promise<void> {
  try {
    await question;
    error = undefined;
  } catch (refused) {
    if (refused instanceof PromptTuningError && refused.kind === "stopped") return;
    error = refused instanceof PromptTuningError ? refused.describe() : t("Something unexpected went wrong: {0}", String(refused));
  }
  draw();
}

const actions: Actions = {
  addRuns: () => void ask(host.call("addRuns", {})),
  removeRun: (run) => void ask(host.call("removeRun", { run })),
  openRun: (run) => void ask(host.call("openRun", { run })),
  pinBaseline: (run) => void ask(host.call("pinBaseline", { run })),
  copy: (text) => void ask(host.call("copy", { text })),
  measure: (measure, pairs, signal) => host.call("significance", { measure, pairs: [...pairs] }, { signal }),
};

host.onNotice("runs", ({ paths, runs }) => update({ paths, runs }));
host.onNotice("curves", (curves) => update({ curves: new Map([...data.curves, [curves.path, curves]]) }));
host.onNotice("baseline", ({ run }) => update({ baseline: run }));

draw();
void ask(host.call("ready", {}).then(({ paths, baseline }) => update({ paths, baseline })));
