export { type Begun, type Credentials, type Entrance, entrance, type People } from './types.ts';
