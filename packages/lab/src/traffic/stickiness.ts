import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Cookies that hold what the balancer once chose, so that it can tell its own from invented ones. */
export interface CookieJar {
  seal(value: string): string
  /** undefined for a cookie that this balancer did not make. */
  open(cookie: string | undefined): string | undefined
}

export function createCookieJar(): CookieJar {
  const key = randomBytes(32)
  const sign = (value: string) => createHmac('sha256', key).update(value).digest('base64url').slice(0, 22)
  return {
    seal: (value) => `${Buffer.from(value).toString('base64url')}.${sign(value)}`,
    open(cookie) {
      const [body = '', signature = ''] = (cookie ?? '').split('.')
      const value = Buffer.from(body, 'base64url').toString()
      const expected = Buffer.from(sign(value))
      const found = Buffer.from(signature)
      return found.length === expected.length && timingSafeEqual(found, expected) ? value : undefined
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
