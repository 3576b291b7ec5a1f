export interface SliderSetting {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onInput: (value: number) => void;
  /** The value in words, shown beside it. */
  readonly text: string;
}

export function Slider({ label, value, min, max, step, onInput, text }: SliderSetting) {
  return (
    <label class="slider">
      <span>{label}</span>
      <input type="range" min={min} max={max} step={step} value={value} aria-valuetext={text} onInput={(event) => onInput(Number(event.currentTarget.value))} />
      <output class="number">{text}</output>
    </label>
  );
}
