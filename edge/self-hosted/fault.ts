// Why an edge does not start, in sentences for whoever typed the command.

export class StartFault extends Error {
  override readonly name = 'StartFault';
  readonly sentences: readonly string[];

  constructor(sentences: readonly string[], options?: ErrorOptions) {
    super(sentences.join('\n'), options);
    this.sentences = sentences;
  }
}
