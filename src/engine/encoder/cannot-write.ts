import { PromptTuningError } from "../../common/errors.js";

export function encoderCannotWrite(): PromptTuningError {
  return new PromptTuningError("model", "An encoder reads texts and writes none.", {
    reason: "It has no next token: its attention looks both ways.",
    advice: "Use a classification task, or a backbone that writes, such as smollm2-135m-instruct.",
    setting: ["task", "type"],
  });
}
