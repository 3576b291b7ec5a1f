import { useId } from "preact/hooks";

export interface ChoiceSetting<Value extends string> {
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string; readonly hint?: string }[];
  readonly onChange: (value: Value) => void;
}

/** One of a few, side by side: radio buttons, so that the arrow keys choose. */
export function Choice<Value extends string>({ label, value, options, onChange }: ChoiceSetting<Value>) {
  const name = useId();
  return (
    <fieldset class="choice">
      <legend class="screen-reader-only">{label}</legend>
      {options.map((option) => (
        <label key={option.value} title={option.hint} class={option.value === value ? "chosen" : undefined}>
          <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
          {option.text}
        </label>
      ))}
    </fieldset>
  );
}
