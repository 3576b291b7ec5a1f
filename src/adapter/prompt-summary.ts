import { readdir, stat } from "node:fs/promises";
import path from "node:path";
import { PromptTuningError } from "../common/errors.js";
import { configName, parsePromptConfig, weightsName } from "./peft-config.js";
import { exists, mostConfigBytes, readLimited } from "./read-limited.js";
import type { TaskType } from "../tasks/task-facts.js";
import { parseTuningFile, tuningName } from "./tuning-file.js";

/** An adapter folder as lists show it: read from its two small files, never from its weights. */
export interface PromptSummary {
  /** Absolute path of the adapter's folder. */
  readonly path: string;
  readonly name: string;
  /** Name a person knows the backbone by; the base model of PEFT's file where tuning.json is absent. */
  readonly backbone?: string;
  readonly virtualTokens?: number;
  /** Numbers a vector. */
  readonly width?: number;
  readonly task?: TaskType;
  readonly labels?: readonly string[];
  /** Milliseconds since 1970, of the weights' last change. */
  readonly changed?: number;
  /** Why it cannot be used, for a person. */
  readonly problem?: string;
}

/** Most prompts one folder is searched for. */
const mostPrompts = 10_000;

/** What an adapter folder says of itself. Never throws for what is wrong inside it: that is told in `problem`. */
export async function summarizePrompt(folder: string, name = path.basename(folder)): Promise<PromptSummary> {
  const own = { path: folder, name };
  try {
    const config = parsePromptConfig(readLimited(path.join(folder, configName), mostConfigBytes).toString("utf8"), configName);
    const weights = await stat(path.join(folder, weightsName)).catch(() => undefined);
    const facts = { ...own, virtualTokens: config.num_virtual_tokens, width: config.token_dim, backbone: config.base_model_name_or_path ?? undefined, changed: weights?.mtimeMs };
    if (!weights?.isFile()) return { ...facts, problem: `${weightsName} is missing.` };
    if (!exists(path.join(folder, tuningName))) return facts;
    try {
      const { backbone, task, labels } = parseTuningFile(readLimited(path.join(folder, tuningName), mostConfigBytes).toString("utf8"), tuningName);
      return { ...facts, backbone: backbone.name, task: task.type, labels };
    } catch (error) {
      return { ...facts, problem: sentenceOf(error) };
    }
  } catch (error) {
    return { ...own, problem: sentenceOf(error) };
  }
}

/** The adapters that lie in a folder of prompts (`.ptune/prompts`), by name; none where there is no such folder. Hidden folders are work in progress. */
export async function listPrompts(root: string): Promise<PromptSummary[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
  const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && exists(path.join(root, entry.name, configName)));
  return Promise.all(
    folders
      .map(({ name }) => name)
      .sort()
      .slice(0, mostPrompts)
      .map((name) => summarizePrompt(path.join(root, name))),
  );
}

function sentenceOf(error: unknown): string {
  return error instanceof PromptTuningError ? error.describe() : error instanceof Error ? error.message : String(error);
}
