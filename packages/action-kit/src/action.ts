import type { Clock } from '@interlock/model'
import type { Ending } from './ending.ts'
import type { Candidates, Fields, Values } from './field.ts'
import type { Log } from './log.ts'
import type { Runner } from './runner.ts'
import type { Summary } from './summary.ts'

/** Values of the outputs of a spec; those not set stay empty text. */
export type OutputValues<O extends Fields> = Partial<{ [Name in keyof O]: Exclude<Values<O>[Name], undefined> }>

/** Small facts that the post step needs; text only, and never a secret. */
export type State = Readonly<Record<string, string>>

/** What the post step reads: what was saved, and under `ended` the reason code of a main step that came to its end. */
export type SavedState = State & { readonly ended?: string }

/** What a step has to work with. */
export interface Context<I extends Fields, O extends Fields> {
  readonly inputs: Values<I>
  readonly log: Log
  readonly summary: Summary
  readonly runner: Runner
  readonly clock: Clock
  /** Aborted when the run is cancelled (SIGINT, then SIGTERM); its reason is a UserError that says so. */
  readonly signal: AbortSignal
  readonly outputs: { set(values: OutputValues<O>): void }
  /** Written at once, since the step may be killed before it ends. */
  readonly state: { save(state: State): Promise<void> }
  /** Hides a secret that was found on the way; false when it is too short to be hidden. */
  readonly mask: (value: string) => boolean
}

export interface PostContext {
  readonly state: { read(): SavedState | undefined }
  readonly log: Log
  readonly runner: Runner
  readonly clock: Clock
}

/** Icon (a Feather icon) and colour in the Marketplace. */
export interface Branding {
  readonly icon: string
  readonly color: 'white' | 'black' | 'yellow' | 'blue' | 'green' | 'orange' | 'red' | 'purple' | 'gray-dark'
}

/** One action, declared once: action.yml, README tables, typed inputs and outputs all come from here. */
export interface ActionSpec<I extends Fields, O extends Fields> {
  /** Its folder in `actions/`. */
  readonly name: string
  readonly title: string
  readonly description: string
  readonly branding?: Branding
  readonly inputs: I
  /** `reason-code` and `result` are added to these. */
  readonly outputs: O
  /** What the outputs that say how it went say unless `run` sets them: one at least is set on every path. */
  readonly onFailure: OnFailure<O>
  /** Contradictions between inputs, one sentence each; reported with all other problems. */
  check?(candidates: { readonly inputs: Candidates<I> }): readonly string[]
  run(context: Context<I, O>): Promise<Ending>
  /** Cleans up after a main step that may have been killed. Its failures are warnings. */
  post?(context: PostContext): Promise<void>
}

type OnFailure<O extends Fields> = OutputValues<O> &
  { [Name in keyof O]: Required<Pick<OutputValues<O>, Name>> }[keyof O]

/** An action of whatever inputs and outputs. */
// biome-ignore lint/suspicious/noExplicitAny: the map of actions holds specs of every type; each is checked where it is defined
export type Action = ActionSpec<any, any>

/** The spec, with its types held together. */
export function defineAction<const I extends Fields, const O extends Fields>(spec: ActionSpec<I, O>): ActionSpec<I, O> {
  return spec
}
