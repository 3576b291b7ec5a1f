import { useEffect, useRef, useState } from "preact/hooks";
import type { PromptSubject } from "../../src/protocol/webview/inspector.js";
import { withAlpha } from "../shared/colors.js";
import { t } from "../shared/localization.js";
import { fixed } from "../shared/numbers.js";
import { type ThemeColors, useTheme } from "../shared/theme.js";
import type { InspectorState, InspectorStore } from "./store.js";

const largestPicture = 420;
type Cell = readonly [row: number, column: number];

/** Pairwise cosine similarity as a picture with a cursor, and the pairs that stand out in words. */
export function SimilaritySection({ state, store, subject }: { readonly state: InspectorState; readonly store: InspectorStore; readonly subject: PromptSubject }) {
  const { similarity } = subject;
  const [cell, setCell] = useState<Cell | null>(null);
  if (subject.virtualTokens < 2) return null;
  return (
    <section aria-labelledby="similarity-heading">
      <h2 id="similarity-heading">{t("Similarity to each other")}</h2>
      {!similarity && <p class="empty">{t("The prompt is too long for its pairs to be shown.")}</p>}
      {similarity && (
        <>
          {state.at !== null && <p class="quiet">{t("Of the prompt that was kept, whichever step is looked at.")}</p>}
          <HeatMap similarity={similarity} cell={cell} pointed={state.pointed} onCell={(next) => (setCell(next), store.point(next?.[0] ?? null))} />
          <p id="similarity-said" class="said" aria-live="polite">
            {cell ? t("Virtual tokens {0} and {1}: cosine {2}", cell[0] + 1, cell[1] + 1, fixed(similarity[cell[0]][cell[1]], 3)) : summary(similarity)}
          </p>
          <p id="similarity-help" class="quiet">{t("Point at a cell, or move with the arrow keys.")}</p>
        </>
      )}
    </section>
  );
}

/** What stands out, in words. */
export function summary(similarity: readonly (readonly number[])[]): string {
  let sum = 0;
  let pairs = 0;
  let most: Cell = [0, 1];
  for (let a = 0; a < similarity.length; a++) {
    for (let b = a + 1; b < similarity.length; b++, pairs++) {
      sum += similarity[a][b];
      if (similarity[a][b] > similarity[most[0]][most[1]]) most = [a, b];
    }
  }
  const largest = similarity[most[0]][most[1]];
  const found = t("Mean cosine of the {0} pairs: {1}. Most alike: {2} and {3}, {4}.", pairs, fixed(sum / pairs, 3), most[0] + 1, most[1] + 1, fixed(largest, 3));
  return largest > 0.95 ? `${found} ${t("Vectors this alike say the same twice; a shorter prompt may do as well.")}` : found;
}

interface HeatMapSetting {
  readonly similarity: readonly (readonly number[])[];
  readonly cell: Cell | null;
  readonly pointed: number | null;
  readonly onCell: (cell: Cell | null) => void;
}

function HeatMap({ similarity, cell, pointed, onCell }: HeatMapSetting) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useTheme();
  const count = similarity.length;
  const each = Math.max(2, Math.min(24, Math.floor(largestPicture / count)));
  const side = each * count;
  useEffect(() => draw(canvas.current!, similarity, each, theme, cell, pointed), [similarity, each, theme, cell, pointed]);
  const at = (event: MouseEvent): Cell => {
    const box = canvas.current!.getBoundingClientRect();
    const index = (pixel: number): number => Math.max(0, Math.min(count - 1, Math.floor(pixel / each)));
    return [index(event.clientY - box.top), index(event.clientX - box.left)];
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, Cell> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const step = steps[event.key];
    if (event.key === "Escape") onCell(null);
    else if (event.key === "Home") onCell([0, 0]);
    else if (event.key === "End") onCell([count - 1, count - 1]);
    else if (step) onCell(cell ? [(cell[0] + step[0] + count) % count, (cell[1] + step[1] + count) % count] : [0, 0]);
    else return;
    event.preventDefault();
  };
  return (
    <div class="heat">
      <div class="heat-frame" style={{ inlineSize: `${side}px`, blockSize: `${side}px` }} tabIndex={0} role="application" aria-roledescription={t("heat map")} aria-label={t("Cosine similarity of {0} by {0} virtual tokens", count)} aria-describedby="similarity-said similarity-help" onKeyDown={onKeyDown} onMouseMove={(event) => onCell(at(event))} onMouseLeave={() => onCell(null)}>
        <canvas ref={canvas} style={{ inlineSize: `${side}px`, blockSize: `${side}px` }} aria-hidden="true" />
      </div>
      <div class="heat-scale" aria-hidden="true">
        <span>1</span>
        <span class="ramp" />
        <span>0</span>
        <span class="ramp below" />
        <span>−1</span>
      </div>
    </div>
  );
}

/** Blue where two point the same way, red where they point away from each other; the stronger the more. Every theme has these two apart. */
function draw(canvas: HTMLCanvasElement, similarity: readonly (readonly number[])[], each: number, theme: ThemeColors, cell: Cell | null, pointed: number | null): void {
  const count = similarity.length;
  const ratio = devicePixelRatio;
  canvas.width = canvas.height = Math.round(count * each * ratio);
  const context = canvas.getContext("2d")!;
  context.scale(ratio, ratio);
  const [alike, , , unlike] = theme.palette;
  const gap = each >= 8 ? 1 : 0;
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const value = similarity[row][column];
      context.fillStyle = withAlpha(value >= 0 ? alike : unlike, Math.min(1, 0.04 + 0.96 * Math.abs(value)));
      context.fillRect(column * each, row * each, each - gap, each - gap);
    }
  }
  context.strokeStyle = theme.focus;
  context.lineWidth = 2;
  if (pointed !== null && !cell) context.strokeRect(1, pointed * each, count * each - 2, each - gap);
  if (cell) context.strokeRect(cell[1] * each - 1, cell[0] * each - 1, each + 2 - gap, each + 2 - gap);
}
