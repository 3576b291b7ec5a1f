import { type Command, Option } from "commander";
import { PromptTuningError } from "../common/errors.js";
import { nearestOf } from "../common/nearest.js";
import { columnRoles, type ColumnRole, type SplitRule } from "../data/description/schema.js";
import { splitNames, type SplitName } from "../data/dataset.js";
import { type Encoding, encodings } from "../data/reading/reading.js";
import type { ActionWiring } from "./action-wiring.js";
import { addCommand } from "./commands/data/add.js";
import { checkCommand } from "./commands/data/check.js";
import { exportCommand } from "./commands/data/export.js";
import { previewCommand } from "./commands/data/preview.js";
import { rebalanceCommand } from "./commands/data/rebalance.js";
import { removeCommand } from "./commands/data/remove.js";
import { sampleCommand } from "./commands/data/sample.js";
import { showCommand } from "./commands/data/show.js";
import { splitCommand } from "./commands/data/split.js";
import { examplesOf } from "./help.js";
import { shareNumber, wholeNumber } from "./option-numbers.js";

type AddOptions = Partial<Record<ColumnRole | SplitName | "hub" | "revision" | "config" | "sample" | "name" | "to", string>> & { overwrite: boolean; encoding?: Encoding };

const description = "description of a data set (*.ptune-data.json)";

/** ptune data: its commands. */
export function addDataCommands(program: Command, add: (parent: Command, usage: string, summary: string) => Command, action: ActionWiring): void {
  const data = add(program, "data", "add, look at, check, split and export data sets")
    .argument("[command]", "what to do with a data set")
    .usage("[add | show | preview | split | sample | check | rebalance | export | remove] [options]")
    .addHelpText("after", examplesOf("data"))
    .action(action(async (_context, given: string | undefined) => refuse(given)));

  const adding = add(data, "add", "describe data files, where they are, in a small file beside them")
    .argument("[file...]", "data files (.csv, .tsv, .jsonl, .json, .parquet), or a folder with a folder of .txt files a class")
    .addOption(new Option("--hub <owner/name>", "a data set of the Hugging Face hub: its Parquet files, fetched into the cache folder").conflicts("sample"))
    .option("--revision <name>", "branch, tag or commit of the hub (default: main); the commit is what is kept")
    .option("--config <name>", "configuration (subset) of the hub's data set")
    .option("--sample <name>", "a sample that comes with this program, such as spam-assassin")
    .option("--name <name>", "name of the data set (default: the file's)")
    .option("--to <file>", "the description (default: NAME.ptune-data.json in the current folder)")
    .option("--overwrite", "replace a description that is there", false)
    .addOption(new Option("--encoding <name>", "encoding of the files (default: found out)").choices([...encodings]));
  for (const split of splitNames) adding.option(`--${split} <file>`, `rows of the ${split} split (default: told by the files' names)`);
  for (const role of columnRoles) adding.option(`--${role} <column>`, `column that is the ${role} (default: guessed)`);
  adding.action(
    action((context, files: string[], options: AddOptions) => addCommand(context, files, { ...options, columns: Object.fromEntries(columnRoles.flatMap((role) => (options[role] === undefined ? [] : [[role, options[role]]]))) })),
  );

  add(data, "show", "what a description says, and whether its files are still those").argument("<description>", description).action(action((context, name: string) => showCommand(context, name)));

  add(data, "preview", "show rows")
    .argument("<file>", `${description}, or a data file`)
    .option("--from <row>", "first row shown, from 1", wholeNumber(1, Number.MAX_SAFE_INTEGER), 1)
    .option("--rows <number>", "rows shown", wholeNumber(1, 100_000), 10)
    .action(action((context, name: string, options: { from: number; rows: number }) => previewCommand(context, name, options)));

  add(data, "split", "divide rows into train, validation and test by a rule that the description keeps")
    .argument("<description>", description)
    .addOption(new Option("--rule <name>", "stratified: labels keep their shares; grouped: rows of a group stay together; hash: by the text alone (default: stratified where there are labels)").choices(["stratified", "grouped", "hash"]))
    .option("--by <column>", "column whose values keep rows together (grouped)")
    .option("--shares <train validation test...>", "shares, together 1", shareNumber, [])
    .option("--seed <number>", "another seed, another split", wholeNumber(0, 2147483647), 1)
    .action(action((context, name: string, { shares, ...options }: { rule?: SplitRule["type"]; by?: string; shares: number[]; seed: number }) => splitCommand(context, name, { ...options, shares: shares.length === 0 ? [0.8, 0.1, 0.1] : shares })));

  target(add(data, "sample", "draw k rows of train a label (k-shot) into a new file").argument("<description>", description))
    .requiredOption("--k <number>", "rows a label", wholeNumber(1, 1_000_000))
    .option("--seed <number>", "another seed, another sample", wholeNumber(0, 2147483647), 1)
    .action(action((context, name: string, options: { k: number; seed: number; to: string; overwrite: boolean }) => sampleCommand(context, name, options)));

  add(data, "check", "find duplicates, leaks between splits, contradicting labels, suspicious characters, hints of personal data")
    .argument("<description>", description)
    .option("--threshold <number>", "Jaccard similarity from which on texts are nearly the same", (text) => shareNumber(text, [])[0], 0.7)
    .action(action((context, name: string, options: { threshold: number }) => checkCommand(context, name, options)));

  target(add(data, "rebalance", "take as many rows of train of each label into a new file").argument("<description>", description))
    .addOption(new Option("--by <how>", "drop rows of frequent labels, or repeat rows of rare ones").choices(["drop", "repeat"]).default("drop"))
    .option("--seed <number>", "another seed, other rows", wholeNumber(0, 2147483647), 1)
    .action(action((context, name: string, options: { by: "drop" | "repeat"; seed: number; to: string; overwrite: boolean }) => rebalanceCommand(context, name, options)));

  target(add(data, "export", "write rows into a new file").argument("<description>", description))
    .addOption(new Option("--split <name>", "rows of one split (default: all)").choices([...splitNames]))
    .action(action((context, name: string, options: { to: string; overwrite: boolean; split?: SplitName }) => exportCommand(context, name, options)));

  add(data, "remove", "delete a description; the data are never touched").argument("<description>", description).action(action((context, name: string) => removeCommand(context, name)));
}

function target(command: Command): Command {
  return command.requiredOption("--to <file>", "new file; its ending, .csv or .jsonl, says the format").option("--overwrite", "replace a file that is there", false);
}

function refuse(given: string | undefined): never {
  const names = ["add", "show", "preview", "split", "sample", "check", "rebalance", "export", "remove"];
  if (given === undefined) throw new PromptTuningError("usage", "No command is named.", { advice: `Use one of: ${names.map((name) => `data ${name}`).join(", ")}.` });
  const nearest = nearestOf(given, names);
  throw new PromptTuningError("usage", `Unknown command 'data ${given}'.${nearest === undefined ? "" : ` (Did you mean data ${nearest}?)`}`, { advice: "Use ptune data --help for what there is." });
}
