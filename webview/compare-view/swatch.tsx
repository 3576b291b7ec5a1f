import { groupLetter } from "../../src/comparison/groups.js";
import { lineStyle, type ThemeColors } from "../shared/theme.js";

/** A group's letter beside a stroke of its curve's colour and dash. */
export function GroupMark({ index, theme, label = groupLetter(index) }: { readonly index: number; readonly theme: ThemeColors; readonly label?: string }) {
  const { color, dash } = lineStyle(theme, index);
  return (
    <span class="group-mark">
      <svg width="14" height="10" aria-hidden="true" focusable="false">
        <line x1="0" y1="5" x2="14" y2="5" stroke={color} stroke-width="3" stroke-dasharray={dash.join(" ")} />
      </svg>
      {label}
    </span>
  );
}
