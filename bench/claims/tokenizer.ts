import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { readGgufHeader } from "../../src/backbone/gguf/header.js";
import { fetchRealModel } from "../parity/real-backbone.js";
import type { Claim, ClaimContext } from "./claim.js";

export const claim: Claim = {
  name: "tokenizer",
  summary: "The tokenizer built from the GGUF file's own metadata gives the ids of the Python tokenizers on all of 10,000 real and odd strings.",
  async run(context) {
    const metadata = (await readGgufHeader((await fetchRealModel({ signal: context.signal })).modelFile)).metadata;
    const packed = gunzipSync(readFileSync(path.join(context.root, "test/backbone/tokenizer/reference/smollm2-vocabulary.json.gz"))).toString("utf8");
    const { special, alphabet, merges } = JSON.parse(packed) as { special: string[]; alphabet: string; merges: string };
    const tokens = [...special, ...alphabet, ...merges.split("\n").map((merge) => merge.replace(" ", ""))];
    const same = equal(metadata.get("tokenizer.ggml.tokens"), tokens) && equal(metadata.get("tokenizer.ggml.merges"), merges.split("\n")) && metadata.get("tokenizer.ggml.pre") === "smollm";
    context.print(`The GGUF file's vocabulary (${tokens.length} tokens) and merges ${same ? "are" : "are not"} those of the reference.`);
    const code = await runTest(context, "test/backbone/tokenizer/parity.test.ts");
    return same && code === 0;
  },
};

function equal(found: unknown, expected: readonly string[]): boolean {
  return Array.isArray(found) && found.length === expected.length && expected.every((text, i) => text === found[i]);
}

/** The comparison itself is a test; a failing text is named in its output. */
function runTest({ root, print, signal }: ClaimContext, file: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, "node_modules", "vitest", "vitest.mjs"), "run", file, "--reporter=verbose"], { cwd: root, stdio: ["ignore", "pipe", "pipe"], signal, env: { ...process.env, NO_COLOR: "1" } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => {
      const figures = code === 0 ? output.split("\n").filter((line) => /✓|Tokenizer:/.test(line)) : output.split("\n").slice(-60);
      for (const line of figures) print(line.trim());
      resolve(code);
    });
  });
}
