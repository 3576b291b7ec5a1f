import type { SettingValue } from "../../src/comparison/configuration.js";
import type { BrushedAxis } from "./brushes.js";

/** An axis of the picture: a setting, or the result. */
export interface DrawnAxis extends BrushedAxis {
  readonly title: string;
  /** The whole path of the setting. */
  readonly full: string;
  readonly text: (value: SettingValue | undefined) => string;
}
