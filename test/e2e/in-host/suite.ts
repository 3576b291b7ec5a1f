/** Tests that run inside the extension host: a list of named functions, run one after the other. */
export interface HostTestResult {
  readonly name: string;
  /** Stack of the failure. */
  readonly error?: string;
}

type Test = { readonly name: string; readonly run: () => Promise<void> | void };

const timeout = 120_000;
const tests: Test[] = [];

export function test(name: string, run: Test["run"]): void {
  tests.push({ name, run });
}

export async function runTests(): Promise<HostTestResult[]> {
  const results: HostTestResult[] = [];
  for (const { name, run } of tests) {
    try {
      await inTime(run());
      results.push({ name });
    } catch (error) {
      results.push({ name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  }
  return results;
}

async function inTime(work: Promise<void> | void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`The test did not end within ${timeout / 1000} s.`)), timeout);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}
