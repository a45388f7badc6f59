import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { runAction } from '@interlock/lab/runner'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

// The build leaves out what it sees nobody use and loads providers of credentials late: here each kind that a runner meets
// has to sign a call.

const ACTION = resolve(import.meta.dirname, '../../actions/watch-and-rollback')
const HANDLE = {
  ...{ schemaVersion: 1, cluster: 'shop', loadBalancer: 'app/web/1', shiftedAt: '2026-01-01T00:00:00Z' },
  routing: 'arn:aws:elasticloadbalancing:eu-west-1:123456789012:listener-rule/app/web/1/2/3',
  previous: { service: 'blue', targetGroupArn: 'arn:a', taskDefinition: 'web:1' },
  release: { service: 'green', targetGroupArn: 'arn:b', taskDefinition: 'web:2' },
}
const GRANTED = { SecretAccessKey: 'secret', SessionToken: 'token', Expiration: '2099-01-01T00:00:00Z' }

/** Access keys that calls to Elastic Load Balancing were signed with. */
const keys: string[] = []
const server = createServer(async (request, response) => {
  const body = await text(request)
  if (request.url === '/container') {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ ...GRANTED, Token: 'token', AccessKeyId: 'CONTAINER' }))
  } else if (body.includes('Action=AssumeRoleWithWebIdentity')) {
    const members = Object.entries({ AccessKeyId: 'WEBIDENTITY', ...GRANTED }).map(
      ([name, value]) => `<${name}>${value}</${name}>`,
    )
    const result = `<AssumeRoleWithWebIdentityResult><Credentials>${members.join('')}</Credentials></AssumeRoleWithWebIdentityResult>`
    response.end(`<AssumeRoleWithWebIdentityResponse>${result}</AssumeRoleWithWebIdentityResponse>`)
  } else {
    keys.push(/Credential=(\w+)/.exec(request.headers.authorization ?? '')?.[1] ?? 'unsigned')
    response.statusCode = 403
    response.end('<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>')
  }
})
let home = ''
let endpoint = ''

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'credentials-'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  mkdirSync(join(home, '.aws'))
  const answer = JSON.stringify({ Version: 1, AccessKeyId: 'PROCESS', SecretAccessKey: 'secret' })
  writeFileSync(join(home, '.aws/config'), `[profile own]\ncredential_process = echo '${answer}'\n`)
  writeFileSync(join(home, 'token'), 'a.b.c')
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
  rmSync(home, { recursive: true, force: true })
})

test.each<[string, string, () => Record<string, string>]>([
  ['the environment', 'ENVIRONMENT', () => ({ AWS_ACCESS_KEY_ID: 'ENVIRONMENT', AWS_SECRET_ACCESS_KEY: 'secret' })],
  ['a container', 'CONTAINER', () => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/container` })],
  [
    'a web identity',
    'WEBIDENTITY',
    () => ({
      AWS_WEB_IDENTITY_TOKEN_FILE: join(home, 'token'),
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/deploy',
    }),
  ],
  ['a process named in the configuration', 'PROCESS', () => ({ AWS_PROFILE: 'own' })],
])('the bundle signs its calls with credentials of %s', async (_source, key, variables) => {
  keys.length = 0
  const step = await runAction({
    action: ACTION,
    inputs: { deployment: JSON.stringify(HANDLE) },
    env: {
      HOME: home,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: endpoint,
      AWS_EC2_METADATA_DISABLED: 'true',
      ...variables(),
    },
  })
  expect([...new Set(keys)]).toEqual([key])
  // Refused by the server, as it refuses all: what matters is that it was asked.
  expect(step.outputs['result']).toContain('AccessDenied')
})
