import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Cookies that hold what the balancer once chose, so that it can tell its own from invented ones. */
export interface CookieJar {
  /** The value of a cookie that holds for `seconds` of lab time. */
  seal(value: string, seconds: number): string
  /** undefined for a cookie that this balancer did not make, or that has expired. */
  open(cookie: string | undefined): string | undefined
}

/** `now` in milliseconds. A client's own clock is no measure for Max-Age: it lives in wall time. */
export function createCookieJar(now: () => number): CookieJar {
  const key = randomBytes(32)
  const sign = (value: string) => createHmac('sha256', key).update(value).digest('base64url').slice(0, 22)
  return {
    seal(value, seconds) {
      const content = `${now() + seconds * 1000} ${value}`
      return `${Buffer.from(content).toString('base64url')}.${sign(content)}`
    },
    open(cookie) {
      const [body = '', signature = ''] = (cookie ?? '').split('.')
      const content = Buffer.from(body, 'base64url').toString()
      const expected = Buffer.from(sign(content))
      const found = Buffer.from(signature)
      if (found.length !== expected.length || !timingSafeEqual(found, expected)) return undefined
      const space = content.indexOf(' ')
      return Number(content.slice(0, space)) > now() ? content.slice(space + 1) : undefined
    },
  }
}

export function cookieIn(header: string | undefined, name: string): string | undefined {
  return header
    ?.split(';')
    .map((pair) => pair.trim())
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1)
}
