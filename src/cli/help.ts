/** Texts of --help beside what commander makes of the commands themselves. */

export const runReference = "a run's folder, its name, or the beginning of either; or an adapter folder";

export const overview = {
  summary: "Train soft prompts on a frozen language model on your own machine.",
  rest: `
A soft prompt is a few trained vectors ("virtual tokens") that stand among a text's tokens; the language model itself
(the backbone) is never changed. An experiment file says what to train on what.

First steps:
  ptune validate media/demo/spam.ptune.json   check an experiment file
  ptune run media/demo/spam.ptune.json        train; Ctrl-C stops cleanly, and resume goes on
  ptune runs                                  see what there is
  ptune predict spam "Free money, click now"  use what was learned

Exit codes: 0 done, 1 failed, 2 experiment, data or command wrong, 130 stopped.
Results go to standard output, progress to standard error. PTUNE_CACHE names the folder for downloads,
NO_COLOR=1 turns colours off, PTUNE_DEBUG=1 shows the details of an error.
`,
} as const;

const examples = {
  run: `
The run is kept in a folder of its own below .ptune/runs: the experiment, a journal, checkpoints, and the adapter.
Ctrl-C stops after the current step and leaves a checkpoint.

Examples:
  ptune run spam.ptune.json
  ptune run spam.ptune.json --json > events.jsonl`,
  sweep: `
Every combination of the values is a run of its own, with its folder, as ptune run makes it. Runs that fit together take
their steps in shared passes; texts are encoded and baselines measured once for all. Ctrl-C leaves a checkpoint of each.

Examples:
  ptune sweep spam.ptune.json --seeds 5
  ptune sweep spam.ptune.json --vary training.learningRate=0.003,0.01,0.03 --seeds 3
  ptune sweep spam.ptune.json --vary method.init.type=random,normal training.batchSize=4,8`,
  resume: `
The run goes on from its newest checkpoint and ends as if it had never been stopped.

Examples:
  ptune resume spam-20250131-101500-1a2b3c
  ptune resume spam-2025`,
  evaluate: `
Examples:
  ptune evaluate spam-20250131
  ptune evaluate spam-20250131 --split validation
  ptune evaluate spam-20250131 --file more-mail.tsv`,
  predict: `
Without texts and --file, texts are read from standard input, one a line.

Examples:
  ptune predict spam-20250131 "You have won a free cruise"
  ptune predict spam-20250131 --file mails.txt --json
  ptune predict pairs-20250131 '{"premise": "It rains.", "hypothesis": "It is wet."}'
  cat mails.txt | ptune predict spam-20250131`,
  inspect: `
Nearest tokens can mislead: --faithfulness says how much of the result they explain.

Examples:
  ptune inspect spam-20250131
  ptune inspect spam-20250131 --k 10 --metric l2 --faithfulness`,
  export: `
Examples:
  ptune export spam-20250131 --format peft --to exported
  ptune export spam-20250131 --format npy --to exported --overwrite`,
  import: `
The prompt is copied to .ptune/prompts; use the printed folder wherever a run is asked for.

Examples:
  ptune import ./peft-adapter --model smollm2-135m-instruct
  ptune import prompt.npy --model model.gguf --template '{soft:20}{text}\\nSpam:{label}' --verbalizer 'ham= no' 'spam= yes'`,
  models: `
Examples:
  ptune models list
  ptune models fetch smollm2-135m-instruct
  ptune models inspect smollm2-135m-instruct --check
  ptune models inspect model_q4.onnx
  ptune models remove smollm2-135m-instruct`,
  data: `
A description (*.ptune-data.json) says where the rows are, how they are read, what the columns are for and how they are
split; the data stay where they are, and are never changed. An experiment names it:
  "dataset": { "description": "spam.ptune-data.json" }

Examples:
  ptune data add mails.csv
  ptune data add --train train.tsv --test test.tsv --text message --label class
  ptune data preview mails.ptune-data.json --from 1000000
  ptune data split mails.ptune-data.json --shares 0.8 0.1 0.1
  ptune data check mails.ptune-data.json`,
  runs: `
Examples:
  ptune runs
  ptune runs --runs /elsewhere/.ptune/runs --json`,
  validate: `
Every problem is told with its place: file:line:column.

Examples:
  ptune validate spam.ptune.json
  ptune validate *.ptune.json --json`,
} as const;

export function examplesOf(command: keyof typeof examples): string {
  return examples[command];
}
