import { useQuery } from '@tanstack/react-query';
import { answerOf, api } from '../app/client.ts';
import { hasOne, KEEPERS, READERS, useMe } from '../app/session.ts';
import { useWords } from '../words/index.tsx';

const namesQuery = {
  queryKey: ['names'],
  staleTime: 60_000,
  queryFn: async () => (await answerOf(api.GET('/api/names'))).names,
};

/** Everybody by name, for a choice; empty for whoever may not know them. */
export function useNames(): readonly Readonly<{ id: string; name: string }>[] {
  // Whoever only speaks with customers is told of no colleague.
  const enabled = hasOne(useMe(), [...READERS, ...KEEPERS]);
  return useQuery({ ...namesQuery, enabled }).data ?? [];
}

/** What somebody is called who did something: oneself, a colleague, the program, or an id of nobody any more. */
export function useName(): (id: string) => string {
  const { t } = useWords();
  const me = useMe();
  const names = new Map(useNames().map(({ id, name }) => [id, name]));
  return (id) => {
    if (id === me.person.id) return t('by.you');
    if (id === 'program') return t('by.program');
    return names.get(id) ?? t('by.nobody', { id });
  };
}
