import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until it is so. @throws Error with what was waited for, after `timeout` milliseconds. */
export async function until(what: string, isSo: () => Promise<boolean>, timeout = 60_000): Promise<void> {
  const end = Date.now() + timeout;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error(`${what}: not so within ${timeout / 1000} s.`);
    await sleep(50);
  }
}

/** Whether it comes to an end well. */
export const succeeds = (promise: Promise<unknown>): Promise<boolean> =>
  promise.then(
    () => true,
    () => false,
  );
