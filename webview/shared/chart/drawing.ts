import type { Chart, Plugin } from "chart.js";
import type { ThemeColors } from "../theme.js";
import type { DrawnPoint } from "./decimation.js";
import type { ChartMarker } from "./series.js";

/** What is drawn beside the lines. */
export interface Overlay {
  readonly theme: ThemeColors;
  readonly bands: readonly { readonly color: string; readonly low: readonly DrawnPoint[]; readonly high: readonly DrawnPoint[] }[];
  readonly markers: readonly (ChartMarker & { readonly y?: number })[];
  /** Where the pointer or the keyboard is, and each line's value there. */
  readonly cursor?: { readonly x: number; readonly values: readonly { readonly y: number; readonly color: string }[] };
}

/** Draws bands below the lines, markers and the cursor above them. */
export function overlayPlugin(current: () => Overlay): Plugin<"line"> {
  return {
    id: "overlay",
    beforeDatasetsDraw: (chart) => clipped(chart, () => current().bands.forEach((band) => drawBand(chart, band))),
    afterDatasetsDraw: (chart) => {
      const { markers, cursor, theme } = current();
      clipped(chart, () => {
        for (const marker of markers) drawMarker(chart, marker, theme);
        if (cursor) drawCursor(chart, cursor, theme);
      });
    },
  };
}

function clipped(chart: Chart, draw: () => void): void {
  const { ctx, chartArea } = chart;
  ctx.save();
  ctx.beginPath();
  ctx.rect(chartArea.left, chartArea.top - 6, chartArea.width + 6, chartArea.height + 6);
  ctx.clip();
  draw();
  ctx.restore();
}

function drawBand(chart: Chart, { color, low, high }: Overlay["bands"][number]): void {
  const { ctx, scales } = chart;
  ctx.fillStyle = color;
  const [lows, highs] = [pieces(low), pieces(high)];
  highs.forEach((upper, index) => {
    const lower = lows[index];
    if (!lower) return;
    ctx.beginPath();
    for (const point of [...upper, ...lower.toReversed()]) ctx.lineTo(scales.x.getPixelForValue(point.x), scales.y.getPixelForValue(point.y));
    ctx.closePath();
    ctx.fill();
  });
}

function pieces(points: readonly DrawnPoint[]): DrawnPoint[][] {
  const found: DrawnPoint[][] = [[]];
  for (const point of points) {
    if (Number.isNaN(point.y)) found.push([]);
    else found.at(-1)!.push(point);
  }
  return found.filter((piece) => piece.length > 0);
}

function drawMarker(chart: Chart, { x, y, kind }: Overlay["markers"][number], theme: ThemeColors): void {
  const { ctx, scales, chartArea } = chart;
  const at = scales.x.getPixelForValue(x);
  if (kind === "event" || y === undefined) {
    ctx.strokeStyle = theme.quiet;
    ctx.lineWidth = 1;
    ctx.setLineDash([2, 4]);
    line(ctx, at, chartArea.top, at, chartArea.bottom);
    ctx.setLineDash([]);
    return;
  }
  star(ctx, at, scales.y.getPixelForValue(y), 7);
  ctx.fillStyle = theme.foreground;
  ctx.strokeStyle = theme.background;
  ctx.lineWidth = 1.5;
  ctx.fill();
  ctx.stroke();
}

function drawCursor(chart: Chart, { x, values }: NonNullable<Overlay["cursor"]>, theme: ThemeColors): void {
  const { ctx, scales, chartArea } = chart;
  const at = scales.x.getPixelForValue(x);
  ctx.strokeStyle = theme.quiet;
  ctx.lineWidth = 1;
  line(ctx, at, chartArea.top, at, chartArea.bottom);
  for (const { y, color } of values) {
    if (!Number.isFinite(y)) continue;
    ctx.beginPath();
    ctx.arc(at, scales.y.getPixelForValue(y), 4, 0, Math.PI * 2);
    ctx.fillStyle = color;
    ctx.strokeStyle = theme.background;
    ctx.lineWidth = 1.5;
    ctx.fill();
    ctx.stroke();
  }
}

function line(ctx: CanvasRenderingContext2D, fromX: number, fromY: number, toX: number, toY: number): void {
  ctx.beginPath();
  ctx.moveTo(fromX, fromY);
  ctx.lineTo(toX, toY);
  ctx.stroke();
}

function star(ctx: CanvasRenderingContext2D, x: number, y: number, radius: number): void {
  ctx.beginPath();
  for (let i = 0; i < 10; i++) {
    const [r, angle] = [i % 2 === 0 ? radius : radius * 0.45, (Math.PI * i) / 5 - Math.PI / 2];
    ctx.lineTo(x + r * Math.cos(angle), y + r * Math.sin(angle));
  }
  ctx.closePath();
}
