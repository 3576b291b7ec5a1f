import { thinCurve } from "../../comparison/curves.js";
import { measuresOf, type Measures } from "../../comparison/measures.js";
import { type CurveMeasure, curveMeasures, type RunCurves } from "../../protocol/webview/compare-view.js";
import type { ResultEvent, RunEvent } from "../../runs/events.js";

type EvaluationEvent = Extract<RunEvent, { type: "evaluation" }>;

/** Most points of a curve that are sent to the page. */
export const mostPoints = 2000;

/** What a comparison keeps of a journal: sixteen bytes a step, not the events. */
export class CurveRecord {
  private steps: [step: number, loss: number][] = [];
  private evaluations: EvaluationEvent[] = [];
  private result: ResultEvent | undefined;

  add(event: RunEvent): void {
    switch (event.type) {
      case "step":
        if (event.loss !== null) this.steps.push([event.step, event.loss]);
        break;
      case "evaluation":
        // A run killed behind its last checkpoint measures again what it had measured already.
        this.evaluations = [...this.evaluations.filter(({ step, split }) => step !== event.step || split !== event.split), event];
        break;
      case "resume":
        // What the journal says of later steps is void and will be written again.
        this.steps = this.steps.filter(([step]) => step <= event.step);
        this.evaluations = this.evaluations.filter(({ step }) => step <= event.step);
        this.result = undefined;
        break;
      case "result":
        this.result = event;
        break;
    }
  }

  get measures(): Measures {
    return measuresOf({ evaluations: this.evaluations, result: this.result });
  }
  get testRows(): number | null {
    return this.result?.test?.items ?? null;
  }
  get baselines(): readonly string[] {
    return Object.keys(this.result?.baselines ?? {});
  }

  curves(): Omit<RunCurves, "path"> {
    const loss = thinCurve(this.steps, mostPoints);
    const validation = curveMeasures.flatMap((measure) => {
      const points = this.validationCurve(measure);
      return points.length > 0 ? [[measure, [...thinCurve(points, mostPoints).points]] as const] : [];
    });
    return { loss: { points: loss.points.map(([step, value]) => [step, value]), stepsAPoint: loss.stepsAPoint }, validation: Object.fromEntries(validation) as RunCurves["validation"] };
  }

  private validationCurve(measure: CurveMeasure): [number, number][] {
    return this.evaluations.flatMap(({ step, split, measures }) => {
      const value = measures[measure];
      return split === "validation" && typeof value === "number" ? [[step, value] as [number, number]] : [];
    });
  }
}
