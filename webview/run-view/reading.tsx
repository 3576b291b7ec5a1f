import type { EvaluationMeasures } from "../../src/runs/events.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";

type ReadingFigures = NonNullable<EvaluationMeasures["reading"]>;

/** What of the generated answers could not be taken as it stands. */
export function Reading({ reading, items }: { readonly reading: ReadingFigures; readonly items: number }) {
  if (reading.rows === 0) return <p class="quiet">{t("Every answer could be read as it stands.")}</p>;
  const words: readonly (readonly [key: Exclude<keyof ReadingFigures, "rows">, text: string])[] = [
    ["unreadable", t("pieces that name no span and no tag")],
    ["unknownTypes", t("of a type that the task does not have")],
    ["invented", t("with words that do not stand in the row")],
    ["repeated", t("whose words were named before")],
    ["missing", t("words without a tag")],
    ["surplus", t("tags without a word")],
  ];
  return (
    <>
      <h2>{t("What could not be read")}</h2>
      <p class="quiet">{t("Of {0} of {1} answers something was left out:", integer(reading.rows), integer(items))}</p>
      <ul class="reading">
        {words
          .filter(([key]) => reading[key] > 0)
          .map(([key, text]) => (
            <li key={key}>
              <span class="number">{integer(reading[key])}</span> {text}
            </li>
          ))}
      </ul>
    </>
  );
}
