import { z } from "zod";

export const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;
export type Encoding = (typeof encodings)[number];

export const separators = [",", ";", "\t", "|"] as const;
export type Separator = (typeof separators)[number];

const encodingSchema = z.enum(encodings).describe("How the bytes are characters. A byte order mark is read with each of them.");
const layoutSchema = z
  .enum(["rows", "chat"])
  .describe("rows: every object is a row, its keys are columns. chat: every object has messages, of which the last answer is the output and what stands before it the input.");

/** How a file becomes rows. Found out when the data set is added (find-reading.ts), kept in its description. */
export const readingSchema = z.discriminatedUnion("format", [
  z.strictObject({
    format: z.literal("delimited").describe("Separated values with a header line: CSV, TSV."),
    encoding: encodingSchema,
    separator: z.enum(separators).describe("What stands between two cells."),
    quotes: z.boolean().describe('Whether "…" holds a cell with separators and line breaks in it; in .tsv files a quotation mark is a character.'),
  }),
  z.strictObject({ format: z.literal("jsonl").describe("One JSON object a line."), encoding: encodingSchema, layout: layoutSchema }),
  z.strictObject({
    format: z.literal("json").describe("An array of JSON objects."),
    encoding: encodingSchema,
    layout: layoutSchema,
    at: z.array(z.string()).max(16).describe('Keys that lead to the array: [] where the file is the array itself, ["data"] for {"data": [...]}.'),
  }),
  z.strictObject({
    format: z.literal("parquet").describe("A Parquet file."),
    labels: z
      .array(z.strictObject({ column: z.string(), names: z.array(z.string()).max(10_000) }))
      .optional()
      .describe("Names of labels that the file keeps as numbers, as the hub writes them."),
  }),
  z.strictObject({ format: z.literal("texts").describe("A folder with a folder of text files a class: columns text, label and file.") }),
]);
export type Reading = z.infer<typeof readingSchema>;

const encodingNames: Readonly<Record<Encoding, string>> = { "utf-8": "UTF-8", "utf-16le": "UTF-16 LE", "utf-16be": "UTF-16 BE", "windows-1252": "Windows-1252" };
const separatorNames: Readonly<Record<Separator, string>> = { ",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe" };

/** A reading in a few words, such as "CSV, UTF-8, semicolon". */
export function describeReading(reading: Reading): string {
  switch (reading.format) {
    case "delimited":
      return `${reading.separator === "\t" ? "TSV" : "CSV"}, ${encodingNames[reading.encoding]}, ${separatorNames[reading.separator]}`;
    case "jsonl":
    case "json": {
      const place = reading.format === "json" && reading.at.length > 0 ? `, rows under ${reading.at.join(".")}` : "";
      return `${reading.format === "json" ? "JSON" : "JSON lines"}, ${encodingNames[reading.encoding]}${reading.layout === "chat" ? ", chat messages" : ""}${place}`;
    }
    case "parquet":
      return "Parquet";
    case "texts":
      return "a folder of text files a class";
  }
}
