export * from './append.ts';
export * from './bundle.ts';
export * from './memory.ts';
export * from './prove.ts';
export * from './publish.ts';
export * from './salt.ts';
export * from './sign.ts';
export * from './witness.ts';
