import { ExternalError, UserError } from '@interlock/model'

/** What the SDK adds to every error it throws; all of it may be missing when the transport failed. */
interface SdkError {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string; readonly attempts?: number }
  readonly $response?: { readonly statusCode?: number }
}

const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'NotAuthorized'])
const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'])
const THROTTLED = new Set([
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'RequestLimitExceeded',
  'TooManyRequestsException',
])

/** The SDK's error as one of ours, with what to do about it. */
export function toExternalError(service: string, operation: string, error: unknown): Error {
  if (error instanceof UserError || error instanceof ExternalError) return error
  const { name = 'Error', message = '', code, $metadata, $response } = error as SdkError
  if (name === 'AbortError') return error as Error
  if (name === 'CredentialsProviderError') {
    return new UserError(
      `AWS credentials are missing: ${message} Run aws-actions/configure-aws-credentials before this step, with \`id-token: write\` among the job's permissions.`,
      'aws-error',
    )
  }
  if (/region is missing/i.test(message)) {
    return new UserError(
      'The AWS region is not known. Set AWS_REGION in the job or run configure-aws-credentials first.',
    )
  }
  const errorCode = name === 'Error' || name === 'AggregateError' ? (code ?? name) : name
  const status = $metadata?.httpStatusCode ?? $response?.statusCode
  return new ExternalError(
    `${service} ${operation} failed with ${errorCode}: ${message || 'no message'}.${adviceFor(errorCode)}`.replaceAll(
      '..',
      '.',
    ),
    {
      service,
      operation,
      code: errorCode,
      transient: THROTTLED.has(errorCode) || status === undefined || status >= 500,
      ...(status !== undefined && { status }),
      ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
      ...($metadata?.attempts !== undefined && { attempts: $metadata.attempts }),
    },
    { cause: error },
  )
}

function adviceFor(code: string): string {
  if (DENIED.has(code)) return ' The role lacks this permission: the README of the action lists the policy it needs.'
  if (EXPIRED.has(code)) {
    return ' The credentials ran out: raise `role-duration-seconds` of configure-aws-credentials above the length of the deploy.'
  }
  return ''
}
