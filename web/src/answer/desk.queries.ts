import type { Answer } from '../app/client.ts';

export type Found = Answer<'/api/desk', 'post'>;
