import { findPrompt } from "../../backend/find-prompt.js";
import type { BackendOptions } from "../../backend/options.js";
import { describePrompt } from "../../backend/playground/describe-prompt.js";
import { examplesToTry } from "../../backend/playground/examples.js";
import { type BorrowBackbone, type ContestantAnswer, PlaygroundSession } from "../../backend/playground/session.js";
import { SessionTable } from "../../backend/playground/session-table.js";
import { PromptTuningError } from "../../common/errors.js";
import type { ContestantAnswerData, PlaygroundPromptData } from "../../protocol/backend/playground.js";
import { type ErrorData, toErrorData } from "../../protocol/error-data.js";
import type { ProcessContext } from "../context.js";
import { borrowBackbone } from "../open-backbones.js";

/** What a test puts in the place of the process's own. */
export interface PlaygroundParts {
  readonly borrow?: BorrowBackbone;
  readonly table?: SessionTable;
}

/** The playground's calls: one loaded backbone, several prompts side by side. */
export function registerPlayground({ peer, settings, log, gone }: ProcessContext, parts: PlaygroundParts = {}): void {
  const notClosed = (error: unknown): void => log("warning", `A playground could not be closed: ${String(error)}`);
  const { borrow = borrowBackbone, table = new SessionTable(notClosed) } = parts;
  gone.addEventListener("abort", () => void table.closeAll().catch(notClosed), { once: true });
  const options = (runsRoot: string, rest: Partial<BackendOptions> = {}): BackendOptions => ({ runsRoot, cache: settings().cache, ...rest });

  peer.handle("playground/open", async ({ runsRoot, prompts: [first, ...others] }, { signal, progress }) => {
    const opening = options(runsRoot, { signal, onFetch: (at) => progress({ ...at }) });
    const session = await PlaygroundSession.open(first, borrow, opening);
    const prompts: PlaygroundPromptData[] = [];
    const refused: { reference: string; error: ErrorData }[] = [];
    try {
      for (const reference of [first, ...others]) {
        if (signal.aborted) throw new PromptTuningError("stopped", "Opening the playground was cancelled.");
        await session.add(reference, opening).then(
          (prompt) => prompts.push(describePrompt(reference, prompt)),
          (error: unknown) => refused.push({ reference, error: toErrorData(error) }),
        );
      }
    } catch (error) {
      await session.dispose();
      throw error;
    }
    const { name, hiddenSize, contextLength } = session.description;
    log("info", `A playground on ${name} with ${prompts.length} prompts is open.`);
    return { session: table.add(session), backbone: { name, hiddenSize, contextLength }, prompts, refused };
  });

  peer.handle("playground/add", async ({ session, runsRoot, prompt }) => {
    const added = await table.use(session, (open) => open.add(prompt, options(runsRoot)));
    return added ? { state: "added", prompt: describePrompt(prompt, added) } : { state: "closed" };
  });

  peer.handle("playground/answer", async ({ session, fields, contestants }, { signal, progress }) => {
    const listener = {
      onStart: (contestant: number) => progress({ type: "started", contestant }),
      onText: (contestant: number, text: string) => progress({ type: "text", contestant, text }),
      onAnswer: (contestant: number, answer: ContestantAnswer | PromptTuningError) => progress({ type: "done", contestant, outcome: toData(answer) }),
    };
    // No prototype: a slot may be called like anything.
    const texts = Object.assign(Object.create(null) as Record<string, string>, fields);
    const answers = await table.use(session, (open) => open.answer(texts, contestants, listener, signal));
    return answers ? { state: "answered", outcomes: answers.map(toData) } : { state: "closed" };
  });

  peer.handle("playground/examples", async ({ runsRoot, prompt, most }) => {
    try {
      return (await examplesToTry(findPrompt(prompt, options(runsRoot)), most, options(runsRoot))).map(({ fields, expected }) => ({ fields: { ...fields }, expected }));
    } catch (error) {
      if (!(error instanceof PromptTuningError)) throw error;
      // The playground is as useful without them.
      log("info", `No examples to try: ${error.describe()}`);
      return [];
    }
  });

  peer.handle("playground/close", async ({ session }) => {
    await table.close(session);
    return {};
  });
}

function toData(answer: ContestantAnswer | PromptTuningError): ContestantAnswerData {
  if (answer instanceof PromptTuningError) return { status: "failed", error: toErrorData(answer) };
  const { result, ...rest } = answer;
  return { status: "answered", answer: { ...rest, result: result.type === "classification" ? { ...result, probabilities: [...result.probabilities] } : result } };
}
