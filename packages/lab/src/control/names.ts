import { randomBytes } from 'node:crypto'

/** The lab is one account in one region; requests for any region land here. */
export const ACCOUNT = '123456789012'
export const REGION = 'eu-west-1'

/** 16 hexadecimal digits, as AWS ends its ARNs with. */
export function newId(bytes = 8): string {
  return randomBytes(bytes).toString('hex')
}

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`
}

/** What follows the account in an ARN. */
export function resourceOf(arn: string): string {
  return arn.split(':').slice(5).join(':')
}
