import type { Frame } from "playwright-core";

/** What the functions below find in the page that they are sent to. */
declare function requestAnimationFrame(callback: (now: number) => void): number;
declare const window: object;

/** Begins to write down the time between the frames that a page draws. */
export async function watchFrames(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const times: number[] = [];
    let last = performance.now();
    const tick = (now: number): void => {
      times.push(now - last);
      last = now;
      if (!state.stopped) requestAnimationFrame(tick);
    };
    const state = { times, stopped: false };
    (window as unknown as { benchFrames: typeof state }).benchFrames = state;
    requestAnimationFrame(tick);
  });
}

/** Milliseconds between frames since `watchFrames`; the first is left out. */
export async function readFrames(frame: Frame): Promise<number[]> {
  return frame.evaluate(() => {
    const state = (window as unknown as { benchFrames: { times: number[]; stopped: boolean } }).benchFrames;
    state.stopped = true;
    return state.times.slice(1);
  });
}
