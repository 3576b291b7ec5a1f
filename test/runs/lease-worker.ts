import { Lease } from "../../src/runs/lease.js";
import { PromptTuningError } from "../../src/common/errors.js";

/** A process that tries to take the leases its parent names, and holds each until told to let go. */
let held: Lease | undefined;

process.on("message", (message: { take?: string; release?: true }) => {
  if (message.release) {
    held?.release();
    held = undefined;
    process.send!({ released: true });
  } else if (message.take !== undefined) {
    Lease.acquire(message.take, { patienceMilliseconds: 60_000 }).then(
      (lease) => {
        held = lease;
        process.send!({ won: true });
      },
      (error: unknown) => process.send!({ won: false, kind: error instanceof PromptTuningError ? error.kind : "bug", text: String(error) }),
    );
  }
});
process.on("disconnect", () => process.exit());
process.send!({ ready: true });
