export { describeApi, makeServer, type ServerOptions } from './server.ts';
