import { nearestOf } from "../../common/nearest.js";
import { type SampleFacts, sampleFacts } from "../../data/samples/sample-facts.js";
import { parseTemplate, templateColumns } from "../../tasks/template.js";
import { quoted } from "../diagnostic.js";
import type { TaskSettings } from "../schema.js";
import { slotSpan } from "../template-slots.js";
import { compareLabels } from "./check-labels.js";
import type { Findings } from "./context.js";

/** Whether there is such a sample, and whether the task asks it for what it has. @param key where the sample's name stands. */
export function checkSample(name: string, key: readonly string[], task: TaskSettings | undefined, findings: Findings): void {
  const facts = sampleFacts.find((sample) => sample.name === name);
  if (!facts) {
    const names = sampleFacts.map((sample) => sample.name);
    const nearest = nearestOf(name, names);
    const hint = nearest === undefined ? ` Samples: ${names.map((known) => quoted(known)).join(", ")}; files of your own are written { "train": "…", "columns": { … } }.` : ` Did you mean ${quoted(nearest)}?`;
    return findings.value(`There is no sample named ${quoted(name)}.${hint}`, key, { replacement: nearest && JSON.stringify(nearest) });
  }
  if (task) checkTask(facts, task, findings);
}

function checkTask({ name, columns, labels }: SampleFacts, task: TaskSettings, findings: Findings): void {
  if (task.type !== "classification") return findings.value(`The sample ${quoted(name)} has labels and no texts to produce: it is for classification.`, ["task", "type"]);
  const texts = columns.filter((column) => column !== "label");
  for (const slot of templateColumns(parseTemplate(task.template, "label").template)) {
    if (texts.includes(slot)) continue;
    const nearest = nearestOf(slot, texts) ?? (texts.length === 1 ? texts[0] : undefined);
    const { document } = findings;
    findings.all.push(
      document.diagnostic(`The sample ${quoted(name)} has no column ${quoted(slot)}.${nearest === undefined ? ` It has ${texts.join(", ")}.` : ` Did you mean {${nearest}}?`}`, ["task", "template"], slotSpan(document, task.template, slot), "error", nearest && `{${nearest}}`),
    );
  }
  if (task.verbalizer) compareLabels(Object.keys(task.verbalizer), new Map(labels.map((label) => [label, ""])), "all", findings);
}
