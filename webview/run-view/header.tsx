import { useState } from "preact/hooks";
import { Badge, Button, DataText, Icon, Progress } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { dateTime, duration, integer, megabytes } from "../shared/numbers.js";
import { act, type ShownRun } from "./connection.js";
import { Notices } from "./notices.js";
import { actionsFor } from "./run-actions.js";
import { phaseText, stateIcon, stateWord } from "./words.js";

/** Who the run is, how it stands, how far it is, and what can be done with it. */
export function Header({ run }: { readonly run: ShownRun }) {
  const { status, model } = run;
  const { entry, isBaseline } = status;
  const [problem, setProblem] = useState<string | undefined>();
  const { step, steps } = progressOf(run);
  const share = steps ? step / steps : undefined;
  const busy = entry.active && (entry.state === "running" || entry.state === "queued");
  const barState = entry.state === "failed" ? "error" : entry.state === "succeeded" ? "done" : busy ? "active" : "paused";
  return (
    <header class="run-header" data-state={entry.state}>
      <div class="row spread">
        <h1>
          <DataText text={entry.experimentName} />
          {entry.seed !== null && <span class="seed quiet"> {t("seed {0}", entry.seed)}</span>}
        </h1>
        <span class={`state ${entry.state}`}>
          <Icon name={stateIcon(entry.state)} spin={entry.state === "running" && entry.active} /> {stateWord(entry.state)}
        </span>
      </div>
      <p class="quiet folder">
        <DataText text={entry.name} /> {isBaseline && <Badge>{t("Baseline")}</Badge>}
      </p>
      <Progress label={t("Progress of the training")} value={busy && step === 0 && model.phase ? undefined : (share ?? 0)} text={steps ? t("step {0} of {1}", integer(step), integer(steps)) : undefined} state={barState} />
      <Facts run={run} step={step} steps={steps} />
      <div class="row actions" role="group" aria-label={t("Actions")}>
        {actionsFor(status).map(({ action, title, icon, primary }) => (
          <Button key={action} icon={icon} appearance={primary ? "primary" : "secondary"} onPress={() => (setProblem(undefined), act(action, setProblem))}>
            {title}
          </Button>
        ))}
      </div>
      <Notices run={run} problem={problem} />
    </header>
  );
}

/** The journal is newer than the list, and the list knows of runs whose journal is still being read. */
function progressOf({ status: { entry }, model }: ShownRun): { readonly step: number; readonly steps: number | undefined } {
  return { step: model.loss.length > 0 ? model.loss.x[model.loss.length - 1] : model.caughtUp ? 0 : entry.step, steps: model.steps ?? entry.steps ?? undefined };
}

function Facts({ run, step, steps }: { readonly run: ShownRun; readonly step: number; readonly steps: number | undefined }) {
  const { status, details, model } = run;
  const { entry, job, memoryMB } = status;
  const underWay = entry.active && !model.result;
  const activity = underWay ? activityOf(run) : undefined;
  const left = underWay ? (job?.step?.secondsLeft ?? entry.secondsLeft) : null;
  const facts: (string | undefined)[] = [
    activity,
    steps ? t("Step {0} of {1}", integer(step), integer(steps)) : undefined,
    left !== null && left !== undefined && entry.state === "running" ? t("{0} left", duration(left)) : undefined,
    model.result ? t("Took {0}", duration(model.result.seconds)) : undefined,
    model.result ? t("{0} at most in memory", megabytes(model.result.peakMemoryMB)) : memoryMB !== null ? t("{0} in memory", megabytes(memoryMB)) : undefined,
    details.backbone ?? undefined,
    entry.created ? dateTime(entry.created) : undefined,
  ];
  return (
    <ul class="facts quiet">
      {facts.filter((fact) => fact !== undefined).map((fact) => (
        <li key={fact}>
          <DataText text={fact} />
        </li>
      ))}
    </ul>
  );
}

/** What it is busy with, when that is not the training itself. */
function activityOf({ status: { job }, model }: ShownRun): string | undefined {
  if (model.phase && model.phase.phase !== "training") return phaseText(model.phase.phase, model.phase.done, model.phase.total);
  if (job?.state === "stopping") return t("Stopping after this step");
  if (model.loss.length === 0 && job?.activity) return phaseText(job.activity.text, job.activity.done, job.activity.total);
  return undefined;
}
