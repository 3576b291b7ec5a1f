import type { PlaygroundPromptData } from "../../src/protocol/backend/playground.js";

const runName = /^(.+)-\d{8}-\d{6}-([0-9a-f]{6})$/;

/** A prompt's name in two parts: a run's is its experiment's and its short id. */
export function promptName({ label }: Pick<PlaygroundPromptData, "label">): { readonly name: string; readonly id: string } {
  const [, name, id] = runName.exec(label) ?? [];
  return name === undefined ? { name: label, id: "" } : { name, id };
}

/** Prompts of equal tasks are asked alike when there is no prompt. */
export function taskKey({ task, template, labels }: PlaygroundPromptData): string {
  return JSON.stringify([task, template.replace(/\{soft\s*:\s*\d+\s*\}/gu, "{soft}"), labels]);
}

/** Every slot that some prompt's template has, each once, in order. */
export function slotsOf(prompts: readonly PlaygroundPromptData[]): string[] {
  return [...new Set(prompts.flatMap(({ slots }) => slots))];
}
