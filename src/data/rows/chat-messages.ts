import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";

const messageSchema = z.object({
  role: z.string(),
  content: z.union([z.string(), z.array(z.object({ type: z.string(), text: z.string().optional() }))]).nullish(),
});
const messagesSchema = z.array(messageSchema).min(1);

/** Whether an object is a conversation as chat models are fine-tuned with. */
export function isChat(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "messages") && messagesSchema.safeParse((value as { messages: unknown }).messages).success;
}

/**
 * A conversation as columns: `system` (what the system says), `input` (what stands before the last answer) and `output`
 * (the last answer). An input of one turn is its text; one of several is written turn by turn, each after its role. Keys
 * beside the messages stay columns.
 * @throws PromptTuningError data: the messages are not { role, content }.
 */
export function chatCells(value: object, file: string, line: number, where: string): [string, unknown][] {
  const { messages, ...others } = value as { messages?: unknown };
  const parsed = messagesSchema.safeParse(messages);
  if (!parsed.success) {
    throw new PromptTuningError("data", `${file}, ${where}: the messages are not a conversation.`, {
      file,
      line,
      reason: z.prettifyError(parsed.error).split("\n")[0],
      advice: 'Write them as {"messages": [{"role": "user", "content": "..."}, {"role": "assistant", "content": "..."}]}.',
    });
  }
  const turns = parsed.data.map(({ role, content }) => ({ role, text: textOf(content) }));
  const isSystem = ({ role }: { role: string }): boolean => role === "system" || role === "developer";
  const system = turns.filter(isSystem);
  const talk = turns.filter((turn) => !isSystem(turn));
  const answer = talk.findLastIndex(({ role }) => role === "assistant");
  const before = answer < 0 ? talk : talk.slice(0, answer);
  return [
    ["system", system.length > 0 ? system.map(({ text }) => text).join("\n") : null],
    ["input", before.length === 1 ? before[0].text : before.map(({ role, text }) => `${role}: ${text}`).join("\n")],
    ["output", answer < 0 ? null : talk[answer].text],
    ...Object.entries(others).filter(([key]) => !["system", "input", "output"].includes(key)),
  ];
}

function textOf(content: z.infer<typeof messageSchema>["content"]): string {
  if (typeof content === "string") return content;
  return (content ?? []).map(({ text }) => text ?? "").join("");
}
