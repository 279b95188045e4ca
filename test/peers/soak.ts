/** Whether these tests are `npm run soak`'s, which has hours, and not `npm test`'s, which has minutes. */
export const isSoak = process.env.FORTHRIGHT_SOAK === 'yes';
