import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluateRun } from "../../../src/backend/evaluate-run.js";
import { loadBackbone } from "../../../src/backend/load-backbone.js";
import { type ContestantAnswer, PlaygroundSession } from "../../../src/backend/playground/session.js";
import { predictRows } from "../../../src/backend/predict.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { generation, spam, TinyRuns } from "./tiny-runs.js";

const reference = path.join(import.meta.dirname, "../../parity/reference");
const bert = { path: path.join(reference, "encoders/bert/folder") };
const t5 = { path: path.join(reference, "encoder-decoders/flan-t5/folder") };
const training = { steps: 6, batchSize: 4, learningRate: 0.1, threads: 1 };

let here: TinyRuns;
let head: string, mask: string, words: string, saying: string;
const options = () => ({ runsRoot: here.runsRoot, cache: here.cache });

beforeAll(async () => {
  here = new TinyRuns();
  const onBert = (task: object) => ({ ...spam(), model: bert, training, task, evaluation: { every: 6, baselines: ["zero-shot"] } });
  head = await here.train(onBert({ type: "classification", template: "{soft:4} {text}", head: "linear", pooling: "mean" }));
  mask = await here.train(onBert({ type: "classification", template: "{text} {soft:4} {mask}", verbalizer: { ham: "a", spam: "b" } }));
  words = await here.train({ ...spam(), model: t5, training });
  saying = await here.train({ ...generation(), model: t5, training, task: { type: "generation", template: "{soft:4}Text: {text}\nAnswer:{output}", maxNewTokens: 6 } });
}, 60_000);
afterAll(() => here.dispose());

async function answers(prompt: string): Promise<(ContestantAnswer | PromptTuningError)[]> {
  const session = await open(prompt);
  const given = await session.answer({ text: "free money offer 7" }, [{ kind: "soft", prompt }, { kind: "none", task: prompt }, { kind: "hard", task: prompt, text: "yes or no" }]);
  await session.dispose();
  return given;
}

function open(prompt: string): Promise<PlaygroundSession> {
  return PlaygroundSession.open(prompt, async (model, folder, more) => {
    const backbone = await loadBackbone(model, folder, more);
    return { backbone, release: () => backbone.dispose() };
  }, options());
}

describe("a playground on an encoder or an encoder-decoder", () => {
  it.each([["light head", () => head], ["words at the mask", () => mask], ["words of the decoder", () => words]])("%s: the prompt's answer is that of predict; none and a hard prompt answer too", async (_, prompt) => {
    const [soft, none, hard] = await answers(prompt());
    const [{ predicted, probabilities }] = await predictRows(prompt(), [{ text: "free money offer 7" }], options());
    expect(soft).toMatchObject({ virtualTokens: 4, result: { type: "classification", predicted, probabilities: Array.from(probabilities!, ([label, probability]) => ({ label, probability })) } });
    for (const answer of [none, hard]) expect(answer, String(answer)).toMatchObject({ virtualTokens: 0, result: { type: "classification" } });
  });

  it("generation: the decoder's text", async () => {
    const [soft, none, hard] = await answers(saying);
    const [{ predicted }] = await predictRows(saying, [{ text: "free money offer 7" }], options());
    expect(soft).toMatchObject({ result: { type: "generation", text: predicted } });
    for (const answer of [none, hard]) expect(answer, String(answer)).toMatchObject({ result: { type: "generation" } });
  });

  it("a prompt of the other kind of the same width does not come onto its backbone", async () => {
    const session = await open(words);
    await expect(session.add(head, options())).rejects.toThrow(PromptTuningError);
    await session.dispose();
  });
});

it("ptune evaluate measures them on their held-out rows", async () => {
  for (const run of [head, mask, words, saying]) {
    const { evaluation } = await evaluateRun(run, options());
    expect(evaluation.measures.items).toBeGreaterThan(0);
    expect(Number.isFinite(evaluation.measures.loss)).toBe(true);
  }
});
