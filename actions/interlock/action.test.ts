import { runInMemory } from '@interlock/action-kit/testing'
import { expect, test } from '@jest/globals'
import { actions, ROOT_ACTION } from '../index.ts'
import action from './action.ts'

test('without a gate it blocks, says so once, and names every action of this version', async () => {
  const { exitCode, outputs, result, log } = await runInMemory(action)
  expect(exitCode).toBe(1)
  expect(outputs).toMatchObject({ decision: 'block', 'reason-code': 'no-gates' })
  expect(result).toMatchObject({ schemaVersion: 1, decision: 'block', reasonCode: 'no-gates' })
  expect(log.match(/^::error::/gm)).toHaveLength(1)
  for (const name of Object.keys(actions).filter((each) => each !== ROOT_ACTION)) {
    expect(result['message']).toContain(`- uses: interlock-actions/interlock/actions/${name}@v1`)
  }
})
