import { existsSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import path from "node:path";
import { fitGrowth } from "../growth/fit.js";
import { measureGrowth } from "../growth/measure-growth.js";
import { describeFit, drawGrowth } from "../growth/picture.js";
import { pythonWith } from "../product/python.js";
import { fetchRealModel, openRealBackbone } from "../parity/real-backbone.js";
import { type BenchmarkTexts, randomTexts, standardShape } from "../step/batch.js";
import { compete, describeStanding, type Entry, median, type Standing } from "../step/compete.js";
import { realTexts } from "../step/real-texts.js";
import type { Claim, ClaimContext } from "./claim.js";

/** Least ratios of PEFT's time to ours, by what is compared. */
const goals = {
  prefix: { fp32: 2.6, bf16: 1.8 },
  prefixApproximate: { fp32: 4, bf16: 2.7 },
  suffix: { fp32: 5, bf16: 3.4 },
  suffixApproximate: { fp32: 7, bf16: 4.7 },
  ragged: { fp32: 3.5, bf16: 2.4 },
  limit: 0.85,
  /** Of the time with a size: 1 is linear, and attention's small quadratic part is left some room. */
  power: 1.2,
} as const;

const realSets = ["sst2", "sms_spam", "boolq"] as const;

const packed = { packWeights: true } as const;
const peft: readonly Entry[] = [
  { name: "PEFT fp32", work: { peft: { dtype: "float32" } } },
  { name: "PEFT bf16", work: { peft: { dtype: "bfloat16" } } },
];

export const claim: Claim = {
  name: "speed",
  summary: `Training steps beside PEFT's on this machine: ${goals.prefix.fp32} times as fast with the prompt before the text, ${goals.suffix.fp32} times behind it, ${goals.ragged.fp32} times on real batches (float32), ${100 * goals.limit} % of the products' own rate. Arguments choose parts: fixed, gemma, ragged (and its sets: ${realSets.join(", ")}), growth.`,
  async run(context) {
    const python = pythonWith(["peft", "torch", "transformers", "gguf"]);
    if ("lacks" in python) return { skipped: `${python.lacks}. PTUNE_PYTHON names a Python with peft, torch, transformers and gguf.` };
    const { modelFile } = await fetchRealModel();
    const [load] = loadavg();
    context.print(`${cpus()[0]?.model ?? "unknown processor"}, 2 threads; ${python.versions}. Medians; contestants step in turn.`);
    if (load > 0.3 * availableParallelism()) context.print(`Other processes are busy here (load ${load.toFixed(1)} on ${availableParallelism()} cores).`);
    const tools = { program: python.program, modelFile };
    const parts = context.arguments.length > 0 ? context.arguments : ["fixed", "gemma", "ragged", "growth"];
    const held: boolean[] = [];
    if (parts.includes("fixed")) held.push(await fixed(context, tools));
    if (parts.includes("gemma")) await gemma(context, python.program);
    if (parts.includes("ragged")) held.push(await ragged(context, tools));
    if (parts.includes("growth")) held.push(await growth(context));
    return held.every(Boolean);
  },
};

type Tools = { readonly program: string; readonly modelFile: string };

async function fixed(context: ClaimContext, python: Tools): Promise<boolean> {
  const { texts, tokens, virtualTokens } = standardShape;
  context.print(`\n${texts} texts of ${tokens} tokens, ${virtualTokens} virtual tokens. Peak memory of the whole process (and while loading).`);
  const standings = await run(context, randomTexts(), 9, python, [
    { name: "ours, prefix, exact", work: { place: "prefix", options: packed } },
    { name: "ours, prefix, exact, weights mapped", work: { place: "prefix" } },
    { name: "ours, prefix, exact, whole vocabulary", work: { place: "prefix", scoring: "vocabulary", options: packed } },
    { name: "ours, prefix, approximate", work: { place: "prefix", options: { ...packed, backward: "approximate" } } },
    { name: "ours, suffix, exact", work: { place: "suffix", options: packed } },
    { name: "ours, suffix, exact, weights mapped", work: { place: "suffix" } },
    { name: "ours, suffix, approximate", work: { place: "suffix", options: { ...packed, backward: "approximate" } } },
    { name: "the prefix step's products alone", work: { place: "products" } },
    ...peft,
    { name: "PEFT fp32, torch.compile", work: { peft: { dtype: "float32", compile: true } } },
  ]);
  const of = (name: string): Standing => standings.find((standing) => standing.name === name)!;
  const share = median(of("the prefix step's products alone").seconds) / median(of("ours, prefix, exact").seconds);
  context.print(`Same work: over the whole vocabulary the loss of the first prefix step is ${of("ours, prefix, exact, whole vocabulary").firstLoss.toFixed(5)} here and ${of("PEFT fp32").firstLoss.toFixed(5)} in PEFT.`);
  context.print(`The products alone take ${(100 * share).toFixed(0)} % of the exact prefix step (at least ${100 * goals.limit} %).`);
  return [
    judge(context, "prefix, exact", of("ours, prefix, exact"), standings, goals.prefix),
    judge(context, "prefix, approximate", of("ours, prefix, approximate"), standings, goals.prefixApproximate),
    judge(context, "suffix, exact", of("ours, suffix, exact"), standings, goals.suffix),
    judge(context, "suffix, approximate", of("ours, suffix, approximate"), standings, goals.suffixApproximate),
    share >= goals.limit,
  ].every(Boolean);
}

/** A second real backbone: figures without a goal of their own. */
async function gemma(context: ClaimContext, program: string): Promise<void> {
  const model = "gemma-3-270m";
  const { modelFile } = await fetchRealModel({}, model);
  context.print(`\n${model}, the same batch.`);
  const standings = await compete({
    root: context.root, texts: randomTexts(), rounds: 3, warmUps: 1, threads: 2, model, python: { program, modelFile }, signal: context.signal, print: context.print,
    entries: [{ name: "ours, prefix, exact", work: { place: "prefix", options: packed } }, { name: "ours, suffix, exact", work: { place: "suffix", options: packed } }, ...peft],
  });
  for (const standing of standings) context.print(describeStanding(standing, 22));
  for (const ours of standings.slice(0, 2)) context.print(`${ours.name}: ${standings.slice(2).map(({ name, seconds }) => `${(median(seconds) / median(ours.seconds)).toFixed(2)} times as fast as ${name}`).join(", ")}`);
}

async function ragged(context: ClaimContext, python: Tools): Promise<boolean> {
  if (!context.sharedData || !existsSync(path.join(context.sharedData, "sst2"))) {
    context.print("\nReal batches: ../shared/data is not here; not measured.");
    return true;
  }
  const chosen = realSets.filter((set) => context.arguments.includes(set));
  const backbone = await openRealBackbone();
  const held: boolean[] = [];
  for (const set of chosen.length > 0 ? chosen : realSets) {
    const texts = realTexts(backbone.tokenizer, context.sharedData, set);
    const lengths = texts.batches.flat().map((text) => text.length);
    context.print(`\n${set}: ${texts.batches.length} batches of 16 texts, ${Math.min(...lengths)} to ${Math.max(...lengths)} tokens (median ${median(lengths)}).`);
    const total = (seconds: readonly number[]): number => seconds.reduce((sum, value) => sum + value, 0);
    // One after the other: PEFT's two together take more memory on long texts than many machines have.
    for (const opponent of peft) {
      const standings = await run(context, texts, 2 * texts.batches.length, python, [{ name: "ours, prefix, exact", work: { place: "prefix", options: packed } }, opponent], texts.batches.length);
      context.print(standings.map(({ name, seconds }) => `${name}: ${((16 * seconds.length) / total(seconds)).toFixed(1)} samples/s`).join("; "));
      const ratio = total(standings[1].seconds) / total(standings[0].seconds);
      const goal = goals.ragged[opponent.name === "PEFT fp32" ? "fp32" : "bf16"];
      context.print(`${set}: ${ratio.toFixed(2)} times as fast as ${opponent.name} (goal ${goal}): ${ratio >= goal ? "met" : "not met"}`);
      held.push(ratio >= goal);
    }
  }
  await backbone.dispose();
  return held.every(Boolean);
}

/** How the exact prefix step grows with each size, as figures and as a picture: no faster than linearly. */
async function growth(context: ClaimContext): Promise<boolean> {
  context.print("\nGrowth of the exact prefix step (weights mapped), all else as above; layers: those of a synthetic model with random weights.");
  const series = await measureGrowth(context);
  for (const each of series) {
    const fit = fitGrowth(each);
    context.print(`${each.name} ${each.values.map((value, i) => `${value}: ${each.seconds[i].toFixed(2)} s`).join(", ")}\n  ${describeFit(fit)} (power at most ${goals.power}): ${fit.exponent <= goals.power ? "met" : "not met"}`);
  }
  const picture = path.join(context.root, "media", "readme", "growth.svg");
  writeFileSync(picture, drawGrowth(`Seconds of a training step (prefix, exact, ${standardShape.texts} × (${standardShape.virtualTokens} + ${standardShape.tokens}) tokens)`, series));
  context.print(`Drawn in ${path.relative(context.root, picture)}.`);
  return series.every((each) => fitGrowth(each).exponent <= goals.power);
}

async function run(context: ClaimContext, texts: BenchmarkTexts, rounds: number, python: Tools, entries: readonly Entry[], warmUps = 2): Promise<Standing[]> {
  const standings = await compete({ root: context.root, texts, entries, rounds, warmUps, threads: 2, python, signal: context.signal, print: context.print });
  const width = Math.max(...standings.map(({ name }) => name.length));
  context.print(`${"step".padEnd(width)}    median   fastest   slowest        peak memory`);
  for (const standing of standings) context.print(describeStanding(standing, width));
  return standings;
}

function judge(context: ClaimContext, what: string, ours: Standing, standings: readonly Standing[], { fp32, bf16 }: { fp32: number; bf16: number }): boolean {
  const ratio = (name: string): number => median(standings.find((standing) => standing.name === name)!.seconds) / median(ours.seconds);
  const [found32, found16] = [ratio("PEFT fp32"), ratio("PEFT bf16")];
  const holds = found32 >= fp32 && found16 >= bf16;
  context.print(`${what}: ${found32.toFixed(2)} times as fast as PEFT fp32 (goal ${fp32}), ${found16.toFixed(2)} times as PEFT bf16 (goal ${bf16}): ${holds ? "met" : "not met"}`);
  return holds;
}
