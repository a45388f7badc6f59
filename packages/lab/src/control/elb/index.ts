import * as model from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Service } from '../../wire/service.ts'
import { balancerOperations } from './balancers.ts'
import { groupOperations } from './groups.ts'
import { listenerOperations } from './listeners.ts'
import type { ElbState } from './state.ts'
import { tagOperations } from './tags.ts'
import { targetOperations } from './targets.ts'

export { ElbState } from './state.ts'

/** Elastic Load Balancing, API version 2015-12-01. */
export function elbService(state: ElbState, now: () => Date): Service {
  return {
    name: 'Elastic Load Balancing',
    iam: 'elasticloadbalancing',
    model,
    version: '2015-12-01',
    namespace: 'com.amazonaws.elasticloadbalancingv2',
    errors: { unknownOperation: 'InvalidAction', throttled: 'Throttling', invalid: 'ValidationError' },
    operations: {
      ...balancerOperations(state, now),
      ...groupOperations(state),
      ...targetOperations(state),
      ...listenerOperations(state),
      ...tagOperations(state),
    },
  }
}
