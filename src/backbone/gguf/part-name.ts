import path from "node:path";

/** The place of a file among the parts of a split model, as llama.cpp's llama-gguf-split and the hub's publishers name them. */
export interface PartName {
  /** The path before the numbers. */
  readonly stem: string;
  /** From 1. */
  readonly number: number;
  readonly count: number;
}

const partOfMany = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/is;

/** NAME-00002-of-00005.gguf; undefined for any other name. */
export function partNameOf(file: string): PartName | undefined {
  const [, stem, number, count] = partOfMany.exec(file) ?? [];
  return stem === undefined || Number(number) < 1 || Number(number) > Number(count) ? undefined : { stem, number: Number(number), count: Number(count) };
}

/** The path of the `number`th part of the same model. */
export function partPath({ stem, count }: PartName, number: number): string {
  const digits = (value: number): string => String(value).padStart(5, "0");
  return `${stem}-${digits(number)}-of-${digits(count)}.gguf`;
}

/** Whether two files are parts of one split model. */
export function arePartsOfOne(file: string, other: string): boolean {
  const [one, another] = [partNameOf(file), partNameOf(other)];
  return one !== undefined && another !== undefined && one.stem === another.stem && one.count === another.count;
}

/** Whether a model is named by this file: a whole one, or the first part. */
export function isFirstPart(file: string): boolean {
  return (partNameOf(file)?.number ?? 1) === 1;
}

const mostNamed = 3;

/** The names of the parts that are not there, for a person; empty where none is missing, or the file is no part. */
export function missingParts(file: string, exists: (part: string) => boolean): string {
  const name = partNameOf(file);
  if (!name) return "";
  const missing = Array.from({ length: name.count }, (_, i) => partPath(name, i + 1)).filter((part) => !exists(part));
  const names = missing.slice(0, mostNamed).map((part) => path.basename(part));
  return missing.length > mostNamed ? `${names.join(", ")} and ${missing.length - mostNamed} more` : names.join(" and ");
}
