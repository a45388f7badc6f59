import { isDeepStrictEqual } from 'node:util'
import { type Platform, type TaskDefinition, type TaskDocument, UserError } from '@interlock/model'

/** What is to go live: a new image in the live side's task definition, or a revision that is registered already. */
export type ReleaseRequest =
  | { readonly image: string; readonly container?: string }
  | { readonly taskDefinition: string }

/** A release as it stands: its document, and its revision when it is registered already. */
export interface FoundRelease {
  readonly definition: TaskDefinition
  readonly registered: boolean
}

/**
 * The revision that the request means. For an image it is the newest revision of the live family when that already
 * holds an equal document (an earlier run was interrupted after registering), else one that is still to be registered:
 * RegisterTaskDefinition makes a new revision each time.
 */
export async function findRelease(platform: Platform, live: string, request: ReleaseRequest): Promise<FoundRelease> {
  if ('taskDefinition' in request) {
    const definition = await platform.taskDefinition(request.taskDefinition)
    if (!definition?.active) {
      throw new UserError(
        `Task definition ${request.taskDefinition} ${definition ? 'is not ACTIVE' : 'does not exist'}. Register it first, or give \`image\` instead.`,
      )
    }
    return { definition, registered: true }
  }
  const current = await platform.taskDefinition(live)
  if (!current) throw new Error(`The live side runs ${live}, which ECS does not know`)
  if (!current.active) {
    throw new UserError(
      `The live side runs ${nameOf(current)}, which is not ACTIVE any more, so a rollback could not start new tasks from it. Register it again and deploy that first.`,
    )
  }
  const document = withImage(current.document, request)
  const newest = await platform.taskDefinition(current.family)
  for (const known of [current, newest]) {
    if (known?.active && isDeepStrictEqual(known.document, document)) return { definition: known, registered: true }
  }
  return { definition: { ...current, document }, registered: false }
}

/** The release's revision, registered now unless it was. A lost answer costs at most one unused revision. */
export async function registerRelease(
  platform: Platform,
  { definition, registered }: FoundRelease,
): Promise<TaskDefinition> {
  return registered ? definition : await platform.register(definition)
}

/** `family:revision`, which fits a tag and names no account. */
export function nameOf({ family, revision }: Pick<TaskDefinition, 'family' | 'revision'>): string {
  return `${family}:${revision}`
}

function withImage(document: TaskDocument, { image, container }: { image: string; container?: string }): TaskDocument {
  const names = document.containerDefinitions.map(({ name }) => name)
  if (container === undefined && names.length > 1) {
    throw new UserError(
      `Task definition ${document.family} has ${names.length} containers (${names.join(', ')}). Say with \`container\` which one gets the image.`,
    )
  }
  const chosen = container ?? names[0]
  if (!names.includes(chosen ?? '')) {
    throw new UserError(`Task definition ${document.family} has no container ${chosen}. It has: ${names.join(', ')}.`)
  }
  return {
    ...document,
    containerDefinitions: document.containerDefinitions.map((each) =>
      each.name === chosen ? { ...each, image } : each,
    ),
  }
}
