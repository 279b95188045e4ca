/** What was read out of a mail that came where none was expected; the mail itself is not kept. */
import type { Answer } from '../app/client.ts';
import { Facts } from '../kit/facts.tsx';
import { useWords } from '../words/index.tsx';

type Read = Answer<'/api/decoys', 'get'>['mails'][number]['read'];

export function MailRead({ read }: Readonly<{ read: Read }>) {
  const { t } = useWords();
  if (read === null) return <span className="whole">{t('erased')}</span>;
  const { sender, signers, links, phones } = read;
  const some = (values: readonly string[]) => (values.length === 0 ? undefined : values.join(', '));
  return (
    <Facts
      of={[
        [t('reports.senders'), sender === null ? undefined : `${sender.name} ${sender.address}`],
        [t('decoys.signers'), some(signers)],
        [t('reports.links'), some(links)],
        [t('reports.phones'), some(phones)],
      ]}
    />
  );
}
