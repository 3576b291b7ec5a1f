import { useState } from "preact/hooks";
import type { AnswerData, PlaygroundPromptData } from "../../src/protocol/backend/playground.js";
import { Button, DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer, share } from "../shared/numbers.js";

type Classification = Extract<AnswerData["result"], { type: "classification" }>;
type Generation = Extract<AnswerData["result"], { type: "generation" }>;

/** Labels shown before one asks for all. */
const fewLabels = 8;

/** The label in words, and how probable each one is. */
export function ClassificationView({ result, prompt, expected }: { readonly result: Classification; readonly prompt: PlaygroundPromptData; readonly expected: string | null }) {
  const [all, setAll] = useState(false);
  const { predicted, probabilities } = result;
  const many = probabilities.length > fewLabels;
  // A few labels keep their order, so that columns can be compared; of many, the likely ones come first.
  const sorted = many ? [...probabilities].sort((a, b) => b.probability - a.probability) : probabilities;
  const shown = many && !all ? sorted.slice(0, fewLabels) : sorted;
  const wordsOf = (label: string): string => prompt.labels.find((known) => known.label === label)?.words ?? "";
  return (
    <>
      <p class="said">
        <span class="label"><DataText text={predicted} /></span>
        {expected !== null && <Agreement same={predicted === expected} />}
      </p>
      <table class="probabilities">
        <caption class="screen-reader-only">{t("Probability of each label")}</caption>
        <tbody>
          {shown.map(({ label, probability }) => (
            <tr key={label} class={label === predicted ? "predicted" : undefined}>
              <th scope="row" title={wordsOf(label) && t("Its words: “{0}”", wordsOf(label))}><DataText text={label} /></th>
              <td class="bar-cell" aria-hidden="true"><div class="track"><div class="bar" style={{ inlineSize: `${Math.max(0, Math.min(1, probability)) * 100}%` }} /></div></td>
              <td class="number">{share(probability)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {many && <Button onPress={() => setAll(!all)}>{all ? t("Show the {0} most probable", fewLabels) : t("Show all {0} labels", probabilities.length)}</Button>}
    </>
  );
}

function Agreement({ same }: { readonly same: boolean }) {
  return same ? (
    <span class="agreement same"><Icon name="pass" /> {t("as the data says")}</span>
  ) : (
    <span class="agreement other"><Icon name="circle-slash" /> {t("the data says otherwise")}</span>
  );
}

/** Generated text; a caret while it comes. */
export function GeneratedText({ text, coming = false }: { readonly text: string; readonly coming?: boolean }) {
  if (text === "" && !coming) return <p class="generated quiet">{t("(an empty answer)")}</p>;
  return (
    <p class="generated">
      <DataText text={text} lines />
      {coming && <span class="caret" aria-hidden="true" />}
    </p>
  );
}

export function GenerationView({ result, expected }: { readonly result: Generation; readonly expected: string | null }) {
  return (
    <>
      <GeneratedText text={result.text} />
      {result.spans && (
        <p class="said">
          <span class="quiet">{t("Read as")}</span> <DataText text={result.spans.found} />
          {result.spans.problems > 0 && <span class="quiet"> {result.spans.problems === 1 ? t("1 piece could not be read") : t("{0} pieces could not be read", integer(result.spans.problems))}</span>}
        </p>
      )}
      {expected !== null && (result.spans?.found ?? result.text) === expected.trim() && <p class="said"><Agreement same /></p>}
    </>
  );
}

/** Time and tokens, and what was cut. */
export function Figures({ answer }: { readonly answer: AnswerData }) {
  const { result, milliseconds, preparation, tokens, virtualTokens, cut } = answer;
  const lost = cut.byMaximum + cut.byContext;
  return (
    <footer class="figures">
      <ul>
        <li>
          {time(milliseconds)}
          {result.type === "generation" && result.firstToken !== null && <span class="quiet"> {t("first token {0}", time(result.firstToken))}</span>}
        </li>
        <li>
          {virtualTokens > 0 ? t("{0} tokens, {1} of them virtual", integer(tokens), integer(virtualTokens)) : t("{0} tokens", integer(tokens))}
        </li>
        {result.type === "generation" && <li>{result.complete ? t("{0} tokens said", integer(result.newTokens)) : t("{0} tokens said, the most it may", integer(result.newTokens))}</li>}
        {preparation !== null && <li class="quiet">{t("{0} more to get ready, this once", time(preparation))}</li>}
      </ul>
      {lost > 0 && (
        <p class="cut">
          <Icon name="warning" /> {cut.byContext > 0 ? t("The end of the text was cut, {0} tokens: it is longer than what fits (the backbone's context, or the task's maxRowTokens).", integer(lost)) : t("The end of the text was cut, {0} tokens: the task takes no more (maxTokens).", integer(lost))}
        </p>
      )}
    </footer>
  );
}

function time(milliseconds: number): string {
  return milliseconds < 10_000 ? t("{0} ms", fixed(milliseconds, milliseconds < 10 ? 1 : 0)) : t("{0} s", fixed(milliseconds / 1000, 1));
}
