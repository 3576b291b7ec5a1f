import { spawn, spawnSync } from "node:child_process";

/** The Python that the checks against real packages use: PTUNE_PYTHON, else python3. */
export function pythonWith(modules: readonly string[]): { readonly program: string; readonly versions: string } | { readonly lacks: string } {
  const program = process.env.PTUNE_PYTHON?.trim() || "python3";
  const code = `import sys, ${modules.join(", ")}\nprint("Python " + sys.version.split()[0] + ", " + ", ".join(f"{m.__name__} {m.__version__}" for m in [${modules.join(", ")}] if hasattr(m, "__version__")))`;
  const { status, stdout, stderr, error } = spawnSync(program, ["-c", code], { encoding: "utf8" });
  if (status === 0) return { program, versions: stdout.trim() };
  return { lacks: error ? `${program} cannot be started (${error.message})` : (stderr.trim().split("\n").at(-1) ?? `${program} ended with code ${status}`) };
}

/** Runs a script and returns what it printed. @throws with its last words when it fails. */
export function runPython(program: string, args: readonly string[], signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"], signal });
    let output = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-20_000)));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ${args[0]} ended with code ${code}:\n${errors.slice(-2000)}`))));
  });
}
