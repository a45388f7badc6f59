export { APP_DIRECTORY, type AppVersion, appImages } from './images.ts'
export { CREDENTIALS, createShop, deleteShop, type Shop, type ShopOptions } from './shop.ts'
