import { Button, DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import type { TabSetting } from "./page.js";

/** What is not as it was: the source since it was added, the files since the page opened them. */
export function Changes({ state, store }: TabSetting) {
  const changes = state.changes.value ?? [];
  return (
    <>
      {changes.length > 0 && (
        <div class="notice warning" role="status">
          <Icon name="warning" />
          <div class="stack">
            {changes.slice(0, 5).map(({ file, kind }) => (
              <p key={file}>
                <DataText text={file} />: {kind === "missing" ? t("it is no longer there. Put it back, or add the data set again from where it is now.") : t("it has changed since it was added, so results are not those of before. Add the data set again to use it as it is now, or put the file back.")}
              </p>
            ))}
            <div class="row">
              <Button onPress={() => void store.command("addDataset")}>{t("Add Again…")}</Button>
            </div>
          </div>
        </div>
      )}
      {state.changed && (
        <div class="notice" role="status">
          <Icon name="info" />
          <div class="row spread grow">
            <p>{t("The data set has changed since it was opened.")}</p>
            <Button icon="refresh" onPress={() => void store.start()}>{t("Open It Again")}</Button>
          </div>
        </div>
      )}
    </>
  );
}
