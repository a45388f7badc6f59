import manifest from '../package.json' with { type: 'json' }

/** Name and version that AWS and GitHub see in the user agent. */
export const USER_AGENT = `${manifest.name}/${manifest.version}`
