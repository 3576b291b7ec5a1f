/** The JSON schemas of the project's files for editors, as text: made by the same code that checks the files. Needs node_modules. */
import { bundleOrExit } from "./bundle.mjs";

/** The experiment file's. @returns {Promise<string>} */
export const experimentSchemaText = () => schemaText("src/experiment/editor-schema.ts", "editorJsonSchema");

/** That of the description of a data set. @returns {Promise<string>} */
export const descriptionSchemaText = () => schemaText("src/data/description/json-schema.ts", "descriptionJsonSchema");

async function schemaText(source, name) {
  const { outputFiles } = await bundleOrExit({ entryPoints: [source], write: false, format: "esm", sourcemap: false });
  const made = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
  return `${JSON.stringify(made[name](), null, 2)}\n`;
}
