import type { Answer } from '../app/client.ts';

/** What the desk answers. */
export type Found = Answer<'/api/desk', 'post'>;
