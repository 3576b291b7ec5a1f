import type { EvaluationMeasures } from "../../runs/events.js";

/**
 * Accuracy, macro-F1, precision, recall, F1 and support of every class, and the confusion matrix (rows: true label,
 * columns: predicted label), as scikit-learn defines them with `labels` given and zero_division=0: a quotient with a zero denominator is 0, and
 * macro-F1 is the mean over all known labels, also those without a row.
 * @param expected index of the true label of every item; @param predicted index of the predicted one
 */
export function classificationMeasures(labels: readonly string[], expected: ArrayLike<number>, predicted: ArrayLike<number>): EvaluationMeasures {
  const confusion = labels.map(() => new Array<number>(labels.length).fill(0));
  for (let item = 0; item < expected.length; item++) confusion[expected[item]][predicted[item]]++;
  const correct = labels.reduce((sum, _, label) => sum + confusion[label][label], 0);
  const classes = labels.map((_, label) => {
    const hits = confusion[label][label];
    const support = confusion[label].reduce((sum, count) => sum + count, 0);
    const chosen = confusion.reduce((sum, row) => sum + row[label], 0);
    return { precision: quotient(hits, chosen), recall: quotient(hits, support), f1: quotient(2 * hits, chosen + support), support };
  });
  return {
    items: expected.length,
    accuracy: quotient(correct, expected.length),
    macroF1: quotient(
      classes.reduce((sum, { f1 }) => sum + f1, 0),
      labels.length,
    ),
    // fromEntries defines own properties, so a label named "__proto__" is only a label.
    perClass: Object.fromEntries(labels.map((label, index) => [label, classes[index]])),
    confusion,
    labels: [...labels],
  };
}

function quotient(numerator: number, denominator: number): number {
  return denominator === 0 ? 0 : numerator / denominator;
}
