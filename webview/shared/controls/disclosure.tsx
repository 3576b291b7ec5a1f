import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

export interface DisclosureSetting {
  readonly title: ComponentChildren;
  /** Beside the title, quieter. */
  readonly note?: ComponentChildren;
  readonly open?: boolean;
  /** Told when the person opens or closes it; it keeps its own state all the same. */
  readonly onToggle?: (open: boolean) => void;
  /** Called only while it is open: what is closed costs nothing. */
  readonly children: () => ComponentChildren;
}

/** A title that shows and hides what is below it. */
export function Disclosure({ title, note, open: first = false, onToggle, children }: DisclosureSetting) {
  const [open, setOpen] = useState(first);
  return (
    <details
      class="disclosure"
      open={open}
      onToggle={(event) => {
        const now = event.currentTarget.open;
        if (now === open) return;
        setOpen(now);
        onToggle?.(now);
      }}
    >
      <summary>
        <span class="title">{title}</span>
        {note !== undefined && <span class="quiet"> {note}</span>}
      </summary>
      {open && <div class="content">{children()}</div>}
    </details>
  );
}
