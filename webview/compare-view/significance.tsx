import { useEffect, useMemo, useState } from "preact/hooks";
import { holm, verdictOf } from "../../src/comparison/verdict.js";
import type { PairedMeasure, Side, Significance as Answer } from "../../src/protocol/webview/compare-view.js";
import { Busy, DataText, Icon, Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { fixed, integer } from "../shared/numbers.js";
import type { Comparison, ShownRun } from "./comparison.js";
import { IntervalPicture } from "./interval-picture.js";
import { type Pair, type PairMode, pairedMeasuresOf, pairsOf, sideName, sidesOf } from "./pairs.js";
import { impossibleSentence, noAnswers, pairedMeasureName, reservations, verdictSentence } from "./verdict-text.js";
import { setName } from "./words.js";

export interface SignificanceSetting {
  readonly comparison: Comparison;
  /** @throws PromptTuningError; kind "stopped" on the signal. */
  readonly measure: (measure: PairedMeasure, pairs: readonly Pair[], signal: AbortSignal) => Promise<Answer[]>;
}

const keyOf = (side: Side): string => JSON.stringify([side.run, side.set]);

/** Whether the differences are more than chance, stated plainly. */
export function Significance({ comparison, measure }: SignificanceSetting) {
  const { runs, baseline } = comparison;
  const sides = useMemo(() => sidesOf(comparison), [comparison]);
  const sets = [...new Set(runs.flatMap(({ answers }) => answers))].filter((set) => set !== "learned");
  const [chosenMode, setMode] = useState<PairMode>();
  const [first, setFirst] = useState<string>();
  const [second, setSecond] = useState<string>();
  const [chosenSet, setSet] = useState<string>();
  const [chosenMeasure, setMeasure] = useState<PairedMeasure>();
  const measures = pairedMeasuresOf(comparison);
  const measured = chosenMeasure && measures.includes(chosenMeasure) ? chosenMeasure : measures[0];
  const mode = chosenMode ?? (baseline ? "baseline" : "chosen");
  const set = chosenSet ?? (sets.includes("zero-shot") ? "zero-shot" : (sets[0] ?? ""));
  const learned = sides.filter(({ side }) => side.set === "learned");
  const sideOf = (key: string | undefined, place: number): Side | undefined => sides.find(({ side }) => keyOf(side) === key)?.side ?? learned[Math.min(place, learned.length - 1)]?.side;
  const [a, b] = [sideOf(first, 0), sideOf(second, 1)];
  if (runs.length === 0) return null;
  const { pairs, without } = a && b ? pairsOf(comparison, mode, { first: a, second: b, set }) : { pairs: [], without: runs };
  const options = sides.map(({ side, name }) => ({ value: keyOf(side), text: name }));
  return (
    <section aria-labelledby="significance">
      <h2 id="significance">{t("Is it more than chance?")}</h2>
      <div class="row controls">
        <Select<PairMode>
          label={t("Compare")}
          value={mode}
          options={[
            { value: "baseline", text: t("Every run with the pinned baseline") },
            { value: "chosen", text: t("Two of my choice") },
            ...(sets.length > 0 ? [{ value: "own" as const, text: t("Every run with its own baseline") }] : []),
          ]}
          onChange={setMode}
        />
        {mode === "chosen" && a && b && <Select label={t("First")} value={keyOf(a)} options={options} onChange={setFirst} />}
        {mode === "chosen" && a && b && <Select label={t("Second")} value={keyOf(b)} options={options} onChange={setSecond} />}
        {mode === "own" && <Select label={t("Baseline")} value={set} options={sets.map((each) => ({ value: each, text: setName(each) }))} onChange={setSet} />}
        {measures.length > 1 && <Select label={t("Measure")} value={measured} options={measures.map((each) => ({ value: each, text: pairedMeasureName(each) }))} onChange={setMeasure} />}
      </div>
      <Nothing mode={mode} baseline={baseline} learned={learned.length} pairs={pairs.length} />
      <Sentences comparison={comparison} pairs={pairs} measured={measured} measure={measure} />
      {mode !== "chosen" && pairs.length > 0 && without.length > 0 && <p class="quiet">{without.length === 1 ? noAnswers(without[0].label) : t("{0} have no answers kept row by row: they are not finished, or were made before this version kept them.", without.map(({ label }) => label).join(", "))}</p>}
    </section>
  );
}

/** Why there is nothing to compare, and what to do. */
function Nothing({ mode, baseline, learned, pairs }: { readonly mode: PairMode; readonly baseline: ShownRun | undefined; readonly learned: number; readonly pairs: number }) {
  if (pairs > 0) return null;
  if (learned === 0) return <p class="empty">{t("No run has its answers kept row by row yet: they are written when a run finishes. Runs made before this version kept them can be run again.")}</p>;
  if (mode === "baseline" && !baseline) return <p class="empty">{t("No run is pinned as the baseline. Pin one in the table above, or choose two runs.")}</p>;
  if (mode === "baseline" && baseline?.answers.length === 0) return <p class="empty">{noAnswers(baseline.label)}</p>;
  return <p class="empty">{t("There is no second run with answers to compare with.")}</p>;
}

interface Found {
  readonly key: string;
  readonly answers?: readonly Answer[];
  readonly error?: string;
}

function Sentences({ comparison, pairs, measured, measure }: { readonly comparison: Comparison; readonly pairs: readonly Pair[]; readonly measured: PairedMeasure; readonly measure: SignificanceSetting["measure"] }) {
  // Asked again only when the pairs are others, or a run got another result.
  const results = comparison.runs.map(({ path, measures, answers }) => [path, measures["test.accuracy"], measures["test.exactMatch"], answers.length]);
  const key = JSON.stringify([measured, pairs, results.filter(([path]) => pairs.some(({ a, b }) => a.run === path || b.run === path))]);
  const [found, setFound] = useState<Found>();
  useEffect(() => {
    if (pairs.length === 0) return;
    const controller = new AbortController();
    measure(measured, pairs, controller.signal).then(
      (answers) => setFound({ key, answers }),
      (error: unknown) => controller.signal.aborted || setFound({ key, error: error instanceof Error ? error.message : String(error) }),
    );
    return () => controller.abort();
  }, [key]);
  if (pairs.length === 0) return null;
  if (found?.key !== key) return <p class="row" role="status"><Busy label={t("Comparing")} /> {t("Comparing row by row…")}</p>;
  if (!found.answers) return <p class="failed" role="alert"><Icon name="error" /> {found.error}</p>;
  return <Verdicts comparison={comparison} pairs={pairs} answers={found.answers} />;
}

function Verdicts({ comparison, pairs, answers }: { readonly comparison: Comparison; readonly pairs: readonly Pair[]; readonly answers: readonly Answer[] }) {
  const name = ({ run, set }: Side): string => {
    const shown = comparison.runs.find(({ path }) => path === run);
    return shown ? sideName(shown, set) : "?";
  };
  const measured = answers.filter((answer) => answer.type === "measured");
  const corrected = holm(measured.map(({ p }) => p));
  const reach = Math.max(0, ...measured.flatMap(({ interval }) => interval.map(Math.abs)));
  return (
    <>
      <ul class="verdicts" tabIndex={0} aria-label={t("Comparisons")}>
        {pairs.map(({ a, b }, at) => {
          const answer = answers[at];
          if (!answer) return null;
          if (answer.type === "impossible") return <li key={at}><span class="picture" /><p class="quiet">{impossibleSentence(name(a), name(b), answer)}</p></li>;
          const p = corrected[measured.indexOf(answer)];
          const verdict = verdictOf(answer, p);
          const notes = [
            ...reservations(answer),
            ...(verdictOf(answer) === verdict ? [] : [t("On its own it would count as larger than chance, among {0} comparisons it does not.", measured.length)]),
            ...(answer.differing === 0 ? [] : [measured.length > 1 ? t("p {0}; corrected for {1} comparisons: p {2}.", pText(answer.p), measured.length, pText(p)) : t("p {0}.", pText(p))]),
          ];
          return (
            <li key={at} class={verdict}>
              <span class="picture"><IntervalPicture {...answer} verdict={verdict} reach={reach} /></span>
              <div>
                <p><DataText text={verdictSentence(name(a), name(b), answer, verdict)} /></p>
                <p class="quiet">{notes.join(" ")}</p>
              </div>
            </li>
          );
        })}
      </ul>
      {measured.length > 1 && <p class="notice"><Icon name="info" /><span>{t("Of many comparisons some look significant by chance alone: with {0}, one in twenty would be expected to. The p-values are corrected for that (Holm 1979), and a difference is called larger than chance only if it stands the correction.", integer(measured.length))}</span></p>}
      {measured.length > 0 && <p class="quiet">{t("Paired bootstrap over the held-out rows, 10,000 resamples (Koehn 2004; Berg-Kirkpatrick et al. 2012). It says how the result depends on the rows, not on the seed: compare several seeds for that.")}</p>}
    </>
  );
}

function pText(p: number): string {
  return p < 0.001 ? `< ${fixed(0.001, 3)}` : `= ${fixed(p, 3)}`;
}
