import { Checkbox, Slider } from "../controls.js";
import { t } from "../localization.js";
import { fixed } from "../numbers.js";

/** How curves are looked at; a page remembers it. */
export interface ChartOptions {
  /** Weight of the moving average, 0 to 0.99. */
  readonly smoothing: number;
  readonly logX: boolean;
  readonly logY: boolean;
}
export const defaultChartOptions: ChartOptions = { smoothing: 0.6, logX: false, logY: false };

export function ChartOptionsBar({ options, onChange }: { readonly options: ChartOptions; readonly onChange: (options: ChartOptions) => void }) {
  return (
    <div class="row chart-options">
      <Slider label={t("Smoothing")} value={options.smoothing} min={0} max={0.99} step={0.01} text={fixed(options.smoothing, 2)} onInput={(smoothing) => onChange({ ...options, smoothing })} />
      <Checkbox checked={options.logX} onChange={(logX) => onChange({ ...options, logX })}>
        {t("Logarithmic x axis")}
      </Checkbox>
      <Checkbox checked={options.logY} onChange={(logY) => onChange({ ...options, logY })}>
        {t("Logarithmic y axis")}
      </Checkbox>
    </div>
  );
}
