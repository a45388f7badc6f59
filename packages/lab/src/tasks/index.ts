export { claimAddresses } from './addresses.ts'
export { createContainerRuntime } from './runtime.ts'
