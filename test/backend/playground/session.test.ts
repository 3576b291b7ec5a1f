import { cpSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadBackbone } from "../../../src/backend/load-backbone.js";
import { describePrompt } from "../../../src/backend/playground/describe-prompt.js";
import { type BorrowBackbone, type ContestantAnswer, PlaygroundSession } from "../../../src/backend/playground/session.js";
import { predictRows } from "../../../src/backend/predict.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { generation, labelling, pairs, spam, TinyRuns, tinyModel } from "./tiny-runs.js";

let here: TinyRuns;
let first: string, second: string, longer: string, twoColumns: string, saying: string, light: string;
let released = 0;
const borrow: BorrowBackbone = async (model, folder, options) => {
  const backbone = await loadBackbone(model, folder, options);
  return { backbone, release: async () => (released++, backbone.dispose()) };
};
const options = () => ({ runsRoot: here.runsRoot, cache: here.cache });

beforeAll(async () => {
  here = new TinyRuns();
  first = await here.train(spam({ seed: 1 }));
  second = await here.train(spam({ seed: 2 }));
  longer = await here.train(spam({ template: "{soft:7}Message: {text}\nSpam:{label}" }));
  light = await here.train(spam({ head: "linear" }));
  twoColumns = await here.train(pairs());
  saying = await here.train(generation());
}, 60_000);
afterAll(() => here.dispose());

async function open(...references: string[]): Promise<PlaygroundSession> {
  const session = await PlaygroundSession.open(references[0], borrow, options());
  for (const reference of references.slice(1)) await session.add(reference, options());
  return session;
}
function answered(answer: ContestantAnswer | PromptTuningError): ContestantAnswer {
  if (answer instanceof PromptTuningError) throw answer;
  return answer;
}
const refusal = (work: Promise<unknown>): Promise<PromptTuningError> => work.then(() => expect.fail("it was not refused"), (error) => error);

describe("answers", () => {
  it("of several prompts on one backbone are those of predictRows to the last bit", async () => {
    const session = await open(first, second, longer, light, twoColumns);
    const texts = ["free money offer 7", "see you at lunch 8", "a text of no kind \u{1F600}"];
    for (const prompt of [first, second, longer, light])
      for (const text of texts) {
        const [{ predicted, probabilities }] = await predictRows(prompt, [{ text }], options());
        const answer = answered((await session.answer({ text }, [{ kind: "soft", prompt }]))[0]);
        expect(answer.result).toEqual({ type: "classification", predicted, probabilities: Array.from(probabilities!, ([label, probability]) => ({ label, probability })) });
      }
    const row = { first: "the cat 1", second: "a train 2" };
    const [expected] = await predictRows(twoColumns, [row], options());
    expect(answered((await session.answer(row, [{ kind: "soft", prompt: twoColumns }]))[0]).result).toMatchObject({ predicted: expected.predicted });
    await session.dispose();
  });

  it("of a sequence labelling say what the text is read as", async () => {
    const run = await here.train(labelling());
    const session = await open(run);
    const [{ predicted, labelling: found }] = await predictRows(run, [{ tokens: "day 3 a" }], options());
    const { result } = answered((await session.answer({ tokens: "day 3 a" }, [{ kind: "soft", prompt: run }]))[0]);
    expect(result).toMatchObject({ type: "generation", text: found!.generated, spans: { found: predicted, problems: Object.values(found!.problems).reduce((sum, count) => sum + count, 0) } });
    expect(describePrompt(run, (await session.add(run, options()))!)).toMatchObject({ task: "sequence-labelling", labels: [{ label: "place", words: "a" }], maxNewTokens: 16 });
    await session.dispose();
  });

  it("two prompts of one length share a program; others have their own", async () => {
    const session = await open(first, second);
    expect(session.programCount).toBe(1);
    const both = [{ kind: "soft", prompt: first }, { kind: "soft", prompt: second }] as const;
    const cold = (await session.answer({ text: "free money" }, both)).map(answered);
    const warm = (await session.answer({ text: "free money" }, both)).map(answered);
    expect(cold.map(({ preparation }) => preparation !== null)).toEqual([true, false]);
    expect(warm.map(({ preparation }) => preparation)).toEqual([null, null]);
    expect(warm.map(({ result }) => result)).toEqual(cold.map(({ result }) => result));
    expect(warm[0].result).not.toEqual(warm[1].result);
    await session.add(longer, options());
    expect(session.programCount).toBe(2);
    await session.dispose();
  });

  it("no prompt and a hard prompt answer as the run's baselines do", async () => {
    const session = await open(first);
    const [none, hard, empty] = (await session.answer({ text: "free money offer 7" }, [{ kind: "none", task: first }, { kind: "hard", task: first, text: "yes or no" }, { kind: "hard", task: first, text: "" }])).map(answered);
    expect([none.virtualTokens, hard.virtualTokens]).toEqual([0, 0]);
    expect(hard.tokens).toBeGreaterThan(none.tokens);
    expect(hard.result).not.toEqual(none.result);
    expect(empty.result).toEqual(none.result);
    await session.dispose();
  });

  it("count what was cut", async () => {
    const session = await open(first);
    const text = "word ".repeat(100);
    const [long] = (await session.answer({ text }, [{ kind: "soft", prompt: first }])).map(answered);
    const [short] = (await session.answer({ text: "word" }, [{ kind: "soft", prompt: first }])).map(answered);
    expect(short.cut).toEqual({ byMaximum: 0, byContext: 0 });
    expect(long.cut.byMaximum).toBeGreaterThan(0);
    expect(short.virtualTokens).toBe(4);
    await session.dispose();
  });

  it("one contestant's trouble is its own", async () => {
    const session = await open(first, twoColumns);
    const heard: string[] = [];
    const answers = await session.answer({ text: "free money" }, [{ kind: "soft", prompt: twoColumns }, { kind: "soft", prompt: first }, { kind: "soft", prompt: "gone" }], {
      onStart: (index) => heard.push(`start ${index}`),
      onAnswer: (index) => heard.push(`done ${index}`),
    });
    expect(answers.map((answer) => answer instanceof PromptTuningError)).toEqual([true, false, true]);
    expect(String(answers[0])).toContain("{first}");
    expect(heard).toEqual(["start 0", "done 0", "start 1", "done 1", "start 2", "done 2"]);
    await session.dispose();
  });
});

describe("generation", () => {
  it("streams the text that predictRows gives", async () => {
    const session = await open(saying);
    const pieces: string[] = [];
    const [expected] = await predictRows(saying, [{ text: "say 3" }], options());
    const [{ result }] = (await session.answer({ text: "say 3" }, [{ kind: "soft", prompt: saying }], { onText: (_, piece) => pieces.push(piece) })).map(answered);
    expect(result).toMatchObject({ type: "generation", text: expected.predicted });
    expect(pieces.join("")).toBe(expected.predicted);
    if (result.type === "generation") expect(result.complete).toBe(result.newTokens < 24);
    await session.dispose();
  });

  it("stops where it stands, and the next answer comes all the same", async () => {
    const session = await open(saying);
    const controller = new AbortController();
    let pieces = 0;
    const stopped = session.answer({ text: "say 3" }, [{ kind: "none", task: saying }, { kind: "soft", prompt: saying }], { onStart: (index) => index === 1 && controller.abort(), onText: () => pieces++ }, controller.signal);
    expect(await refusal(stopped)).toMatchObject({ kind: "stopped" });
    const [after] = await session.answer({ text: "say 3" }, [{ kind: "soft", prompt: saying }]);
    expect(after).toHaveProperty("result.type", "generation");
    await session.dispose();
  });
});

describe("prompts", () => {
  it("of a run that was stopped come from its checkpoint, and are read again when it has learned more", async () => {
    const controller = new AbortController();
    const running = here.train(spam({ steps: 4000 }), controller.signal);
    setTimeout(() => controller.abort(), 1500);
    const stopped = await running;
    const session = await open(first);
    const prompt = await session.add(stopped, options());
    expect(prompt.checkpoint).toBeGreaterThan(0);
    expect(session.programCount).toBe(1);
    expect(answered((await session.answer({ text: "free" }, [{ kind: "soft", prompt: stopped }]))[0]).result.type).toBe("classification");
    await session.dispose();
  });

  it("of another backbone are refused with both names", async () => {
    const session = await open(first);
    const other = readFileSync(tinyModel);
    // The lowest bits of one weight.
    other[other.length - 4] ^= 1;
    const model = here.write("other.gguf", other);
    const stranger = await here.train({ ...spam(), model: { path: model } });
    expect((await refusal(session.add(stranger, options()))).describe()).toMatch(/^The prompt spam-\S+ was trained on other, the playground holds tiny\. A soft prompt means something to its own backbone only\. Open a playground/);

    const wide = path.join(here.folder, "wide");
    cpSync(path.join(first, "adapter"), wide, { recursive: true });
    const file = path.join(wide, "tuning.json");
    const tuning = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...tuning, backbone: { ...tuning.backbone, name: "wide-model", hiddenSize: 960, sha256: "0".repeat(64) } }));
    expect((await refusal(session.add(wide, options()))).describe()).toContain("was trained on wide-model, the playground holds tiny. A soft prompt means something to its own backbone only. Its vectors have 960 numbers, the embeddings of tiny 32.");
    expect(answered((await session.answer({ text: "free" }, [{ kind: "soft", prompt: first }]))[0]).result.type).toBe("classification");
    await session.dispose();
  });

  it("the backbone is given back, also where opening fails", async () => {
    released = 0;
    const session = await open(first);
    await session.dispose();
    expect(released).toBe(1);
    const folder = path.join(here.folder, "broken");
    cpSync(path.join(first, "adapter"), folder, { recursive: true });
    const file = path.join(folder, "tuning.json");
    const tuning = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...tuning, task: { ...tuning.task, template: "{soft:5}{text}" }, model: { path: tinyModel } }));
    expect((await refusal(open(folder))).message).toContain("does not fit its template");
    expect(released).toBe(2);
  });
});

it("prints what a swap costs", async () => {
  const session = await open(first, second, longer);
  const both = [{ kind: "soft", prompt: first }, { kind: "soft", prompt: second }, { kind: "soft", prompt: longer }] as const;
  await session.answer({ text: "free money" }, both);
  const swaps: number[] = [];
  for (let round = 0; round < 20; round++) for (const answer of await session.answer({ text: `free money ${round}` }, both)) swaps.push(answered(answer).swap);
  swaps.sort((a, b) => a - b);
  console.log(`swap of the tiny model's prompts: median ${swaps[30].toFixed(2)} ms, worst of 60 ${swaps.at(-1)!.toFixed(2)} ms`);
  expect(swaps).toHaveLength(60);
  await session.dispose();
});
