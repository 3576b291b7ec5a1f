import type { ComponentChildren } from "preact";
import { DataText, Disclosure, Icon, type IconName } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { integer } from "../shared/numbers.js";
import type { ShownRun } from "./connection.js";

/** What a person has to know before anything else: why it failed, that it was cut off, what is damaged. */
export function Notices({ run: { status, model, details }, problem }: { readonly run: ShownRun; readonly problem: string | undefined }) {
  const { entry, trusted } = status;
  const reason = entry.reason ?? (model.state?.state === "failed" ? model.state.reason : undefined);
  const damage = [...new Set([...model.damage, ...entry.damage, ...details.problems])];
  return (
    <>
      {problem !== undefined && (
        <Notice kind="error" icon="error" role="alert">
          <DataText text={problem} lines />
        </Notice>
      )}
      {entry.state === "failed" && (
        <Notice kind="error" icon="error">
          <DataText text={reason ?? t("The run failed; its journal does not say why. The log may.")} lines />
        </Notice>
      )}
      {entry.state === "interrupted" && (
        <Notice kind="warning" icon="warning">
          {trusted ? t("The run was cut off: its process ended before it was done. Resume goes on from the last checkpoint; nothing before it is lost.") : t("The run was cut off: its process ended before it was done. Trust the workspace to resume it.")}
        </Notice>
      )}
      {entry.state === "stopped" && (
        <Notice kind="info" icon="info">
          {t("The run was stopped and left a checkpoint. Resume goes on from there, as if it had never been stopped.")}
        </Notice>
      )}
      {damage.length > 0 && (
        <Notice kind="warning" icon="warning">
          {t("Part of the run's files cannot be read; what is whole is shown.")}
          <Disclosure title={t("What is damaged")} note={integer(damage.length)}>
            {() => (
              <ul>
                {damage.map((text) => (
                  <li key={text}>
                    <DataText text={text} />
                  </li>
                ))}
              </ul>
            )}
          </Disclosure>
        </Notice>
      )}
    </>
  );
}

function Notice({ kind, icon, role, children }: { readonly kind: "error" | "warning" | "info"; readonly icon: IconName; readonly role?: "alert"; readonly children: ComponentChildren }) {
  return (
    <div class={`notice ${kind}`} role={role ?? "note"}>
      <Icon name={icon} />
      <div>{children}</div>
    </div>
  );
}
