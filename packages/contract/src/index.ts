export * from './answer.ts';
export * from './errors.ts';
export * from './explain.ts';
export * from './incident.ts';
export * from './readiness.ts';
export { ROLES, type Role } from './roles.ts';
export * from './views.ts';
export * from './workspace.ts';
