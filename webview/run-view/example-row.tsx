import { useState } from "preact/hooks";
import type { ShownPrediction } from "../../src/protocol/webview/run-view.js";
import { DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer, share } from "../shared/numbers.js";

/** Longer texts are shown in part until the person asks for the rest. */
const longestText = 320;

export function ExampleRow({ row }: { readonly row: ShownPrediction }) {
  const { index, expected, predicted, generated, right, probability, expectedProbability, rougeL, fields } = row;
  const several = Object.keys(fields).length > 1;
  return (
    <li class={right ? "example right" : "example wrong"}>
      <div class="row answers">
        <span class="verdict">
          <Icon name={right ? "pass" : "error"} /> {right ? t("right") : t("wrong")}
        </span>
        <span>
          <span class="quiet">{t("Predicted")}</span> <strong><DataText text={predicted} /></strong>
          {probability !== null && <span class="number"> {share(probability)}</span>}
        </span>
        <span>
          <span class="quiet">{t("Expected")}</span> <strong><DataText text={expected} /></strong>
          {!right && expectedProbability !== null && <span class="number"> {share(expectedProbability)}</span>}
        </span>
        {rougeL !== null && (
          <span>
            <span class="quiet">{t("ROUGE-L")}</span> <span class="number">{fixed(rougeL)}</span>
          </span>
        )}
        <span class="quiet number place">{t("row {0}", integer(index + 1))}</span>
      </div>
      {generated !== null && (
        <div class="field-text">
          <span class="quiet">{t("Generated")}: </span>
          <LongText text={generated} />
        </div>
      )}
      {Object.entries(fields).map(([name, text]) => (
        <div key={name} class="field-text">
          {several && <span class="quiet"><DataText text={name} />: </span>}
          <LongText text={text} />
        </div>
      ))}
    </li>
  );
}

function LongText({ text }: { readonly text: string }) {
  const [all, setAll] = useState(false);
  if (text.length <= longestText) return <DataText text={text} lines />;
  return (
    <>
      <DataText text={all ? text : `${text.slice(0, longestText)}…`} lines />{" "}
      <button type="button" class="link" aria-expanded={all} onClick={() => setAll(!all)}>
        {all ? t("Show less") : t("Show more")}
      </button>
    </>
  );
}
