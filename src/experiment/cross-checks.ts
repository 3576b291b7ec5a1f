import { nearestOf } from "../common/nearest.js";
import { contextSlot, taskFacts, tokensSlot } from "../tasks/task-facts.js";
import { hasMask, parseTemplate, templateColumns, virtualTokenCount, type AnswerSlot, type Template } from "../tasks/template.js";
import { type Diagnostic, quoted } from "./diagnostic.js";
import type { JsonDocument } from "./json-document.js";
import { type Experiment, filesOf, type TaskSettings, type TrainingSettings } from "./schema.js";
import { slotSpan } from "./template-slots.js";

type Path = readonly (string | number)[];
type Report = (message: string, path: Path, severity?: "error" | "warning", replacement?: string) => void;

/** The sections of an experiment that the schema accepts, each with its defaults. */
export type ExperimentSections = Partial<Pick<Experiment, "model" | "dataset" | "task" | "method" | "training" | "evaluation">>;

/**
 * What the schema cannot say: whether the parts of an experiment fit each other. Looks at no file and no model. A section
 * that the schema refused is left out, so that its mistakes do not hide those of the others.
 */
export function crossChecks(sections: ExperimentSections, document: JsonDocument): Diagnostic[] {
  const { dataset, task, method, training, evaluation } = sections;
  const found: Diagnostic[] = [];
  const report: Report = (message, path, severity, replacement) => found.push(document.diagnostic(message, path, document.valueSpan(path), severity, replacement));
  const reportKey: Report = (message, path, severity, replacement) => found.push(document.diagnostic(message, path, document.keySpan(path), severity, replacement));

  if (task) {
    const { answer } = taskFacts[task.type];
    const templatePath = ["task", "template"];
    const { template, problems } = parseTemplate(task.template, answer);
    for (const { message, severity, ...part } of problems) found.push(document.diagnostic(message, templatePath, document.stringSpan(templatePath, part), severity));
    if (problems.every((problem) => problem.severity === "warning")) {
      if (virtualTokenCount(template) === 0)
        report("The template has no soft slot, so there is nothing to train. Write {soft:20} where the virtual tokens shall stand.", templatePath);
      if (dataset) checkColumns(dataset, template, answer, report, reportKey, (message, slot, replacement) => found.push(document.diagnostic(message, templatePath, slotSpan(document, task.template, slot), "error", replacement)));
      checkMaxTokens(task, template, answer, reportKey);
      checkHead(task, template, report, (message, slot) => found.push(document.diagnostic(message, templatePath, slotSpan(document, task.template, slot))));
      checkFit(task, template, report);
      if (task.type === "sequence-labelling" && !templateColumns(template).includes(tokensSlot))
        report("The template has no slot {tokens}. Write it where the words stand that are labelled.", templatePath);
    }
    checkVerbalizer(task, report, reportKey);
    if (method?.init.type === "class-labels" && task.type === "generation") report("Initialisation with class labels needs a task that has labels: classification or sequence labelling.", ["method", "init", "type"]);
  }
  if (training) checkTraining(training, document, report);
  if (evaluation) checkEvaluation(evaluation, sections, document, report);
  return found;
}

function checkColumns(dataset: Experiment["dataset"], template: Template, answer: AnswerSlot, report: Report, reportKey: Report, reportSlot: (message: string, slot: string, replacement?: string) => void): void {
  const columns = filesOf(dataset)?.columns;
  if (!columns) return;
  const named = Object.keys(columns);
  const used = templateColumns(template);
  for (const slot of used) {
    if (named.includes(slot)) continue;
    const nearest = nearestOf(slot, named);
    reportSlot(`The template's slot {${slot}} has no column in dataset.columns.${nearest === undefined ? ` Add "${slot}": "<column of the data>".` : ` Did you mean {${nearest}}?`}`, slot, nearest && `{${nearest}}`);
  }
  if (!named.includes(answer)) report(`dataset.columns does not say which column holds the answer. Add "${answer}": "<column of the data>".`, ["dataset", "columns"]);
  for (const slot of named) if (slot !== answer && !used.includes(slot)) reportKey(`The template has no slot {${slot}}: this column is not used.`, ["dataset", "columns", slot], "warning");
  for (const [slot, column] of Object.entries(columns)) if (column === "") report("The name of a column must not be empty.", ["dataset", "columns", slot]);
}

function checkMaxTokens(task: TaskSettings, template: Template, answer: AnswerSlot, reportKey: Report): void {
  const used = templateColumns(template);
  for (const slot of Object.keys(task.maxTokens)) {
    if (used.includes(slot)) continue;
    const nearest = nearestOf(slot, used);
    const hint = slot === answer ? (task.type === "classification" ? " The answer is never cut." : " The answer's length is task.maxNewTokens.") : nearest === undefined ? "" : ` Did you mean ${quoted(nearest)}?`;
    reportKey(`The template has no column slot {${slot}} that could be cut.${hint}`, ["task", "maxTokens", slot], "error", slot === answer || nearest === undefined ? undefined : JSON.stringify(nearest));
  }
}

/** A light head reads the row as a whole: nothing is guessed at a place of it. */
function checkHead(task: TaskSettings, template: Template, report: Report, reportSlot: (message: string, slot: string) => void): void {
  if (task.type !== "classification") return;
  if (task.head === "linear" && hasMask(template)) reportSlot('A light head reads the whole row, so nothing is guessed at {mask}. Take it out, or write "head": "verbalizer".', "mask");
  if (task.head !== "linear" && task.pooling !== undefined) report('Pooling belongs to a light head. Write "head": "linear", or take it out.', ["task", "pooling"]);
}

/** What decides which text loses tokens where a row is too long. */
function checkFit(task: TaskSettings, template: Template, report: Report): void {
  const used = templateColumns(template);
  const seen = new Set<string>();
  task.cut?.forEach((slot, index) => {
    const place = ["task", "cut", index];
    const nearest = nearestOf(slot, used);
    if (!used.includes(slot)) report(`The template has no column slot {${slot}} that could be cut.${nearest === undefined ? "" : ` Did you mean ${quoted(nearest)}?`}`, place, "error", nearest && JSON.stringify(nearest));
    else if (seen.has(slot)) report(`{${slot}} stands here for the second time.`, place, "warning");
    seen.add(slot);
  });
  if (task.cut !== undefined && used.length === 1 && used[0] !== contextSlot) report("The template has one slot, which is cut in any case.", ["task", "cut"], "warning");
  if (task.context !== undefined && !used.includes(contextSlot)) report("The template has no slot {context} for the passages.", ["task", "context"], "warning");
  const virtual = virtualTokenCount(template);
  if (task.maxRowTokens !== undefined && task.maxRowTokens <= virtual) report(`The ${virtual} virtual tokens alone fill the row: nothing of its texts would be left.`, ["task", "maxRowTokens"]);
}

function contextIsUsed(task: TaskSettings): boolean {
  return templateColumns(parseTemplate(task.template, taskFacts[task.type].answer).template).includes(contextSlot);
}

function checkVerbalizer(task: TaskSettings, report: Report, reportKey: Report): void {
  if (task.type === "generation" || task.verbalizer === undefined) return;
  const entries = Object.entries(task.verbalizer);
  const path = ["task", "verbalizer"];
  if (task.type === "classification" && entries.length < 2) report("A verbalizer needs at least two labels.", path);
  const seen = new Map<string, string>();
  for (const [label, words] of entries) {
    const other = seen.get(words);
    if (label === "") reportKey("A label must not be empty.", [...path, label]);
    if (words.trim() === "") report(`The words of the label ${quoted(label)} are empty.`, [...path, label]);
    else if (other !== undefined) report(`The labels ${quoted(other)} and ${quoted(label)} have the same words ${quoted(words)}: no score could tell them apart.`, [...path, label]);
    else seen.set(words, label);
  }
}

function checkTraining(training: TrainingSettings, document: JsonDocument, report: Report): void {
  if (training.momentum > 0 && training.optimizer !== "sgd") report(`Momentum belongs to sgd; ${training.optimizer} does not use it.`, ["training", "momentum"], "warning");
  if (training.weightDecay > 0 && training.optimizer !== "adamw") report(`Weight decay belongs to adamw; ${training.optimizer} does not use it.`, ["training", "weightDecay"], "warning");
  if (training.schedule === "constant" && training.warmup === 1) report("The whole training is warm-up: the learning rate is reached only at the end.", ["training", "warmup"], "warning");
  if (training.schedule !== "constant" && training.warmup === 1) report("The whole training is warm-up, so nothing is left for the schedule. Choose less than 1.", ["training", "warmup"]);
  if (document.has(["training", "checkpointEvery"]) && training.checkpointEvery > training.steps)
    report(`The training has ${training.steps} steps, so there is no checkpoint before its end.`, ["training", "checkpointEvery"], "warning");
}

function checkEvaluation(evaluation: Experiment["evaluation"], { task, training }: ExperimentSections, document: JsonDocument, report: Report): void {
  const baselinesPath = ["evaluation", "baselines"];
  if (task) {
    const { measures } = taskFacts[task.type];
    if (evaluation.metric !== undefined && !measures.includes(evaluation.metric))
      report(`A ${task.type} task has no measure ${quoted(evaluation.metric)}. Choose one of ${measures.join(", ")}.`, ["evaluation", "metric"]);
    const without = evaluation.baselines.indexOf("without-context");
    if (without >= 0 && !contextIsUsed(task)) report('The baseline "without-context" needs a template with the slot {context}.', [...baselinesPath, without]);
    const majority = evaluation.baselines.indexOf("majority");
    if (majority >= 0 && task.type !== "classification" && document.has(baselinesPath)) report('The baseline "majority" needs a classification task.', [...baselinesPath, majority]);
  }
  if (training && document.has(["evaluation", "every"]) && evaluation.every > training.steps)
    report(`The training has ${training.steps} steps, so it is evaluated only at its end.`, ["evaluation", "every"], "warning");
  const names = new Set<string>();
  evaluation.baselines.forEach((baseline, index) => {
    const name = typeof baseline === "string" ? baseline : "hardPrompt";
    if (names.has(name)) report(`The baseline ${quoted(name)} stands here for the second time.`, [...baselinesPath, index]);
    names.add(name);
    if (typeof baseline === "object" && baseline.hardPrompt.trim() === "")
      report('The hard prompt is empty. Use the baseline "zero-shot" for no prompt.', [...baselinesPath, index, "hardPrompt"]);
  });
}

