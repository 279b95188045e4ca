export * from './tree/index.ts';
export * from './verify/index.ts';
export * from './write/index.ts';
