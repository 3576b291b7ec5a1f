import type { PlaygroundPromptData } from "../../protocol/backend/playground.js";
import { readTemplate, verbalizerOf } from "../../tasks/create-task.js";
import { templateColumns } from "../../tasks/template.js";
import type { PlaygroundPrompt } from "./playground-prompt.js";

/** A prompt as the playground's page shows it. */
export function describePrompt(reference: string, { found, task, checkpoint }: PlaygroundPrompt): PlaygroundPromptData {
  const { label, taskSettings, run, labels } = found;
  const words = taskSettings.type === "generation" ? undefined : verbalizerOf(taskSettings, labels);
  return {
    reference,
    label,
    task: task.type,
    template: taskSettings.template,
    slots: templateColumns(readTemplate(taskSettings)),
    labels: (task.type === "classification" ? task.labels : task.type === "sequence-labelling" ? task.types : []).map((name) => ({ label: name, words: words?.get(name) ?? "" })),
    lightHead: task.head.kind === "linear",
    virtualTokens: task.virtualTokens,
    maxNewTokens: task.type === "classification" ? null : task.maxNewTokens,
    checkpoint,
    hardPrompts: run?.experiment.evaluation.baselines.flatMap((baseline) => (typeof baseline === "object" ? [baseline.hardPrompt] : [])) ?? [],
  };
}
