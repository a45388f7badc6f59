/**
 * Closes a jest run with its totals alone on a line, and fails it in CI when a test was skipped: a skipped test proves nothing.
 */
export default class TotalsReporter {
  #skipped = 0

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numTodoTests }) {
    this.#skipped = numPendingTests + numTodoTests
    const skipped = this.#skipped > 0 ? `, ${this.#skipped} skipped` : ''
    process.stdout.write(`${numPassedTests} passed, ${numFailedTests} failed${skipped}\n`)
  }

  getLastError() {
    return this.#skipped > 0 && process.env.CI ? new Error(`${this.#skipped} tests were skipped`) : undefined
  }
}
