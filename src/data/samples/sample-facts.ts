/** What is known of a sample without preparing it. */
export interface SampleFacts {
  readonly name: string;
  /** For a person, without an end stop. */
  readonly title: string;
  /** Its slots: a template uses these names. */
  readonly columns: readonly string[];
  readonly labels: readonly string[];
}

export const sampleFacts: readonly SampleFacts[] = [{ name: "spam-assassin", title: "E-mails of the SpamAssassin corpus, ham or spam", columns: ["text", "label"], labels: ["ham", "spam"] }];
