/** The experiment file's JSON schema for editors, as text: made by the same code that checks experiments. Needs node_modules. */
import { bundleOrExit } from "./bundle.mjs";

/** @returns {Promise<string>} */
export async function experimentSchemaText() {
  const { outputFiles } = await bundleOrExit({ entryPoints: ["src/experiment/editor-schema.ts"], write: false, format: "esm", sourcemap: false });
  const { editorJsonSchema } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  return `${JSON.stringify(editorJsonSchema(), null, 2)}\n`;
}
