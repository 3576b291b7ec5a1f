import type { ModelFacts } from "../../backbone/facts/model-facts.js";
import type { CommandContext } from "../context.js";
import { harmless } from "../output/harmless.js";
import { bytes } from "../output/numbers.js";
import { jobOptions } from "./run-progress.js";

export interface InspectModelSettings {
  readonly check: boolean;
  readonly batch: number;
  readonly tokens: number;
  readonly virtualTokens: number;
}

/** ptune models inspect NAME: what a model is, what it needs, and whether it can be trained through. */
export async function inspectModelCommand(context: CommandContext, name: string, { check, batch, tokens, virtualTokens }: InspectModelSettings): Promise<number> {
  const { inspectModel } = await import("../../backend/models/inspect-model.js");
  const { signal, onFetch } = jobOptions(context);
  const step = { batchSize: batch, textTokens: tokens, virtualTokens };
  const facts = await inspectModel(name, context.currentFolder, { signal, onProgress: onFetch, check, step });
  context.progress.clear();
  if (context.json) context.results.object({ type: "model-facts", ...facts });
  else context.results.lines(modelLines(facts));
  return facts.problem ? 1 : 0;
}

/** A line a fact, in the order in which a person asks. */
export function modelLines(facts: ModelFacts): string[] {
  const { family, parameters, weights, contextLength, layers, hiddenSize, tokenizer, licence, memory, operators, gradient, problem, usableInstead } = facts;
  const lines: [string, string | undefined][] = [
    ["model", harmless(facts.name)],
    ["from", harmless(facts.description)],
    ["file", facts.file ? `${harmless(facts.file)} (${facts.format}, ${bytes(facts.bytes)}${facts.onDisk ? "" : ", not on this disk"})` : undefined],
    ["family", family === undefined ? undefined : harmless(family)],
    ["parameters", parameters === undefined ? undefined : millions(parameters)],
    ["stored as", weights.length === 0 ? undefined : weights.map(({ type, share }) => `${harmless(type)} ${percent(share)}`).join(", ")],
    ["size", layers === undefined && hiddenSize === undefined ? undefined : [layers === undefined ? "" : `${layers} layers`, hiddenSize === undefined ? "" : `width ${hiddenSize}`].filter((part) => part).join(", ")],
    ["context", contextLength === undefined ? undefined : `${contextLength.toLocaleString("en")} tokens`],
    ["tokenizer", tokenizer && `${tokenizerWords[tokenizer.kind]}, ${tokenizer.vocabulary.toLocaleString("en")} entries`],
    ["licence", licence === undefined ? undefined : harmless(licence)],
    ["memory", memory && `about ${bytes(memory.bytes)} for training (${memory.batchSize} texts of ${memory.textTokens} tokens, ${memory.virtualTokens} virtual tokens; an estimate)${memory.vocabularyBytes ? `, ${bytes(memory.vocabularyBytes)} more for generation` : ""}`],
    ["operators", operators && operatorText(operators)],
    ["gradient", gradient ? `${gradient.passed ? "agrees" : "does not agree"} with differences of the loss: relative errors ${gradient.relativeErrors.map((error) => error.toPrecision(2)).join(", ")} (at most ${gradient.tolerance} beside what measuring leaves open)` : facts.onDisk && !problem ? "not checked yet; --check does it" : undefined],
    ["usable", problem ? `no. ${harmless([problem.message, problem.reason, problem.advice].filter((part) => part).join(" "))}` : facts.onDisk ? "yes" : "as far as can be told before it is fetched"],
    ["instead", usableInstead.length > 0 ? usableInstead.map(harmless).join(", ") : undefined],
  ];
  return lines.flatMap(([title, text]) => (text === undefined ? [] : [`${title.padEnd(11)} ${text}`]));
}

const tokenizerWords = { "byte-level-bpe": "byte-level BPE", sentencepiece: "SentencePiece BPE", other: "of its own kind" } as const;

function operatorText({ nodes, missing }: NonNullable<ModelFacts["operators"]>): string {
  if (missing.length > 0) return `no gradient rule for ${missing.map(({ operator, nodes: count }) => `${harmless(operator)} (${count} ×)`).join(", ")}`;
  return nodes === undefined ? "the graph is this program's own; every operator has a gradient rule" : `every one of ${nodes} on the path has a gradient rule`;
}

function millions(count: number): string {
  return count < 1e6 ? count.toLocaleString("en") : `${(count / 1e6).toFixed(count < 1e8 ? 1 : 0)} million`;
}

function percent(share: number): string {
  return share > 0 && share < 0.005 ? "< 1 %" : `${Math.round(share * 100)} %`;
}
