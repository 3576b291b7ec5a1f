import type { RunAction, RunStatus } from "../../src/protocol/webview/run-view.js";
import type { IconName } from "../shared/controls.js";
import { t } from "../shared/localization.js";

export interface ActionButton {
  readonly action: RunAction;
  readonly title: string;
  readonly icon: IconName;
  /** The one thing a person most likely wants now. */
  readonly primary?: boolean;
}

/** The actions that make sense now, the most likely one first. */
export function actionsFor({ entry, job, hasBaseline, isBaseline, trusted }: RunStatus): ActionButton[] {
  const { state, active, learned, steps, step } = entry;
  const underWay = active && (state === "running" || state === "paused" || state === "queued");
  const ours = job !== null && job.state !== "finished";
  const paused = state === "paused" || job?.state === "paused";
  const resumable = trusted && !active && !ours && (state === "stopped" || state === "interrupted" || (state === "failed" && learned !== "nothing" && (steps === null || step < steps)));
  const finished = state === "succeeded";
  const shown: (ActionButton & { readonly when: boolean })[] = [
    { action: "resumeRun", title: t("Resume"), icon: "debug-restart", primary: state !== "failed", when: resumable },
    { action: "continueRun", title: t("Continue"), icon: "debug-continue", primary: true, when: ours && paused },
    { action: "pauseRun", title: t("Pause"), icon: "debug-pause", when: ours && underWay && !paused && job.state !== "stopping" },
    { action: "stopRun", title: t("Stop"), icon: "debug-stop", when: ours && job.state !== "stopping" },
    { action: "tryPrompt", title: t("Try It"), icon: "comment-discussion", primary: finished, when: trusted && learned !== "nothing" && !underWay },
    { action: "inspectPrompt", title: t("Inspect"), icon: "search", when: learned !== "nothing" },
    { action: "exportPrompt", title: t("Export…"), icon: "export", when: learned !== "nothing" && !underWay },
    { action: "rerun", title: t("Rerun"), icon: "sync", primary: state === "failed", when: trusted && !underWay && !ours },
    { action: "compareWithBaseline", title: t("Compare with Baseline"), icon: "git-compare", when: hasBaseline },
    { action: "pinBaseline", title: t("Pin as Baseline"), icon: "pin", when: !isBaseline && finished },
    { action: "revealFiles", title: t("Reveal Files"), icon: "folder-opened", when: true },
  ];
  return shown.filter(({ when }) => when);
}
