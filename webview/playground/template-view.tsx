import { taskFacts } from "../../src/tasks/task-facts.js";
import { parseTemplate, type TemplatePart } from "../../src/tasks/template.js";
import type { PlaygroundPromptData } from "../../src/protocol/backend/playground.js";
import { DataText } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";

/** The template a contestant is asked with: where the virtual tokens stand, where the texts, and where the answer. */
export function TemplateView({ prompt, soft }: { readonly prompt: PlaygroundPromptData; /** Without the virtual tokens where it is false. */ readonly soft: boolean }) {
  const { parts } = parseTemplate(prompt.template, taskFacts[prompt.task].answer).template;
  return (
    <p class="template" title={t("The template")}>
      {parts.map((part, index) => (part.type === "soft" && !soft ? null : <Part key={index} part={part} />))}
    </p>
  );
}

function Part({ part }: { readonly part: TemplatePart }) {
  switch (part.type) {
    case "text":
      return <DataText text={part.text} lines />;
    case "soft":
      return <span class="slot virtual">{t("{0} virtual tokens", integer(part.count))}</span>;
    case "column":
      return <span class="slot"><DataText text={part.name} /></span>;
    case "answer":
      return <span class="slot said-here">{t("answer")}</span>;
  }
}
