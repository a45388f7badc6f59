import { registerHooks } from 'node:module'

// GitHub's packages import JSON without the attribute that Node asks for (ERR_IMPORT_ATTRIBUTE_MISSING).
registerHooks({
  load: (url, context, next) =>
    next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context),
})
