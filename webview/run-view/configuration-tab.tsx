import { useState } from "preact/hooks";
import type { Setting } from "../../src/protocol/webview/run-view.js";
import { Button, Checkbox, DataTable, DataText, Disclosure } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { bytes, integer } from "../shared/numbers.js";
import { act, host, type ShownRun, wordsOf } from "./connection.js";

const changed = ({ value, otherwise }: Setting): boolean => otherwise !== undefined && value !== otherwise;

/** Every setting the run was made with, what it ran on, and the files it left. */
export function ConfigurationTab({ run: { details, status } }: { readonly run: ShownRun }) {
  const [onlyChanged, setOnlyChanged] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  const shown = details.settings.filter((setting) => !onlyChanged || setting.otherwise === undefined || changed(setting));
  const openFile = (name: string): void => void host.call("openFile", { name }).catch((error: unknown) => setProblem(wordsOf(error)));
  return (
    <>
      <div class="row filters">
        <Checkbox checked={onlyChanged} onChange={setOnlyChanged}>
          {t("Hide what is as by default")}
        </Checkbox>
        {status.hasBaseline && (
          <Button icon="diff" onPress={() => act("copyConfigDifference", setProblem)}>
            {t("Copy the difference to the baseline")}
          </Button>
        )}
      </div>
      {problem !== undefined && <p class="error" role="alert"><DataText text={problem} /></p>}
      {grouped(shown).map(([name, settings]) => (
        <Disclosure key={name} title={groupWord(name)} note={groupNote(settings)} open>
          {() => <Settings settings={settings} group={name} />}
        </Disclosure>
      ))}
      <Disclosure title={t("Environment")} note={t("what a result may depend on beside the settings")}>
        {() => (
          <dl class="facts-list">
            {details.environment.map(({ name, value }) => (
              <div key={name}>
                <dt>{environmentWord(name)}</dt>
                <dd><DataText text={value} /></dd>
              </div>
            ))}
          </dl>
        )}
      </Disclosure>
      <Disclosure title={t("Files")} note={integer(details.files.length)}>
        {() => (
          <DataTable
            caption={status.entry.path}
            columns={[
              { key: "name", title: t("Name"), cell: ({ name, folder }) => <button type="button" class="link" onClick={() => openFile(name)}><DataText text={folder ? `${name}/` : name} /></button> },
              { key: "bytes", title: t("Size"), number: true, cell: (file) => bytes(file.bytes), sort: (file) => file.bytes },
            ]}
            rows={details.files}
            rowKey={({ name }) => name}
          />
        )}
      </Disclosure>
    </>
  );
}

function Settings({ settings, group }: { readonly settings: readonly Setting[]; readonly group: string }) {
  return (
    <dl class="facts-list settings">
      {settings.map((setting) => (
        <div key={setting.key} class={changed(setting) ? "changed" : undefined}>
          <dt>{setting.key === group ? groupWord(group) : setting.key.slice(group.length).replace(/^\./, "")}</dt>
          <dd>
            <DataText text={setting.value} lines />
            {changed(setting) && <span class="quiet"> {t("default: {0}", setting.otherwise!)}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function grouped(settings: readonly Setting[]): [string, Setting[]][] {
  const groups = new Map<string, Setting[]>();
  for (const setting of settings) {
    const name = /^[^.[]+/.exec(setting.key)?.[0] ?? setting.key;
    groups.set(name, [...(groups.get(name) ?? []), setting]);
  }
  return [...groups];
}

function groupNote(settings: readonly Setting[]): string {
  const count = settings.filter(changed).length;
  return count === 0 ? "" : t("{0} not as by default", count);
}

function groupWord(name: string): string {
  const words: Record<string, string> = { name: t("Name"), model: t("Backbone"), dataset: t("Data"), task: t("Task"), method: t("Method"), training: t("Training"), evaluation: t("Evaluation") };
  return Object.hasOwn(words, name) ? words[name] : name;
}

function environmentWord(name: string): string {
  const words: Record<string, string> = {
    backbone: t("Backbone"),
    backboneHash: t("Backbone, SHA-256"),
    "data.all": t("Data, SHA-256"),
    program: t("Program"),
    onnxruntime: t("ONNX Runtime"),
    node: t("Node.js"),
    system: t("System"),
    processor: t("Processor"),
    threads: t("Threads"),
    memoryMB: t("Memory, MB"),
  };
  if (Object.hasOwn(words, name)) return words[name];
  return name.startsWith("data.") ? t("Data, {0}, SHA-256", name.slice(5)) : name;
}
