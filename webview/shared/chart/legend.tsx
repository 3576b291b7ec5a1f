import { DataText } from "../controls.js";
import { t } from "../localization.js";

export interface LegendEntry {
  readonly id: string;
  readonly name: string;
  readonly shown: boolean;
  readonly color: string;
  readonly dash: readonly number[];
  /** The value at the cursor, or the last one. */
  readonly value: string;
}

/** The curves' names and values; a press hides or shows one. */
export function Legend({ label, entries, place, onToggle }: { readonly label: string; readonly entries: readonly LegendEntry[]; readonly place: string; readonly onToggle: (id: string) => void }) {
  return (
    <span class="legend" role="group" aria-label={t("Curves")}>
      {entries.map(({ id, name, shown, color, dash, value }) => entries.length === 1 && name === label ? (
        // The chart's title has named it already.
        <span key={id} class="number">{value}</span>
      ) : (
        <button key={id} type="button" aria-pressed={shown} title={shown ? t("Hide this curve") : t("Show this curve")} onClick={() => onToggle(id)}>
          <svg width="18" height="8" aria-hidden="true">
            <line x1="0" y1="4" x2="18" y2="4" stroke={color} stroke-width="2.5" stroke-dasharray={dash.join(" ")} />
          </svg>
          <DataText text={name} /> <span class="number">{value}</span>
        </button>
      ))}
      <span class="number quiet place">{place}</span>
    </span>
  );
}
