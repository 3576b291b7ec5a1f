import { writeFile } from "node:fs/promises";
import path from "node:path";
import * as vscode from "vscode";
import { listCatalogue } from "../../backbone/sources/catalogue.js";
import { exampleData, likelyAnswer, type NewExperiment, newExperimentText } from "../../experiment/new-experiment.js";
import { suggestTask } from "../../experiment/suggest-task.js";
import { dataFileEndings } from "../../data/reading/file-endings.js";
import { sampleFacts } from "../../data/samples/sample-facts.js";
import { peekTable } from "../../data/peek-table.js";
import { askExperimentName } from "./ask-name.js";

/** Asks for a name and the data, writes the experiment file and opens it. Nothing is written where the person leaves a question. */
export async function newExperiment(): Promise<void> {
  const folder = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === "file")?.uri.fsPath;
  const chosen = await chooseData();
  if (!chosen) return;
  const beside = chosen.file === undefined ? folder : path.dirname(chosen.file);
  const name = await askExperimentName(beside, chosen.suggestion);
  if (name === undefined) return;
  const target = beside === undefined ? (await vscode.window.showSaveDialog({ defaultUri: vscode.Uri.file(`${name}.ptune.json`), filters: { "Prompt Tuning": ["ptune.json"] } }))?.fsPath : path.join(beside, `${name}.ptune.json`);
  if (target === undefined) return;
  const [{ name: model }] = listCatalogue();
  const data = chosen.file !== undefined && chosen.data.type === "files" ? { ...chosen.data, train: path.relative(path.dirname(target), chosen.file).split(path.sep).join("/") } : chosen.data;
  // "wx": a file that came into being meanwhile is not overwritten.
  await writeFile(target, newExperimentText({ name, model, data }), { flag: beside === undefined ? "w" : "wx" });
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(target));
}

interface ChosenData {
  readonly data: NewExperiment["data"];
  /** Absolute path of the data file. */
  readonly file?: string;
  /** A name for the experiment. */
  readonly suggestion: string;
}

async function chooseData(): Promise<ChosenData | undefined> {
  const found = await vscode.workspace.findFiles(`**/*{${dataFileEndings.filter((ending) => ending !== ".json").join(",")}}`, "**/{node_modules,.ptune}/**", 200);
  const items = [
    ...found.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), iconPath: new vscode.ThemeIcon("table"), choice: uri.fsPath })),
    { label: vscode.l10n.t("Another Data File…"), iconPath: new vscode.ThemeIcon("folder-opened"), choice: "browse" as const },
    ...sampleFacts.map((sample) => ({ label: vscode.l10n.t("Sample: {0}", sample.name), description: sample.title, iconPath: new vscode.ThemeIcon("beaker"), choice: sample })),
    { label: vscode.l10n.t("No Data Yet"), description: vscode.l10n.t("names to be replaced stand in the file"), iconPath: new vscode.ThemeIcon("dash"), choice: "none" as const },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t("New Experiment File: What Is Learned From?"), matchOnDescription: true });
  if (!picked) return undefined;
  const { choice } = picked;
  if (typeof choice === "object") return { data: { type: "sample", name: choice.name, labels: choice.labels }, suggestion: choice.name };
  if (choice === "none") return { data: exampleData, suggestion: "experiment" };
  const file = choice === "browse" ? await browse() : choice;
  return file === undefined ? undefined : chooseColumns(file);
}

async function browse(): Promise<string | undefined> {
  const [file] = (await vscode.window.showOpenDialog({ title: vscode.l10n.t("Training Data"), filters: { [vscode.l10n.t("Data files")]: dataFileEndings.map((ending) => ending.slice(1)) } })) ?? [];
  return file?.fsPath;
}

/** Asks which column is the answer and which are shown to the model; what is likely is chosen already. */
async function chooseColumns(file: string): Promise<ChosenData | undefined> {
  const peek = await peekTable(file);
  const columns = peek?.columns ?? [];
  const suggestion = path.basename(file, path.extname(file)).replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "").slice(0, 64);
  if (!peek || columns.length < 2) return { data: exampleData, file, suggestion };
  const likely = likelyAnswer(columns);
  const ordered = [...columns].sort((a, b) => Number(b === likely) - Number(a === likely));
  const answer = (await vscode.window.showQuickPick(ordered.map((label) => ({ label, description: exampleOf(peek.rows[0]?.cells[label]) })), { title: vscode.l10n.t("Which Column Holds the Answer?") }))?.label;
  if (answer === undefined) return undefined;
  const others = columns.filter((column) => column !== answer);
  const rows = peek.rows.map(({ cells }) => cells);
  const likelyTexts = suggestTask(columns, rows, answer).texts;
  const chosen = (column: string, place: number): boolean => (likelyTexts.length < others.length ? likelyTexts.includes(column) : place === 0);
  const texts = others.length === 1 ? others : (await vscode.window.showQuickPick(others.map((label, i) => ({ label, description: exampleOf(peek.rows[0]?.cells[label]), picked: chosen(label, i) })), { title: vscode.l10n.t("Which Columns Does the Model Read?"), canPickMany: true }))?.map(({ label }) => label);
  if (!texts || texts.length === 0) return undefined;
  const { task, labels, roles } = suggestTask(columns, rows, answer, texts);
  return { file, suggestion, data: { type: "files", train: path.basename(file), texts, answer, task, labels: task === "sequence-labelling" && !peek.whole ? [] : labels, roles } };
}

function exampleOf(text: string | undefined): string {
  const line = (text ?? "").replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
