import type { ComponentChildren } from "preact";
import { Button, DataText, Icon, Progress } from "./controls.js";
import { t } from "./localization.js";
import { bytes } from "./numbers.js";
import type { Loading, Problem, Work } from "./loading.js";
import { fetchWords } from "./fetch-words.js";

export interface WorkStateSetting {
  readonly loading: Loading<unknown>;
  /** What is being done, for the bar. */
  readonly label: string;
  readonly onCancel: () => void;
  readonly onRetry: () => void;
}

/** How far something is, with a way to end it; or why it failed, with a way to try again. Nothing when it is done. */
export function WorkState({ loading, label, onCancel, onRetry }: WorkStateSetting) {
  if (loading.status === "failed" && loading.problem) {
    return (
      <ProblemNotice problem={loading.problem}>
        <Button onPress={onRetry}>{t("Try Again")}</Button>
      </ProblemNotice>
    );
  }
  if (loading.status !== "loading") return null;
  const { words, value } = progressOf(loading.progress, label);
  return (
    <div class="work" role="status">
      <div class="row spread">
        <span>{words}</span>
        <Button onPress={onCancel} icon="close">{t("Cancel")}</Button>
      </div>
      <Progress label={label} value={value} text={words} />
    </div>
  );
}

function progressOf(work: Work | undefined, label: string): { words: string; value: number | undefined } {
  const { fetching } = work ?? {};
  if (fetching) {
    const value = fetching.total ? fetching.done / fetching.total : undefined;
    return { words: fetching.total ? t("{0}: {1} of {2}", fetchWords(fetching), bytes(fetching.done), bytes(fetching.total)) : fetchWords(fetching), value };
  }
  return { words: label, value: work?.total ? work.done / work.total : undefined };
}

/** What happened, why, what to do now. */
export function ProblemNotice({ problem, children }: { readonly problem: Problem; readonly children?: ComponentChildren }) {
  return (
    <div class="notice error" role="alert">
      <Icon name="error" />
      <div class="stack">
        <p>
          <strong><DataText text={problem.message} /></strong> {problem.reason && <DataText text={problem.reason} lines />} {problem.advice && <DataText text={problem.advice} lines />}
        </p>
        {children && <div class="row">{children}</div>}
      </div>
    </div>
  );
}
