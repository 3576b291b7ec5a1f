import { type Fit, fitGrowth, type Series } from "./fit.js";

const panel = { width: 330, height: 220, left: 46, right: 14, top: 46, bottom: 34 };
const gap = 12;

/** An SVG of up to four series, each in a panel of its own with the fitted line. Colours follow the reader's scheme, on a ground of its own. */
export function drawGrowth(title: string, series: readonly Series[]): string {
  const rows = Math.ceil(series.length / 2);
  const [width, height] = [2 * panel.width + 3 * gap, rows * panel.height + (rows + 1) * gap + 30];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(`${title}: ${series.map((each) => `${each.name} ${each.values.map((value, i) => `${value}: ${each.seconds[i].toFixed(2)} s`).join(", ")}`).join("; ")}`)}">
<style>
  .ground { fill: #ffffff } .panel { fill: #f6f8fa } .text { fill: #1f2328 } .quiet { fill: #59636e } .axis { stroke: #d1d9e0 } .line { stroke: #0969da } .point { fill: #0969da }
  @media (prefers-color-scheme: dark) { .ground { fill: #0d1117 } .panel { fill: #151b23 } .text { fill: #f0f6fc } .quiet { fill: #9198a1 } .axis { stroke: #3d444d } .line { stroke: #4493f8 } .point { fill: #4493f8 } }
  text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif } .title { font-weight: 600; font-size: 13px }
</style>
<rect class="ground" width="${width}" height="${height}" rx="8"/>
<text class="text title" x="${gap + 4}" y="28">${escaped(title)}</text>
${series.map((each, i) => drawPanel(each, gap + (i % 2) * (panel.width + gap), 30 + gap + Math.floor(i / 2) * (panel.height + gap))).join("\n")}
</svg>
`;
}

function drawPanel(series: Series, x: number, y: number): string {
  const { width, height, left, right, top, bottom } = panel;
  const fit = fitGrowth(series);
  const [mostX, mostY] = [Math.max(...series.values) * 1.05, roundUp(Math.max(...series.seconds) * 1.05)];
  const atX = (value: number): string => (left + (value / mostX) * (width - left - right)).toFixed(1);
  const atY = (seconds: number): string => (height - bottom - (seconds / mostY) * (height - top - bottom)).toFixed(1);
  const ticks = [0, mostY / 2, mostY].map((seconds) => `<path class="axis" d="M${left} ${atY(seconds)}H${width - right}"/><text class="quiet" text-anchor="end" x="${left - 6}" y="${Number(atY(seconds)) + 4}">${Number(seconds.toPrecision(3))} s</text>`);
  const labels = series.values.filter(distant(mostX)).map((value) => `<text class="quiet" text-anchor="middle" x="${atX(value)}" y="${height - bottom + 18}">${value}</text>`);
  const points = series.values.map((value, i) => `<circle class="point" r="4" cx="${atX(value)}" cy="${atY(series.seconds[i])}"/>`);
  return `<g transform="translate(${x} ${y})">
<rect class="panel" width="${width}" height="${height}" rx="6"/>
<text class="text title" x="12" y="20">${escaped(series.name)}</text><text class="quiet" x="12" y="36">${escaped(describeFit(fit))}</text>
${ticks.join("")}${labels.join("")}
<path class="line" fill="none" stroke-width="1.5" stroke-dasharray="5 4" d="M${atX(0)} ${atY(Math.max(0, fit.fixed))}L${atX(mostX)} ${atY(Math.min(mostY, fit.fixed + fit.slope * mostX))}"/>
${points.join("")}
</g>`;
}

export function describeFit({ exponent, fixed, slope, linear }: Fit): string {
  return `${fixed.toFixed(2)} s + ${(1000 * slope).toFixed(1)} ms each (R² ${linear.toFixed(3)}); power ${exponent.toFixed(2)}`;
}

/** Leaves out labels that would stand on each other. */
function distant(most: number): (value: number, i: number, all: readonly number[]) => boolean {
  return (value, i, all) => i === all.length - 1 || (all.at(-1)! - value) / most > 0.09 && !(i > 0 && (value - all[i - 1]) / most < 0.06);
}

/** 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value)! * power;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
