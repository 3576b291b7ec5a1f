/** What the name of a description of a data set ends with. */
export const descriptionEnding = ".ptune-data.json";

export function isDescription(file: string): boolean {
  return file.toLowerCase().endsWith(descriptionEnding);
}
