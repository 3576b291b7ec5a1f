import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fromBinary, toBinary } from "@bufbuild/protobuf";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { inspectModel } from "../../../src/backend/models/inspect-model.js";
import { modelFactsSchema } from "../../../src/backbone/facts/model-facts.js";
import { modelLines } from "../../../src/cli/commands/inspect-model.js";
import { PromptTuningError } from "../../../src/common/errors.js";
import { ModelProtoSchema } from "../../../src/engine/onnx/onnx_pb.js";
import { ggufFile, tinyLlama } from "../../backbone/gguf/builder.js";
import type { FileServer } from "../../backbone/sources/file-server.js";
import { startHub } from "../../backbone/sources/hub-server.js";

const root = mkdtempSync(path.join(tmpdir(), "ptune-facts-"));
const cache = path.join(root, "cache");
let hub: FileServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await hub?.close();
  hub = undefined;
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const families = path.resolve("test/parity/reference/families");
const exported = path.resolve("test/engine/exported/reference");
const inspect = async (name: string, check = false) => modelFactsSchema.parse(await inspectModel(name, root, { cache, check }));

/** A file of so many types; the rows of the second layer's down projection are of a type that is not read. */
function mixedGguf(): Buffer {
  const { metadata, tensors } = tinyLlama();
  const blocks = 48; // of 64 values; 36 bytes each as NVFP4
  return ggufFile(metadata, [...tensors.filter(({ name }) => name !== "output_norm.weight"), { name: "output_norm.weight", shape: [blocks, 64], typeId: 40, data: new Uint8Array(blocks * 36) }]);
}

/** An export one of whose operators between prompt and loss has no rule. */
function withoutRule(file: string): Uint8Array {
  const model = fromBinary(ModelProtoSchema, new Uint8Array(readFileSync(file)));
  for (const node of model.graph!.node) if (node.opType === "Sigmoid") node.opType = "Ceil";
  return toBinary(ModelProtoSchema, model);
}

describe("the facts of a model", () => {
  it.each(["llama", "gemma3", "gpt2"])("%s: the same from a GGUF file and a folder, but for how it is stored", async (family) => {
    const [gguf, folder] = [await inspect(path.join(families, family, "model.gguf")), await inspect(path.join(families, family, "folder"))];
    for (const facts of [gguf, folder]) {
      expect(facts).toMatchObject({ family, onDisk: true, usableInstead: [], operators: { missing: [] } });
      expect(facts.problem).toBeUndefined();
      expect(facts.weights.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 10);
    }
    for (const key of ["layers", "hiddenSize", "contextLength", "memory"] as const) expect(folder[key]).toEqual(gguf[key]);
    expect(folder.tokenizer?.kind).toBe(gguf.tokenizer?.kind);
  });

  it("checks the gradient when asked, and finds the check's figure again", async () => {
    const file = path.join(families, "qwen2", "model.gguf");
    expect((await inspect(file)).gradient).toBeUndefined();
    const { gradient } = await inspect(file, true);
    expect(gradient?.passed, JSON.stringify(gradient)).toBe(true);
    expect((await inspect(file)).gradient).toEqual(gradient);
  });

  it("an ONNX variant with four bits: numbers, not bytes, are counted, and every operator is looked at", async () => {
    const [q4, fp16] = await Promise.all(["q4", "fp16"].map((variant) => inspect(path.join(exported, "variants", variant, "model.onnx"))));
    expect(q4.weights[0].type).toBe("4 bits");
    expect(fp16.weights[0].type).toBe("float16");
    expect(Math.abs(q4.parameters! / fp16.parameters! - 1)).toBeLessThan(0.2); // The scales of its blocks are beside.
    for (const { operators } of [q4, fp16]) expect(operators).toMatchObject({ missing: [] });
    expect(q4.operators!.nodes).toBeGreaterThan(20);
  });

  it("a GGUF file of a type that is not read says so, with the share of it, and names the file beside it that can be used", async () => {
    const folder = path.join(root, "quantised");
    mkdirSync(folder);
    writeFileSync(path.join(folder, "tiny-NVFP4.gguf"), mixedGguf());
    cpSync(path.join(families, "llama", "model.gguf"), path.join(folder, "tiny-Q4_K_M.gguf"));
    for (const part of [1, 2]) writeFileSync(path.join(folder, `split-0000${part}-of-00002.gguf`), ggufFile({ "split.no": part - 1, "split.count": 2 }, []));
    const facts = await inspect(path.join(folder, "tiny-NVFP4.gguf"));
    expect(facts.problem?.message).toBeDefined();
    expect(facts.weights.map(({ type }) => type)).toContain("NVFP4");
    expect(facts.usableInstead).toEqual(["tiny-Q4_K_M.gguf"]);
    expect(modelLines(facts).join("\n")).toMatch(/usable +no\..*\ninstead +tiny-Q4_K_M.gguf/s);
  });

  it("an ONNX file with an operator that has no rule names it, and the variant of the same folder that can be used", async () => {
    const folder = path.join(root, "exports");
    cpSync(path.join(exported, "variants", "fp16", "model.onnx"), path.join(folder, "model_fp16.onnx"));
    writeFileSync(path.join(folder, "model_q4.onnx"), withoutRule(path.join(exported, "variants", "fp16", "model.onnx")));
    const facts = await inspect(path.join(folder, "model_q4.onnx"));
    expect(facts.operators?.missing).toMatchObject([{ operator: "Ceil" }]);
    expect(facts.problem?.reason).toContain("Ceil");
    expect(facts.usableInstead).toEqual(["model_fp16.onnx"]);
  });

  it("a model of the catalogue that is not on the disk is described without fetching it", async () => {
    const facts = await inspect("smollm2-135m-instruct");
    expect(facts).toMatchObject({ onDisk: false, licence: "Apache-2.0", contextLength: 8192 });
    expect(modelLines(facts).join("\n")).toMatch(/not on this disk/);
  });

  it("what is no model of any kind is told with what could be meant", async () => {
    const error: unknown = await inspectModel("nosuchmodel", root, { cache }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(PromptTuningError);
    expect((error as PromptTuningError).describe()).toMatch(/smollm2-135m-instruct.*owner\/name/s);
  });
});

describe("the facts of a repository of the hub", () => {
  const config = Buffer.from(JSON.stringify({ model_type: "llama", max_position_embeddings: 4096, num_hidden_layers: 3, hidden_size: 32 }));
  const start = async (files: Record<string, Buffer>): Promise<void> => {
    hub = await startHub({ files, licence: "apache-2.0" });
    vi.stubEnv("HF_ENDPOINT", hub.url);
    vi.stubEnv("HF_HOME", path.join(root, "home"));
  };

  it("licence, size, family and context, and no weights are fetched", async () => {
    await start({ "config.json": config, "tiny-Q4_K_M.gguf": Buffer.alloc(5000) });
    const facts = await inspect("owner/tiny");
    expect(facts).toMatchObject({ onDisk: false, licence: "apache-2.0", family: "llama", contextLength: 4096, file: "tiny-Q4_K_M.gguf", bytes: 5000 });
    expect(facts.problem).toBeUndefined();
    expect(hub!.requests.some(({ path: asked }) => asked.endsWith(".gguf"))).toBe(false);
  });

  it("a quantisation that is not read, by its name, with those of the repository that are", async () => {
    await start({ "config.json": config, "tiny-NVFP4.gguf": Buffer.alloc(10), "tiny-Q4_K_M.gguf": Buffer.alloc(10), "tiny-Q8_0.gguf": Buffer.alloc(10) });
    const facts = await inspect("owner/tiny/tiny-NVFP4.gguf");
    expect(facts.problem?.message).toContain("tiny-NVFP4.gguf");
    expect(facts.usableInstead.sort()).toEqual(["tiny-Q4_K_M.gguf", "tiny-Q8_0.gguf"]);
  });

  it("a model in several parts is no other quantisation, and one model", async () => {
    const parts = { "tiny-Q8_0-00001-of-00002.gguf": Buffer.alloc(10), "tiny-Q8_0-00002-of-00002.gguf": Buffer.alloc(20) };
    await start({ "config.json": config, ...parts });
    for (const name of ["owner/tiny", "owner/tiny/tiny-Q8_0-00002-of-00002.gguf"]) {
      const facts = await inspect(name);
      expect(facts.problem).toBeUndefined();
      expect(facts).toMatchObject({ file: "tiny-Q8_0-00001-of-00002.gguf", bytes: 30 });
    }
  });

  it("several models in one repository: which there are", async () => {
    await start({ "a-Q8_K.gguf": Buffer.alloc(10), "a-Q4_0.gguf": Buffer.alloc(10), "a-Q6_K.gguf": Buffer.alloc(10) });
    const facts = await inspect("owner/tiny");
    expect(facts.problem?.message).toContain("3 models");
    expect(facts.usableInstead.sort()).toEqual(["a-Q4_0.gguf", "a-Q6_K.gguf"]);
  });
});
