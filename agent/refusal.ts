// What the admin has to put right before the agent can do what was asked.

/**
 * Ends the command with exit code 1. Each sentence names the setting or the step; no stack trace is
 * shown, because nothing is wrong with the program.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly sentences: readonly string[];

  constructor(...sentences: string[]) {
    super(sentences.join('\n'));
    this.sentences = sentences;
  }
}
