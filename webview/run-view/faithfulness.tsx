import { useState } from "preact/hooks";
import { Button } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { share } from "../shared/numbers.js";
import { act } from "./connection.js";

/** How far the nearest tokens explain the prompt, with the caution that belongs to the figure. */
export function Faithfulness({ learned, nearestTokens }: { readonly learned: number | null | undefined; readonly nearestTokens: number | null | undefined}) {
  const [problem, setProblem] = useState<string | undefined>();
  if (typeof learned !== "number" || typeof nearestTokens !== "number") return null;
  return (
    <section class="card faithfulness">
      <h3>{t("Do the nearest tokens explain the prompt?")}</h3>
      <p>
        {t("With every virtual token replaced by its nearest token of the vocabulary: {0} instead of {1}.", share(nearestTokens), share(learned))}
      </p>
      <p class="quiet">
        {t("Nearest tokens can mislead: prompts that solve a task can lie close to any text, even one about another task (Khashabi et al. 2022). Where the first figure is far below the second, they do not explain the prompt.")}
      </p>
      <Button icon="search" onPress={() => act("inspectPrompt", setProblem)}>
        {t("Inspect the learned prompt")}
      </Button>
      {problem !== undefined && <p class="error" role="alert">{problem}</p>}
    </section>
  );
}
