import { Select } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import type { TabSetting } from "./tab-setting.js";

/** The backbone whose tokens are counted. */
export function BackboneChoice({ state, store }: TabSetting) {
  const backbones = state.opening.value!.backbones;
  return <Select label={t("Backbone")} value={store.backbone?.title ?? ""} options={backbones.map(({ title }) => ({ value: title, text: title }))} onChange={(title) => store.chooseBackbone(title)} />;
}
