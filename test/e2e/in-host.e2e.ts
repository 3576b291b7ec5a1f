import { describe, expect, it } from "vitest";
import { runInHost } from "./host/run-in-host.js";

for (const kind of ["trusted", "restricted"] as const) {
  const results = await runInHost(kind);
  describe(`inside the extension host, ${kind}`, () => {
    it("has tests", () => expect(results.length).toBeGreaterThan(0));
    for (const { name, error } of results) {
      it(name, () => {
        if (error !== undefined) throw new Error(error);
      });
    }
  });
}
