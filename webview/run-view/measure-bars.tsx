import type { EvaluationMeasures } from "../../src/runs/events.js";
import { mainMeasure, type MeasureName } from "../../src/tasks/task-facts.js";
import { DataText, TableFrame } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { baselineWord, measuresOf, measureText, measureWord } from "./words.js";

interface Row {
  readonly key: string;
  readonly title: string;
  readonly text?: string;
  readonly measures: EvaluationMeasures;
  readonly learned: boolean;
}

/** The learned prompt beside the baselines: a table whose cells are bars with their figure. */
export function MeasureBars({ learned, baselines }: { readonly learned: EvaluationMeasures; readonly baselines: ReadonlyMap<string, EvaluationMeasures> }) {
  const rows: Row[] = [
    { key: "learned", title: t("Learned prompt"), measures: learned, learned: true },
    ...[...baselines].map(([name, measures]) => ({ key: name, ...baselineWord(name), measures, learned: false })).sort((a, b) => main(b.measures) - main(a.measures)),
  ];
  const names = measuresOf(rows.map(({ measures }) => measures));
  return (
    <TableFrame label={t("The learned prompt and the baselines")}>
      <table class="bars" data-rows={rows.length}>
        <caption class="screen-reader-only">{t("The learned prompt and the baselines")}</caption>
        <thead>
          <tr>
            <td />
            {names.map((name) => (
              <th key={name} scope="col" class={name === "loss" ? "number" : undefined}>
                {measureWord(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key} class={row.learned ? "learned" : undefined}>
              <th scope="row">
                {row.title}
                {row.text !== undefined && (
                  <span class="quiet hard">
                    <DataText text={row.text} />
                  </span>
                )}
              </th>
              {names.map((name) => (
                <td key={name} class={name === "loss" ? "number" : "bar-cell"}>
                  <Bar name={name} value={row.measures[name]} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableFrame>
  );
}

/** Shares are drawn from 0 to 100 %; a loss has no such end and is only told. */
function Bar({ name, value }: { readonly name: MeasureName; readonly value: number | null | undefined }) {
  const text = measureText(name, value);
  if (name === "loss" || typeof value !== "number") return <span class="number">{text}</span>;
  return (
    <span class="measure">
      <span class="track" aria-hidden="true">
        <span class="fill" style={{ inlineSize: `${Math.min(1, Math.max(0, value)) * 100}%` }} />
      </span>
      <span class="number">{text}</span>
    </span>
  );
}

const main = (measures: EvaluationMeasures): number => measures[mainMeasure(measures)] ?? 0;
