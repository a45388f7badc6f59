import type { Clock, ReasonCode } from '@interlock/model'
import type { Candidates, Fields, Values } from './inputs.ts'
import type { Log } from './log.ts'
import type { Runner } from './runner.ts'
import type { Summary } from './summary.ts'

/** Values of the outputs of a spec; those not set stay empty text. */
export type OutputValues<O extends Fields> = Partial<{ [Name in keyof O]: Exclude<Values<O>[Name], undefined> }>

/** Small facts that the post step needs; text only, and never a secret. */
export type State = Readonly<Record<string, string>>

/** What a step has to work with. */
export interface Context<I extends Fields, O extends Fields> {
  readonly inputs: Values<I>
  readonly log: Log
  readonly summary: Summary
  readonly runner: Runner
  readonly clock: Clock
  /** Aborted when the run is cancelled (SIGINT, then SIGTERM). */
  readonly signal: AbortSignal
  readonly outputs: { set(values: OutputValues<O>): void }
  /** Written at once, since the step may be killed before it ends. */
  readonly state: { save(state: State): Promise<void> }
}

/** How a step ended when it did not throw. */
export interface Ending {
  readonly reasonCode: ReasonCode
  /** The last line of the log: what happened, in one sentence. */
  readonly verdict: string
  /** A deliberate failure, such as a rollback: the outputs are all set and the step is red. */
  readonly failed?: boolean
}

export interface PostContext {
  readonly state: { read(): State | undefined }
  readonly log: Log
  readonly runner: Runner
  readonly clock: Clock
}

/** One action, declared once: action.yml, README tables, typed inputs and outputs all come from here. */
export interface ActionSpec<I extends Fields, O extends Fields> {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly inputs: I
  readonly outputs: O
  /** The output that says how it went, and what it says when the action fails: set on every path. */
  readonly headline: { readonly output: keyof O & string; readonly onFailure: string }
  /** Contradictions between inputs, one sentence each; reported with all other problems. */
  check?(candidates: { readonly inputs: Candidates<I> }): readonly string[]
  run(context: Context<I, O>): Promise<Ending>
  /** Cleans up after a main step that may have been killed. Its failures are warnings. */
  post?(context: PostContext): Promise<void>
}

/** An action of whatever inputs and outputs. */
// biome-ignore lint/suspicious/noExplicitAny: the map of actions holds specs of every type; each is checked where it is defined
export type Action = ActionSpec<any, any>

export function defineAction<const I extends Fields, const O extends Fields>(spec: ActionSpec<I, O>): ActionSpec<I, O> {
  return spec
}
