import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterEach } from "vitest";
import { projectFolder } from "./host/host.js";
import { openPages } from "./host/vscode-page.js";

/** A picture of every open window after a test that failed, in out/e2e-failures. */
afterEach(async ({ task }) => {
  if (task.result?.state !== "fail") return;
  const folder = path.join(projectFolder, "out", "e2e-failures");
  await mkdir(folder, { recursive: true });
  const name = task.name.replace(/[^\p{L}\p{N}]+/gu, "-").slice(0, 80);
  await Promise.all([...openPages].map((page, i) => page.screenshot(path.join(folder, `${name}${i > 0 ? `-${i + 1}` : ""}.png`)).catch(() => undefined)));
});
