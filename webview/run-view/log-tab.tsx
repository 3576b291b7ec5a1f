import { useState } from "preact/hooks";
import { Button, Checkbox, DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { dateTime, timeOfDay } from "../shared/numbers.js";
import { act, type ShownRun } from "./connection.js";
import type { LogLine } from "./run-model.js";
import { stateWord } from "./words.js";

/** What the run said, the newest last. */
export function LogTab({ run: { model } }: { readonly run: ShownRun }) {
  const [onlyProblems, setOnlyProblems] = useState(false);
  const [problem, setProblem] = useState<string | undefined>();
  const lines = model.log.filter(({ level }) => !onlyProblems || level !== "info");
  return (
    <>
      <div class="row filters">
        <Checkbox checked={onlyProblems} onChange={setOnlyProblems}>
          {t("Only warnings and errors")}
        </Checkbox>
        <Button icon="output" onPress={() => act("showLog", setProblem)}>
          {t("Show the extension's log")}
        </Button>
      </div>
      {problem !== undefined && <p class="error" role="alert">{problem}</p>}
      {lines.length === 0 ? (
        <p class="empty">{onlyProblems ? t("No warnings and no errors.") : t("The run has said nothing yet.")}</p>
      ) : (
        <ol class="log" data-lines={lines.length}>
          {lines.map((line, index) => (
            <li key={index} class={line.level}>
              <time class="quiet number" dateTime={line.time} title={dateTime(line.time)}>{timeOfDay(line.time)}</time>
              <Icon name={line.level === "error" ? "error" : line.level === "warning" ? "warning" : "info"} />
              <span>
                <span class="screen-reader-only">{line.level === "error" ? t("Error:") : line.level === "warning" ? t("Warning:") : ""} </span>
                {eventText(line) ?? <DataText text={line.text} lines />}
                {line.event?.type === "state" && line.text !== "" && <DataText text={line.text} lines />}
              </span>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function eventText({ event, text }: LogLine): string | undefined {
  if (!event) return undefined;
  if (event.type === "resume") return event.step === 0 ? t("Started again from its beginning.") : t("Resumed from the checkpoint of step {0}.", event.step);
  return text === "" ? stateWord(event.state) : `${stateWord(event.state)}: `;
}
