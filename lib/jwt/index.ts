export type { JwtAlgorithm } from './jwt-algorithms.js'
export { jwtAuthorize } from './jwt-authorize.js'
export type {
  JwksSource,
  JwtAuthorizeOptions,
  JwtClaims,
  JwtExpiry,
  JwtSession,
  JwtSource,
} from './jwt-options.js'
