import { expect, it } from "vitest";
import { askForImport, freeName, type ImportQuestions } from "../../../src/host/transfer/import-steps.js";
import type { PromptSource } from "../../../src/protocol/backend/transfer.js";

const source: PromptSource = { format: "npy", virtualTokens: 20, width: 576, template: null, backbone: null, model: null, name: "spam" };

/** Answers as a person does, and keeps what was asked. */
function person(answers: Partial<Record<keyof ImportQuestions, unknown>>) {
  const asked: string[] = [];
  const answer = (name: keyof ImportQuestions) => async (at: { step: number; of: number }, ...rest: unknown[]) => {
    asked.push(`${name} ${at.step}/${at.of}`);
    const given = answers[name];
    return typeof given === "function" ? given(...rest) : given;
  };
  return { asked, questions: { task: answer("task"), template: answer("template"), verbalizer: answer("verbalizer"), backbone: answer("backbone"), name: answer("name") } as ImportQuestions };
}
const none = (): boolean => false;

it("asks what the file does not say, and nothing else", async () => {
  const all = person({ task: "classification", template: (begin: string) => begin, verbalizer: "ham = no, spam = yes", backbone: "smollm2-135m-instruct", name: (begin: string) => begin });
  expect(await askForImport(source, all.questions, none)).toEqual({ name: "spam", template: "{soft:20}Text: {text}\nLabel:{label}", verbalizer: { ham: " no", spam: " yes" }, model: "smollm2-135m-instruct" });
  expect(all.asked).toEqual(["task 1/5", "template 2/5", "verbalizer 3/5", "backbone 4/5", "name 5/5"]);

  const text = person({ task: "generation", template: String.raw`{soft:20}\n{text}{output}`, backbone: { path: "x.gguf" }, name: "mine" });
  expect(await askForImport(source, text.questions, none)).toEqual({ name: "mine", template: "{soft:20}\n{text}{output}", verbalizer: undefined, model: { path: "x.gguf" } });
  expect(text.asked).toEqual(["task 1/5", "template 2/4", "backbone 3/4", "name 4/4"]);

  const own = person({ name: "own" });
  expect(await askForImport({ ...source, template: "{soft:20}{text}", model: { path: "/a.gguf" } }, own.questions, none)).toEqual({ name: "own", template: undefined, verbalizer: undefined, model: { path: "/a.gguf" } });
  expect(own.asked).toEqual(["name 1/1"]);
});

it("ends quietly wherever the person goes away", async () => {
  const answers = { task: "classification", template: "{soft:20}{text}{label}", verbalizer: "a = b, c = d", backbone: "x", name: "n" };
  for (const key of Object.keys(answers) as (keyof ImportQuestions)[]) expect(await askForImport(source, person({ ...answers, [key]: undefined }).questions, none)).toBeUndefined();
});

it("checks what is typed as it is typed", async () => {
  const seen: unknown[] = [];
  const careful = person({
    task: "classification",
    template: (begin: string, fault: (line: string) => unknown) => (seen.push(fault("{soft:4}{text}"), fault(String.raw`{soft:20}\n{text}`)), begin),
    verbalizer: (fault: (line: string) => unknown) => (seen.push(fault("a"), fault("a = b, c = d")), "a = b, c = d"),
    backbone: "x",
    name: (begin: string, taken: (name: string) => boolean) => (seen.push(begin, taken("spam"), taken("ham")), begin),
  });
  await askForImport(source, careful.questions, (name) => name === "spam");
  expect(seen).toEqual([{ type: "count", count: 4 }, undefined, { type: "pair", text: "a" }, undefined, "spam-2", true, false]);
});

it("finds a name that nobody has", () => {
  const names = new Set(["a", "a-2", "b".repeat(64)]);
  expect(freeName("a", (name) => names.has(name))).toBe("a-3");
  expect(freeName("c", (name) => names.has(name))).toBe("c");
  expect(freeName("b".repeat(64), (name) => names.has(name))).toBe(`${"b".repeat(60)}-2`);
});
