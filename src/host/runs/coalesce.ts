/** Calls `fire` at once, and then at most every `milliseconds`: of many calls in between the last one counts. */
export function coalesce(milliseconds: number, fire: () => void): { (): void; dispose(): void } {
  let timer: NodeJS.Timeout | undefined;
  let again = false;
  const call = (): void => {
    if (timer) {
      again = true;
      return;
    }
    timer = setTimeout(() => {
      timer = undefined;
      if (!again) return;
      again = false;
      call();
    }, milliseconds);
    timer.unref?.();
    fire();
  };
  return Object.assign(call, { dispose: () => clearTimeout(timer) });
}
