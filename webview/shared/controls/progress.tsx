export interface ProgressSetting {
  /** What progresses, for a screen reader. */
  readonly label: string;
  /** 0 to 1; undefined where nobody knows how much there is. */
  readonly value?: number;
  /** In words, where percent would not say it ("step 120 of 300"). */
  readonly text?: string;
  readonly state?: "active" | "paused" | "error" | "done";
}

export function Progress({ label, value, text, state = "active" }: ProgressSetting) {
  const share = value === undefined ? undefined : Math.min(1, Math.max(0, value));
  return (
    <div class={`progress ${state}${share === undefined ? " unknown" : ""}`} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={share === undefined ? undefined : Math.round(share * 100)} aria-valuetext={text}>
      <div class="bar" style={{ inlineSize: share === undefined ? "30%" : `${share * 100}%` }} />
    </div>
  );
}
