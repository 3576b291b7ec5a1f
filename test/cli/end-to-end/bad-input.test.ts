import { appendFileSync, copyFileSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { smallJson } from "../../backbone/tokenizer/small-json.js";
import { startHub } from "../../backbone/sources/hub-server.js";
import { root, tinyModel, withBuiltPtune, Workspace } from "./ptune.js";

/** Everything a person can get wrong, and everything that can go wrong around them: a clear sentence and an exit code. */

withBuiltPtune();
const servers: { close(): unknown }[] = [];
const made: Workspace[] = [];
afterAll(async () => {
  for (const server of servers) await server.close();
  for (const each of made) each.dispose();
});

function newWorkspace(): Workspace {
  const here = new Workspace();
  made.push(here);
  return here;
}

type Change = Parameters<Workspace["writeExperiment"]>[0];

interface Case {
  readonly name: string;
  readonly change?: Change;
  /** Further preparation; may return settings for the process's environment. */
  readonly prepare?: (here: Workspace) => void | NodeJS.ProcessEnv | Promise<NodeJS.ProcessEnv>;
  readonly command?: readonly string[];
  readonly code: number;
  readonly kind: string;
  /** What standard error must say. */
  readonly says: readonly RegExp[];
}

const tiny = readFileSync(tinyModel);
const exported = path.join(root, "test/engine/exported/reference/torchscript/model.onnx");

/** The tiny model with bytes changed, as model.gguf. */
function damaged(change: (bytes: Buffer) => Buffer): (here: Workspace) => void {
  return (here) => void here.write("model.gguf", change(Buffer.from(tiny)));
}

/** The first place of a text, with another of the same length in its place. */
function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const at = bytes.indexOf(from, 0, "latin1");
  if (at < 0 || from.length !== to.length) throw new Error(`"${from}" cannot be replaced by "${to}".`);
  bytes.write(to, at, "latin1");
  return bytes;
}

const withModel = (file: string): Change => (experiment) => void (experiment.model = { path: file });
const withHub: Change = (experiment) => void (experiment.model = { hub: "owner/tiny" });

const cases: readonly Case[] = [
  // The experiment file.
  { name: "no such experiment", command: ["run", "nothing.ptune.json"], code: 2, kind: "experiment", says: [/nothing\.ptune\.json cannot be read\. There is no such file\./] },
  { name: "not JSON", prepare: (here) => void here.write("tiny.ptune.json", '{"name": "x",,}'), code: 2, kind: "experiment", says: [/tiny\.ptune\.json:1:\d+: error: /] },
  { name: "an unknown key", change: (experiment) => void Object.assign(experiment.training, { learningrate: 1 }), code: 2, kind: "experiment", says: [/tiny\.ptune\.json:\d+:\d+: error: .*learningRate/] },
  { name: "a template without a soft slot", change: ({ task }) => void (task.template = "Message: {text}\nSpam:{label}"), code: 2, kind: "experiment", says: [/tiny\.ptune\.json:\d+:\d+: error: task\.template: The template has no soft slot/] },
  { name: "a slot without a column", change: ({ task }) => void (task.template = "{soft:4}{txet}{label}"), code: 2, kind: "experiment", says: [/error: task\.template: .*\{txet\}.*Did you mean \{text\}\?/] },
  { name: "an unknown model name", change: (experiment) => void Object.assign(experiment, { model: "smollm3" }), code: 2, kind: "experiment", says: [/no model named "smollm3"/, /smollm2-135m-instruct/] },
  { name: "an unknown sample", change: (experiment) => void Object.assign(experiment, { dataset: "spam" }), code: 2, kind: "experiment", says: [/no sample named "spam"/, /spam-assassin/] },

  // The data.
  { name: "a missing column", change: ({ dataset }) => void (dataset.columns.label = "lable"), code: 2, kind: "data", says: [/train\.tsv.*lable/, /label/] },
  { name: "an empty file", prepare: (here) => void here.write("train.tsv", ""), code: 2, kind: "data", says: [/train\.tsv.*empty/i] },
  { name: "only a header", prepare: (here) => void here.write("train.tsv", "text\tlabel\n"), code: 2, kind: "data", says: [/train\.tsv/, /no rows/i] },
  { name: "a missing file", change: ({ dataset }) => void (dataset.test = "tset.tsv"), code: 2, kind: "data", says: [/There is no file .*tset\.tsv\. Check the path\./] },
  { name: "a label not in the verbalizer", prepare: (here) => appendFileSync(here.file("train.tsv"), "hello\tmaybe\n"), code: 2, kind: "data", says: [/train\.tsv/, /maybe/, /verbalizer/] },
  { name: "a file that is not text", prepare: (here) => void here.write("train.tsv", Buffer.from([0xff, 0xfe, 0x00, 0xd8, 0x41])), code: 2, kind: "data", says: [/train\.tsv/] },

  // The length of texts.
  { name: "a template longer than the context", change: ({ task }) => void (task.template = `${"x1".repeat(200)}{text}{soft:4}{label}`), code: 2, kind: "experiment", says: [/256/, /tokens/] },

  // The model.
  { name: "no such model file", change: withModel("nothing.gguf"), code: 1, kind: "model", says: [/nothing\.gguf/, /no such file/i] },
  { name: "a GGUF that is cut", change: withModel("model.gguf"), prepare: damaged((bytes) => bytes.subarray(0, 60_000)), code: 1, kind: "model", says: [/model\.gguf/] },
  { name: "a GGUF that is something else", change: withModel("model.gguf"), prepare: damaged(() => Buffer.from("<!DOCTYPE html><html>Not found</html>")), code: 1, kind: "model", says: [/model\.gguf/, /GGUF/] },
  { name: "a GGUF of another architecture", change: withModel("model.gguf"), prepare: damaged((bytes) => replaced(bytes, "\u0005\0\0\0\0\0\0\0llama", "\u0005\0\0\0\0\0\0\0bloom")), code: 1, kind: "model", says: [/"bloom"/, /llama/] },
  { name: "a broken tokenizer in a GGUF", change: withModel("model.gguf"), prepare: damaged((bytes) => replaced(bytes, "tokenizer.ggml.model", "tokenizer.ggml.mudel")), code: 1, kind: "model", says: [/tokenizer/i] },
  { name: "an ONNX that is something else", change: withModel("model.onnx"), prepare: (here) => void here.write("model.onnx", "not a model at all"), code: 1, kind: "model", says: [/model\.onnx/, /ONNX/] },
  { name: "an ONNX without a tokenizer", change: withModel("model.onnx"), prepare: (here) => copyFileSync(exported, here.file("model.onnx")), code: 1, kind: "model", says: [/no tokenizer/, /tokenizer\.json/] },
  {
    name: "a broken tokenizer.json",
    change: withModel("model.onnx"),
    prepare: (here) => {
      copyFileSync(exported, here.file("model.onnx"));
      here.write("tokenizer.json", '{"model": {"type": "BPE", "vocab": ["a"]}}');
    },
    code: 1,
    kind: "model",
    says: [/tokenizer/],
  },
  {
    name: "an unknown operator",
    change: withModel("model.onnx"),
    prepare: (here) => {
      here.write("model.onnx", replaced(readFileSync(exported), '"\u0007Sigmoid', '"\u0007Mystery'));
      here.write("tokenizer.json", JSON.stringify(smallJson()));
    },
    code: 1,
    kind: "operator",
    says: [/Mystery/, /node/i],
  },

  // Adapters.
  { name: "a broken safetensors to begin with", change: ({ method }) => void (method.init = { type: "file", path: "prompt.safetensors" }), prepare: (here) => void here.write("prompt.safetensors", Buffer.concat([Buffer.from([255, 0, 0, 0, 0, 0, 0, 0]), Buffer.from('{"prompt_embeddings":')])), code: 1, kind: "model", says: [/prompt\.safetensors/] },
  { name: "a prompt of another width", change: ({ method }) => void (method.init = { type: "file", path: path.join(root, "test/adapter/reference/peft-made") }), code: 1, kind: "model", says: [/576|width/] },
  { name: "a pickle", command: ["import", "prompt.bin"], prepare: (here) => void here.write("prompt.bin", Buffer.from([0x80, 0x04, 0x95])), code: 1, kind: "model", says: [/pickle, which is never opened/] },

  {
    name: "a prompt of an encoder-decoder for a decoder of the same width",
    command: ["import", path.join(root, "test/adapter/reference/t5-made"), "--model", path.join(root, "test/parity/reference/families/llama/folder"), "--template", "{soft:6}{text}"],
    code: 1,
    kind: "model",
    says: [/trained on an encoder-decoder \(task_type SEQ_2_SEQ_LM\)/, /is a decoder/],
  },
  {
    name: "a prompt that an encoder should write texts after",
    command: ["import", path.join(root, "test/adapter/reference/t5-made/adapter_model.safetensors"), "--model", path.join(root, "test/parity/reference/encoders/bert/folder"), "--template", "{soft:12}{text}"],
    code: 1,
    kind: "model",
    says: [/encoder/],
  },

  // The network.
  { name: "no network", change: withHub, prepare: async () => ({ HF_ENDPOINT: `http://127.0.0.1:${await closedPort()}`, HF_HOME: "nowhere" }), code: 1, kind: "network", says: [/owner\/tiny|hub/i, /network|connect|reach/i] },
  { name: "a wrong hash", change: withHub, prepare: async (here) => ({ HF_ENDPOINT: await lyingHub(), HF_HOME: here.file("hf") }), code: 1, kind: "integrity", says: [/model\.gguf/, /SHA-256|hash/i] },

  // The disk.
  { name: "a full disk", prepare: (here) => ({ NODE_OPTIONS: `--require ${fullDisk(here)}`, FULL_DISK: here.file(".ptune"), FULL_DISK_AFTER: "0" }), code: 1, kind: "storage", says: [/disk is full|no space/i] },
  { name: "a disk that fills up during the training", prepare: (here) => ({ NODE_OPTIONS: `--require ${fullDisk(here)}`, FULL_DISK: here.file(".ptune"), FULL_DISK_AFTER: "6000" }), code: 1, kind: "storage", says: [/disk is full|no space/i] },
  { name: "a runs folder that is a file", command: ["run", "tiny.ptune.json", "--runs", "train.tsv"], code: 1, kind: "storage", says: [/train\.tsv/] },

  // The command line.
  { name: "an unknown command", command: ["tran", "x"], code: 2, kind: "usage", says: [/Unknown command 'tran'/] },
  { name: "an unknown option", command: ["run", "tiny.ptune.json", "--jason"], code: 2, kind: "usage", says: [/Did you mean --json\?/] },
  { name: "a run that is not there", command: ["predict", "x"], code: 1, kind: "run", says: [/There is no run "x"/] },
  { name: "a run's name with a path", command: ["inspect", "../elsewhere/run"], code: 1, kind: "run", says: [/not a run's folder/] },
  { name: "a missing argument", command: ["resume"], code: 2, kind: "usage", says: [/missing required argument 'run'/i] },
];

describe("bad input", () => {
  it.each(cases)("$name", async ({ change, prepare, command = ["run", "tiny.ptune.json"], code, kind, says }) => {
    const here = newWorkspace();
    here.writeExperiment(change);
    const environment = (await prepare?.(here)) ?? {};
    const [text, json] = [await here.run(command, { environment }), await here.run([...command, "--json"], { environment })];
    expect([text.code, text.signal], text.stderr).toEqual([code, null]);
    for (const each of says) expect(text.stderr).toMatch(each);
    // A person sees sentences: no stack, no name of a class, and nothing on standard output.
    expect(text.stderr).not.toMatch(/\n {4}at |\bError:|PromptTuningError|undefined|\[object|This is a bug/);
    expect(text.stderr.trimEnd()).toMatch(/[.?!"})\]'a-z]$/);
    expect(text.stdout).toBe("");
    // A program gets the same as the last line.
    expect(json.code).toBe(code);
    expect(json.json().at(-1)).toMatchObject({ type: "error", kind, exitCode: code });
  });

  it("a text longer than the context is cut by a stated rule, and counted", async () => {
    const here = newWorkspace();
    here.writeExperiment(({ task }) => void (task.maxTokens = {}));
    appendFileSync(here.file("train.tsv"), `${"a long text ".repeat(60)}\tham\n`);
    const { code, stderr } = await here.run(["run", "tiny.ptune.json"]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/Warning: .*\b1\b.*cut/i);
  });

  it("a run whose disk was full goes on once there is space", async () => {
    const here = newWorkspace();
    here.writeExperiment();
    const environment = { NODE_OPTIONS: `--require ${fullDisk(here)}`, FULL_DISK: here.file(".ptune"), FULL_DISK_AFTER: "9000" };
    expect((await here.run(["run", "tiny.ptune.json"], { environment })).code).toBe(1);
    const resumed = await here.run(["resume", here.runs()[0]]);
    expect(resumed.code, resumed.stderr).toBe(0);
    expect(resumed.stdout).toContain("On 12 held-out rows");
  });
});

/** A script that makes every write below FULL_DISK fail after so many bytes, as a full disk does. */
function fullDisk(here: Workspace): string {
  return here.write(
    "full-disk.cjs",
    `const fs = require("node:fs");
const { openSync, writeSync } = fs;
const limited = new Set();
let left = Number(process.env.FULL_DISK_AFTER);
fs.openSync = (file, ...rest) => {
  const opened = openSync(file, ...rest);
  if (String(file).startsWith(process.env.FULL_DISK)) limited.add(opened); else limited.delete(opened);
  return opened;
};
fs.writeSync = (file, bytes, ...rest) => {
  if (!limited.has(file)) return writeSync(file, bytes, ...rest);
  left -= bytes.length;
  if (left < 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC", syscall: "write", errno: -28 });
  return writeSync(file, bytes, ...rest);
};`,
  );
}

async function closedPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A hub that announces one file and sends another of the same size. */
async function lyingHub(): Promise<string> {
  const lfs = { oid: "0".repeat(64), size: tiny.length, pointerSize: 134 };
  const hub = await startHub({ files: { "model.gguf": tiny }, large: ["model.gguf"], tree: [{ type: "file", path: "model.gguf", size: tiny.length, oid: "0".repeat(40), lfs }] });
  servers.push(hub);
  return hub.url;
}
