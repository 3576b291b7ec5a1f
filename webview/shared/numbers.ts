/** Numbers and times as people read them, in the language of the page. */

const language = (): string => (typeof document === "undefined" ? "" : document.documentElement.lang) || "en";
const nothing = "–";

const formats = new Map<string, Intl.NumberFormat>();
function format(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${language()} ${JSON.stringify(options)}`;
  const found = formats.get(key) ?? new Intl.NumberFormat(language(), options);
  formats.set(key, found);
  return found;
}

type Maybe = number | null | undefined;
const isNumber = (value: Maybe): value is number => typeof value === "number" && Number.isFinite(value);

/** "12,345". */
export function integer(value: Maybe): string {
  return isNumber(value) ? format({ maximumFractionDigits: 0 }).format(value) : nothing;
}

/** A loss, a norm, a rate: so many digits that count, "0.6931", "1.2e-5" where zeros would hide them. */
export function figure(value: Maybe, digits = 4): string {
  if (!isNumber(value)) return nothing;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e7)) return format({ notation: "scientific", maximumSignificantDigits: digits }).format(value).toLowerCase();
  return format({ maximumSignificantDigits: Math.max(digits, size >= 1 ? Math.floor(Math.log10(size)) + 1 : 1) }).format(value);
}

/** A figure of a table's column: always so many digits behind the point. */
export function fixed(value: Maybe, digits = 3): string {
  return isNumber(value) ? format({ minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value) : nothing;
}

/** A share from 0 to 1 as "93.1%". */
export function share(value: Maybe, digits = 1): string {
  return isNumber(value) ? format({ style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value) : nothing;
}

/** A difference with its sign: "+0.012", "−3.1". */
export function signed(value: Maybe, digits = 3): string {
  return isNumber(value) ? format({ signDisplay: "exceptZero", minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value) : nothing;
}

const unit = (value: number, name: string, fraction = 0): string => format({ style: "unit", unit: name, unitDisplay: "short", minimumFractionDigits: fraction, maximumFractionDigits: fraction }).format(value);

/** Seconds as "0.4 sec", "3 min, 5 sec", "2 hr, 4 min" in the language's own words. */
export function duration(seconds: Maybe): string {
  if (!isNumber(seconds)) return nothing;
  const all = Math.max(0, seconds);
  if (all < 9.95) return unit(all, "second", 1);
  const whole = Math.round(all);
  if (whole < 60) return unit(whole, "second");
  if (whole < 3600) return pair(unit(Math.floor(whole / 60), "minute"), whole % 60, "second");
  const minutes = Math.round(whole / 60);
  if (minutes < 48 * 60) return pair(unit(Math.floor(minutes / 60), "hour"), minutes % 60, "minute");
  return pair(unit(Math.floor(minutes / 1440), "day"), Math.floor((minutes % 1440) / 60), "hour");
}

function pair(first: string, second: number, name: string): string {
  return second === 0 ? first : new Intl.ListFormat(language(), { type: "unit", style: "short" }).format([first, unit(second, name)]);
}

/** Bytes as "98.4 MB"; decimal units, as disks and downloads are told. */
export function bytes(count: Maybe): string {
  if (!isNumber(count)) return nothing;
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];
  const power = count < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return unit(value, units[power], power > 0 && value < 99.95 ? 1 : 0);
}

/** Megabytes, as memory is told. */
export function megabytes(value: Maybe): string {
  return isNumber(value) ? bytes(value * 1e6) : nothing;
}

/** A time of an ISO 8601 text: "24 Nov 2026, 03:41". */
export function dateTime(text: string | null | undefined): string {
  const date = text ? new Date(text) : undefined;
  return date && !Number.isNaN(date.getTime()) ? new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeStyle: "short" }).format(date) : nothing;
}

/** The time of day of an ISO 8601 text: "03:41:22". */
export function timeOfDay(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? nothing : new Intl.DateTimeFormat(language(), { timeStyle: "medium" }).format(date);
}
