import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..", "..");

/** Runs a piece of a module in Node, in the project's folder, and reads its JSON. */
function node(code: string, env: Record<string, string> = {}): unknown {
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: root, encoding: "utf8", env: { ...process.env, ...env } }));
}

describe("the targets of npm run package", () => {
  const targets = node('import { targets } from "./scripts/lib/targets.mjs"; console.log(JSON.stringify([...targets().keys()]))') as string[];

  it("are those the public CI makes packages for", () => {
    const listed = /target: \[([^\]]+)\]/.exec(readFileSync(path.join(root, ".github", "workflows", "ci.yml"), "utf8"))?.[1].split(",").map((name) => name.trim());
    expect(listed?.sort()).toEqual([...targets].sort());
  });

  it.each(targets)("%s carries its own binaries, one binding, and no library twice", (target) => {
    const files = node(`import { runtimeFiles } from "./scripts/lib/targets.mjs"; console.log(JSON.stringify(runtimeFiles(${JSON.stringify(target)})))`) as string[];
    const native = files.map((file) => file.split(path.sep).join("/")).filter((file) => file.startsWith("bin/"));
    expect(native.every((file) => file.includes(`/${target.replace("-", "/")}/`))).toBe(true);
    expect(native.filter((file) => file.endsWith(".node"))).toHaveLength(1);
    expect(native.filter((file) => /onnxruntime[^/]*\.(dll|so|dylib)|\.so\.\d|\.dylib/.test(file))).toHaveLength(1);
    expect(files).toContain(path.join("dist", "index.js"));
  });

  it("are named where another one is asked for", () => {
    const message = node('import { runtimeFiles } from "./scripts/lib/targets.mjs"; try { runtimeFiles("plan9-mips") } catch (error) { console.log(JSON.stringify(error.message)) }');
    expect(message).toMatch(/no binaries for "plan9-mips".*linux-x64/);
  });
});

describe("the host's programs", () => {
  const browser = 'import { requireBrowser } from "./scripts/lib/browser.mjs"; try { console.log(JSON.stringify(requireBrowser())) } catch (error) { console.log(JSON.stringify(error.message)) }';

  it("a browser that is named but not there is told", () => {
    expect(node(browser, { PTUNE_TEST_BROWSER: "/nowhere/chrome" })).toMatch(/PTUNE_TEST_BROWSER names "\/nowhere\/chrome", which is not a program/);
  });

  it("a named browser is taken", () => {
    expect(node(browser, { PTUNE_TEST_BROWSER: process.execPath })).toBe(process.execPath);
  });

  it.runIf(process.platform === "linux")("a process that outlived its parent is found by its mark, and ended although it ignores SIGTERM", () => {
    const found = node(`
      import { spawn } from "node:child_process";
      import { endProcesses, hostMark, isAlive, processesMarked } from "./scripts/lib/processes.mjs";
      const env = { ...process.env, [hostMark]: "mark-" + process.pid };
      const stubborn = "process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)";
      const child = spawn(process.execPath, ["-e", stubborn], { env, detached: true, stdio: ["ignore", "pipe", "ignore"] });
      await new Promise((resolve) => child.stdout.once("data", resolve));
      const before = processesMarked("mark-" + process.pid);
      await endProcesses(before);
      console.log(JSON.stringify([before.includes(child.pid), isAlive(child.pid), processesMarked("other")]));`);
    expect(found).toEqual([true, false, []]);
  });
});
