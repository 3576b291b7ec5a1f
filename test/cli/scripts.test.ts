import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(__dirname, "../..");

/** The scripts are plain JavaScript that runs before there are packages: they are tried as processes. */
function node(code: string): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8" });
}

describe("npm test", () => {
  const count = (report: unknown): unknown => JSON.parse(node(`import { countTests } from "./scripts/lib/count-tests.mjs"; console.log(JSON.stringify(countTests(${JSON.stringify(report === undefined ? "" : JSON.stringify(report))})))`).stdout);

  it("counts tests, files that could not be loaded, and a missing report", () => {
    const totals = { numPassedTests: 7, numFailedTests: 2, numPendingTests: 1, numTodoTests: 3 };
    const file = (status: string, tests: number) => ({ status, assertionResults: Array.from({ length: tests }, () => ({})) });
    expect(count({ ...totals, testResults: [file("passed", 5), file("failed", 4)] })).toEqual({ passed: 7, failed: 2, skipped: 4 });
    expect(count({ ...totals, testResults: [file("failed", 0), file("failed", 1)] })).toEqual({ passed: 7, failed: 3, skipped: 4 });
    expect(count(undefined)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe("what every script checks first", () => {
  it("an old Node gets a sentence", () => {
    const { status, stderr } = node('Object.defineProperty(process.versions, "node", { value: "18.20.0" }); const { requireNode } = await import("./scripts/lib/prepare.mjs"); requireNode();');
    expect(status).toBe(1);
    expect(stderr).toMatch(/^Node\.js [\d.]+ or newer is needed; this is 18\.20\.0\. Install it from .*\n$/);
  });

  it("the packages here are those of the lock file", () => {
    expect(node('const { missingPackages } = await import("./scripts/lib/prepare.mjs"); console.log(missingPackages())').stdout).toBe("0\n");
  });
});

describe("the picture of a terminal", () => {
  it("holds every line, escaped, without colour codes, and wraps long ones", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "ptune-picture-"));
    const [source, target] = [path.join(folder, "out.txt"), path.join(folder, "out.svg")];
    writeFileSync(source, `\u001b[1mOn 4 <rows> & "more"\u001b[22m\n${"x".repeat(150)}\n`);
    expect(spawnSync(process.execPath, ["scripts/terminal-picture.mjs", source, target, "ptune <a>"], { cwd: root }).status).toBe(0);
    const svg = readFileSync(target, "utf8");
    expect(svg).toContain(">On 4 &lt;rows&gt; &amp; &quot;more&quot;</text>");
    expect(svg).toContain(">$ ptune &lt;a&gt;</text>");
    expect(svg).not.toContain("\u001b");
    expect(svg.match(/<text /g)).toHaveLength(4);
    rmSync(folder, { recursive: true });
  });
});
