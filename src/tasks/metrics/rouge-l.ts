/**
 * ROUGE-L F1 (Lin 2004, section 3, β = 1): the longest common subsequence of words, as share of both texts. Words are what Google's
 * rouge-score takes without stemming (lower case, runs of letters and digits), widened from ASCII to all letters so that
 * other scripts count; on ASCII text the values are equal. Two texts without a word give 0, as there.
 */
export function rougeL(generated: string, reference: string): number {
  const left = words(generated);
  const right = words(reference);
  if (left.length === 0 || right.length === 0) return 0;
  const common = longestCommonSubsequence(left, right);
  const precision = common / left.length;
  const recall = common / right.length;
  return common === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}

/** Longest texts compared, in words: the time grows with the product of both. */
const maximumWords = 4096;

function words(text: string): string[] {
  return (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, maximumWords);
}

/** Length of the longest common subsequence, by dynamic programming over one row. */
function longestCommonSubsequence(left: readonly string[], right: readonly string[]): number {
  const row = new Int32Array(right.length + 1);
  for (const word of left) {
    let diagonal = 0;
    for (let column = 1; column <= right.length; column++) {
      const above = row[column];
      row[column] = word === right[column - 1] ? diagonal + 1 : Math.max(above, row[column - 1]);
      diagonal = above;
    }
  }
  return row[right.length];
}
