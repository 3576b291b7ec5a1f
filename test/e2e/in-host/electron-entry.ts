import { writeFile } from "node:fs/promises";
import { runTests } from "./suite.js";

/** What VS Code calls for --extensionTestsPath: the results go to a file, failures too. */
export async function run(): Promise<void> {
  const report = process.env.PTUNE_TEST_REPORT;
  if (!report) throw new Error("PTUNE_TEST_REPORT does not say where the results go.");
  await writeFile(report, JSON.stringify(await runTests()));
}
