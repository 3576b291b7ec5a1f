import { describe, expect, it } from "vitest";
import { settingEdits, type TextEdit } from "../../src/experiment/setting-edits.js";
import { settingOfTask } from "../../src/experiment/template-setting.js";
import { validateExperimentText } from "../../src/experiment/load-experiment.js";

const text = `{
  // A comment that stays.
  "name": "mine", "model": "smollm2-135m-instruct",
  "dataset": { "description": "d.ptune-data.json" },
  "task": {
    "type": "classification",
    "template": "{text}{soft:4}:{label}", // so it was
    "verbalizer": { "ham": " no", "spam": " yes" }
  }
}
`;
const setting = { template: "Mail {text}\n{soft:8}Spam:{label}", answer: "label" as const, verbalizer: [{ label: "ham", words: " never" }, { label: "spam", words: " always" }], maxTokens: { text: 64 } };
const applied = (before: string, edits: readonly TextEdit[]): string => edits.reduce((now, { offset, length, content }) => now.slice(0, offset) + content + now.slice(offset + length), before);

describe("a template that is written into an experiment", () => {
  it("changes its lines and nothing else", () => {
    const after = applied(text, settingEdits(text, setting));
    const { experiment, diagnostics } = validateExperimentText(after);
    expect(diagnostics).toEqual([]);
    expect(settingOfTask(experiment!.task)).toEqual(setting);
    for (const kept of ["// A comment that stays.", "// so it was", '"description": "d.ptune-data.json"']) expect(after).toContain(kept);
  });

  it("edits nothing where it stands there already", () => {
    const after = applied(text, settingEdits(text, setting));
    expect(settingEdits(after, setting)).toEqual([]);
  });

  it("is refused where the task is another one, or the file is no JSON", () => {
    expect(() => settingEdits(text, { ...setting, answer: "output" })).toThrow("The experiment's task is classification.");
    expect(() => settingEdits("{ no", setting)).toThrow("cannot be edited");
  });
});
