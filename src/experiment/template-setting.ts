import type { TemplateSetting } from "../protocol/backend/template-preview.js";
import { taskFacts } from "../tasks/task-facts.js";
import type { TaskSettings } from "./task-schema.js";

/** A task's template, verbalizer and limits, as the data set's page edits them. */
export function settingOfTask(task: TaskSettings): TemplateSetting {
  return {
    template: task.template,
    answer: taskFacts[task.type].answer,
    verbalizer: task.type === "classification" ? Object.entries(task.verbalizer ?? {}).map(([label, words]) => ({ label, words })) : [],
    maxTokens: { ...task.maxTokens },
  };
}
