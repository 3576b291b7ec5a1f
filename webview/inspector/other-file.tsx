import type { ComponentChildren } from "preact";
import type { Subject } from "../../src/protocol/webview/inspector.js";
import { DataTable, DataText, Icon } from "../shared/controls.js";
import { t } from "../shared/localization.js";
import { bytes, integer } from "../shared/numbers.js";

/** A safetensors file that is no soft prompt: what it is, and what it holds. */
export function OtherFile({ file }: { readonly file: Extract<Subject, { kind: "other" }> }) {
  return (
    <>
      <h1>{t("Not a soft prompt")}</h1>
      <div class="notice">
        <Icon name="info" />
        <p>
          {kindOf(file.peftType)} {t("The prompt inspector looks into soft prompts (PEFT's PROMPT_TUNING and P_TUNING): one vector for each virtual token.")}
        </p>
      </div>
      <p>{t("{0} tensors with {1} numbers, {2}.", integer(file.count), integer(file.parameters), bytes(file.size))}</p>
      <DataTable
        caption={file.count > file.tensors.length ? t("The first {0} tensors", integer(file.tensors.length)) : t("Its tensors")}
        rows={file.tensors}
        rowKey={(_, index) => index}
        columns={[
          { key: "name", title: t("Name"), cell: ({ name }) => <code><DataText text={name} /></code>, sort: ({ name }) => name },
          { key: "type", title: t("Type"), cell: ({ dtype }) => dtype, sort: ({ dtype }) => dtype },
          { key: "shape", title: t("Shape"), cell: ({ shape }) => <span class="number">{shape.map((size) => integer(size)).join(" × ") || t("one number")}</span> },
          { key: "size", title: t("Size"), number: true, cell: (tensor) => bytes(tensor.bytes), sort: (tensor) => tensor.bytes },
        ]}
      />
    </>
  );
}

function kindOf(type: string | null): ComponentChildren {
  if (type === null) return t("This file holds weights of another kind.");
  return <><strong><DataText text={type} /></strong>: {typeWords(type)}</>;
}

function typeWords(type: string): string {
  switch (type) {
    case "LORA":
    case "ADALORA":
      return t("an adapter of low-rank matrices (LoRA), which change the backbone's layers.");
    case "PREFIX_TUNING":
      return t("prefix tuning: keys and values at every layer, and no vectors of the vocabulary's kind.");
    case "IA3":
      return t("an adapter of scaling vectors (IA³) inside the backbone's layers.");
    default:
      return t("another kind of adapter.");
  }
}
