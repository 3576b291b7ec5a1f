import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SessionTable } from "../../src/backend/playground/session-table.js";
import { predictRows } from "../../src/backend/predict.js";
import { registerPlayground } from "../../src/backend-process/handlers/playground.js";
import { openBackbones } from "../../src/backend-process/open-backbones.js";
import { PromptTuningError } from "../../src/common/errors.js";
import type { AnswerProgress } from "../../src/protocol/backend/playground.js";
import { backendPeer } from "../backend/playground/backend-peer.js";
import { generation, spam, TinyRuns, tinyModel } from "../backend/playground/tiny-runs.js";

let here: TinyRuns;
let first: string, second: string, saying: string, stranger: string;
let backend: ReturnType<typeof backendPeer>;
let table: SessionTable;
const refusal = (work: Promise<unknown>): Promise<PromptTuningError> => work.then(() => expect.fail("it was not refused"), (error) => error);

beforeAll(async () => {
  here = new TinyRuns();
  first = await here.train(spam({ seed: 1 }));
  second = await here.train(spam({ seed: 2 }));
  saying = await here.train(generation());
  const other = readFileSync(tinyModel);
  other[other.length - 4] ^= 1;
  stranger = await here.train({ ...spam(), model: { path: here.write("other.gguf", other) } });
  table = new SessionTable((error) => expect.fail(String(error)));
  backend = backendPeer(here.cache, (context) => registerPlayground(context, { table }));
}, 60_000);
afterAll(async () => {
  await table.closeAll();
  await openBackbones.dispose();
  backend.close();
  here.dispose();
});
const open = (...prompts: string[]) => backend.host.call("playground/open", { runsRoot: here.runsRoot, prompts });

describe("the playground's calls", () => {
  it("open one backbone for all prompts, tell what they are, and which do not belong", async () => {
    const { session, backbone, prompts, refused } = await open(first, second, stranger, saying);
    expect(backbone).toEqual({ name: "tiny", hiddenSize: 32, contextLength: expect.any(Number) });
    expect(openBackbones.size).toBe(1);
    expect(prompts.map(({ reference }) => reference)).toEqual([first, second, saying]);
    expect(prompts[0]).toMatchObject({ task: "classification", slots: ["text"], virtualTokens: 4, lightHead: false, checkpoint: null, maxNewTokens: null, hardPrompts: ["yes or no"], labels: [{ label: "ham", words: " no" }, { label: "spam", words: " yes" }] });
    expect(prompts[2]).toMatchObject({ task: "generation", labels: [], maxNewTokens: 24 });
    expect(refused).toEqual([{ reference: stranger, error: expect.objectContaining({ kind: "model", message: expect.stringMatching(/was trained on other, the playground holds tiny\.$/) }) }]);
    await backend.host.call("playground/close", { session });
  });

  it("answer as predictRows does, each as soon as it is there", async () => {
    const { session } = await open(first, second);
    const progress: AnswerProgress[] = [];
    const answer = await backend.host.call("playground/answer", { session, fields: { text: "free money offer 7" }, contestants: [{ kind: "soft", prompt: first }, { kind: "soft", prompt: second }, { kind: "none", task: first }, { kind: "hard", task: first, text: "yes or no" }] }, { onProgress: (at) => progress.push(at) });
    if (answer.state !== "answered") throw new Error("closed");
    for (const [index, prompt] of [first, second].entries()) {
      const [{ predicted, probabilities }] = await predictRows(prompt, [{ text: "free money offer 7" }], { runsRoot: here.runsRoot, cache: here.cache });
      expect(answer.outcomes[index]).toMatchObject({ status: "answered", answer: { result: { predicted, probabilities: Array.from(probabilities!, ([label, probability]) => ({ label, probability })) } } });
    }
    expect(progress.map(({ type, contestant }) => `${type} ${contestant}`)).toEqual([0, 1, 2, 3].flatMap((at) => [`started ${at}`, `done ${at}`]));
    expect(progress.flatMap((at) => (at.type === "done" ? [at.outcome] : []))).toEqual(answer.outcomes);
    await backend.host.call("playground/close", { session });
  });

  it("stream generated text and stop in the middle of it", async () => {
    const { session } = await open(saying);
    const controller = new AbortController();
    const pieces: string[] = [];
    const all = await backend.host.call("playground/answer", { session, fields: { text: "say 3" }, contestants: [{ kind: "soft", prompt: saying }] }, { onProgress: (at) => at.type === "text" && pieces.push(at.text) });
    if (all.state !== "answered" || all.outcomes[0].status !== "answered" || all.outcomes[0].answer.result.type !== "generation") throw new Error("no answer");
    expect(pieces.join("")).toBe(all.outcomes[0].answer.result.text);
    expect(pieces.length).toBeGreaterThan(1);
    const stopped = backend.host.call("playground/answer", { session, fields: { text: "say 3" }, contestants: [{ kind: "soft", prompt: saying }, { kind: "none", task: saying }] }, { signal: controller.signal, onProgress: (at) => at.type === "text" && controller.abort() });
    expect(await refusal(stopped)).toMatchObject({ kind: "stopped" });
    const again = await backend.host.call("playground/answer", { session, fields: { text: "say 3" }, contestants: [{ kind: "soft", prompt: saying }] });
    if (again.state !== "answered" || again.outcomes[0].status !== "answered") throw new Error("no answer");
    expect(again.outcomes[0].answer.result).toMatchObject({ text: pieces.join("") });
    await backend.host.call("playground/close", { session });
  });

  it("tell of a session that is gone, so that it can be opened again", async () => {
    const { session } = await open(first);
    await backend.host.call("playground/close", { session });
    await backend.host.call("playground/close", { session });
    expect(await backend.host.call("playground/answer", { session, fields: {}, contestants: [{ kind: "soft", prompt: first }] })).toEqual({ state: "closed" });
    expect(await backend.host.call("playground/add", { session, runsRoot: here.runsRoot, prompt: first })).toEqual({ state: "closed" });
  });

  it("add a prompt to an open session, or refuse it", async () => {
    const { session } = await open(first);
    expect(await backend.host.call("playground/add", { session, runsRoot: here.runsRoot, prompt: second })).toMatchObject({ state: "added", prompt: { reference: second } });
    expect(await refusal(backend.host.call("playground/add", { session, runsRoot: here.runsRoot, prompt: stranger }))).toMatchObject({ kind: "model" });
    expect(await refusal(backend.host.call("playground/add", { session, runsRoot: here.runsRoot, prompt: "nothing" }))).toMatchObject({ kind: "run" });
    await backend.host.call("playground/close", { session });
  });

  it("find examples where there are any", async () => {
    expect(await backend.host.call("playground/examples", { runsRoot: here.runsRoot, prompt: first, most: 2 })).toEqual([
      { fields: { text: "see you at lunch 200" }, expected: "ham" },
      { fields: { text: "free money offer 201" }, expected: "spam" },
    ]);
    expect(await backend.host.call("playground/examples", { runsRoot: here.runsRoot, prompt: "nothing" })).toEqual([]);
    expect(backend.logged.at(-1)).toContain("No examples");
  });

  it("a session that nobody uses closes by itself, one that is used does not", async () => {
    const idle = new SessionTable(() => undefined, 80);
    const other = backendPeer(here.cache, (context) => registerPlayground(context, { table: idle }));
    const { session } = await other.host.call("playground/open", { runsRoot: here.runsRoot, prompts: [first] });
    await idle.use(session, () => new Promise((resolve) => setTimeout(resolve, 200)));
    expect(idle.size).toBe(1);
    await expect.poll(() => idle.size).toBe(0);
    other.close();
  });

  it("what a window has opened is let go when the window is gone", async () => {
    const own = new SessionTable(() => undefined);
    const other = backendPeer(here.cache, (context) => registerPlayground(context, { table: own }));
    await other.host.call("playground/open", { runsRoot: here.runsRoot, prompts: [first] });
    expect(own.size).toBe(1);
    other.close();
    await expect.poll(() => own.size).toBe(0);
  });
});
