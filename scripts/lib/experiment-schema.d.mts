export function experimentSchemaText(): Promise<string>;
