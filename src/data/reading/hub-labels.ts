import { z } from "zod";

const featuresSchema = z.object({ info: z.object({ features: z.record(z.string(), z.unknown()) }) });
const classLabelSchema = z.object({ _type: z.literal("ClassLabel"), names: z.array(z.string()).max(10_000) });

/** Names of labels that Parquet files of the hub keep as numbers (metadata "huggingface", features of type ClassLabel). */
export function hubLabels(metadata: readonly { readonly key: string; readonly value?: string }[] | undefined, columns: readonly string[]): { column: string; names: string[] }[] {
  const text = metadata?.find(({ key }) => key === "huggingface")?.value;
  if (text === undefined) return [];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [];
  }
  const features = featuresSchema.safeParse(value).data?.info.features ?? {};
  return columns.flatMap((column) => {
    const feature = Object.hasOwn(features, column) ? classLabelSchema.safeParse(features[column]).data : undefined;
    return feature ? [{ column, names: feature.names }] : [];
  });
}
