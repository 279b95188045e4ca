export { type Actor, type Asked, type Operation, operation } from './operation.ts';
