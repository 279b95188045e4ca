/** The register of breaches, made while it is sent: a page of incidents at a time, whoever may be seen by who asks. */
import type { ExportBreachRegister } from '@forthright/contract';
import { type Asked, Document } from '../../prove/index.ts';
import { closingSummaries, incidentsFrom } from '../store.ts';
import { csvHead, csvRow } from './csv.ts';

const PAGE = 200;
/** Excel takes a file without it for one in the code page of the machine. */
const BOM = '\ufeff';

export async function exportBreachRegister(asked: Asked, { bom }: ExportBreachRegister): Promise<Document> {
  return new Document('text/csv', 'breach-register.csv', rows(asked, bom));
}

async function* rows({ db, actor, now }: Asked, bom: boolean): AsyncGenerator<string> {
  yield `${bom ? BOM : ''}${csvHead()}`;
  for (let after: { openedAt: Date; id: string } | undefined; ; ) {
    const page = await incidentsFrom(db, { actor: actor.account, most: PAGE, after });
    const last = page.at(-1);
    if (last === undefined) return;
    const at = now();
    const closing = await closingSummaries(
      db,
      page.filter(({ state }) => state === 'closed').map(({ id }) => id),
    );
    yield page.map((one) => csvRow(one, { now: at, closing: closing.get(one.id) })).join('');
    after = last;
  }
}
