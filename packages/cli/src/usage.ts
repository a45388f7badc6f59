/** Where a command writes. */
export interface Output {
  write(text: string): void
  error(text: string): void
}

/** The command line makes no sense; the message lists everything that is wrong with it and how it is meant. */
export class UsageError extends Error {
  constructor(problems: readonly string[], usage: string) {
    super([...problems.map((problem) => `- ${problem}`), '', usage].join('\n'))
  }
}
