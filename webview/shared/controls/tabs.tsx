import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface Tab<Name extends string> {
  readonly name: Name;
  readonly title: ComponentChildren;
  /** Called only while it is the chosen one. */
  readonly panel: () => ComponentChildren;
}

export interface TabsSetting<Name extends string> {
  /** What the tabs are parts of, for a screen reader. */
  readonly label: string;
  readonly tabs: readonly Tab<Name>[];
  readonly chosen: Name;
  readonly onChoose: (name: Name) => void;
}

/** Tabs as the ARIA authoring practices have them: arrow keys, Home and End move and choose, Tab goes into the panel. */
export function Tabs<Name extends string>({ label, tabs, chosen, onChoose }: TabsSetting<Name>) {
  const id = useId();
  const at = Math.max(0, tabs.findIndex(({ name }) => name === chosen));
  const current = tabs[at];
  const move = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }): void => {
    const forward = getComputedStyle(event.currentTarget).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = forward === "ArrowRight" ? "ArrowLeft" : "ArrowRight";
    const to = event.key === forward ? at + 1 : event.key === backward ? at - 1 : event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : undefined;
    if (to === undefined) return;
    event.preventDefault();
    const index = (to + tabs.length) % tabs.length;
    onChoose(tabs[index].name);
    event.currentTarget.querySelectorAll<HTMLElement>("[role=tab]")[index]?.focus();
  };
  return (
    <div class="tabs">
      <div role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ name, title }, index) => (
          <button key={name} type="button" role="tab" id={`${id}-tab-${name}`} aria-selected={index === at} aria-controls={`${id}-panel`} tabIndex={index === at ? 0 : -1} onClick={() => onChoose(name)}>
            {title}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={current && `${id}-tab-${current.name}`} tabIndex={0}>
        {current?.panel()}
      </div>
    </div>
  );
}
