import { t } from "../shared/localization.js";
import { fixed, signed } from "../shared/numbers.js";
import type { Verdict } from "../../src/comparison/verdict.js";

export interface IntervalPictureSetting {
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly verdict: Verdict;
  /** Largest distance from zero among the intervals that are shown together. */
  readonly reach: number;
}

const width = 220;
const height = 26;
const margin = 8;

/** The difference and its interval around zero, all on one scale. */
export function IntervalPicture({ difference, interval: [low, high], verdict, reach }: IntervalPictureSetting) {
  const place = (value: number): number => width / 2 + (reach === 0 ? 0 : (value / reach) * (width / 2 - margin));
  const label = t("Difference {0} points, 95% interval {1} to {2}", signed(difference * 100, 1), fixed(low * 100, 1), fixed(high * 100, 1));
  return (
    <svg class={`interval ${verdict}`} width={width} height={height} role="img" aria-label={label}>
      <title>{label}</title>
      <line class="zero" x1={width / 2} x2={width / 2} y1="2" y2={height - 2} />
      <line class="range" x1={place(low)} x2={place(high)} y1={height / 2} y2={height / 2} />
      {[low, high].map((value, at) => <line key={at} class="range" x1={place(value)} x2={place(value)} y1={height / 2 - 5} y2={height / 2 + 5} />)}
      <circle cx={place(difference)} cy={height / 2} r="4.5" />
    </svg>
  );
}
