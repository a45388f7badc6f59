import type {
  AddTagsCommandInput,
  DescribeTagsCommandInput,
  RemoveTagsCommandInput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { AwsError } from '../../wire/aws-error.ts'
import type { ElbState } from './state.ts'

const MOST_TAGS = 50
/** Letters, spaces and numbers representable in UTF-8, and `+ - = . _ : / @` (ELB user guide, "Tag restrictions"). */
const KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u
const VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u

export function tagOperations(state: ElbState) {
  return {
    AddTags({ ResourceArns = [], Tags = [] }: AddTagsCommandInput) {
      for (const arn of ResourceArns) refuseUnknown(state, arn)
      for (const arn of ResourceArns) setTags(state, arn, Tags)
      return {}
    },
    RemoveTags({ ResourceArns = [], TagKeys = [] }: RemoveTagsCommandInput) {
      for (const arn of ResourceArns) refuseUnknown(state, arn)
      for (const arn of ResourceArns) for (const key of TagKeys) state.tags.get(arn)?.delete(key)
      return {}
    },
    DescribeTags({ ResourceArns = [] }: DescribeTagsCommandInput) {
      if (ResourceArns.length > 20) throw new AwsError('ValidationError', 'At most 20 resources per call')
      for (const arn of ResourceArns) refuseUnknown(state, arn)
      return {
        TagDescriptions: ResourceArns.map((arn) => ({
          ResourceArn: arn,
          Tags: [...(state.tags.get(arn) ?? [])].map(([Key, Value]) => ({ Key, Value })),
        })),
      }
    },
  }
}

/** @throws AwsError for keys, values or a number of tags that Elastic Load Balancing refuses. */
export function setTags(state: ElbState, arn: string, tags: readonly Tag[] = []): void {
  const known = new Map(state.tags.get(arn))
  for (const { Key = '', Value = '' } of tags) {
    if (!KEY.test(Key) || Key.startsWith('aws:'))
      throw new AwsError('ValidationError', `'${Key}' is not a valid tag key`)
    if (!VALUE.test(Value)) throw new AwsError('ValidationError', `'${Value}' is not a valid tag value`)
    known.set(Key, Value)
  }
  if (known.size > MOST_TAGS) throw new AwsError('TooManyTagsException', `At most ${MOST_TAGS} tags per resource`)
  state.tags.set(arn, known)
}

function refuseUnknown(state: ElbState, arn: string): void {
  if (arn.includes(':loadbalancer/')) state.balancer(arn)
  else if (arn.includes(':targetgroup/')) state.group(arn)
  else if (arn.includes(':listener/')) state.listener(arn)
  else state.rule(arn)
}
