/** A word, at most a line of letters long: longer runs are looked at piece by piece. */
const word = /[\p{L}\p{M}]{2,100}/gu;
const latin = /\p{Script=Latin}/u;
const cyrillic = /\p{Script=Cyrillic}/u;
/** Greek letters that look like Latin ones. Others stand beside Latin letters in formulas (Δx, kΩ). */
const greekAlike = /[ΑΒΕΖΗΙΚΜΝΟΡΤΥΧικνορυχ]/u;
const anyOther = /[\u0370-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f]/;

/** Words that mix Latin letters with Cyrillic or look-alike Greek ones, as disguised words do ("pаypal"). */
export function* mixedScriptWordsIn(text: string): Generator<{ readonly at: number; readonly length: number }> {
  if (!anyOther.test(text)) return;
  for (const match of text.matchAll(word)) {
    const mixed = latin.test(match[0]) && (cyrillic.test(match[0]) || greekAlike.test(match[0]));
    if (mixed) yield { at: match.index, length: match[0].length };
  }
}
