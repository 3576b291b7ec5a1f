export const cellKinds = ["integer", "number", "boolean", "date", "text"] as const;
export type CellKind = (typeof cellKinds)[number];

const integer = /^[+-]?\d{1,18}$/;
const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d{1,3})?$/i;
const truth = /^(true|false|yes|no)$/i;
/** ISO 8601 dates with or without a time of day. */
const isoDate = /^(\d{4})-(\d{2})-(\d{2})([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?$/;
/** 31/12/2024, 12/31/2024, 31.12.2024: which part is the month cannot be known from one cell. */
const localDate = /^(\d{1,2})([./])(\d{1,2})\2(\d{4})$/;
/** No number, truth value or date is longer. */
const longestValue = 40;
/** What tables write where a value is missing (the default list of pandas, in part). */
const missingWord = /^(na|n\/a|#n\/a|nan|null|none|nil|<na>)$/i;

/** What a cell that is not missing reads as. */
export function kindOf(cell: string): CellKind {
  if (cell.length > longestValue) return "text";
  const value = cell.trim();
  const first = value.charCodeAt(0);
  // Digits, sign and point begin numbers and dates; the letters t, f, y and n begin truth values.
  if ((first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e) {
    if (integer.test(value)) return "integer";
    if (decimal.test(value)) return "number";
    return isDate(value) ? "date" : "text";
  }
  return truth.test(value) ? "boolean" : "text";
}

/** No cell at all, or nothing but white space. */
export function isMissing(cell: string | null | undefined): cell is null | undefined | "" {
  return cell === null || cell === undefined || cell === "" || cell.trim() === "";
}

/** Whether a cell holds a word that stands for a missing value, such as "NA" or "null". */
export function isMissingWord(cell: string): boolean {
  return cell.length <= 8 && missingWord.test(cell.trim());
}

function isDate(value: string): boolean {
  const iso = isoDate.exec(value);
  if (iso) return isDayOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const local = localDate.exec(value);
  if (!local) return false;
  const [year, first, second] = [Number(local[4]), Number(local[1]), Number(local[3])];
  return isDayOf(year, second, first) || (local[2] === "/" && isDayOf(year, first, second));
}

function isDayOf(year: number, month: number, day: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
