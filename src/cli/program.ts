import path from "node:path";
import { Command, Option } from "commander";
import packageFile from "../../package.json";
import { usualStep } from "../backbone/facts/estimate-memory.js";
import { PromptTuningError } from "../common/errors.js";
import { nearestOf } from "../common/nearest.js";
import { mostVariations } from "../experiment/variations.js";
import type { ActionWiring } from "./action-wiring.js";
import { evaluateCommand } from "./commands/evaluate.js";
import { inspectCommand } from "./commands/inspect.js";
import { inspectModelCommand, type InspectModelSettings } from "./commands/inspect-model.js";
import { fetchModelCommand, listModelsCommand, removeModelCommand } from "./commands/models.js";
import { predictCommand } from "./commands/predict.js";
import { resumeCommand, runCommand } from "./commands/run.js";
import { runsCommand } from "./commands/runs.js";
import { sweepCommand, type SweepSettings } from "./commands/sweep.js";
import { exportCommand, exportFormats, importCommand } from "./commands/transfer.js";
import { validateCommand } from "./commands/validate.js";
import type { CommandContext } from "./context.js";
import { addDataCommands } from "./data-program.js";
import { examplesOf, overview, runReference } from "./help.js";
import { wholeNumber } from "./option-numbers.js";

/** What is said for every command, before or after its name. */
export interface GlobalSettings {
  readonly json: boolean;
  /** Absolute path of the folder of the runs. */
  readonly runsRoot: string;
  readonly runsNamed: boolean;
}

/** A command that runs gets its context here and hands its exit code back. */
export interface CommandHost {
  /** Standard output and standard error for help and commander's own messages. */
  readonly writeOut: (text: string) => void;
  readonly currentFolder: string;
  readonly context: (settings: GlobalSettings) => CommandContext;
  readonly exit: (code: number) => void;
}

/** The command line: its commands, options and help. Throws commander's CommanderError where it is used wrongly. */
export function createProgram(host: CommandHost): Command {
  const program = new Command("ptune");
  program
    .description(overview.summary)
    .version(packageFile.version, "--version", "print the version")
    .helpOption("-h, --help", "print help; after a command's name, that command's")
    .helpCommand("help [command]", "print help for a command")
    .option("--json", "print one JSON object a line, for programs")
    .option("--runs <folder>", "folder of the runs (default: .ptune/runs in the current folder)")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .configureOutput({ writeOut: host.writeOut, writeErr: () => undefined })
    .showSuggestionAfterError(true)
    .addHelpText("after", overview.rest)
    .exitOverride();

  /** Wires a command's action: its context first, its exit code last. */
  const action: ActionWiring =
    <Arguments extends unknown[]>(work: (context: CommandContext, ...given: Arguments) => Promise<number>) =>
    async (...given: [...Arguments, unknown, Command]): Promise<void> => {
      const { json, runs } = program.opts<{ json?: boolean; runs?: string }>();
      const runsRoot = path.resolve(host.currentFolder, runs ?? path.join(".ptune", "runs"));
      const context = host.context({ json: json === true, runsRoot, runsNamed: runs !== undefined });
      host.exit(await work(context, ...(given.slice(0, -1) as unknown as Arguments)));
    };
  const add = (parent: Command, usage: string, summary: string): Command => parent.command(usage).summary(summary).description(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`);

  add(program, "run", "train what an experiment file describes, and measure it")
    .argument("<file>", "experiment file, such as spam.ptune.json")
    .addHelpText("after", examplesOf("run"))
    .action(action((context, file: string) => runCommand(context, file)));

  add(program, "sweep", "train variations of an experiment side by side, over one copy of the weights")
    .argument("<file>", "experiment file")
    .option("--vary <setting=values...>", "a setting and its values, such as training.learningRate=0.01,0.003")
    .option("--seeds <number>", "as many runs of each, with seeds that count upwards from the experiment's", wholeNumber(1, mostVariations))
    .option("--at-once <number>", "runs that train side by side; the others follow", wholeNumber(1, 64), 8)
    .addHelpText("after", examplesOf("sweep"))
    .action(action((context, file: string, settings: SweepSettings) => sweepCommand(context, file, settings)));

  add(program, "resume", "go on with a run that was stopped or killed")
    .argument("<run>", runReference)
    .addHelpText("after", examplesOf("resume"))
    .action(action((context, run: string) => resumeCommand(context, run)));

  add(program, "evaluate", "measure a learned prompt on held-out rows or a file")
    .argument("<run>", runReference)
    .addOption(new Option("--split <name>", "rows of the run's own data").choices(["validation", "test"]))
    .addOption(new Option("--file <file>", "rows of another file, with the columns of the experiment").conflicts("split"))
    .addHelpText("after", examplesOf("evaluate"))
    .action(action((context, run: string, settings: { split?: "validation" | "test"; file?: string }) => evaluateCommand(context, run, settings)));

  add(program, "predict", "answer for texts of your own")
    .argument("<run>", runReference)
    .argument("[text...]", "texts; with several slots in the template, JSON objects (slot: text)")
    .option("--file <file>", "a file with one text, or one JSON object, a line")
    .addHelpText("after", examplesOf("predict"))
    .action(action((context, run: string, texts: string[], settings: { file?: string }) => predictCommand(context, run, texts, settings)));

  add(program, "inspect", "show the nearest vocabulary tokens of each virtual token")
    .argument("<run>", runReference)
    .option("--k <number>", "tokens shown for each", wholeNumber(1, 1000), 5)
    .addOption(new Option("--metric <name>", "what near means").choices(["cosine", "dot", "l2"]).default("cosine"))
    .option("--faithfulness", "also measure the task with every vector replaced by its nearest token", false)
    .addHelpText("after", examplesOf("inspect"))
    .action(action((context, run: string, settings: { k: number; metric: "cosine" | "dot" | "l2"; faithfulness: boolean }) => inspectCommand(context, run, settings)));

  add(program, "export", "write a learned prompt in another program's format")
    .argument("<run>", runReference)
    .addOption(new Option("--format <name>", "peft: adapter folder; npy: NumPy array; koboldai: KoboldAI soft prompt").choices([...exportFormats]).default("peft"))
    .requiredOption("--to <folder>", "folder to write into; it is made where it does not exist (npy and koboldai: or a file)")
    .option("--overwrite", "replace files that are there", false)
    .addHelpText("after", examplesOf("export"))
    .action(action((context, run: string, settings: { format: (typeof exportFormats)[number]; to: string; overwrite: boolean }) => exportCommand(context, run, settings)));

  add(program, "import", "take over a soft prompt that was trained elsewhere")
    .argument("<source>", "PEFT adapter folder, adapter_model.safetensors, .npy file, or KoboldAI .zip")
    .option("--name <name>", "what to call it here")
    .option("--template <template>", "how it is used, such as '{soft:20}\\nMessage: {text}\\nSpam:{label}'")
    .option("--verbalizer <label=words...>", "labels and their words, such as 'ham= no' 'spam= yes'")
    .option("--model <model>", "backbone: a catalogue name, a .gguf or .onnx file, or a folder with model.safetensors")
    .addHelpText("after", examplesOf("import"))
    .action(action((context, source: string, settings: { name?: string; template?: string; verbalizer?: string[]; model?: string }) => importCommand(context, source, settings)));

  const models = add(program, "models", "list, inspect, fetch and remove backbones")
    .argument("[command]", "list when left out")
    .usage("[list | inspect <name> | fetch <name> | remove <name>] [options]")
    .addHelpText("after", examplesOf("models"))
    .action(action((context, unknown: string | undefined) => (unknown === undefined ? listModelsCommand(context) : refuseModelsCommand(unknown))));
  add(models, "list", "list the catalogue and what is on this disk (the default)").action(action((context) => listModelsCommand(context)));
  add(models, "fetch", "download a backbone")
    .argument("<name>", "catalogue name, or owner/name of the hub")
    .action(action((context, name: string) => fetchModelCommand(context, name)));
  add(models, "inspect", "show what a model is, the memory it needs, and whether it can be trained through")
    .argument("<name>", "catalogue name, a .gguf or .onnx file, a folder, or owner/name[/file] of the hub")
    .option("--check", "open it and compare its gradient with differences of the loss", false)
    .option("--batch <number>", "texts in a batch, for the memory", wholeNumber(1, 4096), usualStep.batchSize)
    .option("--tokens <number>", "tokens of the longest text, for the memory", wholeNumber(1, 1_000_000), usualStep.textTokens)
    .option("--virtual-tokens <number>", "virtual tokens, for the memory", wholeNumber(1, 10_000), usualStep.virtualTokens)
    .action(action((context, name: string, settings: InspectModelSettings) => inspectModelCommand(context, name, settings)));
  add(models, "remove", "delete a downloaded backbone")
    .argument("<name>", "name as in the list")
    .action(action((context, name: string) => removeModelCommand(context, name)));

  addDataCommands(program, add, action);

  add(program, "runs", "list the runs")
    .addHelpText("after", examplesOf("runs"))
    .action(action((context) => runsCommand(context)));

  add(program, "validate", "check experiment files without running them")
    .argument("<file...>", "experiment files")
    .option("--model", "also check the tokens of the answers, where the backbone is on this disk", false)
    .addHelpText("after", examplesOf("validate"))
    .action(action((context, files: string[], settings: { model: boolean }) => validateCommand(context, files, settings)));

  return program;
}

/** A command with a default of its own gets no suggestion from commander. */
function refuseModelsCommand(given: string): never {
  const nearest = nearestOf(given, ["list", "inspect", "fetch", "remove"]);
  throw new PromptTuningError("usage", `Unknown command 'models ${given}'.${nearest === undefined ? "" : ` (Did you mean models ${nearest}?)`}`, { advice: "Use ptune models --help for what there is." });
}
