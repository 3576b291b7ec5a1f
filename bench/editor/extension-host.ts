import type { VSCodePage } from "../../test/e2e/host/vscode-page.js";

/** The extension's id in VS Code. */
export const extensionId = "prompt-tuning-lab.prompt-tuning-lab";

export interface Activation {
  /** Loading the extension's module and running its `activate`. */
  readonly milliseconds: number;
  /** What the extension host grew by, resident, in megabytes. */
  readonly grownMB: number;
}

/** Activates the extension, which nothing must have activated yet, and measures it where it happens. */
export function activate(code: VSCodePage): Promise<Activation> {
  return code.evaluate(async (vscode, id) => {
    const extension = vscode.extensions.getExtension(id);
    if (!extension) throw new Error("The extension is not installed.");
    if (extension.isActive) throw new Error("The extension was active before anything asked for it.");
    const before = process.memoryUsage().rss;
    const began = performance.now();
    await extension.activate();
    return { milliseconds: performance.now() - began, grownMB: (process.memoryUsage().rss - before) / 2 ** 20 };
  }, extensionId);
}

/** Begins to watch how late the extension host's timers are. */
export async function watchDelays(code: VSCodePage): Promise<void> {
  await code.evaluate(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule("node:perf_hooks");
    const delays = monitorEventLoopDelay({ resolution: 5 });
    delays.enable();
    (globalThis as Record<string, unknown>).benchDelays = delays;
  });
}

/** How late timers were since `watchDelays`, in milliseconds beyond the 5 of the watch itself. */
export async function readDelays(code: VSCodePage): Promise<{ readonly median: number; readonly p99: number; readonly max: number }> {
  return code.evaluate(() => {
    const delays = (globalThis as Record<string, unknown>).benchDelays as import("node:perf_hooks").IntervalHistogram;
    delays.disable();
    const beyond = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - 5);
    return { median: beyond(delays.percentile(50)), p99: beyond(delays.percentile(99)), max: beyond(delays.max) };
  });
}

/** Resident memory of the extension host, megabytes. */
export const hostMemory = (code: VSCodePage): Promise<number> => code.evaluate(() => process.memoryUsage().rss / 2 ** 20);
