import type { CommandContext } from "../../context.js";
import { bar } from "../../output/narration.js";
import { bytes } from "../../output/numbers.js";

/** Shows how far reading is: bytes of the data. */
export function dataProgress({ progress }: CommandContext, verb: string): (done: number, total: number) => void {
  return (done, total) => {
    if (total > 0) progress.show(`${verb}  ${bar(done / total)}  ${bytes(Math.round(done))} of ${bytes(total)}`);
  };
}
