export { createScreen, type Screen } from './screen.ts'
export { type Live, showLive } from './show-live.ts'
