/** SHA-256 on the server, for those who digest a batch's leaves: handed over as text it takes half the time. */
import { hash } from 'node:crypto';

export const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(hash('sha256', bytes, 'latin1'), 'latin1');
