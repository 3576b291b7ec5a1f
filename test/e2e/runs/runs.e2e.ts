import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { workspace } from "../../cli/end-to-end/ptune.js";
import { projectFolder, startHost } from "../host/host.js";
import type { VSCodePage } from "../host/vscode-page.js";

/** The Runs view, its commands and its messages, with real runs of the tiny model. */
let code: VSCodePage;
const work = workspace();

const long = { steps: 20_000, checkpointEvery: 50 };

beforeAll(async () => {
  work.writeExperiment();
  work.write("long.ptune.json", JSON.stringify({ ...JSON.parse(work.read("tiny.ptune.json")), name: "long", training: { batchSize: 4, learningRate: 0.01, threads: 1, ...long }, evaluation: { every: 20_000, baselines: [] } }));
  code = await startHost({ workspace: work.folder });
});
afterAll(async () => code?.close());

const run = async (file: string): Promise<void> => {
  await code.runCommand("Prompt Tuning: Run Experiment…");
  await code.quickPick(file);
};
/** The description of the row with this label, once it is as expected. */
const row = async (label: RegExp, description: RegExp): Promise<void> => {
  await expect.poll(async () => (await code.treeRows("Runs")).filter((each) => label.test(each.label)).map((each) => each.description), { timeout: 60_000 }).toContainEqual(expect.stringMatching(description));
};
const dismissAll = (): Promise<unknown> => code.evaluate((vscode) => vscode.commands.executeCommand("notifications.clearAll"));
const folders = (): string[] => readdirSync(work.file(".ptune/runs")).filter((name) => !name.startsWith("."));

it("an empty view offers a way on, and the palette hides what has no run", async () => {
  await code.openSidebar();
  await expect.poll(() => code.tree("Runs").message(), { timeout: 30_000 }).toContain("No runs yet.");
  await code.tree("Runs").button("Run Experiment…").waitFor();
  expect(await code.offersCommand("Prompt Tuning: Delete Run")).toBe(false);
  expect(await code.offersCommand("Prompt Tuning: Run Sample Experiment")).toBe(true);
});

it("an experiment is run, seen in the view, and told at its end", async () => {
  await run("tiny.ptune.json");
  const told = await code.notification("with the learned prompt", 60_000);
  expect(told.text).toMatch(/^tiny: accuracy \d+\.\d % with the learned prompt, \d+\.\d % zero-shot, \d+\.\d % with the hard prompt, on 12 rows\.$/);
  await dismissAll();
  await row(/^tiny$/, /^1 run · best accuracy/);
  await row(/^seed 1$/, /^accuracy \d+\.\d % · now$/);
  expect((await code.treeRows("Runs")).find(({ level }) => level === 2)?.aria).toMatch(/^Run of tiny, seed 1, succeeded, accuracy/);
  expect(await code.offersCommand("Prompt Tuning: Delete Run")).toBe(true);
  expect(await code.offersCommand("Prompt Tuning: Pause Run")).toBe(false);
});

it("what is wrong with an experiment is told, with a way to its line", async () => {
  work.write("wrong.ptune.json", work.read("tiny.ptune.json").replace('"steps": 20', '"steps": -20').replace('"tiny"', '"wrong"'));
  await run("wrong.ptune.json");
  const told = await code.notification("training.steps: ");
  await told.button("Open File");
  await code.tab("wrong.ptune.json").waitFor();
  const lineOfCursor = (): Promise<string> => code.evaluate((vscode) => vscode.window.activeTextEditor?.document.lineAt(vscode.window.activeTextEditor.selection.active.line).text ?? "");
  await expect.poll(lineOfCursor, { timeout: 10_000 }).toContain('"steps": -20');
  await code.evaluate(async (vscode) => {
    await vscode.commands.executeCommand("workbench.action.closeActiveEditor");
    await vscode.workspace.fs.delete(vscode.Uri.joinPath(vscode.workspace.workspaceFolders![0].uri, "wrong.ptune.json"));
  });
  expect(folders()).toHaveLength(1);
});

it("several seeds give a mean and a standard deviation", async () => {
  await code.contextMenu("Runs", /^seed 1/, "Rerun…");
  await code.quickPick("Several seeds…");
  await code.typeInput("2");
  expect((await code.notification("runs have finished", 90_000)).text).toMatch(/^tiny.*: 2 runs have finished, accuracy/);
  await dismissAll();
  await row(/^tiny$/, /^3 runs · best accuracy .* · accuracy \d+\.\d ± \d+\.\d % over 3 seeds$/);
  expect((await code.treeRows("Runs")).filter(({ level }) => level === 2).map(({ label }) => label.slice(0, 6))).toEqual(["seed 3", "seed 2", "seed 1"]);
});

it("a run is paused, continued, stopped and resumed", async () => {
  await run("long.ptune.json");
  await row(/^seed 1/, /^step \d+\/20000/);
  await code.statusBarItem(/long \d+\/20000/).waitFor();
  await code.inlineAction("Runs", /^seed 1/, "Pause Run");
  await row(/^seed 1/, /^paused at step \d+\/20000/);
  await code.inlineAction("Runs", /^seed 1/, "Continue Paused Run");
  await row(/^seed 1/, /^step \d+\/20000/);
  // The only run under way needs no question.
  await code.runCommand("Prompt Tuning: Stop Run");
  await row(/^seed 1/, /^stopped at step \d+\/20000/);
  await expect.poll(() => code.statusBarItem(/long \d+\/20000/).count(), { timeout: 10_000 }).toBe(0);
  await code.inlineAction("Runs", /^seed 1/, "Resume Run");
  await row(/^seed 1/, /^step \d+\/20000/);
  expect(folders().filter((name) => name.startsWith("long-"))).toHaveLength(1);
});

it("a run that is under way is not deleted", async () => {
  expect(await code.contextMenuEntries("Runs", /^seed 1/)).not.toContain("Delete Run");
  const runFolder = work.file(`.ptune/runs/${folders().find((name) => name.startsWith("long-"))}`);
  await code.evaluate((vscode, folder) => void vscode.commands.executeCommand("promptTuning.deleteRun", folder), runFolder);
  await code.notification("A run that is under way cannot be deleted. Stop it first.");
  await dismissAll();
});

it("a run that waits for its turn stands above the others and can be taken out of the queue", async () => {
  const before = folders().length;
  await run("tiny.ptune.json");
  await row(/^tiny$/, /^waiting for its turn$/);
  expect((await code.treeRows("Runs"))[0]).toMatchObject({ label: "tiny", description: "waiting for its turn", level: 1 });
  await code.inlineAction("Runs", /^tiny$/, "Stop Run");
  await expect.poll(async () => (await code.treeRows("Runs")).filter(({ description }) => /waiting/.test(description)).length, { timeout: 10_000 }).toBe(0);
  await row(/^seed 1/, /^step \d+\/20000/);
  expect(folders()).toHaveLength(before);
});

it("a run whose process was killed is offered after a reload, and can be resumed", async () => {
  const [child] = await code.childPids();
  // The window first: its supervisor would tell of the child's end.
  process.kill(await code.extensionHostPid(), "SIGKILL");
  try {
    process.kill(child, "SIGKILL");
  } catch {
    // It has noticed by itself.
  }
  await code.reload({ atOnce: true });
  const offer = await code.notification(/1 run was interrupted at step \d+ of 20000\./, 60_000);
  await offer.button("Resume");
  await code.openSidebar();
  await row(/^seed 1/, /^step \d+\/20000/);
  await code.runCommand("Prompt Tuning: Stop Run");
  await row(/^seed 1/, /^stopped at step/);
});

it("a run of the command line is followed, and who holds it is told", async () => {
  const outside = spawn(process.execPath, [path.join(projectFolder, "out", "ptune.js"), "run", "long.ptune.json"], { cwd: work.folder, stdio: "ignore" });
  await row(/^long$/, /^2 runs/);
  await row(/^seed 1/, /^step \d+\/20000/);
  const runFolder = work.file(`.ptune/runs/${folders().filter((name) => name.startsWith("long-")).sort().at(-1)}`);
  await code.evaluate((vscode, folder) => void vscode.commands.executeCommand("promptTuning.stopRun", folder), runFolder);
  expect((await code.notification("Another process works on the run")).text).toContain(`Process ${outside.pid} on this machine`);
  await dismissAll();
  outside.kill("SIGINT");
  await once(outside, "exit");
  await expect.poll(async () => (await code.treeRows("Runs")).filter(({ description }) => /^stopped at step/.test(description)).length, { timeout: 30_000 }).toBe(2);
});

it("the list is filtered and sorted, and remembers it", async () => {
  await code.runCommand("Prompt Tuning: Filter Runs…");
  await code.typeInput("tiny");
  await expect.poll(async () => (await code.treeRows("Runs")).filter(({ level }) => level === 1).map(({ label }) => label), { timeout: 10_000 }).toEqual(["tiny"]);
  await expect.poll(() => code.tree("Runs").message(), { timeout: 30_000 }).toContain("Only: tiny");
  await code.runCommand("Prompt Tuning: Sort Runs By…");
  await code.quickPick("Name and seed");
  await expect.poll(async () => (await code.treeRows("Runs")).filter(({ level }) => level === 2).map(({ label }) => label.slice(0, 6)), { timeout: 10_000 }).toEqual(["seed 1", "seed 2", "seed 3"]);
  // VS Code in a browser writes what it remembers every five seconds.
  await code.page.waitForTimeout(6000);
  await code.reload();
  await code.openSidebar();
  await expect.poll(async () => (await code.treeRows("Runs")).map(({ label }) => label.slice(0, 6)), { timeout: 30_000 }).toEqual(["tiny", "seed 1", "seed 2", "seed 3"]);
  await code.runCommand("Prompt Tuning: Clear Run Filter");
  await row(/^long$/, /^2 runs/);
});

it("a pinned baseline is marked, and settings are compared with it", async () => {
  await code.contextMenu("Runs", /^seed 2/, "Pin as Baseline");
  await row(/^seed 2/, /^baseline · /);
  await code.contextMenu("Runs", /^seed 3/, "Copy Config Difference");
  await code.statusBarItem("difference").waitFor();
  expect(await code.evaluate((vscode) => vscode.env.clipboard.readText())).toMatch(/^tiny-\S+ → tiny-\S+\ntraining\.seed: 2 → 3\n$/);
  await code.runCommand("Prompt Tuning: Unpin Baseline");
  await row(/^seed 2/, /^accuracy/);
});

it("settings are changed in a copy beside the experiment, ready to run", async () => {
  await code.contextMenu("Runs", /^seed 2/, "Rerun…");
  await code.quickPick("Change settings…");
  await code.tab("tiny-2.ptune.json").waitFor();
  const [file, text] = await code.evaluate((vscode) => [vscode.window.activeTextEditor?.document.uri.fsPath, vscode.window.activeTextEditor?.document.getText()]);
  expect(path.dirname(file!)).toBe(code.workspace);
  expect(JSON.parse(text!)).toMatchObject({ name: "tiny", dataset: { train: "train.tsv" }, training: { seed: 2 } });
  await code.runCommand("Prompt Tuning: Run Experiment…");
  await code.quickPick("tiny-2.ptune.json");
  await code.notification("with the learned prompt", 60_000);
  await dismissAll();
  await row(/^tiny$/, /^4 runs/);
});

it("runs are deleted after a question; without a trash it is asked again", async () => {
  const before = folders();
  await code.contextMenu("Runs", /^seed 3/, "Delete Run");
  const question = await code.dialog("Delete the run tiny-");
  expect(question.text).toContain("goes to the trash");
  await question.button("Move to Trash");
  const again = await code.dialog("There is no trash for this folder.");
  await again.button("Delete Permanently");
  await expect.poll(() => folders().length, { timeout: 10_000 }).toBe(before.length - 1);
  await expect.poll(async () => (await code.treeRows("Runs")).filter(({ label }) => label.startsWith("seed 3")).length, { timeout: 10_000 }).toBe(0);
});

it("one of the settings is varied: a sweep of a run for each value", async () => {
  await code.contextMenu("Runs", /^seed 2/, "Rerun…");
  await code.quickPick("Vary a setting…");
  await code.quickPick("training.learningRate");
  await code.typeInput("0.02, 0.03");
  expect((await code.notification("runs have finished", 90_000)).text).toMatch(/: 2 runs have finished, accuracy/);
  await dismissAll();
  const rates = folders().filter((name) => name.startsWith("tiny-")).map((name) => (JSON.parse(work.read(`.ptune/runs/${name}/experiment.json`)) as { training: { learningRate: number } }).training.learningRate);
  expect(rates).toEqual(expect.arrayContaining([0.02, 0.03]));
});
