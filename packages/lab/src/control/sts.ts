import * as model from '@aws-sdk/client-sts'
import type { Service } from '../wire/service.ts'
import { ACCOUNT } from './names.ts'

/** AWS STS, API version 2011-06-15: who is asking. */
export const stsService: Service = {
  name: 'STS',
  iam: 'sts',
  model,
  version: '2011-06-15',
  namespace: 'com.amazonaws.sts',
  errors: { unknownOperation: 'InvalidAction', throttled: 'Throttling', invalid: 'ValidationError' },
  operations: {
    GetCallerIdentity: (_input, { accessKey }) => ({
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/${accessKey}`,
      UserId: accessKey,
    }),
  },
}
