import type { SourceProgress } from "../../backbone/sources/source.js";
import { harmlessLine } from "./harmless.js";
import { bar, line, live, type Narration } from "./narration.js";
import { bytes, duration } from "./numbers.js";

/** The speed told is that of the last seconds. */
const window = 5;

const verbs: Readonly<Record<SourceProgress["phase"], string>> = {
  "looking-up": "Looking up",
  waiting: "Waiting for another process that downloads",
  downloading: "Downloading",
  unpacking: "Unpacking",
  checking: "Checking",
};

/** Tells how a backbone is fetched: download, unpacking, checking. Pure: time comes in with every call. */
export class FetchNarrator {
  private current = "";
  private quarter = 0;
  private readonly recent: { readonly time: number; readonly done: number }[] = [];

  /** @param now seconds, from any origin. */
  progress(progress: SourceProgress, now: number): Narration[] {
    const { phase, done, total } = progress;
    const file = harmlessLine(progress.file);
    const told: Narration[] = [];
    const key = `${phase} ${file}`;
    if (key !== this.current) {
      this.current = key;
      this.quarter = 0;
      this.recent.length = 0;
      const known = total !== undefined && phase === "downloading" ? ` (${bytes(total)})` : "";
      told.push(line(`${verbs[phase]} ${file}${known} ...`));
    }
    if (phase === "looking-up" || phase === "waiting" || !total) {
      told.push(live(`${verbs[phase]} ${file}${done > 0 ? `  ${bytes(done)}` : ""}`));
      return told;
    }
    const speed = this.speed(done, now);
    const left = speed > 0 ? `  ${bytes(Math.round(speed))}/s  ${duration((total - done) / speed)} left` : "";
    told.push(live(`${verbs[phase]}  ${bar(done / total)}  ${bytes(done)} of ${bytes(total)}${phase === "downloading" ? left : ""}`));
    // Without a terminal: a line at each quarter of a download.
    const quarter = Math.floor((4 * done) / total);
    if (phase === "downloading" && quarter > this.quarter) {
      this.quarter = quarter;
      told.push(line(`  ${bytes(done)} of ${bytes(total)}${quarter < 4 ? left : ""}`));
    }
    return told;
  }

  private speed(done: number, now: number): number {
    const { recent } = this;
    recent.push({ time: now, done });
    while (recent.length > 2 && now - recent[0].time > window) recent.shift();
    const seconds = now - recent[0].time;
    return seconds > 0.2 ? (done - recent[0].done) / seconds : 0;
  }
}
