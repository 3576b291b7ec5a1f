import { isMainThread } from "node:worker_threads";

// One script, two threads. Each loads only what it needs: onnxruntime must never be loaded into a worker thread.
if (isMainThread) void import("./run-process.js").then(({ runProcess }) => runProcess(__filename));
else void import("./watchdog/watchdog-thread.js").then(({ watch }) => watch());
