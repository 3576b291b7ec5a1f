import { provideVSCodeDesignSystem, vsCodeBadge, vsCodeButton, vsCodeCheckbox, vsCodeDropdown, vsCodeOption, vsCodeProgressRing, vsCodeTextArea, vsCodeTextField } from "@vscode/webview-ui-toolkit";
import type { ComponentChildren, HTMLAttributes } from "preact";
import { Icon, type IconName } from "./controls/icon.js";

export { DataTable, type TableColumn } from "./controls/data-table.js";
export { DataText } from "./controls/data-text.js";
export { Disclosure } from "./controls/disclosure.js";
export { Icon, type IconName } from "./controls/icon.js";
export { Progress } from "./controls/progress.js";
export { Slider } from "./controls/slider.js";
export { TableFrame } from "./controls/table-frame.js";
export { Tabs, type Tab } from "./controls/tabs.js";

/**
 * The controls of every page; pages take all of them from here. The toolkit is archived upstream: this is the only module that knows it, so that
 * another library (@vscode-elements/elements) can take its place here.
 */
provideVSCodeDesignSystem().register(vsCodeBadge(), vsCodeButton(), vsCodeCheckbox(), vsCodeDropdown(), vsCodeOption(), vsCodeProgressRing(), vsCodeTextArea(), vsCodeTextField());

declare module "preact" {
  namespace JSX {
    interface IntrinsicElements {
      "vscode-badge": HTMLAttributes;
      "vscode-button": HTMLAttributes & { appearance?: string; disabled?: boolean };
      "vscode-checkbox": HTMLAttributes & { checked?: boolean; disabled?: boolean };
      "vscode-dropdown": HTMLAttributes & { value?: string; disabled?: boolean };
      "vscode-option": HTMLAttributes & { value?: string; selected?: boolean };
      "vscode-progress-ring": HTMLAttributes;
      "vscode-text-area": HTMLAttributes & { value?: string; rows?: number; placeholder?: string; resize?: string };
      "vscode-text-field": HTMLAttributes & { value?: string; placeholder?: string };
    }
  }
}

export interface ButtonSetting {
  readonly children: ComponentChildren;
  readonly onPress: () => void;
  readonly appearance?: "primary" | "secondary" | "icon";
  readonly disabled?: boolean;
  /** For a screen reader and as the tooltip, where the text alone does not say it. */
  readonly label?: string;
  /** A codicon before the text. */
  readonly icon?: IconName;
}
export function Button({ children, onPress, appearance = "secondary", disabled = false, label, icon }: ButtonSetting) {
  return (
    <vscode-button appearance={appearance} disabled={disabled} aria-label={label} title={label} onClick={onPress}>
      {icon && <Icon name={icon} slot="start" />}
      {children}
    </vscode-button>
  );
}

/** A button that is only an icon. */
export function IconButton({ icon, label, onPress, disabled = false }: { readonly icon: IconName; readonly label: string; readonly onPress: () => void; readonly disabled?: boolean }) {
  return (
    <vscode-button appearance="icon" disabled={disabled} aria-label={label} title={label} onClick={onPress}>
      <Icon name={icon} />
    </vscode-button>
  );
}

export interface CheckboxSetting {
  readonly children: ComponentChildren;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}
export function Checkbox({ children, checked, onChange }: CheckboxSetting) {
  return (
    <vscode-checkbox checked={checked} onChange={(event: Event) => onChange((event.currentTarget as HTMLInputElement).checked)}>
      {children}
    </vscode-checkbox>
  );
}

export interface SelectSetting<Value extends string> {
  /** What is chosen, for a screen reader and as the visible label. */
  readonly label: string;
  readonly value: Value;
  readonly options: readonly { readonly value: Value; readonly text: string }[];
  readonly onChange: (value: Value) => void;
}
export function Select<Value extends string>({ label, value, options, onChange }: SelectSetting<Value>) {
  return (
    <label class="field">
      <span>{label}</span>
      <vscode-dropdown value={value} aria-label={label} onChange={(event: Event) => onChange((event.currentTarget as HTMLSelectElement).value as Value)}>
        {options.map((option) => (
          <vscode-option key={option.value} value={option.value} selected={option.value === value}>
            {option.text}
          </vscode-option>
        ))}
      </vscode-dropdown>
    </label>
  );
}

export interface TextSetting {
  readonly label: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly placeholder?: string;
}
export function TextField({ label, value, onInput, placeholder }: TextSetting) {
  return (
    <vscode-text-field value={value} placeholder={placeholder} onInput={(event: Event) => onInput((event.currentTarget as HTMLInputElement).value)}>
      {label}
    </vscode-text-field>
  );
}
export function TextArea({ label, value, onInput, placeholder, rows = 3 }: TextSetting & { readonly rows?: number }) {
  return (
    <vscode-text-area value={value} placeholder={placeholder} rows={rows} resize="vertical" onInput={(event: Event) => onInput((event.currentTarget as HTMLTextAreaElement).value)}>
      {label}
    </vscode-text-area>
  );
}

export function Badge({ children }: { readonly children: ComponentChildren }) {
  return <vscode-badge>{children}</vscode-badge>;
}
export function Busy({ label }: { readonly label: string }) {
  return <vscode-progress-ring role="progressbar" aria-label={label} />;
}
