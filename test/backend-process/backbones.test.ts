import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { registerBackbones } from "../../src/backend-process/handlers/backbones.js";
import { PromptTuningError } from "../../src/common/errors.js";
import { backendPeer } from "../backend/playground/backend-peer.js";

const cache = mkdtempSync(path.join(tmpdir(), "ptune-backbones-"));
const backend = backendPeer(cache, registerBackbones);
afterAll(() => {
  backend.close();
  rmSync(cache, { recursive: true, force: true });
});

it("tells the window what a backbone is, with the gradient's check where it is asked for", async () => {
  const name = path.resolve("test/fixtures/tiny.gguf");
  const facts = await backend.host.call("backbones/inspect", { name });
  expect(facts).toMatchObject({ family: "llama", onDisk: true, operators: { missing: [] } });
  expect(facts.gradient).toBeUndefined();
  expect((await backend.host.call("backbones/inspect", { name, check: true })).gradient?.passed).toBe(true);
  expect((await backend.host.call("backbones/inspect", { name })).gradient?.passed).toBe(true);
});

it("a name that is none is a typed error over the channel too", async () => {
  const error: unknown = await backend.host.call("backbones/inspect", { name: "nosuchmodel" }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(PromptTuningError);
  expect((error as PromptTuningError).kind).toBe("usage");
});
