import { ForthrightError, type Role } from '@forthright/contract';
import type { Actor } from './operation.ts';

/** Refuses an actor that has none of these roles. A door checks too; a deed does not rely on that. */
export function refuseUnlessMay({ roles }: Actor, may: readonly Role[]): void {
  if (may.some((role) => roles.includes(role))) return;
  throw new ForthrightError('not-permitted', `This is for the role ${may.join(' or ')}.`);
}
