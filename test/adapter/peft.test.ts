import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isFrontPrompt } from "../../src/adapter/model-card.js";
import { promptTuningConfig, parsePromptConfig, peftVersion } from "../../src/adapter/peft-config.js";
import { readPeftAdapter } from "../../src/adapter/peft-read.js";
import { type AdapterContent, writePeftAdapter } from "../../src/adapter/peft-write.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { type Initialization, taskSchema } from "../../src/experiment/schema.js";
import { failingFileSystem, temporaryFolder } from "../runs/support.js";

const reference = path.join(__dirname, "reference");

interface ConfigCase {
  readonly virtualTokens: number;
  readonly init: "RANDOM" | "SAMPLE_VOCAB" | "TEXT";
  readonly text: string | null;
  readonly base: string | null;
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  readonly revision: string | null;
  readonly file: string;
}

const content = (over: Partial<AdapterContent> = {}): AdapterContent => ({
  prompt: Float32Array.from({ length: 12 }, (_, i) => Math.fround(i / 7)),
  virtualTokens: 3,
  backbone: { name: "tiny", family: "llama", hiddenSize: 4, layers: 2, attentionHeads: 2, hash: "ab", hubId: "someone/tiny" },
  init: { type: "random" },
  task: taskSchema.parse({ type: "classification", template: "{soft:3}Message: {text}\nSpam:{label}", verbalizer: { ham: " no", spam: " yes" } }),
  programVersion: "0.1.0",
  results: ["Accuracy on the test split: 0.95"],
  ...over,
});

const linear = content({
  task: taskSchema.parse({ type: "classification", template: "{text}{soft:3}", head: "linear" }),
  labels: ["a", "b"],
  head: { weight: Float32Array.from({ length: 8 }, (_, i) => i), bias: Float32Array.of(0.5, -0.5) },
});

function errorOf(work: () => unknown): PromptTuningError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(PromptTuningError);
    return error as PromptTuningError;
  }
  return expect.fail("nothing was thrown");
}

describe("adapter_config.json", () => {
  const { peft, cases } = JSON.parse(readFileSync(path.join(reference, "configs.json"), "utf8")) as { peft: string; cases: ConfigCase[] };

  test("is what real PEFT writes for the same facts, byte for byte", () => {
    expect(peft).toBe(peftVersion);
    expect(cases).toHaveLength(3);
    for (const one of cases) {
      const init: Initialization = one.init === "TEXT" ? { type: "text", text: one.text! } : one.init === "RANDOM" ? { type: "normal" } : { type: "sampled-vocabulary" };
      const backbone = { hiddenSize: one.width, layers: one.layers, attentionHeads: one.heads, hubId: one.base ?? undefined };
      expect(promptTuningConfig({ virtualTokens: one.virtualTokens, backbone, init, revision: one.revision ?? undefined })).toBe(one.file);
    }
  });

  test("is what PEFT's save_pretrained wrote beside a trained prompt", () => {
    const file = readFileSync(path.join(reference, "peft-made", "adapter_config.json"), "utf8");
    const backbone = { hiddenSize: 576, layers: 30, attentionHeads: 9, hubId: "HuggingFaceTB/SmolLM2-135M-Instruct" };
    expect(promptTuningConfig({ virtualTokens: 20, backbone, init: { type: "sampled-vocabulary" } })).toBe(file);
  });

  test("names no text where the tokenizer is not known, since PEFT would refuse it", () => {
    const config = JSON.parse(promptTuningConfig({ virtualTokens: 1, backbone: { hiddenSize: 4, layers: 1, attentionHeads: 1 }, init: { type: "text", text: "x" } })) as object;
    expect(config).toMatchObject({ prompt_tuning_init: "RANDOM", prompt_tuning_init_text: null, tokenizer_name_or_path: null });
    expect(Object.keys(config)).toHaveLength(17);
  });

  test("any text is either a prompt's configuration or a typed error, 10,000 cases", () => {
    const good = readFileSync(path.join(reference, "peft-made", "adapter_config.json"), "utf8");
    const odd = fc.oneof(fc.jsonValue(), fc.constantFrom(-1, 0, 1e9, "20", 2 ** 60));
    const hostile = fc.oneof(
      fc.string(),
      fc.json(),
      fc.nat(good.length).map((length) => good.slice(0, length)),
      fc.tuple(fc.constantFrom("num_virtual_tokens", "token_dim", "peft_type", "num_transformer_submodules", "__proto__"), odd).map(([key, value]) => JSON.stringify({ ...(JSON.parse(good) as object), [key]: value })),
    );
    let cases = 0;
    fc.assert(
      fc.property(hostile, (text) => {
        cases++;
        try {
          expect(parsePromptConfig(text, "x").num_virtual_tokens).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof PromptTuningError) || error.kind !== "model") throw error;
        }
      }),
      { numRuns: 10_000 },
    );
    console.log(`adapter_config.json: ${cases} cases`);
  });
});

describe("reading what PEFT made", () => {
  test("a trained prompt of SmolLM2", () => {
    const adapter = readPeftAdapter(path.join(reference, "peft-made"));
    expect(adapter).toMatchObject({ virtualTokens: 20, width: 576, config: { base_model_name_or_path: "HuggingFaceTB/SmolLM2-135M-Instruct" } });
    expect(adapter.prompt).toHaveLength(20 * 576);
    expect(adapter.tuning).toBeUndefined();
  });
  test("prompt tuning and P-tuning of a tiny model", () => {
    expect(readPeftAdapter(path.join(reference, "tiny", "prompt-tuning"))).toMatchObject({ virtualTokens: 3, width: 8 });
    expect(readPeftAdapter(path.join(reference, "tiny", "p-tuning"))).toMatchObject({ virtualTokens: 4, width: 8, config: { peft_type: "P_TUNING" } });
  });
  test("a prompt with the classifier that was trained beside it", () => {
    const { head, ...adapter } = readPeftAdapter(path.join(reference, "tiny", "sequence-classification"));
    expect(adapter).toMatchObject({ virtualTokens: 4, width: 8, config: { task_type: "SEQ_CLS" } });
    expect(head?.weight).toHaveLength(3 * 8);
    expect(head?.bias).toHaveLength(3);
    expect(head?.weight.some((value) => value !== 0)).toBe(true);
  });
  test("other adapters are named and refused", () => {
    expect(errorOf(() => readPeftAdapter(path.join(reference, "tiny", "lora"))).describe()).toBe(
      'This adapter is "LORA" (LoRA matrices), which is not supported yet. Soft prompts (PROMPT_TUNING and P_TUNING) can be read. Choose an adapter of one of these types.',
    );
    expect(errorOf(() => readPeftAdapter(path.join(reference, "tiny", "prefix-tuning"))).message).toContain('"PREFIX_TUNING" (a prefix at every layer)');
  });
});

describe("writing", () => {
  test("what is written is read back, with template, labels and head", () => {
    const folder = path.join(temporaryFolder(), "adapter");
    for (const one of [content(), linear, content()]) {
      writePeftAdapter(folder, one);
      const read = readPeftAdapter(folder);
      expect(read.prompt).toEqual(one.prompt);
      expect(read.tuning).toMatchObject({ task: one.task, backbone: { name: "tiny", sha256: "ab", hubId: "someone/tiny" }, virtualTokens: 3 });
      expect(read.tuning?.labels).toEqual(one.labels);
      expect(read.head).toEqual(one.head);
    }
    expect(readdirSync(folder).sort()).toEqual(["README.md", "adapter_config.json", "adapter_model.safetensors", "tuning.json"]);
  });

  test("an encoder's head is also written as PEFT saves a classifier, and its configuration says so", () => {
    const folder = path.join(temporaryFolder(), "adapter");
    const encoder = { ...linear.backbone, family: "bert", encoder: { scoresWords: false, pooler: true } };
    writePeftAdapter(folder, { ...linear, backbone: encoder });
    expect(JSON.parse(readFileSync(path.join(folder, "adapter_config.json"), "utf8"))).toMatchObject({ task_type: "SEQ_CLS", modules_to_save: ["classifier", "score"] });
    rmSync(path.join(folder, "head.safetensors"));
    expect(readPeftAdapter(folder).head).toEqual(linear.head);
    writePeftAdapter(folder, { ...linear, backbone: { ...encoder, family: "roberta" } });
    rmSync(path.join(folder, "head.safetensors"));
    expect(() => readPeftAdapter(folder)).toThrow("light head");
  });

  test("PEFT computes an encoder's task exactly where its begin token follows the prompt and the pooler is read", () => {
    const task = (template: string, more: object = {}) => taskSchema.parse({ type: "classification", template, head: "linear", pooling: "pooler", ...more });
    expect(isFrontPrompt(task("{soft:2}[CLS]{text}[SEP]"), true)).toBe(true);
    expect(isFrontPrompt(task("{soft:2}{text}"), true)).toBe(false);
    expect(isFrontPrompt(task("{soft:2}[CLS]{text}[SEP]", { pooling: "mean" }), true)).toBe(false);
  });

  test("files of others in the folder stay", () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, "mine.txt"), "mine");
    writePeftAdapter(folder, linear);
    expect(readFileSync(path.join(folder, "mine.txt"), "utf8")).toBe("mine");
    expect(readPeftAdapter(folder).virtualTokens).toBe(3);
  });

  test("the card warns exactly where PEFT would put the prompt elsewhere", () => {
    const front: [template: string, expected: boolean][] = [
      ["{soft:20}\nMessage: {text}\nSpam:", true],
      ["{soft: 20}{text}", true],
      ["Message: {text}\n{soft:20}Spam:", false],
      ["{soft:10}{text}{soft:10}", false],
      ["{{soft:20}} {soft:3}{text}", false],
      [" {soft:3}{text}", false],
      ["{soft:3}{{soft:3}} {text}", true],
    ];
    for (const [template, expected] of front) {
      const task = taskSchema.parse({ type: "generation", template });
      expect(isFrontPrompt(task), template).toBe(expected);
      const folder = path.join(temporaryFolder(), "a");
      writePeftAdapter(folder, content({ task }));
      expect(readFileSync(path.join(folder, "README.md"), "utf8").includes("do not stand at the front")).toBe(!expected);
    }
  });

  test("the n-th operation fails: no half adapter, the former one stays readable or is replaced whole", () => {
    let failures = 0;
    for (const existing of [false, true]) {
      for (let n = 1; ; n++) {
        const parent = temporaryFolder();
        const folder = path.join(parent, "adapter");
        if (existing) writePeftAdapter(folder, content());
        const fileSystem = failingFileSystem(n, "ENOSPC");
        try {
          writePeftAdapter(folder, content({ prompt: new Float32Array(12) }), fileSystem);
        } catch (error) {
          failures++;
          expect((error as PromptTuningError).describe()).toContain("The disk is full (ENOSPC)");
        }
        if (existsSync(folder)) expect(readPeftAdapter(folder).virtualTokens).toBe(3);
        else expect(existing).toBe(false);
        expect(readdirSync(parent).filter((name) => name !== "adapter")).toEqual([]);
        if (fileSystem.failed === undefined) break;
      }
    }
    expect(failures).toBeGreaterThan(30);
    console.log(`adapter: ${failures} failures of the n-th operation`);
  });
});

test("every way in which an adapter folder can be broken is told", () => {
  const broken: [change: (folder: string) => void, said: RegExp][] = [
    [(folder) => rmSync(path.join(folder, "adapter_config.json")), /is not an adapter folder\. It holds no adapter_config\.json/],
    [(folder) => rmSync(path.join(folder, "adapter_model.safetensors")), /Its weights are missing/],
    [(folder) => (rmSync(path.join(folder, "adapter_model.safetensors")), writeFileSync(path.join(folder, "adapter_model.bin"), "")), /a pickle.*never opened/],
    [(folder) => writeFileSync(path.join(folder, "adapter_model.safetensors"), readFileSync(path.join(reference, "tiny/prompt-tuning/adapter_model.safetensors"))), /says 3 × 4, the tensor is 3 × 8/],
    [(folder) => writeFileSync(path.join(folder, "adapter_model.safetensors"), readFileSync(path.join(reference, "tiny/lora/adapter_model.safetensors"))), /2 tensors, none of them called prompt_embeddings/],
    [(folder) => writeFileSync(path.join(folder, "tuning.json"), "{}"), /"tuning\.json" is damaged or from a later version/],
    [(folder) => rmSync(path.join(folder, "head.safetensors")), /names 2 labels, head\.safetensors holds 0/],
    [(folder) => writeFileSync(path.join(folder, "adapter_config.json"), " ".repeat(1024 * 1024 + 1)), /is too large/],
    [(folder) => (rmSync(path.join(folder, "adapter_config.json")), mkdirSync(path.join(folder, "adapter_config.json"))), /is not an adapter folder/],
  ];
  for (const [change, said] of broken) {
    const folder = path.join(temporaryFolder(), "adapter");
    writePeftAdapter(folder, linear);
    change(folder);
    expect(errorOf(() => readPeftAdapter(folder)).describe()).toMatch(said);
  }
  const folder = path.join(temporaryFolder(), "adapter");
  writePeftAdapter(folder, content({ prompt: new Float32Array(12).fill(NaN) }));
  expect(errorOf(() => readPeftAdapter(folder)).describe()).toMatch(/not finite/);
});
