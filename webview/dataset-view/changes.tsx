import { Button, DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import type { TabSetting } from "./tab-setting.js";

const mostTold = 5;

/** What of the source is not as it was when it was added. */
export function Changes({ state, store }: TabSetting) {
  const changes = state.changes.value ?? [];
  if (changes.length === 0) return null;
  return (
    <div class="notice warning" role="status" data-changes={changes.length}>
      <Icon name="warning" />
      <div class="stack">
        {changes.slice(0, mostTold).map(({ file, kind }) => (
          <p key={file}>
            <DataText text={file} />: {kind === "missing" ? t("it is no longer there. Put it back, or add the data set again from where it is now.") : t("it has changed since it was added, so results are not those of before. Add the data set again to use it as it is now, or put the file back.")}
          </p>
        ))}
        <div class="row">
          <Button onPress={() => void store.command("addDataset")}>{t("Add Again…")}</Button>
        </div>
      </div>
    </div>
  );
}
