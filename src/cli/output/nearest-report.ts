import type { Inspection, Neighbour } from "../../inspection/inspection-schema.js";
import { excerpt } from "./harmless.js";
import { figure } from "./numbers.js";
import { displayWidth, table } from "./table.js";

type Metric = "cosine" | "dot" | "l2";

/** What the run's report needs of an inspection; also of one that `ptune inspect` made. */
export type InspectedPrompt = Pick<Inspection, "virtualTokens">;

/** The nearest token of each virtual token with its cosine, several on a line, and the norms under them. */
export function nearestLines({ virtualTokens }: InspectedPrompt, width = 78): string[] {
  const cells = virtualTokens.map(({ index, cosine }) => {
    const [nearest] = cosine;
    return nearest ? `${String(index + 1).padStart(2)} ${excerpt(nearest.token, 14)} ${nearest.cosine.toFixed(2)}` : `${String(index + 1).padStart(2)} –`;
  });
  const cell = Math.max(0, ...cells.map(displayWidth)) + 3;
  const perLine = Math.max(1, Math.floor(width / cell));
  const lines: string[] = [];
  for (let at = 0; at < cells.length; at += perLine) {
    const row = cells.slice(at, at + perLine).map((text) => text + " ".repeat(cell - displayWidth(text)));
    lines.push(`  ${row.join("").trimEnd()}`);
  }
  const norms = virtualTokens.map(({ norm }) => norm);
  if (norms.length > 0) lines.push(`  Norms from ${figure(Math.min(...norms), 3)} to ${figure(Math.max(...norms), 3)}.`);
  return lines;
}

/** One row a virtual token: its norm and its k nearest tokens by one metric, nearest first. */
export function neighbourTable({ virtualTokens }: InspectedPrompt, metric: Metric, k: number): string[] {
  const show = (neighbour: Neighbour): string => `${excerpt(neighbour.token, 24)} ${neighbour[metric].toFixed(metric === "dot" ? 2 : 3)}`;
  const columns = [{ title: "#", right: true }, { title: "norm", right: true }, { title: `nearest tokens (${metricTitles[metric]})` }];
  return table(
    columns,
    virtualTokens.map((token) => [String(token.index + 1), figure(token.norm, 3), token[metric].slice(0, k).map(show).join("  ")]),
  );
}

const metricTitles: Readonly<Record<Metric, string>> = { cosine: "cosine similarity", dot: "inner product", l2: "Euclidean distance" };
