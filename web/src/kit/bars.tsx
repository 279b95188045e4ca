/** A table of shares: the label, the figures, and a bar in which what is unknown is hatched. Reads in black and white. */
import { useWords } from '../words/index.tsx';
import { type EvidenceOf, Evident, Hatch } from './figure.tsx';

export type Share = Readonly<{ name: string; exposed: number; unknown: number }>;

export function Bars({
  caption,
  of,
  rows,
  most = 7,
}: Readonly<{ caption: string; of: EvidenceOf; rows: readonly Share[]; most?: number }>) {
  const { t, number } = useWords();
  const shown = rows.slice(0, most);
  const rest = rows.length - shown.length;
  const longest = Math.max(1, ...rows.map(({ exposed, unknown }) => exposed + unknown));
  const part = (count: number) => `${(count / longest) * 100}%`;
  return (
    <table className="bars">
      <caption>
        <Evident of={of}>{caption}</Evident>
      </caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="unseen">{t('bars.name')}</span>
          </th>
          <th scope="col" className="amount">
            {t('people.exposed')}
          </th>
          <th scope="col" className="amount">
            <Hatch className="hatch small-hatch" /> {t('people.unknown')}
          </th>
          <td />
        </tr>
      </thead>
      <tbody>
        {shown.map(({ name, exposed, unknown }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td className="amount">{number(exposed)}</td>
            <td className="amount">{number(unknown)}</td>
            <td className="bar-cell" aria-hidden="true">
              <span className="bar" style={{ width: part(exposed) }} />
              <span className="bar hatched" style={{ width: part(unknown) }} />
            </td>
          </tr>
        ))}
      </tbody>
      {rest > 0 && (
        <tfoot>
          <tr>
            <td colSpan={4} className="soft">
              {t('bars.more', { count: rest })}
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
