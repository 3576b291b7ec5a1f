/** A curve as a chart is given it. */
export interface ChartSeries {
  readonly id: string;
  readonly name: string;
  /** Ascending. */
  readonly x: Float64Array;
  /** NaN: no value there. */
  readonly y: Float64Array;
  /** Where absent, the theme's colours are taken in order. */
  readonly color?: string;
  readonly dash?: readonly number[];
  /** Whether the chart's smoothing applies; the values themselves are then drawn faintly behind. */
  readonly smooth?: boolean;
  /** Draws a mark at every point: for curves of few points. */
  readonly marks?: boolean;
  /** An area around the line, such as mean ± standard deviation; of the same x. */
  readonly band?: { readonly low: Float64Array; readonly high: Float64Array };
}

/** Something that happened at an x. "best" is a star on the first curve that has a value there, the others are lines. */
export interface ChartMarker {
  readonly x: number;
  readonly kind: "best" | "event";
  readonly label: string;
}
