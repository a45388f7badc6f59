import { defineAction, list, oneOf, secret, text } from '@interlock/action-kit'
import { UserError } from '@interlock/model'
import manifest from '../../package.json' with { type: 'json' }
import { actions, ROOT_ACTION } from '../index.ts'
import { usesOf } from '../uses.ts'

/** Every merge-time gate in one step. None exists in this version, so it fails closed: an empty list of gates is not an `allow`. */
export default defineAction({
  name: ROOT_ACTION,
  title: 'Interlock',
  description: 'Runs the merge-time gates for a production deploy in one step and answers allow or block',
  branding: { icon: 'git-merge', color: 'green' },
  inputs: {
    gates: list().describe('Names of the gates to run, separated by commas or line ends; blank means all'),
    config: text().default('.github/interlock.yml').describe('Path of the configuration file in the repository'),
    'github-token': secret().fromContext('github.token').describe('Token that reads the change under test'),
  },
  outputs: {
    decision: oneOf('allow', 'block').describe('`allow` or `block`; `block` whenever a gate could not be asked'),
  },
  onFailure: { decision: 'block' },

  async run() {
    const others = Object.keys(actions).filter((name) => name !== ROOT_ACTION)
    const calls = others.map((name) => `- uses: ${usesOf(manifest, name)}`)
    throw new UserError(
      [
        `Interlock ${manifest.version} has no merge-time gates yet, so this step blocks: nothing was checked.`,
        'Remove the step, or call one of the actions of this version by its path:',
        ...calls,
      ].join('\n'),
      'no-gates',
    )
  },
})
