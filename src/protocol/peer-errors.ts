import type { z } from "zod";
import { PromptTuningError } from "../common/errors.js";
import type { ErrorData } from "./error-data.js";

/** How a call can end beside its result and the other side's own errors. `other` is who stands there: "The training process". */
export const goneError = (other: string): PromptTuningError => new PromptTuningError("backend", `${other} is gone.`, { advice: "Try again." });

export const tooLateError = (other: string, name: string, seconds: number): PromptTuningError =>
  new PromptTuningError("backend", `${other} did not answer in ${seconds} seconds.`, { reason: `The call "${name}" was given up.`, advice: "Try again; where it happens again, look into the log." });

export const violationError = (other: string, reason: string): PromptTuningError =>
  new PromptTuningError("backend", `${other} was misunderstood.`, { reason: `Protocol: ${reason}.`, advice: "Reload the window; where it happens again, please report it." });

export const stoppedError = (): PromptTuningError => new PromptTuningError("stopped", "It was cancelled.");

/** What this side answers to a call that it does not carry out. */
export const unknownCall = (name: string): ErrorData => ({ kind: "backend", message: `The call ${JSON.stringify(name)} is not known here.`, reason: "The two sides are of different versions.", advice: "Reload the window." });

export const wrongParams = (name: string, error: z.ZodError): ErrorData => ({ kind: "backend", message: `The call "${name}" was refused.`, reason: `It has ${problemOf(error)}.`, advice: "Reload the window; where it happens again, please report it." });

export const tooManyCalls = (most: number): ErrorData => ({ kind: "busy", message: "Too much was asked for at once.", reason: `${most} calls are under way.`, advice: "Wait until some have ended, then try again." });

/** The first problem, in words. Values are not quoted: they may be large, or somebody's data. */
export function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `a wrong ${JSON.stringify(issue.path.map(String).join(".").slice(0, 100))} (${issue.message.slice(0, 200)})`;
}
