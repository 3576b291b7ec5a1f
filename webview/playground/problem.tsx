import type { ComponentChildren } from "preact";
import { DataText, Icon } from "../shared/controls.js";
import type { Problem } from "./state.js";

/** What happened, why, what to do now; and the buttons to do it. */
export function ProblemText({ problem, children, quiet = false }: { readonly problem: Problem; readonly children?: ComponentChildren; /** In a column, not for the whole page. */ readonly quiet?: boolean }) {
  return (
    <div class={quiet ? "problem" : "problem banner"} role={quiet ? undefined : "alert"}>
      <p>
        <Icon name="error" /> <strong><DataText text={problem.message} /></strong>
      </p>
      {problem.reason && <p><DataText text={problem.reason} lines /></p>}
      {problem.advice && <p><DataText text={problem.advice} lines /></p>}
      {children && <div class="row">{children}</div>}
    </div>
  );
}
