export function findStrings(): { readonly strings: ReadonlyMap<string, string>; readonly problems: readonly string[] };
