/**
 * Counts of vitest's JSON report. A test file that could not even be loaded has no tests in it, and counts as one
 * failure. Without a report (vitest itself failed) there is one failure.
 * @param {string | undefined} report the report's text
 */
export function countTests(report) {
  let results;
  try {
    results = JSON.parse(report ?? "");
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const unloaded = results.testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0).length;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + unloaded,
    skipped: results.numPendingTests + (results.numTodoTests ?? 0),
  };
}
