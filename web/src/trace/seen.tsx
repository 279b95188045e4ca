/** What each can see and did, by pseudonyms: the rows with the most that nobody used. The whole answer is the record's. */
import { useWords } from '../words/index.tsx';
import type { AccessAnswer } from './queries.ts';

const MOST = 50;

export function Seen({ answer: { each } }: Readonly<{ answer: AccessAnswer }>) {
  const { t, number } = useWords();
  return (
    <>
      <h2 id="outcome">{t('trace.whoSees')}</h2>
      <p className="soft">{t('trace.whoSeesWhy')}</p>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">{t('trace.person')}</th>
              <th scope="col">{t('trace.tool')}</th>
              <th scope="col">{t('trace.reachable')}</th>
              <th scope="col">{t('trace.used')}</th>
              <th scope="col">{t('trace.explained')}</th>
              <th scope="col">{t('trace.idle')}</th>
            </tr>
          </thead>
          <tbody>
            {each.slice(0, MOST).map((row) => (
              <tr key={`${row.candidate} ${row.tool}`}>
                <th scope="row">{row.candidate}</th>
                <td>{row.tool}</td>
                <td>{number(row.reachable)}</td>
                <td>{number(row.used)}</td>
                <td>{number(row.explained)}</td>
                <td>{number(row.idle)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
