import type { NearnessMetric } from "../../src/inspection/nearness.js";
import { t } from "../shared/localization.js";
import { fixed } from "../shared/numbers.js";

export function metricName(metric: NearnessMetric): string {
  switch (metric) {
    case "cosine":
      return t("Cosine");
    case "dot":
      return t("Inner product");
    case "l2":
      return t("Distance");
  }
}

/** What the measure's number means. */
export function metricMeaning(metric: NearnessMetric): string {
  switch (metric) {
    case "cosine":
      return t("Cosine similarity: 1 points the same way, 0 is unrelated. Lengths do not count.");
    case "dot":
      return t("Inner product: larger is nearer. Long vectors win, whichever way they point.");
    case "l2":
      return t("Euclidean distance: smaller is nearer; 0 is the token itself.");
  }
}

/** A measure's number, with as many digits as it needs to be told from the next one. */
export function nearness(metric: NearnessMetric, value: number): string {
  return fixed(value, metric === "cosine" ? 3 : Math.abs(value) >= 100 ? 1 : 2);
}

/** What a person calls the virtual token: they are counted from 1. */
export function tokenName(index: number): string {
  return t("Virtual token {0}", index + 1);
}
