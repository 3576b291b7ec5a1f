export function experimentSchemaText(): Promise<string>;
export function descriptionSchemaText(): Promise<string>;
