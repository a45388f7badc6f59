import { type Action, type Phase, runAction as runPhaseOf } from '@interlock/action-kit'

/**
 * Every action by its name. Each is behind a dynamic import, so that a step loads only the code of its own action; the kit
 * is not, since each needs it and a file of its own costs a millisecond.
 * The key is the folder in `actions/`.
 */
export const actions: Readonly<Record<string, () => Promise<{ readonly default: Action }>>> = {
  interlock: () => import('./interlock/action.ts'),
  'blue-green-shift': () => import('./blue-green-shift/action.ts'),
  'watch-and-rollback': () => import('./watch-and-rollback/action.ts'),
}

/** The action of the repository itself: `uses: owner/repository@v1`. */
export const ROOT_ACTION = 'interlock'

/** What the stubs `main.js` and `post.js` call: runs one phase of an action in this process and ends it. */
export async function runAction(name: string, phase: Phase): Promise<never> {
  const load = actions[name]
  if (!load) throw new Error(`There is no action ${name}; there are ${Object.keys(actions).join(', ')}.`)
  const { default: action } = await load()
  return await runPhaseOf(action, phase)
}
