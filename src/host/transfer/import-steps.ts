import type { PromptSource } from "../../protocol/backend/transfer.js";
import { fromLine, type TaskType, templateFault, type TemplateFault, templateToBeginWith, toLine } from "./template-line.js";
import { readVerbalizer, type VerbalizerFault } from "./verbalizer-line.js";

/** What has to be told about a prompt before it can be used here. */
export interface ImportAnswers {
  readonly name: string;
  readonly template?: string;
  readonly verbalizer?: Readonly<Record<string, string>>;
  readonly model?: PromptSource["model"];
}

/** The questions as a person sees them. Each answers undefined when the person goes away. */
export interface ImportQuestions {
  task(step: Step): Promise<TaskType | undefined>;
  /** @param begin a template to begin with, in one line. */
  template(step: Step, begin: string, fault: (line: string) => TemplateFault | undefined): Promise<string | undefined>;
  verbalizer(step: Step, fault: (line: string) => VerbalizerFault | undefined): Promise<string | undefined>;
  backbone(step: Step): Promise<NonNullable<PromptSource["model"]> | undefined>;
  name(step: Step, begin: string, taken: (name: string) => boolean): Promise<string | undefined>;
}

export interface Step {
  readonly step: number;
  readonly of: number;
}

/** What the source says itself is not asked. @param taken names that prompts have here already. */
export async function askForImport(source: PromptSource, ask: ImportQuestions, taken: (name: string) => boolean): Promise<ImportAnswers | undefined> {
  const { virtualTokens } = source;
  const needsTask = source.template === null;
  const needsBackbone = source.model === null;
  // A classification has one question more; what is not known yet counts as asked.
  let of = (needsTask ? 3 : 0) + (needsBackbone ? 1 : 0) + 1;
  let step = 0;
  const next = (): Step => ({ step: ++step, of });

  let template: string | undefined;
  let verbalizer: Readonly<Record<string, string>> | undefined;
  if (needsTask) {
    const task = await ask.task(next());
    if (!task) return undefined;
    if (task === "generation") of--;
    const line = await ask.template(next(), toLine(templateToBeginWith(virtualTokens, task)), (text) => templateFault(fromLine(text), virtualTokens, task));
    if (line === undefined) return undefined;
    template = fromLine(line);
    if (task === "classification") {
      const own = template;
      const labels = await ask.verbalizer(next(), (text) => faultOf(readVerbalizer(text, own)));
      const read = labels === undefined ? undefined : readVerbalizer(labels, own);
      if (!read || !("verbalizer" in read)) return undefined;
      verbalizer = read.verbalizer;
    }
  }
  const model = needsBackbone ? await ask.backbone(next()) : (source.model ?? undefined);
  if (model === undefined) return undefined;
  const name = await ask.name(next(), freeName(source.name, taken), taken);
  return name === undefined ? undefined : { name, template, verbalizer, model };
}

function faultOf(read: ReturnType<typeof readVerbalizer>): VerbalizerFault | undefined {
  return "fault" in read ? read.fault : undefined;
}

/** "spam", "spam-2", "spam-3": the first that nobody has. */
export function freeName(name: string, taken: (name: string) => boolean): string {
  let free = name;
  for (let count = 2; taken(free); count++) free = `${name.slice(0, 60)}-${count}`;
  return free;
}
